//! Products of few weights with many rows, and the gradients of such weights.
//!
//! For a first layer of few inputs, or the input gradient of few outputs, a register tile has nothing
//! to keep: a row of C is finished after a few multiply-adds, and what goes on around them takes
//! longer. Here all sizes are constants, and it is the weights, or the sums of their gradient, that
//! stay in registers: as many columns as fit there meet all rows of X.
//!
//! Measured on a Zen 3 processor, `f32`, 32 rows, instead of the tile: 2 x 20 takes 52 instead of
//! 125 ns, 5 x 20 90 instead of 178, 8 x 20 159 instead of 220, but 10 x 10 as long and 12 x 20 1.1 times
//! as long; the gradient of 2 x 50 85 instead of 122 ns, of 6 x 20 105 instead of 174.

use crate::math::Real;
use crate::simd::{Program, Simd, Vector};

use super::Start;

/// The largest K for which a product goes this way.
pub(super) const SHALLOW: usize = 8;

/// The most vectors of columns at a time.
const MOST: usize = 5;

/// Groups of vectors side by side.
struct Groups {
    /// Vectors of a smaller group; a larger one has one more.
    count: usize,
    smaller: usize,
    /// They come last, so the last vector, which may be shifted over the one before it, shares a group
    /// with that one if `most` is two or more: both are loaded before either is stored.
    larger: usize,
}

impl Groups {
    /// As few groups for `columns` scalars as there can be of up to `most` vectors.
    #[inline(always)]
    fn new<V: Vector>(columns: usize, most: usize) -> Self {
        let vectors = columns.div_ceil(V::LANES);
        let groups = vectors.div_ceil(most);
        let (count, larger) = (vectors / groups, vectors % groups);
        Self {
            count,
            smaller: groups - larger,
            larger,
        }
    }

    /// The first vector of a larger group.
    #[inline(always)]
    fn first_of_larger(&self, number: usize) -> usize {
        self.smaller * self.count + number * (self.count + 1)
    }
}

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
        // a number of X. Where two vectors are too many, some weights are read from memory in time.
        let most = ((T::Vector::<S>::REGISTERS - 1) / (K + 2)).clamp(2, MOST);
        let groups = Groups::new::<T::Vector<S>>(N, most);
        for (x, c) in x.chunks(ROWS).zip(c.chunks_mut(ROWS)) {
            for group in 0..groups.smaller {
                columns(simd, groups.count, group * groups.count, start, x, w, c);
            }
            for group in 0..groups.larger {
                let first = groups.first_of_larger(group);
                columns(simd, groups.count + 1, first, start, x, w, c);
            }
        }
    }
}

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

/// D ← start + Xᵀ·G, in a function of its own.
pub(super) struct ShallowGradient<'a, T, const K: usize, const N: usize> {
    pub(super) start: Start<'a, [T; N]>,
    pub(super) x: &'a [[T; K]],
    pub(super) g: &'a [[T; N]],
    pub(super) d: &'a mut [[T; N]; K],
}

impl<T: Real, const K: usize, const N: usize> ShallowGradient<'_, T, K, N> {
    /// The most rows of D at a time: of so many, two vectors fit the smallest set's sixteen registers,
    /// beside two of G and a number of X.
    const TALLEST: usize = 6;

    /// Whether this is the way for these sizes: D has at most the rows that `run` goes through, and columns
    /// that fill a vector, because of fewer the exchanged factors (`swapped`) waste less.
    #[inline(always)]
    pub(super) fn pays<V: Vector>() -> bool {
        K <= 8 && N >= V::LANES
    }

    /// R rows of D from row `top` on.
    #[inline(always)]
    fn rows<S: Simd, const R: usize>(&mut self, simd: S, top: usize) {
        let most = ((T::Vector::<S>::REGISTERS - 2) / (R + 1)).min(MOST);
        let groups = Groups::new::<T::Vector<S>>(N, most);
        for group in 0..groups.smaller {
            self.columns::<S, R>(simd, top, groups.count, group * groups.count);
        }
        for group in 0..groups.larger {
            self.columns::<S, R>(simd, top, groups.count + 1, groups.first_of_larger(group));
        }
    }

    /// `count` vectors of their columns from number `first` on.
    #[inline(always)]
    fn columns<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        top: usize,
        count: usize,
        first: usize,
    ) {
        let zeros = [T::Vector::<S>::splat(simd, T::ZERO); MOST];
        let mut sums = [zeros; R];
        for r in 0..R {
            for j in 0..count {
                sums[r][j] = match self.start {
                    Start::Zero => zeros[j],
                    Start::Row(row) => part::<S, T, N>(simd, row, first + j),
                    Start::Keep => part::<S, T, N>(simd, &self.d[top + r], first + j),
                };
            }
        }
        for (x, g) in self.x.iter().zip(self.g) {
            let mut row = zeros;
            for j in 0..count {
                row[j] = part::<S, T, N>(simd, g, first + j);
            }
            for r in 0..R {
                let x = T::Vector::<S>::splat(simd, x[top + r]);
                for j in 0..count {
                    sums[r][j] = x.mul_add(row[j], sums[r][j]);
                }
            }
        }
        for r in 0..R {
            for j in 0..count {
                set_part::<S, T, N>(sums[r][j], &mut self.d[top + r], first + j);
            }
        }
    }
}

impl<T: Real, const K: usize, const N: usize> Program for ShallowGradient<'_, T, K, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        if K <= Self::TALLEST {
            return self.rows::<S, K>(simd, 0);
        }
        self.rows::<S, 4>(simd, 0);
        if K == 7 {
            self.rows::<S, 3>(simd, 4);
        } else {
            self.rows::<S, 4>(simd, 4);
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
