//! exp, exp_m1, sigmoid.
//!
//! x = 2m·ln 2 + r with an integer m and |r| ≤ ln 2. Then eˣ = s·s·eʳ with s = 2ᵐ. Taking *twice*
//! the logarithm costs one more coefficient (two in `f64`) than the usual |r| ≤ (ln 2)/2, but the
//! two-step scaling that overflow and gradual underflow ask for comes almost free: s is always a
//! normal number, so s·(s·eʳ) overflows just where eˣ does, and a subnormal result is rounded once.
//!
//! eˣ − 1 = s·(s·(eʳ − 1) + (s − 1/s)): for m = 0 this is eʳ − 1 itself, so nothing cancels.
//!
//! Where x cannot be large, only underflow matters, and one scaling does: 2⁶⁴·eˣ is always a
//! normal number, so the shorter polynomial for |r| ≤ (ln 2)/2 serves.
//!
//! σ(x) = eˣ/(1 + eˣ) keeps its relative accuracy down to the subnormal numbers, which a form in
//! e⁻ˣ loses to overflow and one in tanh to cancellation. As 2⁶⁴eˣ/(2⁶⁴eˣ + 2⁶⁴) it need not even
//! undo the lift.

use super::format::Format;
use super::tables::{Tables, polynomial};
use crate::kernel::quotients::{Quotient, quotient};
use crate::simd::Simd;

const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

/// r and s = 2ᵐ of the reduction, for x between `EXP_LEAST` and `EXP_GREATEST`.
#[inline(always)]
fn reduce<S: Simd, T: Format + Tables>(x: T) -> (T, T) {
    let rounded = x.mul_add::<S>(T::HALF_LOG2_E, T::BIASED_ROUNDER);
    let m = rounded - T::BIASED_ROUNDER;
    let r = m.mul_add::<S>(-T::TWO_LN_2_HIGH, x);
    let r = m.mul_add::<S>(-T::TWO_LN_2_LOW, r);
    (r, rounded.power_of_two())
}

/// eˣ/(s·s), s: all that is left of eˣ is to scale.
#[inline(always)]
pub(super) fn unscaled<S: Simd, T: Format + Tables>(x: T) -> (T, T) {
    let (r, s) = reduce::<S, T>(x);
    let q = polynomial::<S, T>(r, T::EXP);
    (q.mul_add::<S>(r, T::ONE).mul_add::<S>(r, T::ONE), s)
}

/// (eˣ − 1)/s, s.
#[inline(always)]
pub(super) fn unscaled_m1<S: Simd, T: Format + Tables>(x: T) -> (T, T) {
    let (r, s) = reduce::<S, T>(x);
    let q = polynomial::<S, T>(r, T::EXP);
    let tail = (r * r).mul_add::<S>(q, r);
    (s.mul_add::<S>(tail, s - s.power_of_two_inverse()), s)
}

/// eˣ.
#[inline(always)]
pub(super) fn exp<S: Simd, T: Format + Tables>(x: T) -> T {
    let (p, s) = unscaled::<S, T>(x.max(T::EXP_LEAST).min(T::EXP_GREATEST));
    p * s * s
}

/// 2⁶⁴·exp(x − low) for x between `EXP_LEAST` and 40 and a `low` below the ulp of x.
#[inline(always)]
fn lifted<S: Simd, T: Format + Tables>(x: T, low: T) -> T {
    let rounder = T::BIASED_ROUNDER + T::from_f64(64.0);
    let rounded = x.mul_add::<S>(T::LOG2_E, rounder);
    let n = rounded - rounder;
    let r = n.mul_add::<S>(-T::LN_2_HIGH, x);
    let r = n.mul_add::<S>(-T::LN_2_LOW, r) - low;
    let q = polynomial::<S, T>(r, T::EXP_NARROW);
    q.mul_add::<S>(r, T::ONE).mul_add::<S>(r, T::ONE) * rounded.power_of_two()
}

/// exp(x − low) for x ≤ 0 (or NaN) and a `low` below the ulp of x.
#[inline(always)]
pub(super) fn exp_of_negative<S: Simd, T: Format + Tables>(x: T, low: T) -> T {
    lifted::<S, T>(x.max(T::EXP_LEAST), low) * T::from_f64(1.0 / TWO_TO_64)
}

/// eˣ − 1.
#[inline(always)]
pub(super) fn exp_m1<S: Simd, T: Format + Tables>(x: T) -> T {
    let (p, s) = unscaled_m1::<S, T>(x.max(T::EXP_LEAST).min(T::EXP_GREATEST));
    (p * s).copysign(x)
}

/// σ, as e/(e + 2⁶⁴) with e = 2⁶⁴eˣ.
pub(super) struct Sigmoid;

impl<T: Format + Tables> Quotient<T> for Sigmoid {
    const HAS_SIGN: bool = false;

    #[inline(always)]
    fn numerator<S: Simd>(x: T) -> T {
        lifted::<S, T>(x.max(T::EXP_LEAST).min(T::SIGMOID_GREATEST), T::ZERO)
    }

    #[inline(always)]
    fn addend() -> T {
        T::from_f64(TWO_TO_64)
    }
}

/// 1/(1 + e⁻ˣ).
#[inline(always)]
pub(super) fn sigmoid<S: Simd, T: Format + Tables>(x: T) -> T {
    quotient::<T, Sigmoid>(Sigmoid::numerator::<S>(x), x)
}
