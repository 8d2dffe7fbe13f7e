//! Drops what no output needs.

use crate::ir::{Graph, NodeId};

/// A graph of only the nodes that `outputs` depend on, in the same order, and the outputs in it.
pub fn drop_dead(graph: &Graph, outputs: &[NodeId]) -> (Graph, Vec<NodeId>) {
    let needed = graph.leads_to(outputs);
    let mut kept = Graph::default();
    let mut moved = vec![None; needed.len()];
    let place = |moved: &[Option<NodeId>], id: NodeId| {
        moved[id.index()].expect("an operand comes before its users")
    };
    for id in graph.ids().filter(|id| needed[id.index()]) {
        let node = graph.node(id);
        let copy = kept.push(node.op.map(|operand| place(&moved, operand)), node.shape);
        if let Some(name) = &node.name {
            kept.name(copy, name.as_str());
        }
        moved[id.index()] = Some(copy);
    }
    let outputs = outputs.iter().map(|&id| place(&moved, id)).collect();
    (kept, outputs)
}
