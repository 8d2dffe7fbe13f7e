//! Differentiated functions: arrays, loops, calls.

use super::functions::{
    log_normal, log_normal_gradient, log_normal_hessian, powers, powers_gradient, powers_hessian,
};
use unrolled::differentiate;
use unrolled::math::functions::{log_sigmoid, softplus};

/// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)² (Rosenbrock 1960).
#[differentiate]
pub(crate) fn rosenbrock(x: [f64; 5]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        sum += 100.0 * (x[i + 1] - x[i].powi(2)).powi(2) + (1.0 - x[i]).powi(2);
    }
    sum
}

/// The log-likelihood of a logistic regression.
#[differentiate(wrt(weights, bias))]
pub(crate) fn log_likelihood(
    weights: [f64; 2],
    bias: f64,
    rows: &[[f64; 2]; 3],
    labels: &[f64; 3],
) -> f64 {
    let mut sum = 0.0;
    for (row, label) in rows.iter().zip(labels) {
        let mut logit = bias;
        for j in 0..2 {
            logit += weights[j] * row[j];
        }
        sum += label * log_sigmoid(logit) + (1.0 - label) * -softplus(logit);
    }
    sum
}

#[differentiate]
pub(crate) fn smooth(x: [f64; 4]) -> f64 {
    let mut sum = 0.0;
    for (i, v) in x.iter().enumerate().skip(1) {
        sum += (i as f64) * v * v;
    }
    for v in x.iter().rev().take(2) {
        sum *= v.cos();
    }
    for &v in &x {
        sum += v.powi(3);
    }
    for (a, b) in x.into_iter().zip((0..4).step_by(2)) {
        sum += a.exp() * (b as f64);
    }
    sum
}

#[differentiate]
pub(crate) fn in_place(x: [f64; 3]) -> f64 {
    let mut y = [0.0; 3];
    for i in 0..3 {
        y[i] = x[i] * x[(i + 1) % 3];
    }
    y[0] += y[2];
    let z = [y[0], y[1] * y[0], x[2]];
    z[0] * z[1] + z[2] * y[2]
}

#[differentiate]
pub(crate) fn sphere([x, y, z]: [f64; 3]) -> f64 {
    (x * x + y * y + z * z).sqrt()
}

#[differentiate]
pub(crate) fn mixture(x: f64, a: f64, b: f64) -> f64 {
    let (left, right) = (log_normal(x, a, b), log_normal(x, -a, 2.0 * b));
    (0.3 * left.exp() + 0.7 * right.exp()).ln()
}

#[differentiate]
pub(crate) fn nested(x: f64, y: f64) -> f64 {
    let inner = sphere([x, y, x * y]) + pair(&[x, y]);
    if inner > 0.0 {
        powers(inner, 2.0) * y
    } else {
        y
    }
}

#[differentiate]
pub(crate) fn pair(x: &[f64; 2]) -> f64 {
    let [a, b] = *x;
    super::functions::log_normal(a, b, 1.5).exp()
}
