//! Reverse mode: the derivatives of one scalar by any tensors, in one backward sweep.

use super::{rules, sum_to};
use crate::ir::{Graph, NodeId, Op, Product};
use std::collections::BTreeMap;

/// Appends ∂`scalar`/∂w for every w in `wrt` and returns them in that order, each in w's own shape.
///
/// The sweep visits the nodes that lead from `wrt` to `scalar` from last to first. A node's
/// adjoint is complete when it is visited, since all its users come later; it is then passed on to
/// the operands: times the partial derivative for element-wise operations, by the rules below for
/// products, sums and slices. The adjoint of a node named `h1` is named by `name_of("h1")`.
pub fn vjp(
    graph: &mut Graph,
    scalar: NodeId,
    wrt: &[NodeId],
    name_of: impl Fn(&str) -> String,
) -> Vec<NodeId> {
    let active = leads_from(graph, wrt);
    let mut adjoints = BTreeMap::from([(scalar, graph.constant(1.0))]);
    for id in graph.ids().take(scalar.index() + 1).rev() {
        let Some(&adjoint) = adjoints.get(&id) else {
            continue;
        };
        if let Some(name) = graph.node(id).name.as_deref().map(&name_of)
            && id != scalar
            && !graph.op(adjoint).operands().is_empty()
        {
            graph.name(adjoint, name);
        }
        for (operand, part) in contributions(graph, id, adjoint, &active) {
            let sum = match adjoints.get(&operand) {
                Some(&earlier) => graph.add(earlier, part),
                None => part,
            };
            adjoints.insert(operand, sum);
        }
    }
    let zero = graph.constant(0.0);
    wrt.iter()
        .map(|id| {
            let adjoint = adjoints.get(id).copied().unwrap_or(zero);
            let shape = graph.shape(*id);
            graph.broadcast(adjoint, shape)
        })
        .collect()
}

/// For every node, whether it depends on one of `roots`.
fn leads_from(graph: &Graph, roots: &[NodeId]) -> Vec<bool> {
    let mut active = Vec::with_capacity(graph.ids().len());
    for id in graph.ids() {
        let depends = graph
            .op(id)
            .operands()
            .iter()
            .any(|operand| active[operand.index()]);
        active.push(depends || roots.contains(&id));
    }
    active
}

/// What the adjoint of `id` adds to the adjoints of its active operands.
fn contributions(
    g: &mut Graph,
    id: NodeId,
    adjoint: NodeId,
    active: &[bool],
) -> Vec<(NodeId, NodeId)> {
    let shape = g.shape(id);
    let is_active = |operand: &NodeId| active[operand.index()];
    match *g.op(id) {
        Op::Product(kind, a, b) => {
            let full = g.broadcast(adjoint, shape);
            let mut parts = Vec::with_capacity(2);
            if is_active(&a) {
                parts.push((a, by_left(g, kind, full, b)));
            }
            if is_active(&b) {
                parts.push((b, by_right(g, kind, full, a)));
            }
            parts
        }
        _ if !g.op(id).operands().iter().any(is_active) => Vec::new(),
        Op::Sum(_, x) => vec![(x, adjoint)],
        Op::Slice { of, start } => {
            let full = g.broadcast(adjoint, shape);
            let columns = g.shape(of).columns;
            vec![(of, g.place(full, start, columns))]
        }
        Op::Place { of, start } => {
            let full = g.broadcast(adjoint, shape);
            let columns = g.shape(of).columns;
            vec![(of, g.slice(full, start, columns))]
        }
        _ => {
            let partials = rules::partials(g, id);
            let mut parts = Vec::with_capacity(partials.len());
            for (operand, partial) in partials.into_iter().filter(|(x, _)| is_active(x)) {
                let part = g.mul(partial, adjoint);
                let to = g.shape(operand);
                parts.push((operand, sum_to(g, part, shape, to)));
            }
            parts
        }
    }
}

/// The left operand's share of the adjoint G of a product with right operand `b`.
fn by_left(g: &mut Graph, kind: Product, adjoint: NodeId, b: NodeId) -> NodeId {
    match kind {
        // Y = X·W: X̄ = G·Wᵀ
        Product::Plain => g.product(Product::RightTransposed, adjoint, b),
        // Y = X·Wᵀ: X̄ = G·W
        Product::RightTransposed => g.product(Product::Plain, adjoint, b),
        // Y = Xᵀ·B: X̄ = B·Gᵀ
        Product::LeftTransposed => g.product(Product::RightTransposed, b, adjoint),
    }
}

/// The right operand's share of the adjoint G of a product with left operand `a`.
fn by_right(g: &mut Graph, kind: Product, adjoint: NodeId, a: NodeId) -> NodeId {
    match kind {
        // Y = X·W: W̄ = Xᵀ·G
        Product::Plain => g.product(Product::LeftTransposed, a, adjoint),
        // Y = X·Wᵀ: W̄ = Gᵀ·X
        Product::RightTransposed => g.product(Product::LeftTransposed, adjoint, a),
        // Y = Xᵀ·B: B̄ = X·G
        Product::LeftTransposed => g.product(Product::Plain, a, adjoint),
    }
}
