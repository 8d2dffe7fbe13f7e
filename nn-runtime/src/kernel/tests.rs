//! Every product on every instruction set, and on the shapes of those that the processor lacks, against
//! a naive twin in `f64`.

use super::{Start, product, transpose, transposed_product};
use crate::math::Real;
use crate::simd::{Isa, Program, Simd};

/// Rows of NaN kept before and after an output, which must survive.
const GUARD: usize = 2;

/// `rows` rows of numbers in [−1, 1) that look random and are the same every time.
fn numbers<T: Real, const N: usize>(rows: usize, seed: u32) -> Vec<[T; N]> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        T::from_f64(f64::from(state >> 8) / f64::from(1 << 23) - 1.0)
    };
    (0..rows)
        .map(|_| core::array::from_fn(|_| next()))
        .collect()
}

fn matrix<T: Real, const K: usize, const N: usize>(rows: Vec<[T; N]>) -> Box<[[T; N]; K]> {
    rows.into_boxed_slice().try_into().expect("K rows")
}

/// What an output holds before a product: NaN where it must be overwritten.
fn before<T: Real, const N: usize>(start: Start<'_, [T; N]>, rows: usize) -> Vec<[T; N]> {
    match start {
        Start::Keep => numbers(rows, 3),
        _ => vec![[T::from_f64(f64::NAN); N]; rows],
    }
}

/// An output between rows of NaN that nobody may write to.
struct Guarded<T, const N: usize>(Vec<[T; N]>);

impl<T: Real, const N: usize> Guarded<T, N> {
    fn new(rows: &[[T; N]]) -> Self {
        let guard = [[T::from_f64(f64::NAN); N]; GUARD];
        Self([&guard[..], rows, &guard[..]].concat())
    }

    fn inside(&mut self) -> &mut [[T; N]] {
        let end = self.0.len() - GUARD;
        &mut self.0[GUARD..end]
    }

    #[track_caller]
    fn finish(&mut self, what: &str) -> &[[T; N]] {
        let end = self.0.len() - GUARD;
        let mut outside = self.0[..GUARD].iter().chain(&self.0[end..]).flatten();
        assert!(
            outside.all(|v| v.to_f64().is_nan()),
            "{what}: wrote outside"
        );
        self.inside()
    }
}

struct Forward<'a, T, const K: usize, const N: usize> {
    start: Start<'a, [T; N]>,
    x: &'a [[T; K]],
    w: &'a [[T; N]; K],
    c: &'a mut [[T; N]],
}

impl<T: Real, const K: usize, const N: usize> Program for Forward<'_, T, K, N> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        product(simd, self.start, self.x, self.w, self.c);
    }
}

struct WeightGradient<'a, T, const K: usize, const N: usize> {
    start: Start<'a, [T; N]>,
    x: &'a [[T; K]],
    g: &'a [[T; N]],
    d: &'a mut [[T; N]; K],
}

impl<T: Real, const K: usize, const N: usize> Program for WeightGradient<'_, T, K, N> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        transposed_product(simd, self.start, self.x, self.g, self.d);
    }
}

struct Transpose<'a, T, const K: usize, const N: usize> {
    a: &'a [[T; N]; K],
    b: &'a mut [[T; K]; N],
}

impl<T: Real, const K: usize, const N: usize> Program for Transpose<'_, T, K, N> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        transpose(simd, self.a, self.b);
    }
}

/// All (row, column) of a matrix.
fn positions(rows: usize, columns: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |i| (0..columns).map(move |j| (i, j)))
}

/// start + Σₖ a(k)·b(k) in `f64`, and the sum of the magnitudes, to which rounding errors scale.
fn naive(start: f64, terms: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    terms.fold((start, start.abs()), |(sum, size), (a, b)| {
        (sum + a * b, size + (a * b).abs())
    })
}

/// Compares rows with their twins, row by row.
///
/// A chain of `depth` rounded additions errs by at most about `depth`·ε/2 times the magnitudes it
/// sums (Higham 2002, section 3.1); one more rounding each for the product and the start, and as
/// much again for room.
#[track_caller]
fn close<T: Real, const N: usize>(
    found: &[[T; N]],
    expected: &[(f64, f64)],
    depth: usize,
    what: &str,
) {
    assert_eq!(found.len() * N, expected.len(), "{what}");
    for (at, (found, &(sum, size))) in found.as_flattened().iter().zip(expected).enumerate() {
        let tolerance = (depth + 2) as f64 * T::EPSILON.to_f64() * size;
        let error = (found.to_f64() - sum).abs();
        assert!(
            error <= tolerance,
            "{what}: {found} instead of {sum} at ({}, {}), off by {error:e}",
            at / N,
            at % N
        );
    }
}

/// The starts that a case is run with.
fn starts<T, const N: usize>(bias: &[T; N]) -> [Start<'_, [T; N]>; 3] {
    [Start::Zero, Start::Row(bias), Start::Keep]
}

fn start_at<T: Real, const N: usize>(start: Start<'_, [T; N]>, old: &[T; N], j: usize) -> f64 {
    match start {
        Start::Zero => 0.0,
        Start::Row(row) => row[j].to_f64(),
        Start::Keep => old[j].to_f64(),
    }
}

fn bits<T: Real, const N: usize>(rows: &[[T; N]]) -> Vec<u64> {
    rows.as_flattened()
        .iter()
        .map(|v| v.to_f64().to_bits())
        .collect()
}

/// `product` of m rows: values, guard rows, equal bits on all sets that fuse, and the first and
/// last row alone with the same bits as in the batch.
#[track_caller]
fn check_product<T: Real, const K: usize, const N: usize>(batches: &[usize]) {
    let w = matrix::<T, K, N>(numbers(K, 1));
    let bias = numbers::<T, N>(1, 2)[0];
    for (&m, start) in batches
        .iter()
        .flat_map(|m| starts(&bias).map(|start| (m, start)))
    {
        let x = numbers::<T, K>(m, m as u32);
        let old = before(start, m);
        let expected: Vec<_> = positions(m, N)
            .map(|(i, j)| {
                let terms = (0..K).map(|k| (x[i][k].to_f64(), w[k][j].to_f64()));
                naive(start_at(start, &old[i], j), terms)
            })
            .collect();
        let mut fused: Option<Vec<u64>> = None;
        for isa in Isa::available_or_emulated() {
            let what = format!("{} {m}x{K}x{N} {} {start:?}", T::NAME, isa.name());
            let mut guarded = Guarded::new(&old);
            isa.run(Forward {
                start,
                x: &x,
                w: &w,
                c: guarded.inside(),
            });
            let c = guarded.finish(&what);
            close(c, &expected, K, &what);
            for i in [0, m / 2, m.saturating_sub(1)]
                .into_iter()
                .filter(|&i| i < m)
            {
                let mut alone = [old[i]];
                isa.run(Forward {
                    start,
                    x: &x[i..=i],
                    w: &w,
                    c: &mut alone,
                });
                assert_eq!(bits(&alone), bits(&c[i..=i]), "{what}: row {i} alone");
            }
            if isa.fuses() {
                assert_eq!(
                    *fused.get_or_insert_with(|| bits(c)),
                    bits(c),
                    "{what}: other bits"
                );
            }
        }
    }
}

/// `transposed_product` of m rows: values, and equal bits on all sets that fuse.
#[track_caller]
fn check_transposed_product<T: Real, const K: usize, const N: usize>(batches: &[usize]) {
    let bias = numbers::<T, N>(1, 2)[0];
    for (&m, start) in batches
        .iter()
        .flat_map(|m| starts(&bias).map(|start| (m, start)))
    {
        let (x, g) = (numbers::<T, K>(m, m as u32), numbers::<T, N>(m, 1));
        let old = before(start, K);
        let expected: Vec<_> = positions(K, N)
            .map(|(i, j)| {
                let terms = (0..m).map(|k| (x[k][i].to_f64(), g[k][j].to_f64()));
                naive(start_at(start, &old[i], j), terms)
            })
            .collect();
        let mut fused: Option<Vec<u64>> = None;
        for isa in Isa::available_or_emulated() {
            let what = format!("{} {K}x{m}x{N} {} {start:?}", T::NAME, isa.name());
            let mut guarded = Guarded::new(&old);
            let d = guarded.inside().try_into().expect("K rows");
            isa.run(WeightGradient {
                start,
                x: &x,
                g: &g,
                d,
            });
            let d = guarded.finish(&what);
            close(d, &expected, m, &what);
            if isa.fuses() {
                let d = bits(d);
                assert_eq!(
                    *fused.get_or_insert_with(|| d.clone()),
                    d,
                    "{what}: other bits"
                );
            }
        }
    }
}

#[track_caller]
fn check_transpose<T: Real, const K: usize, const N: usize>() {
    let a = matrix::<T, K, N>(numbers(K, 1));
    for isa in Isa::available_or_emulated() {
        let mut b = matrix::<T, N, K>(vec![[T::from_f64(f64::NAN); K]; N]);
        isa.run(Transpose { a: &a, b: &mut b });
        for k in 0..K {
            for j in 0..N {
                assert!(
                    b[j][k] == a[k][j],
                    "{} {K}x{N} {} ({k}, {j})",
                    T::NAME,
                    isa.name()
                );
            }
        }
    }
}

/// Every remainder of rows over whole tiles, with none, one and two of the tallest before it.
const BATCHES: [usize; 18] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17];

/// Each line K x N, checked in both scalar types.
macro_rules! shapes {
    ($($name:ident: $batches:expr, $($k:literal x $n:literal),+;)+) => { $(
        #[test]
        fn $name() {
            $(
                check_product::<f32, $k, $n>(&$batches);
                check_product::<f64, $k, $n>(&$batches);
                check_transposed_product::<f32, $k, $n>(&$batches);
                check_transposed_product::<f64, $k, $n>(&$batches);
                check_transpose::<f32, $k, $n>();
                check_transpose::<f64, $k, $n>();
            )+
        }
    )+ };
}

shapes! {
    narrow_outputs: BATCHES, 1 x 1, 2 x 1, 3 x 2, 7 x 3, 5 x 4, 50 x 1, 33 x 2, 100 x 3, 64 x 4;
    outputs_below_a_vector: BATCHES, 2 x 5, 9 x 7, 31 x 8, 16 x 9, 17 x 15;
    outputs_of_one_vector_and_a_tail: BATCHES, 1 x 16, 4 x 17, 8 x 31, 32 x 32, 15 x 33;
    outputs_of_several_panels: BATCHES, 1 x 50, 2 x 50, 50 x 50, 3 x 64, 65 x 65, 17 x 100, 20 x 130;
    few_inputs: [0, 1, 31, 32, 33, 70], 1 x 100, 2 x 20, 2 x 100, 3 x 29, 4 x 3, 4 x 36, 4 x 70, 3 x 300,
        5 x 20, 5 x 130, 6 x 9, 6 x 32, 7 x 33, 8 x 6, 8 x 8, 8 x 61;
    rows_that_collide_in_the_cache: [0, 47, 48, 51], 100 x 256, 420 x 128;
    long_chains: [0, 1, 7, 33], 300 x 1, 257 x 66, 515 x 64, 784 x 10;
    long_batches: [100, 301], 1 x 1, 50 x 1, 5 x 4, 20 x 50;
}

#[test]
fn rows_without_a_partner_are_left_alone() {
    let w = [[1.0, 2.0], [3.0, 4.0]];
    for isa in Isa::available_or_emulated() {
        let mut c = [[9.0f32; 2]; 3];
        isa.run(Forward {
            start: Start::Zero,
            x: &[[1.0, 1.0]],
            w: &w,
            c: &mut c,
        });
        assert_eq!(c, [[4.0, 6.0], [9.0, 9.0], [9.0, 9.0]], "{}", isa.name());

        let mut c = [[9.0f32; 2]];
        isa.run(Forward {
            start: Start::Zero,
            x: &[[1.0, 1.0], [5.0, 5.0]],
            w: &w,
            c: &mut c,
        });
        assert_eq!(c, [[4.0, 6.0]], "{}", isa.name());

        let mut d = [[9.0f32; 2]; 2];
        let (x, g) = ([[1.0, 2.0], [5.0, 5.0]], [[1.0, 10.0]]);
        isa.run(WeightGradient {
            start: Start::Zero,
            x: &x,
            g: &g,
            d: &mut d,
        });
        assert_eq!(d, [[1.0, 10.0], [2.0, 20.0]], "{}", isa.name());
    }
}
