//! The scalar types and their elementary functions.

use core::fmt::{Debug, Display};
use core::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::simd::{Lane, Simd};

mod f32;
mod f64;

/// A scalar a network computes in: `f32` or `f64`.
///
/// The functions generic over [`Simd`] are branch-free and inlined, so that a plain loop over them
/// vectorizes with the set's instructions. They return the same bits on every set that fuses
/// multiply-adds, whatever the width of its vectors.
pub trait Real:
    Lane
    + Copy
    + Debug
    + Display
    + Default
    + PartialEq
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + Send
    + Sync
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The type's name, as users write it.
    const NAME: &'static str;

    /// The nearest scalar to `value`.
    fn from_f64(value: f64) -> Self;
    /// The same number as an `f64`; exact.
    fn to_f64(self) -> f64;
    /// Neither NaN nor infinite.
    fn is_finite(self) -> bool;

    /// a·b + c, fused where the instruction set can.
    fn mul_add<S: Simd>(self, b: Self, c: Self) -> Self;
    /// The larger of two; NaN if `self` is NaN.
    fn max(self, other: Self) -> Self;
    /// The smaller of two; NaN if `self` is NaN.
    fn min(self, other: Self) -> Self;
    /// |x|.
    fn abs(self) -> Self;
    /// −1, 0 or 1; 0 at 0.
    fn sign(self) -> Self;
    /// √x.
    fn sqrt(self) -> Self;
    /// xⁿ by repeated multiplication.
    fn powi<S: Simd>(self, n: i32) -> Self;
    /// xʸ.
    fn powf<S: Simd>(self, y: Self) -> Self;
    /// eˣ.
    fn exp<S: Simd>(self) -> Self;
    /// eˣ − 1.
    fn exp_m1<S: Simd>(self) -> Self;
    /// ln x.
    fn ln<S: Simd>(self) -> Self;
    /// ln(1 + x).
    fn ln_1p<S: Simd>(self) -> Self;
    /// tanh x.
    fn tanh<S: Simd>(self) -> Self;
    /// σ(x) = 1 / (1 + e⁻ˣ).
    fn sigmoid<S: Simd>(self) -> Self;
    /// ln(1 + eˣ), without overflow.
    fn softplus<S: Simd>(self) -> Self;
    /// sin x.
    fn sin<S: Simd>(self) -> Self;
    /// cos x.
    fn cos<S: Simd>(self) -> Self;
    /// tan x.
    fn tan<S: Simd>(self) -> Self;
    /// arctan x.
    fn atan<S: Simd>(self) -> Self;
    /// sinh x.
    fn sinh<S: Simd>(self) -> Self;
    /// cosh x.
    fn cosh<S: Simd>(self) -> Self;
    /// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
    fn erf<S: Simd>(self) -> Self;
    /// 1 − erf x, without cancellation in the tail.
    fn erfc<S: Simd>(self) -> Self;
}
