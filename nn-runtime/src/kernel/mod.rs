//! The products of a network's step.

mod dot;
mod operands;
mod swapped;
mod tile;
mod transpose;

use crate::math::Real;
use crate::simd::{Program, Simd};
use operands::Operands;
use transpose::Pair;

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
    let operands = Operands::product(start, x, w, c);
    T::compute(simd, Kernel::Product(operands));
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
    let operands = Operands::transposed_product(start, x, g, d);
    T::compute(simd, Kernel::TransposedProduct(operands));
}

/// B ← Aᵀ. The input gradient is G·Wᵀ: W is transposed once a step, then [`product`] serves.
#[inline(always)]
pub fn transpose<S: Simd, T: Real, const K: usize, const N: usize>(
    simd: S,
    a: &[[T; N]; K],
    b: &mut [[T; K]; N],
) {
    if K == 1 || N == 1 {
        b.as_flattened_mut().copy_from_slice(a.as_flattened());
    } else {
        T::compute(simd, Kernel::Transpose(Pair::new(a, b)));
    }
}

/// Work for an instruction set.
///
/// Its sizes are run-time values, so that it is compiled once for every set and scalar type, in
/// this crate, and not in the user's for every layer.
#[derive(Clone, Copy)]
pub enum Kernel<'a, T> {
    /// C ← start + X·W.
    Product(Operands<'a, T>),
    /// D ← start + Xᵀ·G.
    TransposedProduct(Operands<'a, T>),
    /// B ← Aᵀ.
    Transpose(Pair<'a, T>),
}

impl<T: Real> Program for Kernel<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self {
            Self::Product(p) => {
                let filled = p.columns - dot::columns::<T>(p.depth, p.columns);
                if filled > 0 {
                    tile::multiply(simd, p.columns(0..filled));
                }
                if filled < p.columns {
                    dot::multiply::<T::Vector<S>>(simd, p.columns(filled..p.columns));
                }
            }
            Self::TransposedProduct(p) => {
                let filled = p.columns - swapped::columns::<T::Vector<S>>(p.rows, p.columns);
                if filled > 0 {
                    tile::multiply(simd, p.columns(0..filled));
                }
                if filled < p.columns {
                    swapped::multiply(simd, p.columns(filled..p.columns));
                }
            }
            Self::Transpose(p) => transpose::transpose::<T::Vector<S>>(simd, p),
        }
    }
}

#[cfg(test)]
mod tests;
