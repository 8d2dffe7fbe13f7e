//! What is computed: value, gradient, Hessian, each a graph and its outputs.

use super::body::Body;
use super::signature::Signature;
use crate::derive::{jvp, vjp};
use crate::ir::{Graph, NodeId, print};
use crate::passes::{drop_dead, simplify};

/// A graph of nothing but what its outputs need.
pub struct Computed {
    pub graph: Graph,
    pub value: NodeId,
    pub gradient: Vec<NodeId>,
    /// Row by row; empty if it is not wanted.
    pub hessian: Vec<NodeId>,
    /// What was rewritten for accuracy, as the documentation says it.
    pub rewrites: String,
}

/// The value and the gradient by the arguments at `wrt`.
pub fn gradient(body: &Body, signature: &Signature, wrt: &[usize]) -> Computed {
    let start = Start::new(body, signature, wrt);
    finished(&start.graph, start.value, &start.gradient, &[])
}

/// Likewise with the Hessian, the derivatives of the gradient in the direction of each argument.
///
/// ∂²f/∂a∂b = ∂²f/∂b∂a: one of the two is computed and stands in both places.
pub fn hessian(body: &Body, signature: &Signature, wrt: &[usize]) -> Computed {
    let Start {
        mut graph,
        arguments,
        value,
        gradient,
    } = Start::new(body, signature, wrt);
    let one = graph.constant(1.0);
    let count = wrt.len();
    let mut hessian = vec![value; count * count];
    for row in 0..count {
        let entries = jvp(&mut graph, &gradient[row..], &[(arguments[row], one)]);
        for (column, entry) in (row..).zip(entries) {
            let name = |index: usize| &signature.floats[wrt[index]].name;
            if !graph.op(entry).operands().is_empty() {
                graph.name(entry, format!("d_{}_d_{}", name(row), name(column)));
            }
            hessian[row * count + column] = entry;
            hessian[column * count + row] = entry;
        }
    }
    finished(&graph, value, &gradient, &hessian)
}

/// The simplified graph with its gradient.
struct Start {
    graph: Graph,
    /// Those to differentiate by.
    arguments: Vec<NodeId>,
    value: NodeId,
    gradient: Vec<NodeId>,
}

impl Start {
    fn new(body: &Body, signature: &Signature, wrt: &[usize]) -> Self {
        let (mut graph, moved) = simplify(&body.graph);
        let at = |id: NodeId| moved[id.index()];
        for (id, name) in &body.names {
            if !graph.op(at(*id)).operands().is_empty() {
                graph.name(at(*id), name.as_str());
            }
        }
        for (id, float) in body.arguments.iter().zip(&signature.floats) {
            graph.name(at(*id), float.name.as_str());
        }
        let value = at(body.result);
        let arguments: Vec<_> = wrt.iter().map(|&index| at(body.arguments[index])).collect();
        let gradient = vjp(&mut graph, value, &arguments, |name| format!("d_{name}"));
        Self {
            graph,
            arguments,
            value,
            gradient,
        }
    }
}

fn finished(graph: &Graph, value: NodeId, gradient: &[NodeId], hessian: &[NodeId]) -> Computed {
    let outputs = [value].into_iter().chain(gradient.iter().copied());
    let outputs: Vec<_> = outputs.chain(hessian.iter().copied()).collect();
    let rewrites = print::rewrites(graph);
    let (graph, outputs) = drop_dead(graph, &outputs);
    let (gradient, hessian) = outputs[1..].split_at(gradient.len());
    Computed {
        graph,
        value: outputs[0],
        gradient: gradient.to_vec(),
        hessian: hessian.to_vec(),
        rewrites,
    }
}
