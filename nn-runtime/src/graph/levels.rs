//! On which level of the drawing each node stands.
//!
//! Forward nodes stand below everything they read. A backward node stands beside what it is the
//! derivative by, and above all other derivatives that it reads: so black arrows point down and red
//! ones up. What reads nothing stands right next to its first reader.

use super::{Direction, Flow, Graph, Node, flow};

/// The level of each node, from 0 at the top.
pub(super) fn levels(graph: &Graph) -> Vec<usize> {
    let nodes = graph.nodes();
    let first_readers = first_readers(graph);
    let mut levels = vec![0_isize; nodes.len()];
    for (index, node) in nodes.iter().enumerate() {
        let floats = |input: &usize| is_loose(&nodes[*input]) && first_readers[*input] == index;
        let (loose, placed) = node
            .inputs
            .iter()
            .copied()
            .partition::<Vec<usize>, _>(floats);
        if !is_loose(node) {
            levels[index] = match node.direction {
                Direction::Forward => {
                    let above = placed.into_iter().map(|input| levels[input]).max();
                    above.unwrap_or(0) + 1
                }
                Direction::Backward => above_derivatives(nodes, node, &levels),
            };
        }
        for input in loose {
            levels[input] = match nodes[input].direction {
                Direction::Forward if node.direction == Direction::Forward => levels[index] - 1,
                Direction::Forward => levels[index],
                Direction::Backward => levels[index] + 1,
            };
        }
    }
    keep_below(graph, &mut levels);
    let least = levels.iter().copied().min().unwrap_or(0);
    levels.iter().map(|level| level.abs_diff(least)).collect()
}

/// Whether a node reads nothing and belongs beside nothing.
fn is_loose(node: &Node) -> bool {
    node.inputs.is_empty() && node.derivative_by.is_none()
}

/// The first node that reads each node; itself if none does.
fn first_readers(graph: &Graph) -> Vec<usize> {
    let mut readers: Vec<usize> = (0..graph.nodes().len()).collect();
    for edge in graph.edges() {
        if readers[edge.from] == edge.from {
            readers[edge.from] = edge.to;
        }
    }
    readers
}

/// Beside what it is the derivative by, or above the derivatives it reads, whichever is higher; by
/// default beside the lowest value it reads.
fn above_derivatives(nodes: &[Node], node: &Node, levels: &[isize]) -> isize {
    let flows = |input: &usize| flow(&nodes[*input], node) == Flow::Backward;
    let inputs = node.inputs.iter().copied();
    let (derivatives, kept) = inputs.partition::<Vec<usize>, _>(flows);
    let derivatives = derivatives
        .into_iter()
        .filter(|&input| !is_loose(&nodes[input]));
    let beside = node.derivative_by.map(|of| levels[of]);
    let above = derivatives.map(|input| levels[input] - 1);
    let lowest = kept.into_iter().map(|input| levels[input]).max();
    above.chain(beside).min().or(lowest).unwrap_or(0)
}

/// A loose backward node stood below its first reader; it must stand below all of them.
fn keep_below(graph: &Graph, levels: &mut [isize]) {
    for edge in graph.edges() {
        let from = &graph.nodes()[edge.from];
        if edge.flow == Flow::Backward && is_loose(from) {
            levels[edge.from] = levels[edge.from].max(levels[edge.to] + 1);
        }
    }
}
