//! The evaluation trace: a row for every operation as it is written, with its partial derivatives.
//!
//! As in the lecture, v₁, v₂, … are the arguments, and every further row is one operation on
//! earlier rows. What depends on no argument is written out where it is read.

use super::body::Body;
use super::signature::Signature;
use crate::derive::{rules, vjp};
use crate::diagnostics::written;
use crate::ir::print::{Notation, operand_in, right_side_in, subscripts};
use crate::ir::{Binary, Graph, NodeId, Op, Unary};
use crate::passes::drop_dead;

/// A trace: its graph, and what each row shows.
pub struct Rows {
    pub graph: Graph,
    pub rows: Vec<Row>,
}

/// One operation.
pub struct Row {
    /// v₄
    pub name: String,
    /// v₁ − v₂
    pub expression: String,
    pub value: NodeId,
    /// By each row it reads.
    pub partials: Vec<Partial>,
    /// The derivative of the result by this row.
    pub adjoint: NodeId,
}

/// A partial derivative of one row by another.
pub struct Partial {
    /// The place of the row by which it is.
    pub by: usize,
    pub expression: String,
    pub value: NodeId,
}

/// The trace of a body.
pub fn rows(body: &Body, signature: &Signature) -> Rows {
    let outputs: Vec<_> = body
        .arguments
        .iter()
        .copied()
        .chain([body.result])
        .collect();
    let (mut graph, outputs) = drop_dead(&unnamed(&body.graph), &outputs);
    let (arguments, result) = outputs.split_at(body.arguments.len());
    let steps = steps(&graph, arguments);
    for (index, &step) in steps.iter().enumerate() {
        graph.name(step, format!("v{}", index + 1));
    }
    let place = |x: NodeId| steps.iter().position(|&step| step == x);
    let reads: Vec<_> = steps
        .iter()
        .map(|&step| partials(&mut graph, step))
        .collect();
    let mut scratch = graph.clone(); // before the adjoints have names
    let adjoints = vjp(&mut graph, result[0], &steps, |name| {
        format!("adjoint_{name}")
    });
    let mut rows = Vec::new();
    for (index, (&step, reads)) in steps.iter().zip(reads).enumerate() {
        let expression = match signature.floats.get(index) {
            Some(float) => float.text.clone(),
            None => right_side_in(&TRACE, &graph, step),
        };
        let partial = |(by, value): (NodeId, NodeId)| {
            let tidied = tidy(&mut scratch, value, step);
            let by = place(by)?;
            let expression = partial_text(&scratch, tidied);
            Some(Partial {
                by,
                expression,
                value,
            })
        };
        rows.push(Row {
            name: format!("v{}", subscripts(index + 1)),
            expression,
            value: step,
            partials: reads.into_iter().filter_map(partial).collect(),
            adjoint: adjoints[index],
        });
    }
    Rows { graph, rows }
}

/// The same graph without the names of arguments: rows have names of their own.
fn unnamed(graph: &Graph) -> Graph {
    let mut copy = Graph::default();
    for id in graph.ids() {
        let node = graph.node(id);
        let made = copy.push(node.op.clone(), node.shape);
        if let (Op::Source(crate::ir::Source::Constant(_)), Some(name)) = (&node.op, &node.name) {
            copy.name(made, name.as_str());
        }
    }
    copy
}

/// The arguments, then what is computed from them.
fn steps(graph: &Graph, arguments: &[NodeId]) -> Vec<NodeId> {
    let mut depends = vec![false; graph.ids().len()];
    let mut steps = arguments.to_vec();
    for id in graph.ids() {
        let operands = graph.op(id).operands();
        let reads = operands.iter().any(|x| depends[x.index()]);
        depends[id.index()] = reads || arguments.contains(&id);
        if reads {
            steps.push(id);
        }
    }
    steps
}

/// The rows that a row reads, each with the partial derivative by it.
fn partials(graph: &mut Graph, step: NodeId) -> Vec<(NodeId, NodeId)> {
    let mut sums: Vec<(NodeId, NodeId)> = Vec::new();
    for (operand, partial) in rules::partials(graph, step) {
        if graph.node(operand).name.is_none() || is_constant(graph, operand) {
            continue;
        }
        match sums.iter_mut().find(|(known, _)| *known == operand) {
            Some((_, sum)) => *sum = graph.add(*sum, partial),
            None => sums.push((operand, partial)),
        }
    }
    sums
}

fn is_constant(graph: &Graph, id: NodeId) -> bool {
    matches!(
        graph.op(id),
        Op::Source(crate::ir::Source::Constant(_)) | Op::Constant(_)
    )
}

/// Rows as v₁, constants by their names.
const TRACE: Notation = Notation {
    symbol: |name| match name.strip_prefix('v').map(str::parse) {
        Some(Ok(number)) => format!("v{}", subscripts(number)),
        _ => name.to_owned(),
    },
    number: |value| written(value).replace('-', "−"),
};

/// A tidied partial derivative as text; −a b without parentheses.
fn partial_text(graph: &Graph, id: NodeId) -> String {
    match *graph.op(id) {
        Op::Unary(Unary::Neg, x) if graph.node(id).name.is_none() => {
            format!("−{}", operand_in(&TRACE, graph, x))
        }
        _ => operand_in(&TRACE, graph, id),
    }
}

/// An expression as people write it: products and quotients of powers in one, −v₄ v₃⁻² instead of
/// −(v₄ / v₃) / v₃. `own` is the row whose partial derivative it is: where that is a quotient, it
/// is written by what it is computed from.
fn tidy(graph: &mut Graph, id: NodeId, own: NodeId) -> NodeId {
    if graph.node(id).name.is_some() && id != own {
        return id;
    }
    match *graph.op(id) {
        Op::Binary(operation @ (Binary::Add | Binary::Sub), a, b) if id != own => {
            let (a, b) = (tidy(graph, a, own), tidy(graph, b, own));
            let shape = graph.shape(id);
            graph.push(Op::Binary(operation, a, b), shape)
        }
        Op::Unary(function, x) if function != Unary::Neg && id != own => {
            let x = tidy(graph, x, own);
            let shape = graph.shape(id);
            graph.push(Op::Unary(function, x), shape)
        }
        _ => {
            let mut product = Product {
                coefficient: 1.0,
                factors: Vec::new(),
            };
            product.collect(graph, id, 1, own);
            product.node(graph)
        }
    }
}

/// A product of powers: c · a³ · b⁻².
///
/// Exponents that do not fit saturate, as in the rules: there the function is 0, 1 or infinite anyway.
struct Product {
    coefficient: f64,
    factors: Vec<(NodeId, i32)>,
}

impl Product {
    fn collect(&mut self, graph: &mut Graph, id: NodeId, exponent: i32, own: NodeId) {
        let is_row = graph.node(id).name.is_some();
        let is_quotient = matches!(graph.op(id), Op::Binary(Binary::Div, ..));
        if is_row && !(id == own && is_quotient) {
            return self.factor(id, exponent);
        }
        match *graph.op(id) {
            Op::Constant(number) => self.coefficient *= number.value().powi(exponent),
            Op::Unary(Unary::Neg, x) => {
                self.coefficient *= f64::from(-1).powi(exponent);
                self.collect(graph, x, exponent, own);
            }
            Op::Binary(Binary::Mul, a, b) => {
                self.collect(graph, a, exponent, own);
                self.collect(graph, b, exponent, own);
            }
            Op::Binary(Binary::Div, a, b) => {
                self.collect(graph, a, exponent, own);
                self.collect(graph, b, exponent.saturating_neg(), own);
            }
            Op::Power(x, n) => self.collect(graph, x, n.saturating_mul(exponent), own),
            Op::Binary(Binary::Add | Binary::Sub, ..) | Op::Unary(..) => {
                let tidied = tidy(graph, id, own);
                self.factor(tidied, exponent);
            }
            _ => self.factor(id, exponent),
        }
    }

    fn factor(&mut self, id: NodeId, exponent: i32) {
        match self.factors.iter_mut().find(|(known, _)| *known == id) {
            Some((_, sum)) => *sum = sum.saturating_add(exponent),
            None => self.factors.push((id, exponent)),
        }
    }

    /// The product as nodes: 2 v₅, −v₄ v₃⁻²; a quotient if all powers are below: 1 / v₃.
    fn node(self, graph: &mut Graph) -> NodeId {
        let factors = self.factors.iter().filter(|(_, exponent)| *exponent != 0);
        let is_below = factors.clone().all(|(_, exponent)| *exponent < 0);
        let sign = if is_below { -1 } else { 1 };
        let powers: Vec<_> = factors
            .map(|&(x, exponent)| match exponent.saturating_mul(sign) {
                1 => x,
                n => graph.push(Op::Power(x, n), graph.shape(x)),
            })
            .collect();
        let times = |graph: &mut Graph, a, b| {
            let shape = graph.shape(a);
            graph.push(Op::Binary(Binary::Mul, a, b), shape)
        };
        let product = powers.into_iter().reduce(|a, b| times(graph, a, b));
        let magnitude = graph.constant(self.coefficient.abs());
        let unsigned = match product {
            None => return graph.constant(self.coefficient),
            Some(below) if is_below => {
                let shape = graph.shape(below);
                graph.push(Op::Binary(Binary::Div, magnitude, below), shape)
            }
            Some(product) if self.coefficient.abs() == 1.0 => product,
            Some(product) => times(graph, magnitude, product),
        };
        if self.coefficient < 0.0 {
            let shape = graph.shape(unsigned);
            graph.push(Op::Unary(Unary::Neg, unsigned), shape)
        } else {
            unsigned
        }
    }
}
