//! Where a function of one number goes, far out.

use super::{Graph, NodeId, Op};

/// How far out is looked, twice.
const FAR: [f64; 2] = [1e6, 1e8];
/// How little a function still moves between them where it has an asymptote: softsign is 1e-6 from
/// its own at the first.
const STILL: f64 = 1e-5;

/// The horizontal asymptotes of `y` as an element-wise function of `x`, towards −∞ and ∞, where it
/// has them; none if it depends on anything else that is not a number.
pub fn asymptotes(graph: &Graph, x: NodeId, y: NodeId) -> [Option<f64>; 2] {
    [-1.0, 1.0].map(|sign| {
        let [near, far] = FAR.map(|far| value(graph, y, x, sign * far));
        let (near, far) = (near?, far?);
        (far.is_finite() && (near - far).abs() <= STILL).then_some(far)
    })
}

/// The value of `id` where `x` has this one.
fn value(graph: &Graph, id: NodeId, x: NodeId, at: f64) -> Option<f64> {
    let of = |id| value(graph, id, x, at);
    if id == x {
        return Some(at);
    }
    Some(match *graph.op(id) {
        Op::Constant(number) => number.value(),
        Op::Unary(function, a) => function.value(of(a)?),
        Op::Power(a, n) => of(a)?.powi(n),
        Op::Binary(operation, a, b) => operation.value(of(a)?, of(b)?),
        Op::Broadcast(a) => of(a)?,
        Op::Select {
            test,
            left,
            right,
            yes,
            no,
        } => of(if test.holds(of(left)?, of(right)?) {
            yes
        } else {
            no
        })?,
        _ => return None,
    })
}
