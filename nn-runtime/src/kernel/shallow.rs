//! Products of few weights with many rows.
//!
//! For a first layer of few inputs, or the input gradient of few outputs, a register tile has nothing
//! to keep: a row of C is finished after a few multiply-adds, and what goes on around them takes
//! longer. Here all sizes are constants, and it is the weights that stay in registers: as many columns
//! of W as fit there meet all rows of X.
//!
//! Measured on a Zen 3 processor, `f32`, 32 rows: 2 x 20 takes 52 instead of the tile's 125 ns, and
//! 2 x 100 0.21 instead of the 0.36 µs of a plain loop over each row's columns.

use crate::math::Real;
use crate::simd::{Program, Simd, Vector};

use super::Start;

/// The largest K for which the weights stay in registers.
pub(super) const SHALLOW: usize = 4;

/// C ← start + X·W, in a function of its own: all layers of the same sizes share it.
pub(super) struct Shallow<'a, T, const K: usize, const N: usize> {
    pub(super) start: Start<'a, [T; N]>,
    pub(super) x: &'a [[T; K]],
    pub(super) w: &'a [[T; N]; K],
    pub(super) c: &'a mut [[T; N]],
}

impl<T: Real, const K: usize, const N: usize> Program for Shallow<'_, T, K, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { start, x, w, c } = self;
        // For a vector of columns, K weights, the start and the sum are in registers, and beside them
        // a number of X. Two vectors at least: the last may be shifted over the one before it, and
        // then both must be loaded before either is stored.
        let most = ((T::Vector::<S>::REGISTERS - 1) / (K + 2)).min(MOST);
        let vectors = N.div_ceil(T::Vector::<S>::LANES);
        let groups = vectors.div_ceil(most);
        let (count, larger) = (vectors / groups, vectors % groups);
        let smaller = groups - larger;
        for (x, c) in x.chunks(ROWS).zip(c.chunks_mut(ROWS)) {
            for group in 0..smaller {
                columns(simd, count, group * count, start, x, w, c);
            }
            for group in 0..larger {
                let first = smaller * count + group * (count + 1);
                columns(simd, count + 1, first, start, x, w, c);
            }
        }
    }
}

/// The most vectors of columns at a time.
const MOST: usize = 5;

/// Rows at a time: few enough that their next columns find them in the first-level cache, even where
/// all start in the same few sets of it. With 128 rows of 128 `f32`, a step took a fifth longer.
const ROWS: usize = 32;

/// `count` vectors of columns from number `first` on.
#[inline(always)]
fn columns<S: Simd, T: Real, const K: usize, const N: usize>(
    simd: S,
    count: usize,
    first: usize,
    start: Start<'_, [T; N]>,
    x: &[[T; K]],
    w: &[[T; N]; K],
    c: &mut [[T; N]],
) {
    let zeros = [T::Vector::<S>::splat(simd, T::ZERO); MOST];
    let mut weights = [zeros; K];
    for k in 0..K {
        for j in 0..count {
            weights[k][j] = part::<S, T, N>(simd, &w[k], first + j);
        }
    }
    let mut initial = zeros;
    if let Start::Row(row) = start {
        for j in 0..count {
            initial[j] = part::<S, T, N>(simd, row, first + j);
        }
    }
    for (x, c) in x.iter().zip(c) {
        let mut sums = initial;
        if let Start::Keep = start {
            for j in 0..count {
                sums[j] = part::<S, T, N>(simd, c, first + j);
            }
        }
        for k in 0..K {
            let x = T::Vector::<S>::splat(simd, x[k]);
            for j in 0..count {
                sums[j] = x.mul_add(weights[k][j], sums[j]);
            }
        }
        for j in 0..count {
            set_part::<S, T, N>(sums[j], c, first + j);
        }
    }
}

/// Vector number `j` of a row; the last is shifted left to end with it, and if the row is shorter than
/// a vector the other lanes are 0.
#[inline(always)]
fn part<S: Simd, T: Real, const N: usize>(simd: S, row: &[T; N], j: usize) -> T::Vector<S> {
    let lanes = T::Vector::<S>::LANES;
    // SAFETY: the row has N scalars, as many as lanes from `j * lanes` on or from `N - lanes` on.
    unsafe {
        match N.checked_sub(lanes) {
            Some(last) => T::Vector::load(simd, row.as_ptr().add(last.min(j * lanes))),
            None => T::Vector::load_first(simd, row.as_ptr(), N),
        }
    }
}

/// Writes to where [`part`] reads.
#[inline(always)]
fn set_part<S: Simd, T: Real, const N: usize>(v: T::Vector<S>, row: &mut [T; N], j: usize) {
    let lanes = T::Vector::<S>::LANES;
    // SAFETY: as for `part`.
    unsafe {
        match N.checked_sub(lanes) {
            Some(last) => v.store(row.as_mut_ptr().add(last.min(j * lanes))),
            None => v.store_first(row.as_mut_ptr(), N),
        }
    }
}
