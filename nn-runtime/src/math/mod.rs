//! The scalar types and their elementary functions.
//!
//! The functions are straight lines of additions, multiplications, selects and bit operations: no
//! branch, no call, no table lookup. Inlined into a loop over a slice that is compiled for an
//! instruction set (see [`simd`](crate::simd)), they vectorize by themselves, and a lane computes
//! what a scalar would: sets that fuse multiply-adds agree bit for bit, whatever the width.
//!
//! One algorithm serves both formats; what differs is a table of coefficients and a handful of bit
//! operations.
//!
//! The bounds, which the tests assert on every instruction set, hold wherever the result is finite,
//! subnormal results included, unless a range is given. (A subnormal `f64` may be off by two of its
//! steps.) The times are nanoseconds an element over 1600 elements in the first-level cache, on one
//! core of a Sapphire-Rapids-class processor, best of 200 short batches.
//!
//! | function | `f32`, ulp | `f64`, relative | `f32` AVX-512, AVX2 | `f64` AVX-512, AVX2 |
//! |---|---|---|---|---|
//! | `exp` | 3 | 6e-16 | 0.16, 0.26 | 0.43, 0.76 |
//! | `exp_m1` | 2 | 7e-16 | 0.18, 0.29 | 0.47, 0.82 |
//! | `ln` | 1 | 4e-16 | 0.29, 0.51 | 0.69, 1.27 |
//! | `ln_1p` | 2 | 4e-16 | 0.39, 0.60 | 0.87, 1.51 |
//! | `tanh` | 3 | 8e-16 | 0.21, 0.26 | 0.53, 0.71 |
//! | `sigmoid` | 3 | 8e-16 | 0.21, 0.27 | 0.56, 0.75 |
//! | `softplus` | 2.5 | 8e-16 | 0.49, 0.69 | 1.39, 2.10 |
//! | `sinh` | 3.5 | 9e-16 | 0.30, 0.40 | 0.74, 1.12 |
//! | `cosh` | 3 | 7e-16 | 0.24, 0.30 | 0.61, 0.89 |
//! | `sin` | 2 | 6e-16 | 0.52, 0.80 | 0.85, 1.34 |
//! | `cos` | 2 | 6e-16 | 0.52, 0.80 | 0.86, 1.34 |
//! | `tan` | 4 | 9e-16 | 0.57, 0.87 | 0.99, 1.57 |
//! | `atan` | 2.5 | 5e-16 | 0.24, 0.42 | 0.64, 1.20 |
//! | `erf` | 1.5 | 5e-16 | 0.55, 0.87 | 1.78, 2.77 |
//! | `erfc` | 5 | 1e-15 | about as `erf` | 1.78, 2.83 |
//!
//! A NaN gives a NaN; where a limit at ±∞ or at the edge of the domain exists it is returned
//! (e^−∞ = 0, ln 0 = −∞, tanh ∞ = 1, softplus(−∞) = 0), and outside the domain NaN (ln −1). Odd
//! functions are odd to the bit and keep the sign of 0. tanh, erf, sin and cos never leave [−1, 1],
//! σ never leaves [0, 1].
//!
//! sin, cos and tan keep their bounds for |x| ≤ 2²⁰·π/2 ≈ 1.6e6 (in `f64` next to a zero, 2e-30 is
//! to be added). Beyond, the *angle* is off by up to |x|·2⁻⁵² radians; sin and cos stay in range.
//!
//! xⁿ ([`powi`](Real::powi)) is off by up to |n|/2 ulps. xʸ ([`powf`](Real::powf)) is within 0.51
//! ulp in `f32`, where it runs through `f64` (1.8 ns with AVX-512); in `f64` it is the standard
//! library's, a scalar call of about 11 ns.

use core::fmt::{Debug, Display};
use core::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::kernel::quotients;
use crate::simd::{Lane, Simd};

mod erf;
mod exp;
mod format;
pub mod functions;
mod hyperbolic;
mod log;
mod power;
mod tables;
mod trig;

/// A scalar a network computes in: `f32` or `f64`.
///
/// The functions generic over [`Simd`] are branch-free and inlined, so that a plain loop over them
/// vectorizes with the set's instructions (all but `powf` in `f64`, and `powi` where n is not a
/// constant). They return the same bits on every set that fuses multiply-adds, whatever the width
/// of its vectors.
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
    /// `self` times the sign of `sign`, that of a zero included.
    fn mul_sign(self, sign: Self) -> Self;
    /// √x.
    fn sqrt(self) -> Self;
    /// xⁿ by repeated multiplication; x⁻ⁿ is its reciprocal. Error at most |n|/2 ulp.
    fn powi<S: Simd>(self, n: i32) -> Self;
    /// xʸ, with the special cases of IEEE 754. Error at most 0.51 ulp in `f32`; in `f64` the
    /// standard library's, which is a scalar call.
    fn powf<S: Simd>(self, y: Self) -> Self;
    /// eˣ. Error at most 3 ulp in `f32`, 6e-16 relative in `f64`.
    fn exp<S: Simd>(self) -> Self;
    /// eˣ − 1. Error at most 2 ulp in `f32`, 7e-16 relative in `f64`.
    fn exp_m1<S: Simd>(self) -> Self;
    /// ln x. Error at most 1 ulp in `f32`, 4e-16 relative in `f64`.
    fn ln<S: Simd>(self) -> Self;
    /// ln(1 + x). Error at most 2 ulp in `f32`, 4e-16 relative in `f64`.
    fn ln_1p<S: Simd>(self) -> Self;
    /// tanh x. Error at most 3 ulp in `f32`, 8e-16 relative in `f64`.
    fn tanh<S: Simd>(self) -> Self;
    /// σ(x) = 1 / (1 + e⁻ˣ). Error at most 3 ulp in `f32`, 8e-16 relative in `f64`.
    fn sigmoid<S: Simd>(self) -> Self;
    /// [`tanh`](Real::tanh) of every element, in place; the same bits, in less time.
    fn tanh_all<S: Simd>(simd: S, values: &mut [Self]);
    /// [`sigmoid`](Real::sigmoid) of every element, in place; the same bits, in less time.
    fn sigmoid_all<S: Simd>(simd: S, values: &mut [Self]);
    /// ln(1 + eˣ), without overflow. Error at most 2.5 ulp in `f32`, 8e-16 relative in `f64`.
    fn softplus<S: Simd>(self) -> Self;
    /// sin x. Error at most 2 ulp in `f32`, 6e-16 relative in `f64` for |x| ≤ 1.6e6.
    fn sin<S: Simd>(self) -> Self;
    /// cos x. Error at most 2 ulp in `f32`, 6e-16 relative in `f64` for |x| ≤ 1.6e6.
    fn cos<S: Simd>(self) -> Self;
    /// tan x. Error at most 4 ulp in `f32`, 9e-16 relative in `f64` for |x| ≤ 1.6e6.
    fn tan<S: Simd>(self) -> Self;
    /// arctan x. Error at most 2.5 ulp in `f32`, 5e-16 relative in `f64`.
    fn atan<S: Simd>(self) -> Self;
    /// sinh x. Error at most 3.5 ulp in `f32`, 9e-16 relative in `f64`.
    fn sinh<S: Simd>(self) -> Self;
    /// cosh x. Error at most 3 ulp in `f32`, 7e-16 relative in `f64`.
    fn cosh<S: Simd>(self) -> Self;
    /// The error function, 2/√π ∫₀ˣ exp(−t²) dt. Error at most 1.5 ulp in `f32`, 5e-16 relative
    /// in `f64`.
    fn erf<S: Simd>(self) -> Self;
    /// 1 − erf x, without cancellation in the tail. Error at most 5 ulp in `f32`, 1e-15 relative
    /// in `f64`.
    fn erfc<S: Simd>(self) -> Self;
}

macro_rules! real {
    ($float:ident, powf: $powf:expr) => {
        impl Real for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = $float::EPSILON;
            const NAME: &'static str = stringify!($float);

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $float::is_finite(self)
            }
            #[inline(always)]
            fn mul_add<S: Simd>(self, b: Self, c: Self) -> Self {
                if S::FMA {
                    $float::mul_add(self, b, c)
                } else {
                    self * b + c
                }
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if self < other { other } else { self }
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                if self > other { other } else { self }
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $float::abs(self)
            }
            #[inline(always)]
            fn sign(self) -> Self {
                let sign = if self < 0.0 { -1.0 } else { self };
                if self > 0.0 { 1.0 } else { sign }
            }
            #[inline(always)]
            fn mul_sign(self, sign: Self) -> Self {
                $float::from_bits(self.to_bits() ^ (sign.to_bits() & $float::to_bits(-0.0)))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }
            #[inline(always)]
            fn powi<S: Simd>(self, n: i32) -> Self {
                power::powi(self, n)
            }
            #[inline(always)]
            fn powf<S: Simd>(self, y: Self) -> Self {
                $powf(self, y)
            }
            #[inline(always)]
            fn tanh_all<S: Simd>(simd: S, values: &mut [Self]) {
                quotients::apply::<S, Self, hyperbolic::Tanh>(simd, values);
            }
            #[inline(always)]
            fn sigmoid_all<S: Simd>(simd: S, values: &mut [Self]) {
                quotients::apply::<S, Self, exp::Sigmoid>(simd, values);
            }
            real!(@call exp exp, exp exp_m1, exp sigmoid, hyperbolic tanh, hyperbolic sinh,
                hyperbolic cosh, log ln, log ln_1p, log softplus, trig sin, trig cos, trig tan,
                trig atan, erf erf, erf erfc);
        }
    };
    (@call $($module:ident $function:ident),*) => {$(
        #[inline(always)]
        fn $function<S: Simd>(self) -> Self {
            $module::$function::<S, Self>(self)
        }
    )*};
}

real!(f32, powf: power::powf::<S>);
real!(f64, powf: f64::powf);

#[cfg(test)]
mod tests;
