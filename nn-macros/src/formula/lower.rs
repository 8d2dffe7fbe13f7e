//! Formula to nodes.

use super::{Formula, Function, rewrite};
use crate::ir::{Axis, Graph, NodeId, Shape, Source, Test, Unary};

/// Appends the nodes of `formula`, its variables bound to the nodes of `bindings`, and returns the
/// result. Every variable must be bound. Functions over columns run over the widest binding.
pub fn lower(graph: &mut Graph, formula: &Formula, bindings: &[(&str, NodeId)]) -> NodeId {
    let at = |graph: &mut Graph, part: &Formula| lower(graph, part, bindings);
    match formula {
        Formula::Number(value) => graph.constant(*value),
        Formula::Variable(name) => bindings
            .iter()
            .rev()
            .find_map(|(bound, id)| (bound == name).then_some(*id))
            .expect("a checked formula's variables are bound"),
        Formula::Constant(constant) => {
            let source = Source::Constant(constant.index);
            graph.source(source, Shape::SCALAR, &constant.text)
        }
        Formula::Negative(x) => {
            let x = at(graph, x);
            graph.neg(x)
        }
        Formula::Binary(operation, a, b) => {
            let (a, b) = (at(graph, a), at(graph, b));
            rewrite::binary(graph, *operation, a, b)
        }
        Formula::Call(Function::Powi, arguments) => {
            let x = at(graph, &arguments[0]);
            let &Formula::Number(exponent) = &arguments[1] else {
                unreachable!("the parser wants a number here")
            };
            graph.power(x, exponent as i32)
        }
        Formula::Call(function, arguments) => {
            let arguments: Vec<_> = arguments.iter().map(|part| at(graph, part)).collect();
            let full = bindings
                .iter()
                .fold(Shape::SCALAR, |full, (_, id)| full.join(graph.shape(*id)));
            apply(graph, *function, &arguments, full)
        }
        Formula::Apply(definition, arguments) => {
            let given = arguments.iter().map(|part| at(graph, part));
            let mut given: Vec<_> = given.collect();
            for parameter in definition.parameters.iter().skip(given.len()) {
                given.push(graph.constant(parameter.default.unwrap_or(0.0)));
            }
            let Some(body) = definition.body.get() else {
                return given[0];
            };
            let names = definition.parameters.iter();
            let inner: Vec<_> = names.map(|p| p.name.as_str()).zip(given).collect();
            lower(graph, body, &inner)
        }
        Formula::If {
            test,
            left,
            right,
            yes,
            no,
        } => {
            let [left, right, yes, no] = [left, right, yes, no].map(|part| at(graph, part));
            graph.select(*test, left, right, yes, no)
        }
        Formula::Let { name, value, body } => {
            let value = at(graph, value);
            let mut inner = bindings.to_vec();
            inner.push((name, value));
            lower(graph, body, &inner)
        }
    }
}

/// A function of nodes, as many as it takes; `full` is the shape that functions over columns run
/// over.
pub fn apply(graph: &mut Graph, function: Function, arguments: &[NodeId], full: Shape) -> NodeId {
    match (function, arguments) {
        (Function::Unary(function), &[x]) => rewrite::unary(graph, function, x),
        (Function::Log2, &[x]) => ln_times(graph, core::f64::consts::LOG2_E, x),
        (Function::Log10, &[x]) => ln_times(graph, core::f64::consts::LOG10_E, x),
        (Function::Powf, &[x, y]) => graph.pow(x, y),
        (Function::Min, &[a, b]) => min(graph, a, b),
        (Function::Max, &[a, b]) => max(graph, a, b),
        (Function::Clamp, &[x, low, high]) => {
            let raised = max(graph, x, low);
            min(graph, raised, high)
        }
        (Function::LogSigmoid, &[x]) => {
            let flipped = graph.neg(x);
            let softplus = graph.unary(Unary::Softplus, flipped);
            graph.neg(softplus)
        }
        (Function::LogSumExp, &[x]) => log_sum_exp(graph, x, full),
        (Function::Sum, &[x]) => graph.sum(Axis::Columns, x, full),
        (Function::Mean, &[x]) => {
            let sum = graph.sum(Axis::Columns, x, full);
            let columns = graph.constant(full.columns as f64);
            graph.div(sum, columns)
        }
        _ => unreachable!("the parser counted the arguments"),
    }
}

fn min(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    graph.select(Test::Less, b, a, b, a)
}

fn max(graph: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    graph.select(Test::Less, a, b, b, a)
}

/// c·ln x
fn ln_times(graph: &mut Graph, c: f64, x: NodeId) -> NodeId {
    let (c, ln) = (graph.constant(c), rewrite::unary(graph, Unary::Ln, x));
    graph.mul(c, ln)
}

/// m + ln Σⱼ exp(xⱼ − m) with m = maxⱼ xⱼ, a column.
pub(super) fn log_sum_exp(graph: &mut Graph, x: NodeId, full: Shape) -> NodeId {
    let max = graph.row_max(x);
    let shifted = graph.sub(x, max);
    let exponentials = graph.unary(Unary::Exp, shifted);
    let sum = graph.sum(Axis::Columns, exponentials, full);
    let ln = graph.unary(Unary::Ln, sum);
    graph.add(max, ln)
}
