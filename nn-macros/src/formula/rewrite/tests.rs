//! That each pattern is found, and that what it becomes is finite far out.

use super::super::scope::table_formula;
use super::super::{Reductions, lower};
use super::*;
use crate::derive::vjp;
use crate::ir::interpret::{Array, Given, interpret};
use crate::ir::{Shape, Source};

/// A graph with a row `x` of three columns, and a formula's node in it.
fn lowered(g: &mut Graph, formula: &str) -> NodeId {
    let x = g.source(Source::Free(0), Shape::row(3), "x");
    let formula = table_formula(formula, ["x"], Reductions::Columns);
    lower(g, &formula, &[("x", x)])
}

/// The formula is lowered to the very node that the other spelling is lowered to.
#[track_caller]
fn check(written: &str, rewritten: &str) {
    let mut graph = Graph::default();
    let (found, noted) = (lowered(&mut graph, written), graph.rewrites().to_vec());
    assert!(!noted.is_empty(), "{written} stays as it is");
    let expected = lowered(&mut graph, rewritten);
    assert_eq!(graph.op(found), graph.op(expected), "{written}: {noted:?}");
    assert_eq!(found, expected, "{written}: {noted:?}");
}

#[test]
fn patterns() {
    for (written, rewritten) in [
        ("ln(1 + exp(x))", "softplus(x)"),
        ("ln(exp(x) + 1)", "softplus(x)"),
        ("ln_1p(exp(x))", "softplus(x)"),
        ("ln(1 + exp(-x))", "softplus(-x)"),
        ("log2(1 + exp(x))", "1.4426950408889634 * softplus(x)"),
        ("ln(sigmoid(x))", "log_sigmoid(x)"),
        ("ln(1 - sigmoid(x))", "-softplus(x)"),
        ("ln_1p(-sigmoid(x))", "-softplus(x)"),
        ("ln(1 / (1 + exp(-x)))", "log_sigmoid(x)"),
        ("1 - sigmoid(x)", "sigmoid(-x)"),
        ("sigmoid(x) - 1", "-sigmoid(-x)"),
        ("exp(x) - 1", "exp_m1(x)"),
        ("-1 + exp(x)", "exp_m1(x)"),
        ("1 - exp(x)", "-exp_m1(x)"),
        ("ln(1 + x)", "ln_1p(x)"),
        ("ln(x * x + 1)", "ln_1p(x * x)"),
        ("ln(1 - x)", "ln_1p(-x)"),
        ("ln(exp(x))", "x"),
        ("1 / (1 + exp(-x))", "sigmoid(x)"),
        ("1 / (exp(-x) + 1)", "sigmoid(x)"),
        ("1 / (1 + exp(x))", "sigmoid(-x)"),
        ("x / (1 + exp(-x))", "x * sigmoid(x)"),
        ("exp(x) / (1 + exp(x))", "sigmoid(x)"),
        ("(exp(x) - exp(-x)) / (exp(x) + exp(-x))", "tanh(x)"),
        ("(exp(2 * x) - 1) / (exp(2 * x) + 1)", "tanh(x)"),
        ("2 * sigmoid(2 * x) - 1", "tanh(x)"),
        ("sigmoid(x) * 2 - 1", "tanh(0.5 * x)"),
        ("1 - 2 / (exp(2 * x) + 1)", "tanh(x)"),
        ("1 - 2 / (1 + exp(-x))", "tanh(-0.5 * x)"),
        ("1 + tanh(x)", "2 * sigmoid(2 * x)"),
        ("tanh(x) + 1", "2 * sigmoid(2 * x)"),
        ("1 - tanh(x)", "2 * sigmoid(-2 * x)"),
        ("tanh(x) - 1", "-(2 * sigmoid(-2 * x))"),
        ("sqrt(x * x)", "abs(x)"),
        ("sqrt(powi(x, 2))", "abs(x)"),
        ("1 - erf(x)", "erfc(x)"),
        ("1 + erf(x)", "erfc(-x)"),
        ("erf(x) + 1", "erfc(-x)"),
        ("erf(x) - 1", "-erfc(x)"),
        ("1 - erfc(x)", "erf(x)"),
        ("1 - cos(x)", "2 * powi(sin(0.5 * x), 2)"),
        ("ln(sum(exp(x)))", "log_sum_exp(x)"),
        ("ln(exp(x) / sum(exp(x)))", "x - log_sum_exp(x)"),
        // Through bindings and calls.
        ("{ let e = exp(x); let s = 1 + e; ln(s) }", "softplus(x)"),
        ("{ let s = sigmoid(x); 1 - s }", "sigmoid(-x)"),
        ("ln(1 + exp(identity(x)))", "softplus(x)"),
    ] {
        check(written, rewritten);
    }
}

#[test]
fn other_formulas_stay_as_they_are() {
    for formula in [
        "ln(2 + exp(x))",
        "2 - tanh(x)",
        "3 * sigmoid(x) - 1",
        "exp(x) - 2",
        "1 / (2 + exp(x))",
        "sqrt(x * exp(x))",
        "2 - erf(x)",
        "(exp(x) - exp(-x)) / 2",
        "exp(x) / sum(exp(2 * x))",
    ] {
        let mut graph = Graph::default();
        lowered(&mut graph, formula);
        assert_eq!(graph.rewrites(), [""; 0], "{formula}");
    }
}

/// Value and slope are finite where what is written has none.
#[test]
fn rewritten_formulas_are_finite_far_out() {
    for formula in [
        "ln(1 + exp(x))",
        "ln(1 / (1 + exp(-x)))",
        "ln(1 - sigmoid(x))",
        "x / (1 + exp(-x))",
        "exp(x) / (1 + exp(x))",
        "(exp(x) - exp(-x)) / (exp(x) + exp(-x))",
        "sqrt(x * x)",
        "ln(sum(exp(x)))",
        "exp(x) / sum(exp(x))",
        "ln(exp(x) / sum(exp(x)))",
    ] {
        let mut graph = Graph::default();
        let value = lowered(&mut graph, formula);
        let x = lowered(&mut graph, "x");
        let full = Shape::row(3);
        let total = graph.sum(Axis::Columns, value, full);
        let slope = vjp(&mut graph, total, &[x], str::to_owned)[0];
        let given = Given {
            rows: 1,
            source: &|_| Array::new(1, 3, vec![-1e4, 0.0, 1e4]),
            mask: &|_, _, _, _| 1.0,
        };
        let values = interpret(&graph, &given);
        for id in [value, slope] {
            let found = &values[id.index()].data;
            assert!(found.iter().all(|v| v.is_finite()), "{formula}: {found:?}");
        }
    }
}

/// The derivative of σ is made of the σ that is there.
#[test]
fn derivatives_are_not_rewritten() {
    let mut graph = Graph::default();
    let value = lowered(&mut graph, "sigmoid(x)");
    let x = lowered(&mut graph, "x");
    let total = graph.sum(Axis::Columns, value, Shape::row(3));
    vjp(&mut graph, total, &[x], str::to_owned);
    let sigmoids = graph.ids().map(|id| graph.op(id).clone());
    let sigmoids = sigmoids.filter(|op| matches!(op, Op::Unary(Unary::Sigmoid, _)));
    assert_eq!(sigmoids.count(), 1);
}
