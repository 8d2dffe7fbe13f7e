//! The products of a network's step.

use crate::math::Real;
use crate::simd::Simd;

/// What a product starts from: C ← start + A·B.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a, R> {
    /// C ← A·B.
    Zero,
    /// Every row of C starts as this row (a bias).
    Row(&'a R),
    /// C ← C + A·B.
    Keep,
}

/// C ← start + X·W: the forward product, n x K by K x N.
///
/// Rows of `x` beyond those of `c` (or the other way round) are left alone.
#[inline(always)]
pub fn product<S: Simd, T: Real, const K: usize, const N: usize>(
    _simd: S,
    start: Start<'_, [T; N]>,
    x: &[[T; K]],
    w: &[[T; N]; K],
    c: &mut [[T; N]],
) {
    for (x, c) in x.iter().zip(c) {
        match start {
            Start::Zero => *c = [T::ZERO; N],
            Start::Row(row) => *c = *row,
            Start::Keep => {}
        }
        for k in 0..K {
            for j in 0..N {
                c[j] = x[k].mul_add::<S>(w[k][j], c[j]);
            }
        }
    }
}

/// D ← start + Xᵀ·G: the weight gradient, K x n by n x N.
///
/// Rows of `x` beyond those of `g` (or the other way round) are left out.
#[inline(always)]
pub fn transposed_product<S: Simd, T: Real, const K: usize, const N: usize>(
    _simd: S,
    start: Start<'_, [T; N]>,
    x: &[[T; K]],
    g: &[[T; N]],
    d: &mut [[T; N]; K],
) {
    for k in 0..K {
        match start {
            Start::Zero => d[k] = [T::ZERO; N],
            Start::Row(row) => d[k] = *row,
            Start::Keep => {}
        }
        for (x, g) in x.iter().zip(g) {
            for j in 0..N {
                d[k][j] = x[k].mul_add::<S>(g[j], d[k][j]);
            }
        }
    }
}

/// B ← Aᵀ. The input gradient is G·Wᵀ: W is transposed once a step, then [`product`] serves.
#[inline(always)]
pub fn transpose<S: Simd, T: Real, const K: usize, const N: usize>(
    _simd: S,
    a: &[[T; N]; K],
    b: &mut [[T; K]; N],
) {
    for k in 0..K {
        for j in 0..N {
            b[j][k] = a[k][j];
        }
    }
}
