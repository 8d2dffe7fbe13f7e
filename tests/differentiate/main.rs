//! `#[differentiate]`: values, gradients and Hessians of many functions against central
//! differences of the functions as they are written, and their traces.

mod arrays;
mod functions;

use arrays::*;
use functions::*;
use unrolled::prelude::*;

/// Half the step of a central difference, h. The difference is off by f‴h²/6 ≈ 1e-10 and by the
/// rounding of f over h, ≈ 1e-11.
const STEP: f64 = 1e-5;

/// What found and expected may differ by, relative to the larger of 1 and the expected: a hundred
/// times the error of a difference, since third derivatives in the zoo go up to some hundreds.
const TOLERANCE: f64 = 1e-7;

/// ∂f/∂xᵢ for every i by central differences, f giving several numbers.
fn differences<const N: usize, const M: usize>(
    at: [f64; N],
    f: impl Fn([f64; N]) -> [f64; M],
) -> [[f64; M]; N] {
    std::array::from_fn(|i| {
        let moved = |by: f64| {
            let mut x = at;
            x[i] += by;
            f(x)
        };
        let (above, below) = (moved(STEP), moved(-STEP));
        std::array::from_fn(|j| (above[j] - below[j]) / (2.0 * STEP))
    })
}

#[track_caller]
fn assert_close(what: &str, found: &[f64], expected: &[f64]) {
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs() / expected.abs().max(1.0);
        assert!(
            error <= TOLERANCE,
            "{what} {index}: {found}, expected {expected}"
        );
    }
}

/// Value, gradient and Hessian at a point, against the function and its differences; that the two
/// functions agree, and that there is something to compare.
#[track_caller]
fn check<const N: usize>(
    at: [f64; N],
    value: impl Fn([f64; N]) -> f64,
    gradient: impl Fn([f64; N]) -> (f64, [f64; N]),
    hessian: impl Fn([f64; N]) -> (f64, [f64; N], [[f64; N]; N]),
) {
    let (first_value, first) = gradient(at);
    let (second_value, second, matrix) = hessian(at);
    assert_close("value", &[first_value, second_value], &[value(at); 2]);
    let expected = differences(at, |x| [value(x)]);
    assert_close("gradient", &first, expected.as_flattened());
    assert_close("gradient beside the Hessian", &second, &first);
    assert!(
        first.iter().any(|slope| *slope != 0.0),
        "a gradient of zero"
    );
    let expected = differences(at, |x| gradient(x).1);
    assert_close("Hessian", matrix.as_flattened(), expected.as_flattened());
    for i in 0..N {
        for j in 0..i {
            assert_eq!(matrix[i][j], matrix[j][i], "symmetric to the bit");
        }
    }
}

macro_rules! check {
    ($($name:ident($f:ident, $gradient:ident, $hessian:ident), ($($x:ident),*) at $points:expr;)*) => {$(
        #[test]
        fn $name() {
            for at in $points {
                check(
                    at,
                    |[$($x),*]| $f($($x),*),
                    |[$($x),*]| $gradient($($x),*),
                    |[$($x),*]| $hessian($($x),*),
                );
            }
        }
    )*};
}

check! {
    the_lectures_function(log_normal, log_normal_gradient, log_normal_hessian),
        (y, mu, sigma) at [[0.7, 0.2, 1.3], [-2.0, 0.5, 0.4]];
    arithmetic_and_powers(powers, powers_gradient, powers_hessian),
        (x, y) at [[1.3, 0.6], [0.4, 2.1]];
    every_method(methods, methods_gradient, methods_hessian),
        (x, y) at [[0.4, 0.7], [1.2, 0.3]];
    every_function(built_ins, built_ins_gradient, built_ins_hessian),
        (x, y) at [[0.4, 0.7], [1.2, -0.3]];
    both_branches(branches, branches_gradient, branches_hessian),
        (x, y) at [[0.4, 0.7], [-0.4, 0.7], [0.4, -0.7], [2.5, 0.1], [-2.5, -0.3]];
    assignments_in_branches(clipped, clipped_gradient, clipped_hessian),
        (x, y) at [[0.4, 0.7], [3.0, 0.7], [-3.0, 0.2]];
    other_functions(mixture, mixture_gradient, mixture_hessian),
        (x, a, b) at [[0.3, 0.2, 1.1], [-0.5, 1.0, 0.7]];
    functions_of_functions(nested, nested_gradient, nested_hessian),
        (x, y) at [[0.3, 0.8], [1.5, -0.2]];
    constants_by_path(scaled, scaled_gradient, scaled_hessian),
        (x, y) at [[0.3, 0.8]];
    blocks_and_tuples(blocks, blocks_gradient, blocks_hessian),
        (x, y) at [[0.3, 0.8]];
    items_inside(with_items, with_items_gradient, with_items_hessian),
        (x, y) at [[0.3, 0.8]];
    loops_of_numbers(series, series_gradient, series_hessian),
        (x, y) at [[0.3, 0.8], [-0.6, 0.5]];
}

macro_rules! check_array {
    ($($name:ident($f:ident, $gradient:ident, $hessian:ident) at $points:expr;)*) => {$(
        #[test]
        fn $name() {
            for at in $points {
                check(at, $f, $gradient, $hessian);
            }
        }
    )*};
}

check_array! {
    the_valley_of_rosenbrock(rosenbrock, rosenbrock_gradient, rosenbrock_hessian)
        at [[0.3, -0.2, 0.5, 1.1, 0.9], [-1.2, 1.0, 0.4, 0.2, -0.3]];
    iterators(smooth, smooth_gradient, smooth_hessian) at [[0.3, -0.2, 0.5, 1.1]];
    arrays_in_variables(in_place, in_place_gradient, in_place_hessian) at [[0.3, -0.2, 0.5]];
    names_for_elements(sphere, sphere_gradient, sphere_hessian) at [[0.3, -0.2, 0.5]];
}

/// Minus the minimum of the valley is a bottom: gradient zero, Hessian positive.
#[test]
fn the_minimum_of_rosenbrock_is_one() {
    let (value, gradient, hessian) = rosenbrock_hessian([1.0; 5]);
    assert_eq!((value, gradient), (0.0, [0.0; 5]));
    assert!((0..5).all(|i| hessian[i][i] > 0.0));
}

/// Array arguments lie in the gradient one behind the other, all floats in the order of arguments.
#[test]
fn arrays_and_floats_mix() {
    let (x, rows) = ([0.2, -0.4], [[0.5, 1.0], [-1.5, 0.3], [0.7, -0.2]]);
    let labels = [1.0, 0.0, 1.0];
    let at: [f64; 3] = [x[0], x[1], 0.3];
    check(
        at,
        |[a, b, bias]| log_likelihood([a, b], bias, &rows, &labels),
        |[a, b, bias]| log_likelihood_gradient([a, b], bias, &rows, &labels),
        |[a, b, bias]| log_likelihood_hessian([a, b], bias, &rows, &labels),
    );
}

/// A selection is the same numbers in the order written.
#[test]
fn a_selection_of_arguments() {
    let (value, [by_sigma, by_mu]) = selected_gradient(0.7, 0.2, 1.3);
    let (whole, all) = log_normal_gradient(0.7, 0.2, 1.3);
    assert_eq!((value, by_mu, by_sigma), (whole, all[1], all[2]));
    let (_, _, hessian) = selected_hessian(0.7, 0.2, 1.3);
    let (_, _, full) = log_normal_hessian(0.7, 0.2, 1.3);
    assert_eq!(
        hessian,
        [[full[2][2], full[2][1]], [full[1][2], full[1][1]]]
    );
}

/// In `f32` the same to single precision: a few roundings of 6e-8.
#[test]
fn single_precision() {
    let (value, gradient, hessian) = log_normal_single_hessian(0.7, 0.2, 1.3);
    let (expected, slopes, curvatures) = log_normal_hessian(0.7, 0.2, 1.3);
    let close = |found: f32, expected: f64| (f64::from(found) - expected).abs() < 1e-6;
    assert!(close(value, expected));
    assert!(gradient.into_iter().zip(slopes).all(|(a, b)| close(a, b)));
    let pairs = hessian.as_flattened().iter().zip(curvatures.as_flattened());
    assert!(pairs.into_iter().all(|(a, b)| close(*a, *b)));
    assert!(close(log_normal_single(0.7, 0.2, 1.3), expected));
}

/// A branch that is not taken has no say, though its value is NaN.
#[test]
fn the_branch_not_taken_is_silent() {
    let (value, [slope], [[curvature]]) = safe_root_hessian(-1.0);
    assert_eq!((value, slope, curvature), (0.0, 0.0, 0.0));
    let (value, [slope], _) = safe_root_hessian(4.0);
    assert_eq!((value, slope), (2.0_f64.ln(), 0.125));
}

/// Values at kinks are those of the function as written.
#[test]
fn signum_at_zero_is_one() {
    assert_eq!((kink(0.0), kink_gradient(0.0).0), (1.0, 1.0));
}

/// The trace at a point: the lecture's rows with numbers, checked against the function itself.
#[test]
fn the_trace_has_values_partials_and_adjoints() {
    let trace = log_normal_trace(0.7, 0.2, 1.3);
    let rows = trace.rows();
    assert_eq!(rows.len(), 10);
    assert_eq!(rows[9].value, log_normal(0.7, 0.2, 1.3));
    let (_, gradient) = log_normal_gradient(0.7, 0.2, 1.3);
    let adjoints: Vec<f64> = rows.iter().map(|row| row.adjoint).collect();
    assert_close("adjoint", &adjoints[..3], &gradient);
    reverse_sweep(&trace);
}

/// Adjoints are what a reverse sweep over the printed partials gives.
#[track_caller]
fn reverse_sweep(trace: &Trace) {
    let rows = trace.rows();
    let mut adjoints = vec![0.0; rows.len()];
    adjoints[rows.len() - 1] = 1.0;
    for index in (0..rows.len()).rev() {
        for partial in &rows[index].partials {
            adjoints[partial.by] += adjoints[index] * partial.value;
        }
    }
    let found: Vec<f64> = rows.iter().map(|row| row.adjoint).collect();
    assert_close("adjoint", &found, &adjoints);
}

#[test]
fn every_trace_sweeps_back_to_its_gradient() {
    reverse_sweep(&rosenbrock_trace([0.3, -0.2, 0.5, 1.1, 0.9]));
    reverse_sweep(&methods_trace(0.4, 0.7));
    reverse_sweep(&built_ins_trace(0.4, 0.7));
    reverse_sweep(&nested_trace(0.3, 0.8));
    reverse_sweep(&branches_trace(0.4, -0.7));
    reverse_sweep(&safe_root_trace(4.0));
}

/// A call is one row, its partials the other function's gradient.
#[test]
fn a_call_is_one_row() {
    let trace = nested_trace(0.3, 0.8);
    let calls: Vec<_> = trace
        .rows()
        .iter()
        .filter(|row| row.expression.contains("powers("))
        .collect();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].expression, "powers(v₆, 2)");
    let texts: Vec<_> = calls[0].partials.iter().map(|p| p.expression).collect();
    assert_eq!(texts, ["∂₁powers(v₆, 2)"]);
}

#[test]
fn a_trace_prints() {
    let printed = log_normal_trace(0.7, 0.2, 1.3).to_string();
    let lines: Vec<_> = printed.lines().collect();
    let expected = [
        "var  value             =           partials                        adjoint",
        "v₁   y                 0.7                                         −0.295858",
        "v₂   mu                0.2                                         0.295858",
        "v₃   sigma             1.3                                         −0.655439",
        "v₄   v₁ − v₂           0.5         ∂v₄/∂v₁ = 1                     −0.295858",
        "                                   ∂v₄/∂v₂ = −1",
        "v₅   v₄ / v₃           0.384615    ∂v₅/∂v₄ = 1 / v₃ = 0.769231     −0.384615",
        "                                   ∂v₅/∂v₃ = −v₄ v₃⁻² = −0.295858",
        "v₆   v₅²               0.147929    ∂v₆/∂v₅ = 2 v₅ = 0.769231       −0.5",
        "v₇   (−0.5) v₆         −0.0739645  ∂v₇/∂v₆ = −0.5                  1",
        "v₈   ln(v₃)            0.262364    ∂v₈/∂v₃ = 1 / v₃ = 0.769231     −1",
        "v₉   v₇ − v₈           −0.336329   ∂v₉/∂v₇ = 1                     1",
        "                                   ∂v₉/∂v₈ = −1",
        "v₁₀  v₉ − 0.5 ln(2 π)  −1.25527    ∂v₁₀/∂v₉ = 1                    1",
    ];
    assert_eq!(lines, expected);
}
