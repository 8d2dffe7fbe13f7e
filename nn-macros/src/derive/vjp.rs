//! Reverse mode: the derivatives of one scalar by any tensors, in one backward sweep.

use super::{rules, sum_to};
use crate::ir::{Graph, NodeId, Op, Product, Shape};
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
    let one = graph.constant(1.0);
    let adjoints = sweep(graph, (scalar, one), wrt, Rows::Summed, name_of);
    let zero = graph.constant(0.0);
    wrt.iter()
        .map(|id| {
            let adjoint = adjoints.get(id).copied().unwrap_or(zero);
            let shape = graph.shape(*id);
            graph.broadcast(adjoint, shape)
        })
        .collect()
}

/// The derivative of a row of one tensor by another one.
#[derive(Clone, Copy, Debug)]
pub enum RowDerivative {
    /// A row of derivatives for every row of the batch.
    Elements(NodeId),
    /// By a weight matrix: for every row of the batch, the outer product of a row of the first and
    /// a row of the second.
    Outer(NodeId, NodeId),
}

/// Appends the derivatives of `cotangent`ᵀ·y by every w in `wrt`, for each row y of `of` by itself:
/// what [`vjp`] sums over the rows stays apart, as if every row had parameters of its own.
///
/// Rows must not depend on each other, and a weight matrix must be read by one product alone.
pub fn vjp_by_row(
    graph: &mut Graph,
    (of, cotangent): (NodeId, NodeId),
    wrt: &[NodeId],
    name_of: impl Fn(&str) -> String,
) -> Vec<RowDerivative> {
    let factors: Vec<_> = wrt.iter().map(|&w| factors(graph, w)).collect();
    let roots: Vec<_> = factors.iter().map(|&(root, _)| root).collect();
    let adjoints = sweep(graph, (of, cotangent), &roots, Rows::Apart, name_of);
    let zero = graph.constant(0.0);
    factors
        .into_iter()
        .map(|(root, left)| {
            let adjoint = adjoints.get(&root).copied().unwrap_or(zero);
            let shape = Shape::rows(graph.shape(root).columns);
            let full = graph.broadcast(adjoint, shape);
            left.map_or(RowDerivative::Elements(full), |left| {
                RowDerivative::Outer(left, full)
            })
        })
        .collect()
}

/// The product X·W that reads a weight matrix, and X; a tensor that no product reads, alone.
fn factors(graph: &Graph, w: NodeId) -> (NodeId, Option<NodeId>) {
    let product = graph.ids().find_map(|id| match *graph.op(id) {
        Op::Product(Product::Plain, x, right) if right == w => Some((id, Some(x))),
        _ => None,
    });
    product.unwrap_or((w, None))
}

/// Whether the derivatives by what serves all rows are summed over them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    Summed,
    Apart,
}

/// The adjoint of every node between `wrt` and `of`, whose own adjoint is given.
fn sweep(
    graph: &mut Graph,
    (of, seed): (NodeId, NodeId),
    wrt: &[NodeId],
    rows: Rows,
    name_of: impl Fn(&str) -> String,
) -> BTreeMap<NodeId, NodeId> {
    let active = leads_from(graph, wrt);
    let mut adjoints = BTreeMap::from([(of, seed)]);
    for id in graph.ids().take(of.index() + 1).rev() {
        let Some(&adjoint) = adjoints.get(&id) else {
            continue;
        };
        if let Some(name) = graph.node(id).name.as_deref().map(&name_of)
            && id != of
            && !graph.op(adjoint).operands().is_empty()
        {
            graph.name(adjoint, name);
        }
        for (operand, part) in contributions(graph, id, adjoint, &active, rows) {
            let sum = match adjoints.get(&operand) {
                Some(&earlier) => graph.add(earlier, part),
                None => part,
            };
            adjoints.insert(operand, sum);
        }
    }
    adjoints
}

/// For every node, whether it depends on one of `roots`.
pub(super) fn leads_from(graph: &Graph, roots: &[NodeId]) -> Vec<bool> {
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
    rows: Rows,
) -> Vec<(NodeId, NodeId)> {
    let shape = g.shape(id);
    let is_active = |operand: &NodeId| active[operand.index()];
    match *g.op(id) {
        // An adjoint that is the same for all rows is multiplied once.
        Op::Product(Product::Plain, a, b) if !is_active(&b) => {
            let rows = g.shape(adjoint).rows;
            let full = g.broadcast(adjoint, Shape { rows, ..shape });
            let parts = is_active(&a).then(|| (a, by_left(g, Product::Plain, full, b)));
            parts.into_iter().collect()
        }
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
                // As if the operand had a row for every row of the batch.
                let full = match rows {
                    Rows::Summed => shape,
                    Rows::Apart => Shape {
                        rows: to.rows,
                        ..shape
                    },
                };
                parts.push((operand, sum_to(g, part, full, to)));
            }
            parts
        }
    }
}

/// The left operand's share of the adjoint G of a product with right operand `b`.
pub(super) fn by_left(g: &mut Graph, kind: Product, adjoint: NodeId, b: NodeId) -> NodeId {
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
pub(super) fn by_right(g: &mut Graph, kind: Product, adjoint: NodeId, a: NodeId) -> NodeId {
    match kind {
        // Y = X·W: W̄ = Xᵀ·G
        Product::Plain => g.product(Product::LeftTransposed, a, adjoint),
        // Y = X·Wᵀ: W̄ = Gᵀ·X
        Product::RightTransposed => g.product(Product::LeftTransposed, adjoint, a),
        // Y = Xᵀ·B: B̄ = X·G
        Product::LeftTransposed => g.product(Product::Plain, a, adjoint),
    }
}
