//! erf and erfc.
//!
//! For a = |x|, erfc a = exp(−a²)·G/(1 + 2a), where G = (1 + 2a) exp(a²) erfc a is smooth and
//! between 1 and 1.3 on the whole half line; one polynomial in t = (a − c)/(a + c) covers it
//! (Shepherd and Laframboise, 1981). The rounding of a² would cost e^−a² up to a² ulps, so the
//! square is carried in two words. erfc of a negative x is 2 − erfc a.
//!
//! erf x is a polynomial for a < 1, where 1 − erfc a would cancel, and 1 − erfc a beyond. erfc x is
//! 1 minus that polynomial for a < ¾, where little cancels and the rounding of t would count most.

use super::exp::exp_of_negative;
use super::format::Format;
use super::tables::{Tables, polynomial};
use crate::simd::Simd;

/// What `square`, a² rounded, lacks: a² − `square`, to about its own last bit.
#[inline(always)]
fn lost_by_squaring<S: Simd, T: Format>(a: T, square: T) -> T {
    if S::FMA {
        a.mul_add::<S>(a, -square)
    } else {
        let high = a.high_half();
        let low = a - high;
        (high * high - square) + (high + a) * low
    }
}

/// erfc a for a ≥ 0.
#[inline(always)]
fn erfc_of_positive<S: Simd, T: Format + Tables>(a: T) -> T {
    let a = a.min(T::ERFC_GREATEST);
    let t = (a - T::ERFC_CENTRE) / (a + T::ERFC_CENTRE);
    let g = polynomial::<S, T>(t, T::ERFC) / (a + a + T::ONE);
    let square = a * a;
    let lost = lost_by_squaring::<S, T>(a, square);
    g * exp_of_negative::<S, T>(-square, lost)
}

/// erf x for |x| ≤ 1.
#[inline(always)]
fn erf_of_small<S: Simd, T: Format + Tables>(x: T) -> T {
    x.mul_add::<S>(polynomial::<S, T>(x * x, T::ERF), x)
}

/// erf x.
#[inline(always)]
pub(super) fn erf<S: Simd, T: Format + Tables>(x: T) -> T {
    let a = x.abs();
    let near = erf_of_small::<S, T>(x);
    let far = (T::ONE - erfc_of_positive::<S, T>(a)).copysign(x);
    // A NaN is in neither range and comes back through `far`.
    if a < T::ONE { near } else { far }
}

/// 1 − erf x.
#[inline(always)]
pub(super) fn erfc<S: Simd, T: Format + Tables>(x: T) -> T {
    let a = x.abs();
    let near = T::ONE - erf_of_small::<S, T>(x);
    let tail = erfc_of_positive::<S, T>(a);
    let far = if x < T::ZERO {
        T::from_f64(2.0) - tail
    } else {
        tail
    };
    if a < T::from_f64(0.75) { near } else { far }
}
