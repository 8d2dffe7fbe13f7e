//! Forward mode: the directional derivative of everything computed from some tensors.

use super::{rules, sum_to};
use crate::ir::{Axis, Graph, NodeId, Op, Shape};
use std::collections::BTreeMap;

/// Appends the derivatives of `outputs` in the direction that moves each tensor of `along` by its
/// tangent, and returns them in the outputs' order and shapes.
///
/// The sweep visits the nodes from first to last; an operand without a tangent does not move.
pub fn jvp(graph: &mut Graph, outputs: &[NodeId], along: &[(NodeId, NodeId)]) -> Vec<NodeId> {
    let last = outputs.iter().map(|id| id.index()).max().unwrap_or(0);
    let mut tangents: BTreeMap<NodeId, NodeId> = along.iter().copied().collect();
    for id in graph.ids().take(last + 1) {
        if !tangents.contains_key(&id)
            && let Some(tangent) = tangent(graph, id, &tangents)
        {
            tangents.insert(id, tangent);
        }
    }
    let zero = graph.constant(0.0);
    outputs
        .iter()
        .map(|id| {
            let tangent = tangents.get(id).copied().unwrap_or(zero);
            let shape = graph.shape(*id);
            graph.broadcast(tangent, shape)
        })
        .collect()
}

/// How `id` moves when its operands move by their tangents; `None` if it stays.
fn tangent(g: &mut Graph, id: NodeId, tangents: &BTreeMap<NodeId, NodeId>) -> Option<NodeId> {
    let of = |x: NodeId| tangents.get(&x).copied();
    let shape = g.shape(id);
    match *g.op(id) {
        Op::Product(kind, a, b) => {
            let (by_a, by_b) = (of(a), of(b));
            let a_part = by_a.map(|t| {
                let t = spread(g, t, a);
                g.product(kind, t, b)
            });
            let b_part = by_b.map(|t| {
                let t = spread(g, t, b);
                g.product(kind, a, t)
            });
            match (a_part, b_part) {
                (Some(a), Some(b)) => Some(g.add(a, b)),
                (part, None) | (None, part) => part,
            }
        }
        Op::Sum(axis, x) => {
            let tangent = of(x)?;
            let full = g.shape(x);
            let to = match axis {
                Axis::Rows => Shape::row(full.columns),
                Axis::Columns => Shape { columns: 1, ..full },
            };
            Some(sum_to(g, tangent, full, to))
        }
        Op::Slice { of: x, start } => {
            let tangent = spread(g, of(x)?, x);
            Some(g.slice(tangent, start, shape.columns))
        }
        Op::Place { of: x, start } => {
            let tangent = spread(g, of(x)?, x);
            Some(g.place(tangent, start, shape.columns))
        }
        _ => {
            if !g.op(id).operands().iter().any(|x| tangents.contains_key(x)) {
                return None;
            }
            let mut sum = None;
            for (operand, partial) in rules::partials(g, id) {
                let Some(tangent) = of(operand) else { continue };
                let part = g.mul(partial, tangent);
                sum = Some(sum.map_or(part, |sum| g.add(sum, part)));
            }
            sum
        }
    }
}

/// A tangent in the full shape of the tensor it belongs to.
fn spread(g: &mut Graph, tangent: NodeId, of: NodeId) -> NodeId {
    let shape = g.shape(of);
    g.broadcast(tangent, shape)
}
