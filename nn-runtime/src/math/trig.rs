//! sin, cos, tan, atan.
//!
//! An angle is reduced by Cody and Waite's method: x = n·π/2 + r with |r| ≤ π/4, π/2 in parts of
//! which the first have so few bits that n times them is exact for n < 2²⁰. `f32` reduces in `f64`,
//! where two parts do and r is good to the last bit; `f64` takes three and a compensated sum.
//! Beyond |x| = 2²⁰·π/2 ≈ 1.6e6 the reduction decays gracefully: the error in the angle grows to
//! |x|·2⁻⁵² radians, and r is kept within π/4, so results stay in [−1, 1] whatever the input.
//! Exact reduction of huge angles needs Payne and Hanek's 1200-bit π, and branches; no network
//! asks for the sine of ten million.
//!
//! atan folds |x| into |t| ≤ √2 − 1 by one division: t = x, (x − 1)/(x + 1) or −1/x, and adds 0,
//! π/4 or π/2 back.

use super::Real;
use super::format::Format;
use super::tables::{Tables, polynomial};
use crate::simd::Simd;

/// π/2 = `HALF_PI_1` + `HALF_PI_2` + `HALF_PI_3`; the first two have 33 bits.
const HALF_PI_1: f64 = 1.5707963267341256;
const HALF_PI_2: f64 = 6.077100506303966e-11;
const HALF_PI_3: f64 = 2.0222662487959506e-21;
/// `HALF_PI_2` + `HALF_PI_3`, rounded.
const HALF_PI_23: f64 = 6.077100506506192e-11;

/// A format whose angles can be reduced.
pub(super) trait Angle: Format + Tables {
    /// (r, n mod 4 in −2 ..= 2) of a non-negative angle.
    fn reduce<S: Simd>(self) -> (Self, Self);
}

/// The integer nearest to a·2/π, and that integer modulo 4.
#[inline(always)]
fn quadrant<S: Simd>(a: f64) -> (f64, f64) {
    let rounder = <f64 as Format>::ROUNDER;
    let n = Real::mul_add::<S>(a, std::f64::consts::FRAC_2_PI, rounder) - rounder;
    let turns = Real::mul_add::<S>(n, 0.25, rounder) - rounder;
    (n, n - 4.0 * turns)
}

/// Keeps the remainder of an angle too large to be reduced within π/4.
#[inline(always)]
fn confine(r: f64) -> f64 {
    const BOUND: f64 = std::f64::consts::FRAC_PI_4 * (1.0 + 1e-9);
    Real::min(Real::max(r, -BOUND), BOUND)
}

impl Angle for f32 {
    #[inline(always)]
    fn reduce<S: Simd>(self) -> (f32, f32) {
        let a = f64::from(self);
        let (n, quadrant) = quadrant::<S>(a);
        let r = Real::mul_add::<S>(n, -HALF_PI_1, a);
        let r = Real::mul_add::<S>(n, -HALF_PI_23, r);
        (confine(r) as f32, quadrant as f32)
    }
}

impl Angle for f64 {
    #[inline(always)]
    fn reduce<S: Simd>(self) -> (f64, f64) {
        let (n, quadrant) = quadrant::<S>(self);
        let first = Real::mul_add::<S>(n, -HALF_PI_1, self);
        let second = n * -HALF_PI_2;
        // Knuth's two-sum: `lost` is what first + second rounds away.
        let r = first + second;
        let rest = r - first;
        let lost = (first - (r - rest)) + (second - rest);
        (
            confine(r + Real::mul_add::<S>(n, -HALF_PI_3, lost)),
            quadrant,
        )
    }
}

/// sin r and cos r for |r| ≤ π/4.
#[inline(always)]
fn sin_cos<S: Simd, T: Angle>(r: T) -> (T, T) {
    let z = r * r;
    let sin = (r * z).mul_add::<S>(polynomial::<S, T>(z, T::SIN), r);
    let head = z.mul_add::<S>(T::from_f64(-0.5), T::ONE);
    let cos = (z * z).mul_add::<S>(polynomial::<S, T>(z, T::COS), head);
    (sin, cos)
}

/// sin x.
#[inline(always)]
pub(super) fn sin<S: Simd, T: Angle>(x: T) -> T {
    let (r, quadrant) = x.abs().reduce::<S>();
    let (sin, cos) = sin_cos::<S, T>(r);
    let n = quadrant + T::ROUNDER;
    let y = if n.bit::<0>() { cos } else { sin };
    y.negate_if_bit_1(n).mul_sign(x)
}

/// cos x.
#[inline(always)]
pub(super) fn cos<S: Simd, T: Angle>(x: T) -> T {
    let (r, quadrant) = x.abs().reduce::<S>();
    let (sin, cos) = sin_cos::<S, T>(r);
    let n = quadrant + T::ROUNDER;
    let y = if n.bit::<0>() { sin } else { cos };
    // cos is negative in quadrants 1 and 2: those whose successor has bit 1.
    y.negate_if_bit_1(n + T::ONE)
}

/// tan x.
#[inline(always)]
pub(super) fn tan<S: Simd, T: Angle>(x: T) -> T {
    let (r, quadrant) = x.abs().reduce::<S>();
    let (sin, cos) = sin_cos::<S, T>(r);
    let odd = (quadrant + T::ROUNDER).bit::<0>();
    let (above, below) = if odd { (-cos, sin) } else { (sin, cos) };
    (above / below).mul_sign(x)
}

/// arctan x.
#[inline(always)]
pub(super) fn atan<S: Simd, T: Format + Tables>(x: T) -> T {
    const TAN_PI_8: f64 = std::f64::consts::SQRT_2 - 1.0;
    const TAN_3_PI_8: f64 = std::f64::consts::SQRT_2 + 1.0;
    let a = x.abs();
    let steep = a > T::from_f64(TAN_3_PI_8);
    let flat = a <= T::from_f64(TAN_PI_8);
    let above = if steep { -T::ONE } else { a - T::ONE };
    let below = if steep { a } else { a + T::ONE };
    let above = if flat { a } else { above };
    let below = if flat { T::ONE } else { below };
    let parts = if steep { T::ONE } else { T::from_f64(0.5) };
    let parts = if flat { T::ZERO } else { parts };

    let t = above / below;
    let z = t * t;
    let small = (t * z).mul_add::<S>(polynomial::<S, T>(z, T::ATAN), t);
    let y = parts.mul_add::<S>(T::HALF_PI_HIGH, parts.mul_add::<S>(T::HALF_PI_LOW, small));
    y.copysign(x)
}
