//! Formula to nodes.

use super::{Formula, Function};
use crate::ir::{Axis, Binary, Graph, NodeId, Test, Unary};

/// Appends the nodes of `formula`, its variables bound to the nodes of `bindings`, and returns the
/// result. Every variable must be bound.
pub fn lower(graph: &mut Graph, formula: &Formula, bindings: &[(&str, NodeId)]) -> NodeId {
    match formula {
        Formula::Number(value) => graph.constant(*value),
        Formula::Variable(name) => bindings
            .iter()
            .rev()
            .find_map(|(bound, id)| (bound == name).then_some(*id))
            .expect("a checked formula's variables are bound"),
        Formula::Negative(x) => {
            let x = lower(graph, x, bindings);
            graph.neg(x)
        }
        Formula::Binary(operation, a, b) => {
            let (a, b) = (lower(graph, a, bindings), lower(graph, b, bindings));
            match operation {
                Binary::Add => graph.add(a, b),
                Binary::Sub => graph.sub(a, b),
                Binary::Mul => graph.mul(a, b),
                Binary::Div => graph.div(a, b),
                Binary::Pow => graph.pow(a, b),
            }
        }
        Formula::Call(function, arguments) => {
            let arguments: Vec<_> = arguments
                .iter()
                .map(|argument| lower(graph, argument, bindings))
                .collect();
            apply(graph, *function, &arguments)
        }
        Formula::If {
            test,
            left,
            right,
            yes,
            no,
        } => {
            let [left, right, yes, no] =
                [left, right, yes, no].map(|part| lower(graph, part, bindings));
            graph.select(*test, left, right, yes, no)
        }
        Formula::Let { name, value, body } => {
            let value = lower(graph, value, bindings);
            let mut inner = bindings.to_vec();
            inner.push((name, value));
            lower(graph, body, &inner)
        }
    }
}

fn apply(graph: &mut Graph, function: Function, arguments: &[NodeId]) -> NodeId {
    match (function, arguments) {
        (Function::Unary(function), &[x]) => graph.unary(function, x),
        (Function::Powi | Function::Powf, &[x, y]) => graph.pow(x, y),
        (Function::Min, &[a, b]) => graph.select(Test::Less, b, a, b, a),
        (Function::Max, &[a, b]) => graph.select(Test::Less, a, b, b, a),
        (Function::LogSigmoid, &[x]) => {
            let flipped = graph.neg(x);
            let softplus = graph.unary(Unary::Softplus, flipped);
            graph.neg(softplus)
        }
        (Function::LogSumExp, &[x]) => log_sum_exp(graph, x),
        _ => unreachable!("the parser counted the arguments"),
    }
}

/// m + ln Σⱼ exp(xⱼ − m) with m = maxⱼ xⱼ, a column.
fn log_sum_exp(graph: &mut Graph, x: NodeId) -> NodeId {
    let max = graph.row_max(x);
    let shifted = graph.sub(x, max);
    let exponentials = graph.unary(Unary::Exp, shifted);
    let full = graph.shape(exponentials);
    let sum = graph.sum(Axis::Columns, exponentials, full);
    let ln = graph.unary(Unary::Ln, sum);
    graph.add(max, ln)
}
