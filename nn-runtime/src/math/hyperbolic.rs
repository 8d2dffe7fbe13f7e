//! tanh, sinh, cosh, through the exponential of |x|; the sign is put back at the end, so the odd
//! functions are odd to the bit.
//!
//! tanh x = h/(h + 1) with h = (e²ˣ − 1)/2. Its division keeps the divider busy for longer than
//! all else takes on the other ports, so a rational approximation with fewer steps is no faster;
//! and near saturation the errors of h cancel, which those of a rational do not: in a simulation of
//! `f32`, one of degrees 9 and 8 was off by 5.4 ulp. As |x| is cut off where tanh rounds to 1, one
//! scaling by 2ⁿ and a one-word ln 2 are enough: an error δ of h reaches the result as δ/(h + 1).
//!
//! sinh and cosh overflow later than eˣ, so they are built on halves: h = (e^|x| − 1)/2,
//! sinh |x| = h·(1 + 1/(2h + 1)), and cosh x = h + ¼/h with h = e^|x|/2.

use super::exp::{unscaled, unscaled_m1};
use super::format::Format;
use super::tables::{Tables, polynomial};
use crate::kernel::quotients::{Quotient, quotient};
use crate::simd::Simd;

/// tanh, as ±h/(h + 1).
pub(super) struct Tanh;

impl<T: Format + Tables> Quotient<T> for Tanh {
    const HAS_SIGN: bool = true;

    #[inline(always)]
    fn numerator<S: Simd>(x: T) -> T {
        let half = T::from_f64(0.5);
        let a = x.abs().min(T::TANH_GREATEST);
        let rounded = a.mul_add::<S>(T::TWO_LOG2_E, T::BIASED_ROUNDER);
        let n = rounded - T::BIASED_ROUNDER;
        let r = n.mul_add::<S>(-T::HALF_LN_2, a);
        let q = polynomial::<S, T>(r, T::TANH);
        let tail = (r * r).mul_add::<S>(q, r);
        let s = rounded.power_of_two();
        s.mul_add::<S>(tail, s.mul_add::<S>(half, -half))
    }

    #[inline(always)]
    fn addend() -> T {
        T::ONE
    }
}

/// tanh x.
#[inline(always)]
pub(super) fn tanh<S: Simd, T: Format + Tables>(x: T) -> T {
    quotient::<T, Tanh>(Tanh::numerator::<S>(x), x)
}

/// sinh x.
#[inline(always)]
pub(super) fn sinh<S: Simd, T: Format + Tables>(x: T) -> T {
    let (p, s) = unscaled_m1::<S, T>(x.abs().min(T::EXP_GREATEST));
    let h = p * (s * T::from_f64(0.5));
    (h * (T::ONE + T::ONE / (h + h + T::ONE))).mul_sign(x)
}

/// cosh x.
#[inline(always)]
pub(super) fn cosh<S: Simd, T: Format + Tables>(x: T) -> T {
    let (p, s) = unscaled::<S, T>(x.abs().min(T::EXP_GREATEST));
    let h = p * s * (s * T::from_f64(0.5));
    h + T::from_f64(0.25) / h
}
