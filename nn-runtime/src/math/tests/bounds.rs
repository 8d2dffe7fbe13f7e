//! Errors against references of higher precision.

use super::*;

const EVERYWHERE: f64 = f64::INFINITY;

fn reference_sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    let above = if x < 0.0 { e } else { 1.0 };
    above / (1.0 + e)
}

fn reference_softplus(x: f64) -> f64 {
    // Not f64::max, which would turn a NaN into 0.
    let positive = if x < 0.0 { 0.0 } else { x };
    positive + (-x.abs()).exp().ln_1p()
}

// The bounds below are the table's in the module's documentation. For f64 they include the
// reference's own error: below one ulp, 2.2e-16, for std and libm, about two for the two formulas.

#[test]
fn exponentials_are_within_their_bounds() {
    check::<exp>(3.0, 6e-16, EVERYWHERE, f64::exp);
    check::<exp_m1>(2.0, 7e-16, EVERYWHERE, f64::exp_m1);
    check::<sigmoid>(3.0, 8e-16, EVERYWHERE, reference_sigmoid);
}

#[test]
fn logarithms_are_within_their_bounds() {
    check::<ln>(1.0, 4e-16, EVERYWHERE, f64::ln);
    check::<ln_1p>(2.0, 4e-16, EVERYWHERE, f64::ln_1p);
    check::<softplus>(2.5, 8e-16, EVERYWHERE, reference_softplus);
}

#[test]
fn hyperbolic_functions_are_within_their_bounds() {
    check::<tanh>(3.0, 8e-16, EVERYWHERE, f64::tanh);
    check::<sinh>(3.5, 9e-16, EVERYWHERE, f64::sinh);
    check::<cosh>(3.0, 7e-16, EVERYWHERE, f64::cosh);
}

#[test]
fn trigonometric_functions_are_within_their_bounds() {
    check::<sin>(2.0, 6e-16, GREATEST_ANGLE, f64::sin);
    check::<cos>(2.0, 6e-16, GREATEST_ANGLE, f64::cos);
    check::<tan>(4.0, 9e-16, GREATEST_ANGLE, f64::tan);
    check::<atan>(2.5, 5e-16, EVERYWHERE, f64::atan);
}

#[test]
fn error_functions_are_within_their_bounds() {
    check::<erf>(1.5, 5e-16, EVERYWHERE, libm::erf);
    check::<erfc>(5.0, 1e-15, EVERYWHERE, libm::erfc);
}

/// Next to the multiples of π/2, where the reduction cancels most.
#[test]
fn reduction_keeps_relative_accuracy() {
    let multiples = || {
        (1..1 << 20)
            .step_by(7)
            .map(|k| f64::from(k) * std::f64::consts::FRAC_PI_2)
    };
    check_all::<sin, f64>(multiples(), relative, 6e-16, f64::sin);
    check_all::<cos, f64>(multiples(), relative, 6e-16, f64::cos);
    check_all::<sin, f32>(multiples().map(|x| x as f32), ulps, 2.0, f64::sin);
    check_all::<cos, f32>(multiples().map(|x| x as f32), ulps, 2.0, f64::cos);
    check_all::<tan, f32>(multiples().map(|x| x as f32), ulps, 4.0, f64::tan);
}

/// Beyond the range of the bounds: still a sine, as documented.
#[test]
fn huge_angles_stay_in_range() {
    let huge = || patterns(0, 1 << 31, 49_999, f64::from(f32::MAX)).filter(|x| *x > 1e6);
    let doubled = || {
        huge()
            .map(f64::from)
            .flat_map(|x| [x, x * x, x * x * x * x])
    };
    for (_, ys) in map_everywhere::<sin, f32>(&huge().collect::<Vec<_>>()) {
        assert!(ys.iter().all(|y| y.abs() <= 1.0));
    }
    for (_, ys) in
        map_everywhere::<cos, f64>(&doubled().filter(|x| x.is_finite()).collect::<Vec<_>>())
    {
        assert!(ys.iter().all(|y| y.abs() <= 1.0));
    }
    // The documented decay of the angle: |x|·2⁻⁵² radians, and one rounding.
    let decayed = |y: f64, r: f64| (y - r).abs();
    let up_to = |x: &f64| *x < 1e9;
    check_all::<sin, f64>(
        doubled().filter(up_to),
        decayed,
        1e9 * f64::EPSILON,
        f64::sin,
    );
}

/// All 2³² inputs, on two threads.
#[track_caller]
fn check_exhaustively<F: Function>(ulp: f64, reference: fn(f64) -> f64) {
    std::thread::scope(|scope| {
        for half in 0..2 {
            let first = half << 31;
            scope.spawn(move || {
                let xs = patterns(first, first + (1 << 31), 1, EVERYWHERE);
                check_all::<F, f32>(xs, ulps, ulp, reference);
            });
        }
    });
}

#[test]
#[ignore = "all 2^32 inputs: run with --release"]
fn exhaustive_exp() {
    check_exhaustively::<exp>(3.0, f64::exp);
}

#[test]
#[ignore = "all 2^32 inputs: run with --release"]
fn exhaustive_tanh() {
    check_exhaustively::<tanh>(3.0, f64::tanh);
}

#[test]
#[ignore = "all 2^32 inputs: run with --release"]
fn exhaustive_sigmoid() {
    check_exhaustively::<sigmoid>(3.0, reference_sigmoid);
}

#[test]
#[ignore = "all 2^32 inputs: run with --release"]
fn exhaustive_softplus() {
    check_exhaustively::<softplus>(2.5, reference_softplus);
}

#[test]
#[ignore = "all 2^32 inputs: run with --release"]
fn exhaustive_erfc() {
    check_exhaustively::<erfc>(5.0, libm::erfc);
}
