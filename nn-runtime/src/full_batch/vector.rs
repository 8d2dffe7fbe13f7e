//! The few operations on vectors that all methods share.

/// xᵀy.
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// ‖x‖, the Euclidean norm.
pub(super) fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

/// max |xₖ| of finite numbers.
pub(super) fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// y ← y + a x.
pub(super) fn add_scaled(y: &mut [f64], a: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// to ← x + a d.
pub(super) fn move_along(to: &mut [f64], x: &[f64], a: f64, d: &[f64]) {
    for ((to, x), d) in to.iter_mut().zip(x).zip(d) {
        *to = x + a * d;
    }
}

pub(super) fn all_finite(x: &[f64]) -> bool {
    x.iter().all(|x| x.is_finite())
}
