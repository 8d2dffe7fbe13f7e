//! Differentiated functions: what the language has.

use std::f64::consts::{LN_2, PI};
use unrolled::differentiate;
use unrolled::math::functions::*;

/// The logarithm of the normal density, as in the lecture.
#[differentiate]
pub(crate) fn log_normal(y: f64, mu: f64, sigma: f64) -> f64 {
    -0.5 * ((y - mu) / sigma).powi(2) - sigma.ln() - 0.5 * (2.0 * PI).ln()
}

#[differentiate(wrt(sigma, mu))]
pub(crate) fn selected(y: f64, mu: f64, sigma: f64) -> f64 {
    -0.5 * ((y - mu) / sigma).powi(2) - sigma.ln() - 0.5 * (2.0 * PI).ln()
}

#[differentiate]
pub(crate) fn log_normal_single(y: f32, mu: f32, sigma: f32) -> f32 {
    use std::f32::consts::PI;
    -0.5 * ((y - mu) / sigma).powi(2) - sigma.ln() - 0.5_f32 * (2.0 * PI).ln()
}

#[differentiate]
pub(crate) fn powers(x: f64, y: f64) -> f64 {
    let cube = x.powi(3) - 2.0 * x * x + 1.0 / x;
    let root = x.powf(y) + y.powf(0.5) - x.powi(-2);
    cube * root + -x / (y + 2f64) - (x - y) * (x - y) + x.powi(0) + y.powi(1)
}

#[differentiate]
pub(crate) fn methods(x: f64, y: f64) -> f64 {
    let a = x.exp() + y.ln() * x.exp_m1() - y.ln_1p() + x.log2() * y.log10();
    let b = x.sin() * y.cos() + x.tan() - y.atan() + x.sinh() / y.cosh() + (x * y).tanh();
    let c = (x + y).sqrt() + (x - y).abs() + (x - 2.0).signum() * y + x.recip() + x.log(y + 2.0);
    let d = x.mul_add(y, 0.5) + x.exp2() + x.hypot(y) + f64::exp(-x) + f64::max(x, 0.1);
    a + b * c + d * (x.min(y) + x.max(y * y) + (x * y).clamp(-1.0, 0.5))
}

#[differentiate]
pub(crate) fn built_ins(x: f64, y: f64) -> f64 {
    let a = sigmoid(x) * softplus(y) + relu(x - y) + log_sigmoid(x * y) + erf(x) - erfc(y);
    let b = exp(x) + exp_m1(y) + ln(x) + ln_1p(x) + tanh(y) + sin(x) * cos(y) + tan(x) * atan(y);
    let c = sinh(x) + cosh(y) + log2(x) + log10(x) + sqrt(x) + abs(y) + sign(y) * x;
    a * b + c * powi(y, 3) + powf(x, 1.5) + min(x, y) * max(x, 0.2) + clamp(y, -0.5, 0.5)
}

#[differentiate]
pub(crate) fn branches(x: f64, y: f64) -> f64 {
    let inside = x.abs() < 1.0 && y > 0.0;
    let first = if inside { x * x * y } else { x.sin() + y };
    let second = if x > 2.0 || y < -0.5 {
        x.ln_1p() * y
    } else if !(x >= 0.0 || y > 9.0) {
        -x * y * y
    } else {
        x * y
    };
    let equal = if x == y { 1.0 } else { 0.0 };
    let different = if x != y { x } else { y };
    first * second + equal + different
}

#[differentiate]
pub(crate) fn clipped(x: f64, y: f64) -> f64 {
    let mut scaled = x * y;
    let mut count = 0.0;
    if x > 2.0 {
        scaled = 2.0 * y;
        count += y * y;
    } else if x < -2.0 {
        scaled -= x;
    }
    scaled * scaled + count
}

#[differentiate]
pub(crate) fn safe_root(x: f64) -> f64 {
    let root = x.sqrt();
    if x > 0.0 { root.ln() } else { 0.0 }
}

#[differentiate]
pub(crate) fn kink(x: f64) -> f64 {
    x.signum() + x
}

/// ln 2 by its value, and constants of other modules.
pub(crate) mod limits {
    pub(crate) const SLOPE: f64 = 0.3;
    pub(crate) const COUNT: usize = 3;
}

const WIDTH: f64 = 1.7;

#[differentiate]
pub(crate) fn scaled(x: f64, y: f64) -> f64 {
    let all = limits::SLOPE * x * x + WIDTH * y.powi(2) + LN_2 * x * y;
    all * (limits::COUNT as f64) + std::f64::consts::E.powf(x) + (WIDTH * 2.0).ln() * y
}

#[differentiate]
pub(crate) fn blocks(x: f64, y: f64) -> f64 {
    let (a, b) = (x * y, {
        let t = x + y;
        t * t
    });
    let pair = (a - b, a + b);
    let x = { x + pair.0 };
    let unit = {
        let one = 1.0;
        one / 1.0
    };
    x * pair.1 * unit
}

#[differentiate]
pub(crate) fn with_items(x: f64, y: f64) -> f64 {
    use std::f64::consts::TAU;
    const HALF: f64 = 0.5;
    const ROUNDS: usize = 3;
    let mut sum = 0.0;
    for _ in 0..ROUNDS {
        sum += HALF * x * (TAU * y).sin() / ROUNDS as f64;
    }
    sum
}

#[differentiate]
pub(crate) fn series(x: f64, y: f64) -> f64 {
    let mut sum = 0.0;
    let mut power = 1.0;
    for k in 1..=5 {
        power *= x;
        if k % 2 == 0 {
            sum -= power / k as f64;
        } else {
            sum += power / k as f64 * y.powi(k);
        }
    }
    sum
}
