//! Elementary functions in `f32`.

use super::Real;
use crate::simd::Simd;

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const EPSILON: Self = f32::EPSILON;
    const NAME: &'static str = "f32";

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        f32::is_finite(self)
    }
    #[inline(always)]
    fn mul_add<S: Simd>(self, b: Self, c: Self) -> Self {
        if S::FMA {
            f32::mul_add(self, b, c)
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
        f32::abs(self)
    }
    #[inline(always)]
    fn sign(self) -> Self {
        if self > 0.0 {
            1.0
        } else if self < 0.0 {
            -1.0
        } else {
            self
        }
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f32::sqrt(self)
    }
    #[inline(always)]
    fn powi<S: Simd>(self, n: i32) -> Self {
        f32::powi(self, n)
    }
    #[inline(always)]
    fn powf<S: Simd>(self, y: Self) -> Self {
        f32::powf(self, y)
    }
    #[inline(always)]
    fn exp<S: Simd>(self) -> Self {
        f32::exp(self)
    }
    #[inline(always)]
    fn ln<S: Simd>(self) -> Self {
        f32::ln(self)
    }
    #[inline(always)]
    fn tanh<S: Simd>(self) -> Self {
        f32::tanh(self)
    }
    #[inline(always)]
    fn sin<S: Simd>(self) -> Self {
        f32::sin(self)
    }
    #[inline(always)]
    fn cos<S: Simd>(self) -> Self {
        f32::cos(self)
    }
    #[inline(always)]
    fn tan<S: Simd>(self) -> Self {
        f32::tan(self)
    }
    #[inline(always)]
    fn atan<S: Simd>(self) -> Self {
        f32::atan(self)
    }
    #[inline(always)]
    fn sinh<S: Simd>(self) -> Self {
        f32::sinh(self)
    }
    #[inline(always)]
    fn cosh<S: Simd>(self) -> Self {
        f32::cosh(self)
    }
    #[inline(always)]
    fn exp_m1<S: Simd>(self) -> Self {
        f32::exp_m1(self)
    }
    #[inline(always)]
    fn ln_1p<S: Simd>(self) -> Self {
        f32::ln_1p(self)
    }
    #[inline(always)]
    fn sigmoid<S: Simd>(self) -> Self {
        1.0 / (1.0 + f32::exp(-self))
    }
    #[inline(always)]
    fn softplus<S: Simd>(self) -> Self {
        Real::max(self, 0.0) + f32::ln_1p(f32::exp(-f32::abs(self)))
    }
    #[inline(always)]
    fn erf<S: Simd>(self) -> Self {
        libm::erff(self)
    }
    #[inline(always)]
    fn erfc<S: Simd>(self) -> Self {
        libm::erfcf(self)
    }
}
