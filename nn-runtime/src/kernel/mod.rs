//! The products of a network's step, and the transpose that one of them needs.
//!
//! Three products make up a layer: forward X·W, input gradient G·Wᵀ, weight gradient Xᵀ·G. All
//! end in one register tile (`tile`), which reads its left factor through strides and its right one
//! row by row; Wᵀ is made by [`transpose()`] once a step. What the tile would waste lanes on, the few
//! columns beyond the last full vector, goes elsewhere: to dot products along k (`dot`) or to the
//! tile with its factors exchanged (`swapped`). Rows that collide in the cache are copied (`packed`).
//! A single row has a product of its own (`row`), and so have few weights and many rows, with their
//! gradient (`shallow`).
//! tanh and σ of whole tensors are kernels as well (`quotients`).
//!
//! The functions here are the safe door: the array types of their arguments prove every bound that
//! the kernels rely on. The work behind it has run-time sizes and is compiled in this crate, once
//! for every set and scalar type, so that a network costs its user little compile time; but for a
//! single row and for few weights a call is too long, and there the sizes are constants.
//!
//! **Bits.** For given K and N every element is computed in one order of operations, on every set
//! that fuses multiply-adds, alone or in a batch of any size, wherever it stands in the batch.
//!
//! Measured in `f32` on one core of a Sapphire Rapids class machine, as a share of the peak of fused
//! multiply-adds in the same process (AVX-512 237–243, AVX2 129–132 GFLOP/s; noise ±8 %):
//!
//! | rows, K x N | X·W | G·Wᵀ | Xᵀ·G | X·W by matrixmultiply 0.3.11 |
//! |---|---|---|---|---|
//! | 128, 64 x 64 | 0.89, 0.92 | 0.89, 0.92 | 0.85, 0.86 | 0.58 |
//! | 256, 50 x 50 | 0.78, 0.84 | 0.73, 0.84 | 0.67, 0.80 | 0.45 |
//! | 64, 50 x 50 | 0.72, 0.82 | 0.73, 0.86 | 0.85, 0.87 | 0.42 |
//! | 64, 784 x 128 | 0.96, 0.90 | 0.85, 0.87 | 0.83, 0.87 | 0.61 |
//! | 64, 128 x 64 | 0.94, 0.94 | 0.88, 0.92 | 0.85, 0.87 | 0.56 |
//! | 256, 512 x 512 | 0.88, 0.94 | 0.78, 0.94 | 0.76, 0.75 | 0.68 |

mod dot;
mod operands;
mod packed;
pub(crate) mod quotients;
mod row;
mod shallow;
mod swapped;
mod tile;
mod transpose;

use crate::math::Real;
use crate::simd::{Program, Simd};
use operands::Operands;
use row::Row;
use shallow::{SHALLOW, Shallow, ShallowGradient};
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
    let dots = dot::columns::<T>(K, N);
    if N == 1 && dots == N {
        dot::multiply::<T::Vector<S>>(simd, Operands::product(start, x, w, c));
    } else if let (true, [x], [c]) = (row::pays::<T::Vector<S>>(K, N), x, &mut *c) {
        row::multiply(simd, Row { start, x, w, c });
    } else if dots == 0 && K <= SHALLOW {
        simd.vectorize(Shallow { start, x, w, c });
    } else {
        deep_product(simd, start, x, w, c);
    }
}

/// [`product`] by the register tile. Not inlined by force: a network of many equal layers would
/// repeat the preparation of the operands at every call.
#[inline]
fn deep_product<S: Simd, T: Real, const K: usize, const N: usize>(
    simd: S,
    start: Start<'_, [T; N]>,
    x: &[[T; K]],
    w: &[[T; N]; K],
    c: &mut [[T; N]],
) {
    T::compute(simd, Kernel::Product(Operands::product(start, x, w, c)));
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
    if ShallowGradient::<T, K, N>::pays::<T::Vector<S>>() {
        simd.vectorize(ShallowGradient { start, x, g, d });
    } else {
        deep_transposed_product(simd, start, x, g, d);
    }
}

/// [`transposed_product`] by the register tile, see [`deep_product`].
#[inline]
fn deep_transposed_product<S: Simd, T: Real, const K: usize, const N: usize>(
    simd: S,
    start: Start<'_, [T; N]>,
    x: &[[T; K]],
    g: &[[T; N]],
    d: &mut [[T; N]; K],
) {
    T::compute(
        simd,
        Kernel::TransposedProduct(Operands::transposed_product(start, x, g, d)),
    );
}

/// B ← Aᵀ. The input gradient is G·Wᵀ: W is transposed once a step, then [`product`] serves.
#[inline]
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

/// A function of every element, in place: its division and the work before it overlap, which a
/// loop over the function alone does not achieve (see [`Real::tanh_all`]).
#[derive(Debug, Clone, Copy)]
pub enum Activation {
    /// The hyperbolic tangent.
    Tanh,
    /// The logistic function.
    Sigmoid,
}

impl Activation {
    /// f(x).
    #[inline(always)]
    fn of<S: Simd, T: Real>(self, x: T) -> T {
        match self {
            Self::Tanh => x.tanh::<S>(),
            Self::Sigmoid => x.sigmoid::<S>(),
        }
    }
}

/// X ← f(X).
#[inline(always)]
pub fn activate<S: Simd, T: Real, const N: usize>(
    simd: S,
    activation: Activation,
    x: &mut [[T; N]],
) {
    match x {
        [row] if N <= row::LONGEST => row::activate(simd, activation, row),
        _ => T::compute(simd, Kernel::Activation(activation, x.as_flattened_mut())),
    }
}

/// Work for an instruction set.
///
/// Its sizes are run-time values, so that it is compiled once for every set and scalar type, in
/// this crate, and not in the user's for every layer.
#[doc(hidden)]
pub enum Kernel<'a, T> {
    /// C ← start + X·W.
    Product(Operands<'a, T>),
    /// D ← start + Xᵀ·G.
    TransposedProduct(Operands<'a, T>),
    /// B ← Aᵀ.
    Transpose(Pair<'a, T>),
    /// X ← f(X).
    Activation(Activation, &'a mut [T]),
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
                for p in p.pieces(piece(&p)) {
                    if filled > 0 {
                        tile::multiply(simd, p.columns(0..filled));
                    }
                    if filled < p.columns {
                        swapped::multiply(simd, p.columns(filled..p.columns));
                    }
                }
            }
            Self::Transpose(p) => transpose::transpose::<T::Vector<S>>(simd, p),
            Self::Activation(Activation::Tanh, x) => T::tanh_all(simd, x),
            Self::Activation(Activation::Sigmoid, x) => T::sigmoid_all(simd, x),
        }
    }
}

/// How many rows of X and G go into a small weight gradient D at once: as many as stay in the
/// first-level cache while all of its tiles read them, or nearly so. A large D would come and go
/// once a piece.
///
/// Measured on a Zen 3 processor (32 KiB) with 128 rows: the gradient of 50 x 50 takes 0.81 instead of
/// 0.55 of the peak, of 64 x 64 0.87 instead of 0.83, of 100 x 100 0.88 instead of 0.71 to 0.91. With 200
/// rows that of 16 x 4 takes 323 ns in one piece and 540 in four.
fn piece<T>(p: &Operands<'_, T>) -> usize {
    let is_small = p.rows * p.columns * size_of::<T>() <= 48 * 1024;
    let row = (p.rows + p.columns) * size_of::<T>();
    if is_small {
        (32 * 1024 / row).max(64)
    } else {
        usize::MAX
    }
}

#[cfg(test)]
mod tests;
