//! Powers with an integral and with a real exponent.

use super::Real;
use super::format::Format;
use crate::simd::Simd;

/// xⁿ by squaring, within |n|/2 ulps: a squaring doubles the error it is given. With a constant n
/// the loop unrolls into just its multiplications. Where x^|n| overflows, x^−|n| is 0.
#[inline(always)]
pub(super) fn powi<T: Real>(x: T, n: i32) -> T {
    let mut power = T::ONE;
    let mut square = x;
    let mut left = n.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            power *= square;
        }
        square *= square;
        left >>= 1;
    }
    if n < 0 { T::ONE / power } else { power }
}

/// xʸ for `f32`, as exp(y ln x) in `f64`, where the 30 spare bits cover the factor y ln x ≤ 104 by
/// which the exponential magnifies a relative error. The special cases are those of IEEE 754 `pow`.
#[inline(always)]
pub(super) fn powf<S: Simd>(x: f32, y: f32) -> f32 {
    let (base, exponent) = (f64::from(x).abs(), f64::from(y));
    let rounder = <f64 as Format>::ROUNDER;
    // From 2²⁴ on every f32 is an even integer; below, rounding by addition is exact.
    let great = exponent.abs() >= 16_777_216.0;
    let rounded = exponent + rounder;
    let integral = great || rounded - rounder == exponent;
    let odd = !great && integral && rounded.bit::<0>();

    let product = exponent * Real::ln::<S>(base);
    // 1 to any power, and anything to the power 0, is 1, also where the product is NaN.
    let one = base == 1.0 || exponent == 0.0;
    let product = if one { 0.0 } else { product };
    let magnitude = Real::exp::<S>(product) as f32;

    let power = if odd {
        magnitude.copysign(x)
    } else {
        magnitude
    };
    let undefined = x < 0.0 && base < f64::INFINITY && !integral;
    if undefined { f32::NAN } else { power }
}
