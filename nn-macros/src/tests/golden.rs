//! The derivative of everything a formula can be made of, against closed forms from a table of
//! derivatives, written here as plain Rust in other words than the rules' (tanh' is 1/cosh² here,
//! 1 − y² there), far out and at kinks.

use super::support::{checkered, formula};
use crate::derive::vjp;
use crate::formula::{FUNCTIONS, lower};
use crate::ir::interpret::{Array, Given, interpret};
use crate::ir::{Axis, Graph, Shape, Source};
use std::f64::consts::{LN_2, LN_10, PI};

/// A formula of x and y, its partial derivatives, and where to look.
struct Row {
    formula: &'static str,
    by: [fn(f64, f64) -> f64; 2],
    at: &'static [[f64; 2]],
}

/// The derivative by something that does not occur.
const NONE: fn(f64, f64) -> f64 = |_, _| 0.0;

/// Everywhere, also where exp has overflowed or vanished.
const REAL: &[[f64; 2]] = &[
    [0.0, 0.0],
    [1e-9, 0.0],
    [-1e-9, 0.0],
    [0.3, 0.0],
    [-0.3, 0.0],
    [1.0, 0.0],
    [-1.0, 0.0],
    [2.5, 0.0],
    [-2.5, 0.0],
    [6.0, 0.0],
    [-6.0, 0.0],
    [25.0, 0.0],
    [-25.0, 0.0],
    [600.0, 0.0],
    [-600.0, 0.0],
    [1e4, 0.0],
    [-1e4, 0.0],
];

/// What grows like exp, before it overflows.
const MODERATE: &[[f64; 2]] = &[
    [0.0, 0.0],
    [1e-9, 0.0],
    [-0.3, 0.0],
    [1.0, 0.0],
    [-2.5, 0.0],
    [6.0, 0.0],
    [-30.0, 0.0],
    [300.0, 0.0],
    [-300.0, 0.0],
];

/// Away from the poles of tan.
const ANGLES: &[[f64; 2]] = &[[0.0, 0.0], [0.3, 0.0], [-1.2, 0.0], [3.0, 0.0], [40.0, 0.0]];

const POSITIVE: &[[f64; 2]] = &[
    [1e-9, 0.0],
    [0.1, 0.0],
    [1.0, 0.0],
    [3.0, 0.0],
    [1e4, 0.0],
    [1e200, 0.0],
];

/// Above −1.
const SHIFTED: &[[f64; 2]] = &[
    [-0.999, 0.0],
    [-0.5, 0.0],
    [-1e-9, 0.0],
    [0.0, 0.0],
    [1e-9, 0.0],
    [0.7, 0.0],
    [1e4, 0.0],
];

/// Two of anything, equal ones among them.
const PAIRS: &[[f64; 2]] = &[
    [0.5, 0.25],
    [-0.5, 2.0],
    [3.0, -7.0],
    [-4.0, -0.1],
    [1.0, 1.0],
    [1e4, 1e-3],
];

/// A positive base with any exponent.
const POWERS: &[[f64; 2]] = &[
    [0.5, 0.25],
    [0.5, -3.0],
    [1.0, 2.0],
    [2.0, 0.0],
    [7.0, 1.5],
    [1e-3, 2.0],
];

/// Below, at the lower end, between, at the upper end, above.
const ENDS: &[[f64; 2]] = &[[-3.0, 0.0], [-1.0, 0.0], [0.2, 0.0], [2.0, 0.0], [5.0, 0.0]];

const fn of_x(formula: &'static str, at: &'static [[f64; 2]], by: fn(f64, f64) -> f64) -> Row {
    Row {
        formula,
        by: [by, NONE],
        at,
    }
}

const fn of_both(
    formula: &'static str,
    at: &'static [[f64; 2]],
    by_x: fn(f64, f64) -> f64,
    by_y: fn(f64, f64) -> f64,
) -> Row {
    Row {
        formula,
        by: [by_x, by_y],
        at,
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn bell(x: f64) -> f64 {
    2.0 / PI.sqrt() * (-x * x).exp()
}

/// Powers of negative numbers and of zero, with fixed exponents.
const ROOTED: &[[f64; 2]] = &[[-2.0, 0.0], [-0.5, 0.0], [0.0, 0.0], [0.5, 0.0], [3.0, 0.0]];

/// Abramowitz and Stegun (1964), sections 3.3, 4.1 to 4.6 and 7.1. At kinks: |·|'(0) = 0,
/// relu'(0) = 0, and of two equal numbers min and max take the first.
const TABLE: &[Row] = &[
    of_x("-x", REAL, |_, _| -1.0),
    of_both("x + y", PAIRS, |_, _| 1.0, |_, _| 1.0),
    of_both("x - y", PAIRS, |_, _| 1.0, |_, _| -1.0),
    of_both("x * y", PAIRS, |_, y| y, |x, _| x),
    of_both("x / y", PAIRS, |_, y| y.recip(), |x, y| -x / (y * y)),
    of_x(
        "abs(x)",
        REAL,
        |x, _| if x == 0.0 { 0.0 } else { x.signum() },
    ),
    of_x("sign(x)", REAL, NONE),
    of_x("sqrt(x)", POSITIVE, |x, _| 0.5 * x.powf(-0.5)),
    of_x("exp(x)", MODERATE, |x, _| x.exp()),
    of_x("exp_m1(x)", MODERATE, |x, _| x.exp()),
    of_x("ln(x)", POSITIVE, |x, _| x.recip()),
    of_x("ln_1p(x)", SHIFTED, |x, _| (1.0 + x).recip()),
    of_x("log2(x)", POSITIVE, |x, _| (x * LN_2).recip()),
    of_x("log10(x)", POSITIVE, |x, _| (x * LN_10).recip()),
    of_x("tanh(x)", REAL, |x, _| x.cosh().powi(-2)),
    of_x("sigmoid(x)", REAL, |x, _| logistic(x) * logistic(-x)),
    of_x("softplus(x)", REAL, |x, _| logistic(x)),
    of_x("log_sigmoid(x)", REAL, |x, _| logistic(-x)),
    of_x("relu(x)", REAL, |x, _| f64::from(u8::from(x > 0.0))),
    of_x("sin(x)", REAL, |x, _| x.cos()),
    of_x("cos(x)", REAL, |x, _| -x.sin()),
    of_x("tan(x)", ANGLES, |x, _| x.cos().powi(-2)),
    of_x("atan(x)", REAL, |x, _| (1.0 + x * x).recip()),
    of_x("sinh(x)", MODERATE, |x, _| 0.5 * (x.exp() + (-x).exp())),
    of_x("cosh(x)", MODERATE, |x, _| 0.5 * (x.exp() - (-x).exp())),
    of_x("erf(x)", REAL, |x, _| bell(x)),
    of_x("erfc(x)", REAL, |x, _| -bell(x)),
    of_x("powi(x, 0)", ROOTED, NONE),
    of_x("powi(x, 1)", ROOTED, |_, _| 1.0),
    of_x("powi(x, 2)", ROOTED, |x, _| x + x),
    of_x("powi(x, 3)", ROOTED, |x, _| 3.0 * x * x),
    of_x("powi(x, 7)", ROOTED, |x, _| 7.0 * (x * x * x) * (x * x * x)),
    of_x("powi(x, -2)", POSITIVE, |x, _| -2.0 / (x * x * x)),
    of_x("powf(x, 2.5)", POSITIVE, |x, _| 2.5 * x * x.sqrt()),
    of_both(
        "powf(x, y)",
        POWERS,
        |x, y| y * (y * x.ln()).exp() / x,
        |x, y| x.ln() * (y * x.ln()).exp(),
    ),
    of_both(
        "min(x, y)",
        PAIRS,
        |x, y| f64::from(u8::from(x <= y)),
        |x, y| f64::from(u8::from(x > y)),
    ),
    of_both(
        "max(x, y)",
        PAIRS,
        |x, y| f64::from(u8::from(x >= y)),
        |x, y| f64::from(u8::from(x < y)),
    ),
    of_x("clamp(x, -1.0, 2.0)", ENDS, |x, _| {
        f64::from(u8::from((-1.0..=2.0).contains(&x)))
    }),
    of_both(
        "if x < y { x * x } else { 3.0 * y }",
        PAIRS,
        |x, y| if x < y { x + x } else { 0.0 },
        |x, y| if x < y { 0.0 } else { 3.0 },
    ),
    of_both(
        "if x <= y { x * x } else { 3.0 * y }",
        PAIRS,
        |x, y| if x <= y { x + x } else { 0.0 },
        |x, y| if x <= y { 0.0 } else { 3.0 },
    ),
];

/// The derivatives by each column.
type ByColumn = fn([f64; 3]) -> [f64; 3];

const OVER_COLUMNS: &[(&str, ByColumn)] = &[
    ("sum(x)", |_| [1.0; 3]),
    ("mean(x)", |_| [1.0 / 3.0; 3]),
    ("log_sum_exp(x)", |x| {
        // exp(xᵢ)/Σ exp(xⱼ) = 1/Σ exp(xⱼ − xᵢ)
        x.map(|xi| x.iter().map(|xj| (xj - xi).exp()).sum::<f64>().recip())
    }),
];

/// Rounding of a few operations; where a rule cancels (1 − y²), of numbers up to 1.
#[track_caller]
fn check(what: &str, found: f64, expected: f64) {
    let off = (found - expected).abs() / expected.abs().max(1.0);
    assert!(off <= 1e-14, "{what}: {found:e}, expected {expected:e}");
}

#[test]
fn derivatives_are_those_of_the_table() {
    for row in TABLE {
        let mut graph = Graph::default();
        let x = graph.source(Source::Free(0), Shape::SCALAR, "x");
        let y = graph.source(Source::Free(1), Shape::SCALAR, "y");
        let formula = formula(row.formula, &["x", "y"]);
        let value = lower(&mut graph, &formula, &[("x", x), ("y", y)]);
        let slopes = vjp(&mut graph, value, &[x, y], str::to_owned);
        for &point in row.at {
            let source = |source: Source| match source {
                Source::Free(i) => Array::new(1, 1, vec![point[i]]),
                other => unreachable!("{other:?} is not in a formula"),
            };
            let given = Given {
                rows: 1,
                source: &source,
                mask: &checkered,
            };
            let values = interpret(&graph, &given);
            for (slope, by) in slopes.iter().zip(row.by) {
                let found = values[slope.index()].data[0];
                let what = format!("{} at {point:?}", row.formula);
                check(&what, found, by(point[0], point[1]));
            }
        }
    }
}

#[test]
fn derivatives_of_functions_over_columns_are_those_of_the_table() {
    for (text, by_column) in OVER_COLUMNS {
        for point in [[0.5, -1.0, 2.0], [700.0, -700.0, 699.0], [1e4, 1e4, -1e4]] {
            let mut graph = Graph::default();
            let x = graph.source(Source::Free(0), Shape::row(3), "x");
            let value = lower(&mut graph, &formula(text, &["x"]), &[("x", x)]);
            let total = graph.sum(Axis::Columns, value, Shape::SCALAR);
            let slope = vjp(&mut graph, total, &[x], str::to_owned)[0];
            let given = Given {
                rows: 1,
                source: &|_| Array::new(1, 3, point.to_vec()),
                mask: &checkered,
            };
            let found = &interpret(&graph, &given)[slope.index()].data;
            for (found, expected) in found.iter().zip(by_column(point)) {
                check(&format!("{text} at {point:?}"), *found, expected);
            }
        }
    }
}

#[test]
fn every_function_has_a_row() {
    let rows = TABLE.iter().map(|row| row.formula);
    let rows: Vec<_> = rows.chain(OVER_COLUMNS.iter().map(|row| row.0)).collect();
    for (name, ..) in FUNCTIONS {
        let call = format!("{name}(");
        let has_row = rows.iter().any(|formula| formula.starts_with(&call));
        assert!(has_row, "{name} has no row in the table");
    }
}
