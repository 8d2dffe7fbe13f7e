//! Makes a graph anew, simplified and in stable forms.

use crate::formula::rewrite;
use crate::ir::{Graph, NodeId, Op};

/// The graph that the simplifying constructors make of the same operations, without names, and
/// where each node is in it. What loses digits or overflows is rewritten as in formulas.
pub fn simplify(graph: &Graph) -> (Graph, Vec<NodeId>) {
    let mut simple = Graph::default();
    let mut moved: Vec<NodeId> = Vec::new();
    for id in graph.ids() {
        let made = match graph.op(id).map(|operand| moved[operand.index()]) {
            Op::Unary(function, x) => rewrite::unary(&mut simple, function, x),
            Op::Binary(operation, a, b) => rewrite::binary(&mut simple, operation, a, b),
            other => simple.make(other, graph.shape(id)),
        };
        moved.push(made);
    }
    (simple, moved)
}
