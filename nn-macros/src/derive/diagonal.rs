//! The diagonal of a loss's Hessian, approximated by one backward sweep.
//!
//! LeCun, Bottou, Orr and Müller (1998), section 7.4: second derivatives are passed back as first
//! ones are, through the **squares** of the first derivatives. Where Y = X·W,
//!
//! ```text
//! ∂²L/∂X² = ∂²L/∂Y² (W ⊙ W)ᵀ      ∂²L/∂W² = (X ⊙ X)ᵀ ∂²L/∂Y²
//! ```
//!
//! and where y = f(x) element by element, ∂²L/∂x² = f′(x)² ∂²L/∂y². What is left out: f″ times the
//! first derivative, which keeps the result from being negative (Gauss-Newton), and every product of
//! two different paths. Everything element-wise between two products is one function f, however many
//! operations it is written in, so the result does not depend on how a formula is spelled.
//!
//! The start is exact: the diagonal of the loss's own Hessian by the outputs, from the rules.

use super::vjp::{by_left, by_right, leads_from};
use super::{RowDerivative, rules, sum_to, vjp, vjp_by_row};
use crate::ir::{Axis, Binary, Graph, NodeId, Op, Shape, Unary};
use std::collections::{BTreeMap, BTreeSet};

/// Appends the diagonal of the Hessian of `loss` by the outputs `f`, negative elements (of a loss
/// that is not convex) set to 0.
///
/// The gradient's element j depends on its own output and, through sums over the columns such as
/// softmax's, on all. Along its own output it is differentiated with the sums held fixed, all
/// columns at once; along the sums by the chain rule, ∂gⱼ/∂s · ∂s/∂fⱼ.
pub fn loss_curvature(g: &mut Graph, loss: NodeId, f: NodeId) -> NodeId {
    let gradient = vjp(g, loss, &[f], |name| format!("d{name}"))[0];
    let active = leads_from(g, &[f]);
    let is_sum =
        |g: &Graph, id: NodeId| matches!(g.op(id), Op::Sum(Axis::Columns, _)) && active[id.index()];
    let sums: Vec<_> = g
        .ids()
        .take(gradient.index())
        .filter(|&id| is_sum(g, id))
        .collect();
    let mut stops: BTreeSet<_> = sums.iter().copied().collect();
    stops.insert(f);
    let mut total = along_own_output(g, gradient, f, &stops);
    let one = g.constant(1.0);
    for sum in sums {
        let Some(by_sum) = slope(g, gradient, (sum, one), &stops) else {
            continue;
        };
        let by_output = vjp_by_row(g, (sum, one), &[f], |name| format!("d{name}"));
        if let [RowDerivative::Elements(by_output)] = by_output[..] {
            let part = g.mul(by_sum, by_output);
            total = g.add(total, part);
        }
    }
    match g.as_constant(total) {
        Some(value) => g.constant(value.max(0.0)),
        None => g.unary(Unary::Relu, total),
    }
}

/// ∂gⱼ/∂fⱼ for every column j, sums held fixed. A loss that cuts its outputs up (`gaussian_nll` has
/// means and deviations) pairs columns of one piece with columns of another, so the pieces are moved
/// one at a time.
fn along_own_output(
    g: &mut Graph,
    gradient: NodeId,
    f: NodeId,
    stops: &BTreeSet<NodeId>,
) -> NodeId {
    let width = g.shape(f).columns;
    let cuts: Vec<_> = cuts(g, f).into_iter().collect();
    let one = g.constant(1.0);
    let mut total = g.constant(0.0);
    for piece in cuts.windows(2) {
        let (start, columns) = (piece[0], piece[1] - piece[0]);
        if columns == width {
            return slope(g, gradient, (f, one), stops).unwrap_or(total);
        }
        let ones = g.broadcast(one, Shape::rows(columns));
        let direction = g.place(ones, start, width);
        if let Some(moved) = slope(g, gradient, (f, direction), stops)
            && let Some(own) = window(g, moved, start, columns)
        {
            let own = g.broadcast(own, Shape::rows(columns));
            let own = g.place(own, start, width);
            total = g.add(total, own);
        }
    }
    total
}

/// The columns `start..start + columns` of a derivative, which may be one number that stands for
/// all; `None` if they are zero.
fn window(g: &mut Graph, x: NodeId, start: usize, columns: usize) -> Option<NodeId> {
    match *g.op(x) {
        _ if g.shape(x).columns == 1 => Some(x),
        Op::Broadcast(inner) if g.shape(inner).columns == 1 => Some(inner),
        Op::Place { of, start: from } => {
            let width = g.shape(of).columns;
            if start + columns <= from || from + width <= start {
                None
            } else if from <= start && start + columns <= from + width {
                window(g, of, start - from, columns)
            } else {
                Some(g.slice(x, start, columns))
            }
        }
        Op::Binary(Binary::Add, a, b) => match [a, b].map(|x| window(g, x, start, columns)) {
            [Some(a), Some(b)] => Some(g.add(a, b)),
            [part, None] | [None, part] => part,
        },
        _ => Some(g.slice(x, start, columns)),
    }
}

/// Where the columns of the outputs are cut, both ends included.
fn cuts(g: &Graph, f: NodeId) -> BTreeSet<usize> {
    let width = g.shape(f).columns;
    let mut cuts = BTreeSet::from([0, width]);
    for id in g.ids().filter(|&id| id > f) {
        if let Op::Slice { of, start } = *g.op(id)
            && g.shape(of).columns == width
        {
            cuts.extend([start, start + g.shape(id).columns]);
        }
    }
    cuts
}

/// Appends the approximate second derivatives by every w in `wrt`, given those by `output`, each in
/// w's own shape.
pub fn curvature(g: &mut Graph, output: NodeId, of_output: NodeId, wrt: &[NodeId]) -> Vec<NodeId> {
    let active = leads_from(g, wrt);
    let joints = joints(g, output, wrt, &active);
    let mut curvatures = BTreeMap::from([(output, of_output)]);
    for &id in joints.iter().rev() {
        let Some(&curvature) = curvatures.get(&id) else {
            continue;
        };
        for (operand, part) in contributions(g, id, curvature, &joints) {
            let sum = match curvatures.get(&operand) {
                Some(&earlier) => g.add(earlier, part),
                None => part,
            };
            curvatures.insert(operand, sum);
        }
    }
    let zero = g.constant(0.0);
    wrt.iter()
        .map(|id| {
            let curvature = curvatures.get(id).copied().unwrap_or(zero);
            let shape = g.shape(*id);
            g.broadcast(curvature, shape)
        })
        .collect()
}

/// The nodes between which everything is element-wise: what is asked for, products and what they
/// read, sums and cuts likewise, and the output.
fn joints(g: &Graph, output: NodeId, wrt: &[NodeId], active: &[bool]) -> BTreeSet<NodeId> {
    let mut joints: BTreeSet<_> = wrt.iter().copied().collect();
    for id in g.ids().take(output.index() + 1) {
        if active[id.index()] && !g.op(id).is_elementwise() {
            joints.insert(id);
            let operands = g.op(id).operands().into_iter();
            joints.extend(operands.filter(|operand| active[operand.index()]));
        }
    }
    joints.insert(output);
    joints
}

/// What the curvature of `id` adds to the curvatures of the joints before it.
fn contributions(
    g: &mut Graph,
    id: NodeId,
    curvature: NodeId,
    joints: &BTreeSet<NodeId>,
) -> Vec<(NodeId, NodeId)> {
    let shape = g.shape(id);
    match *g.op(id) {
        Op::Product(kind, a, b) => {
            let full = g.broadcast(curvature, shape);
            let mut parts = Vec::with_capacity(2);
            if joints.contains(&a) {
                let square = g.power(b, 2);
                parts.push((a, by_left(g, kind, full, square)));
            }
            if joints.contains(&b) {
                let square = g.power(a, 2);
                parts.push((b, by_right(g, kind, full, square)));
            }
            parts
        }
        Op::Sum(_, x) => vec![(x, curvature)],
        Op::Slice { of, start } => {
            let full = g.broadcast(curvature, shape);
            let columns = g.shape(of).columns;
            vec![(of, g.place(full, start, columns))]
        }
        Op::Place { of, start } => {
            let full = g.broadcast(curvature, shape);
            let columns = g.shape(of).columns;
            vec![(of, g.slice(full, start, columns))]
        }
        ref op if op.is_elementwise() => {
            let one = g.constant(1.0);
            let mut parts = Vec::new();
            for joint in before(g, id, joints) {
                if let Some(slope) = slope(g, id, (joint, one), joints) {
                    let square = g.power(slope, 2);
                    let part = g.mul(square, curvature);
                    let to = g.shape(joint);
                    parts.push((joint, sum_to(g, part, shape, to)));
                }
            }
            parts
        }
        _ => Vec::new(),
    }
}

/// The joints that `id` reads, directly or through element-wise operations.
fn before(g: &Graph, id: NodeId, joints: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let region = region(g, id, joints);
    let operands = region.iter().flat_map(|&id| g.op(id).operands());
    operands
        .filter(|operand| joints.contains(operand))
        .collect()
}

/// `id` and the nodes it reads through element-wise operations and cuts alone, up to the `stops`.
fn region(g: &Graph, id: NodeId, stops: &BTreeSet<NodeId>) -> BTreeSet<NodeId> {
    let mut region = BTreeSet::from([id]);
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        let is_passed = |x: &NodeId| {
            let op = g.op(*x);
            (op.is_elementwise() || matches!(op, Op::Slice { .. } | Op::Place { .. }))
                && !stops.contains(x)
        };
        for operand in g.op(id).operands().into_iter().filter(is_passed) {
            if region.insert(operand) {
                open.push(operand);
            }
        }
    }
    region
}

/// How `y` moves when `along` moves by its tangent and all other stops stay: element by element,
/// the sum over all paths. `None` if it does not move.
fn slope(
    g: &mut Graph,
    y: NodeId,
    (along, tangent): (NodeId, NodeId),
    stops: &BTreeSet<NodeId>,
) -> Option<NodeId> {
    let mut slopes = BTreeMap::from([(along, tangent)]);
    for id in region(g, y, stops) {
        let mut sum = None;
        let mut add = |g: &mut Graph, part: NodeId| {
            sum = Some(sum.map_or(part, |sum| g.add(sum, part)));
        };
        match *g.op(id) {
            Op::Slice { of, start } => {
                let columns = g.shape(id).columns;
                let slope = slopes.get(&of);
                if let Some(part) = slope.and_then(|&slope| window(g, slope, start, columns)) {
                    add(g, part);
                }
            }
            Op::Place { of, start } => {
                let (from, columns) = (g.shape(of), g.shape(id).columns);
                if let Some(&slope) = slopes.get(&of) {
                    let slope = g.broadcast(slope, from);
                    let part = g.place(slope, start, columns);
                    add(g, part);
                }
            }
            _ if !g.op(id).operands().iter().any(|x| slopes.contains_key(x)) => {}
            _ => {
                for (operand, partial) in rules::partials(g, id) {
                    if let Some(&slope) = slopes.get(&operand) {
                        let part = g.mul(partial, slope);
                        add(g, part);
                    }
                }
            }
        }
        if let Some(sum) = sum.filter(|&sum| g.as_constant(sum) != Some(0.0)) {
            slopes.insert(id, sum);
        }
    }
    slopes.get(&y).copied()
}
