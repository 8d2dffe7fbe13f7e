//! ln, ln_1p, softplus: one kernel for k·ln 2 + ln(1 + f).
//!
//! With s = f/(2 + f), ln(1 + f) = 2 artanh s = 2s + s·R(s²), and 2s = f − s·f, so
//! ln(1 + f) = f − (f²/2 − s·(f²/2 + R)): the leading term f is exact and the correction small.
//! This is the form of Sun's fdlibm (1993); f is taken from [√½ − 1, √2 − 1].
//!
//! ln(1 + x) must not lose what 1 + x rounds away. The lost part is recovered exactly (Knuth's
//! two-sum), scaled along and added to f, so no second division is needed.
//!
//! softplus x = max(x, 0) + ln(1 + e^−|x|) neither overflows nor cancels, and for very negative x
//! it is eˣ to full relative accuracy.

use super::exp::exp_of_negative;
use super::format::Format;
use super::tables::{Tables, polynomial};
use crate::simd::Simd;
use std::f64::consts::FRAC_1_SQRT_2;

/// k·ln 2 + ln(1 + f) for integral k and √½ ≤ 1 + f ≤ √2.
#[inline(always)]
fn ln_of_parts<S: Simd, T: Format + Tables>(k: T, f: T) -> T {
    let s = f / (f + T::from_f64(2.0));
    let z = s * s;
    let half_square = T::from_f64(0.5) * f * f;
    let sum = polynomial::<S, T>(z, T::LN).mul_add::<S>(z, half_square);
    let correction = half_square - s.mul_add::<S>(sum, k * T::LN_2_LOW);
    k.mul_add::<S>(T::LN_2_HIGH, f - correction)
}

/// `y` inside the domain of a logarithm of `x` ≥ 0, else the limit: −∞, ∞, NaN.
#[inline(always)]
fn at_the_edges<T: Format>(x: T, y: T) -> T {
    let y = if x < T::INFINITY { y } else { x };
    let edge = if x == T::ZERO {
        -T::INFINITY
    } else {
        T::from_f64(f64::NAN)
    };
    if x > T::ZERO { y } else { edge }
}

/// ln x.
#[inline(always)]
pub(super) fn ln<S: Simd, T: Format + Tables>(x: T) -> T {
    let subnormal = x < T::MIN_POSITIVE;
    let lifted = if subnormal { x * T::LIFT } else { x };
    let down = if subnormal { T::PRECISION } else { T::ZERO };
    let (k, m, _) = lifted.split();
    at_the_edges(x, ln_of_parts::<S, T>(k - down, m - T::ONE))
}

/// ln(1 + x).
#[inline(always)]
pub(super) fn ln_1p<S: Simd, T: Format + Tables>(x: T) -> T {
    let u = x + T::ONE;
    let rest = u - T::ONE;
    let lost = (T::ONE - (u - rest)) + (x - rest);
    let (k, m, inverse) = u.split();
    // Where u is so large that 2⁻ᵏ would not be a number, what 1 + x lost is far below its ulp.
    let inverse = if u < T::LIFT * T::LIFT {
        inverse
    } else {
        T::ZERO
    };
    let f = lost.mul_add::<S>(inverse, m - T::ONE);
    at_the_edges(u, ln_of_parts::<S, T>(k, f)).copysign(x)
}

/// ln(1 + t) for 0 ≤ t ≤ 1.
#[inline(always)]
fn ln_1p_of_unit<S: Simd, T: Format + Tables>(t: T) -> T {
    // k = 1 from √2 − 1 on, by rounding, and f = (1 + t)/2ᵏ − 1: a select here would make the
    // compiler evaluate all that follows twice.
    let k = t.mul_add::<S>(T::from_f64(FRAC_1_SQRT_2 + 0.5), T::ROUNDER) - T::ROUNDER;
    let half = T::from_f64(0.5) * k;
    let f = t.mul_add::<S>(T::ONE - half, -half);
    ln_of_parts::<S, T>(k, f)
}

/// ln(1 + eˣ).
#[inline(always)]
pub(super) fn softplus<S: Simd, T: Format + Tables>(x: T) -> T {
    let t = exp_of_negative::<S, T>(-x.abs(), T::ZERO);
    x.max(T::ZERO) + ln_1p_of_unit::<S, T>(t)
}
