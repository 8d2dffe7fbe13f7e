//! The layers of a single row, as plain loops whose sizes are constants.
//!
//! The few columns that are dot products elsewhere (`dot`) are dot products here as well, by the same
//! additions, but without being gathered: a vector holds one chain of additions for each of them.
//!
//! Measured on a Zen 3 processor, `f32`: 50 x 2 takes 29 instead of the tile's 80 ns, 50 x 50 115
//! instead of 170, 24 x 40 40 instead of 61.

use crate::math::Real;
use crate::simd::{Program, Simd, Vector};

use super::{Activation, Start, dot};

/// Whether these loops are the fastest way for `depth` x `columns`: the sums fit the registers, or are
/// not often loaded and stored again, or it is memory that they wait for, which gives most if it is
/// read from one end to the other.
#[inline(always)]
pub(super) fn pays<V: Vector>(depth: usize, columns: usize) -> bool {
    let bytes = depth * columns * size_of::<V::Element>();
    let registers = V::LANES * V::REGISTERS;
    columns < registers || bytes <= 4096 || (columns <= 2 * registers && bytes > 40 * 1024)
}

/// Whether small rows are inlined. A debug build gains nothing by it and would compile them once more
/// for every layer.
const IN_THE_CALLER: bool = !cfg!(debug_assertions);

/// The most weights of a product that the caller takes in, where it joins what comes before and after.
/// Without that 8 x 8 and another 8 x 8 take 49 instead of 17 ns.
const SMALL: usize = 256;

/// c ← start + x·W. A larger product has a function of its own, which all layers of its sizes share.
#[inline(always)]
pub(super) fn multiply<S: Simd, T: Real, const K: usize, const N: usize>(
    simd: S,
    row: Row<'_, T, K, N>,
) {
    if IN_THE_CALLER && K * N <= SMALL {
        row.run(simd);
    } else {
        simd.vectorize(row);
    }
}

/// The operands.
pub(super) struct Row<'a, T, const K: usize, const N: usize> {
    pub(super) start: Start<'a, [T; N]>,
    pub(super) x: &'a [T; K],
    pub(super) w: &'a [[T; N]; K],
    pub(super) c: &'a mut [T; N],
}

impl<T: Real, const K: usize, const N: usize> Program for Row<'_, T, K, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Self { start, x, w, c } = self;
        let filled = N - dot::columns::<T>(K, N);
        let lanes = T::Vector::<S>::LANES;
        let mut sums = match start {
            Start::Zero => [T::ZERO; N],
            Start::Row(row) => *row,
            Start::Keep => *c,
        };
        // The compiler unrolls a small product, and vectorizes whole vectors best if each of their
        // columns is summed for itself, others if all take a step together: 16 x 10 and the 10 x 5
        // after it then take 27 instead of 52 ns, but 8 x 16 and 16 x 8 would take 28 instead of 24.
        if K * filled <= SMALL && (filled < lanes || filled.is_multiple_of(lanes)) {
            for j in 0..filled {
                for k in 0..K {
                    sums[j] = x[k].mul_add::<S>(w[k][j], sums[j]);
                }
            }
        } else {
            for k in 0..K {
                for j in 0..filled {
                    sums[j] = x[k].mul_add::<S>(w[k][j], sums[j]);
                }
            }
        }
        if filled < N {
            let totals = dots::<S, T, K, N>(filled, x, w);
            for (sum, total) in sums[filled..].iter_mut().zip(totals) {
                *sum = match start {
                    Start::Zero => total,
                    Start::Row(_) | Start::Keep => *sum + total,
                };
            }
        }
        *c = sums;
    }
}

/// The dot products of the columns from `first` on.
#[inline(always)]
fn dots<S: Simd, T: Real, const K: usize, const N: usize>(
    first: usize,
    x: &[T; K],
    w: &[[T; N]; K],
) -> [T; dot::MOST_COLUMNS] {
    let count = dot::chains::<T>();
    let mut chains = [[T::ZERO; dot::MOST_COLUMNS]; dot::chains::<f32>()];
    let whole = K - K % count;
    for k in (0..whole).step_by(count) {
        for l in 0..count {
            for c in 0..N - first {
                chains[l][c] = x[k + l].mul_add::<S>(w[k + l][first + c], chains[l][c]);
            }
        }
    }
    for l in 0..K % count {
        for c in 0..N - first {
            chains[l][c] = x[whole + l].mul_add::<S>(w[whole + l][first + c], chains[l][c]);
        }
    }
    let mut half = count / 2;
    while half > 0 {
        for l in 0..half {
            for c in 0..N - first {
                chains[l][c] += chains[l + half][c];
            }
        }
        half /= 2;
    }
    chains[0]
}

/// The longest row that is activated here: a longer one gains more by overlapped divisions
/// (`quotients`) than it loses by the call. Measured as above, a row of 16 takes 18 ns less, one of 50
/// 17 ns, one of 200 14 ns more.
pub(super) const LONGEST: usize = 128;

/// x ← f(x), up to 64 elements in the caller.
#[inline(always)]
pub(super) fn activate<S: Simd, T: Real, const N: usize>(
    simd: S,
    activation: Activation,
    x: &mut [T; N],
) {
    let row = ActivatedRow { activation, x };
    if IN_THE_CALLER && N <= 64 {
        row.run(simd);
    } else {
        simd.vectorize(row);
    }
}

struct ActivatedRow<'a, T, const N: usize> {
    activation: Activation,
    x: &'a mut [T; N],
}

impl<T: Real, const N: usize> Program for ActivatedRow<'_, T, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Self { activation, x } = self;
        // Two loops, so that the compiler unrolls the second and vectorizes what it can of it.
        let (whole, rest) = x.split_at_mut(N - N % 8);
        for x in whole {
            *x = activation.of::<S, T>(*x);
        }
        for x in rest {
            *x = activation.of::<S, T>(*x);
        }
    }
}
