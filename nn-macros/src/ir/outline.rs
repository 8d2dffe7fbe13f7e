//! A graph as people see it: the named tensors, and which of them each one reads.
//!
//! What has no name is written out in the equations, so the arrows pass through it.

use super::{Graph, NodeId, Op, Shape, print};

/// One named tensor.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its symbol.
    pub name: String,
    /// The right-hand side of its equation; empty if it is given.
    pub formula: String,
    pub shape: Shape,
    /// Whether the results of the forward pass depend on it.
    pub is_forward: bool,
    /// What it reads, by place in the outline.
    pub inputs: Vec<usize>,
    /// The entry that it is the derivative by.
    pub derivative_by: Option<usize>,
}

/// The named tensors in computable order, those that `results` depend on first. `adjoint_name` is
/// what the derivative by a named tensor is called.
pub fn outline(
    graph: &Graph,
    results: &[NodeId],
    adjoint_name: impl Fn(&str) -> String,
) -> Vec<Entry> {
    let forward = graph.leads_to(results);
    let shown = |id: &NodeId| graph.node(*id).name.is_some() && *graph.op(*id) != Op::Count;
    let (mut order, backward): (Vec<_>, Vec<_>) = graph
        .ids()
        .filter(shown)
        .partition(|id| forward[id.index()]);
    order.extend(backward);
    let place = |id: NodeId| order.iter().position(|&shown| shown == id);
    let name = |id: NodeId| graph.node(id).name.as_deref().unwrap_or_default();
    order
        .iter()
        .map(|&id| {
            let is_given = matches!(graph.op(id), Op::Source(_));
            let mut inputs = Vec::new();
            for read in graph.op(id).operands() {
                read_by_name(graph, read, &mut inputs);
            }
            let by = |other: &&NodeId| adjoint_name(name(**other)) == name(id);
            Entry {
                name: print::symbol(name(id)),
                formula: if is_given {
                    String::new()
                } else {
                    print::right_side(graph, id)
                },
                shape: graph.shape(id),
                is_forward: forward[id.index()],
                inputs: inputs.into_iter().filter_map(place).collect(),
                derivative_by: order.iter().find(by).and_then(|&by| place(by)),
            }
        })
        .collect()
}

/// The named tensors behind an operand: itself, or what it is written out in.
fn read_by_name(graph: &Graph, id: NodeId, found: &mut Vec<NodeId>) {
    if graph.node(id).name.is_none() {
        for operand in graph.op(id).operands() {
            read_by_name(graph, operand, found);
        }
    } else if !found.contains(&id) {
        found.push(id);
    }
}
