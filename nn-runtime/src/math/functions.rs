//! The elementary functions as plain functions of one number: `use unrolled::math::functions::*;`.
//!
//! Formulas are written with these names, so a formula compiles as ordinary Rust where they are in
//! scope, in `f32` and in `f64`. What the standard library has too is there as a method, `x.exp()`;
//! [`sigmoid`], [`softplus`], [`relu`], [`erf`] and a few more are only here.
//!
//! ```
//! use nn_runtime::math::functions::*;
//!
//! assert_eq!(sigmoid(0.0), 0.5);
//! assert_eq!(relu(-1.0_f32), 0.0);
//! ```

use super::Real;
use crate::simd::Portable;

macro_rules! functions {
    ($($(#[doc = $doc:literal])+ $name:ident = $formula:expr;)*) => {$(
        $(#[doc = $doc])+
        #[inline]
        pub fn $name<T: Real>(x: T) -> T {
            let formula: fn(T) -> T = $formula;
            formula(x)
        }
    )*};
}

functions! {
    /// σ(x) = 1 / (1 + e⁻ˣ). Error at most 3 ulp in `f32`, 8e-16 relative in `f64`.
    sigmoid = T::sigmoid::<Portable>;
    /// ln(1 + eˣ), without overflow. Error at most 2.5 ulp in `f32`, 8e-16 relative in `f64`.
    softplus = T::softplus::<Portable>;
    /// ln σ(x) = −softplus(−x), without underflow. Errors as those of [`softplus`].
    log_sigmoid = |x| -(-x).softplus::<Portable>();
    /// max(x, 0). NaN for NaN.
    relu = |x| x.max(T::ZERO);
    /// The error function, 2/√π ∫₀ˣ exp(−t²) dt. Error at most 1.5 ulp in `f32`, 5e-16 relative in
    /// `f64`.
    erf = T::erf::<Portable>;
    /// 1 − erf x, without cancellation in the tail. Error at most 1 ulp in `f32`, 1e-15 relative in
    /// `f64`.
    erfc = T::erfc::<Portable>;
    /// −1, 0 or 1; 0 at 0, unlike the standard library's `signum`.
    sign = T::sign;
    /// |x|.
    abs = T::abs;
    /// √x.
    sqrt = T::sqrt;
    /// eˣ. Error at most 3 ulp in `f32`, 6e-16 relative in `f64`.
    exp = T::exp::<Portable>;
    /// eˣ − 1. Error at most 2 ulp in `f32`, 7e-16 relative in `f64`.
    exp_m1 = T::exp_m1::<Portable>;
    /// ln x. Error at most 1 ulp in `f32`, 4e-16 relative in `f64`.
    ln = T::ln::<Portable>;
    /// ln(1 + x). Error at most 2 ulp in `f32`, 4e-16 relative in `f64`.
    ln_1p = T::ln_1p::<Portable>;
    /// tanh x. Error at most 3 ulp in `f32`, 8e-16 relative in `f64`.
    tanh = T::tanh::<Portable>;
    /// sin x. Error at most 2 ulp in `f32`, 6e-16 relative in `f64` for |x| ≤ 1.6e6.
    sin = T::sin::<Portable>;
    /// cos x. Error at most 2 ulp in `f32`, 6e-16 relative in `f64` for |x| ≤ 1.6e6.
    cos = T::cos::<Portable>;
    /// tan x. Error at most 4 ulp in `f32`, 9e-16 relative in `f64` for |x| ≤ 1.6e6.
    tan = T::tan::<Portable>;
    /// arctan x. Error at most 2.5 ulp in `f32`, 5e-16 relative in `f64`.
    atan = T::atan::<Portable>;
    /// sinh x. Error at most 3.5 ulp in `f32`, 9e-16 relative in `f64`.
    sinh = T::sinh::<Portable>;
    /// cosh x. Error at most 3 ulp in `f32`, 7e-16 relative in `f64`.
    cosh = T::cosh::<Portable>;
    /// log₂ x = ln x / ln 2.
    log2 = |x| T::from_f64(core::f64::consts::LOG2_E) * x.ln::<Portable>();
    /// log₁₀ x = ln x / ln 10.
    log10 = |x| T::from_f64(core::f64::consts::LOG10_E) * x.ln::<Portable>();
}

/// xⁿ by repeated multiplication. Error at most |n|/2 ulp.
#[inline]
pub fn powi<T: Real>(x: T, n: i32) -> T {
    x.powi::<Portable>(n)
}

/// xʸ, with the special cases of IEEE 754.
#[inline]
pub fn powf<T: Real>(x: T, y: T) -> T {
    x.powf::<Portable>(y)
}

/// The smaller of two, the first if they are equal; NaN if the first is NaN.
#[inline]
pub fn min<T: Real>(a: T, b: T) -> T {
    a.min(b)
}

/// The larger of two, the first if they are equal; NaN if the first is NaN.
#[inline]
pub fn max<T: Real>(a: T, b: T) -> T {
    a.max(b)
}

/// x kept between `low` and `high`: min(max(x, low), high).
#[inline]
pub fn clamp<T: Real>(x: T, low: T, high: T) -> T {
    x.max(low).min(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the standard library, to a few units in the last place: the bounds above.
    #[test]
    fn they_are_what_their_names_say() {
        for x in [0.1_f64, 0.7, 1.3, 2.5] {
            let pairs = [
                (exp(x), x.exp()),
                (exp_m1(x), x.exp_m1()),
                (ln(x), x.ln()),
                (ln_1p(x), x.ln_1p()),
                (tanh(x), x.tanh()),
                (sin(x), x.sin()),
                (cos(x), x.cos()),
                (tan(x), x.tan()),
                (atan(x), x.atan()),
                (sinh(x), x.sinh()),
                (cosh(x), x.cosh()),
                (log2(x), x.log2()),
                (log10(x), x.log10()),
                (sqrt(x), x.sqrt()),
                (powi(x, 3), x.powi(3)),
                (powf(x, 0.3), x.powf(0.3)),
                (sigmoid(x), 1.0 / (1.0 + (-x).exp())),
                (log_sigmoid(x), -(-x).exp().ln_1p()),
                (softplus(x), x.exp().ln_1p()),
                (erf(x) + erfc(x), 1.0),
            ];
            for (index, (found, expected)) in pairs.into_iter().enumerate() {
                let error = (found - expected).abs() / expected.abs();
                assert!(error < 2e-15, "pair {index} at {x}: {found}, {expected}");
            }
        }
    }

    #[test]
    fn kinks_are_where_they_should_be() {
        assert_eq!([relu(-2.0), relu(0.0), relu(2.0)], [0.0, 0.0, 2.0]);
        assert_eq!([sign(-2.0), sign(0.0), sign(2.0)], [-1.0, 0.0, 1.0]);
        assert_eq!(
            [abs(-2.0_f32), min(1.0, 2.0), max(1.0, 2.0)],
            [2.0, 1.0, 2.0]
        );
        assert_eq!(
            [-5.0, 0.5, 5.0].map(|x| clamp(x, 0.0, 1.0)),
            [0.0, 0.5, 1.0]
        );
    }
}
