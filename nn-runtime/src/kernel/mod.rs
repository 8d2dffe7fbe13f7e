//! The products of a network's step.

mod dot;
mod operands;
mod swapped;
mod tile;

use crate::math::Real;
use crate::simd::{Program, Simd};
use operands::Operands;

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
    simd: S,
    start: Start<'_, [T; N]>,
    x: &[[T; K]],
    w: &[[T; N]; K],
    c: &mut [[T; N]],
) {
    simd.vectorize(Product {
        operands: Operands::product(start, x, w, c),
        dots: dot::columns::<T>(K, N),
    });
}

/// D ← start + Xᵀ·G: the weight gradient, K x n by n x N.
///
/// Rows of `x` beyond those of `g` (or the other way round) are left out.
#[inline(always)]
pub fn transposed_product<S: Simd, T: Real, const K: usize, const N: usize>(
    simd: S,
    start: Start<'_, [T; N]>,
    x: &[[T; K]],
    g: &[[T; N]],
    d: &mut [[T; N]; K],
) {
    simd.vectorize(TransposedProduct(Operands::transposed_product(
        start, x, g, d,
    )));
}

/// C ← start + X·W, of which the last `dots` columns are dot products.
struct Product<'a, T> {
    operands: Operands<'a, T>,
    dots: usize,
}

impl<T: Real> Program for Product<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let p = self.operands;
        let tiled = p.columns - self.dots;
        if tiled > 0 {
            tile::multiply::<T::Vector<S>>(simd, p.columns(0..tiled));
        }
        if self.dots > 0 {
            dot::multiply::<T::Vector<S>>(simd, p.columns(tiled..p.columns));
        }
    }
}

/// D ← start + Xᵀ·G.
struct TransposedProduct<'a, T>(Operands<'a, T>);

impl<T: Real> Program for TransposedProduct<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let p = self.0;
        let tiled = p.columns - swapped::columns::<T::Vector<S>>(p.rows, p.columns);
        if tiled > 0 {
            tile::multiply::<T::Vector<S>>(simd, p.columns(0..tiled));
        }
        if tiled < p.columns {
            swapped::multiply::<T::Vector<S>>(simd, p.columns(tiled..p.columns));
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

#[cfg(test)]
mod tests;
