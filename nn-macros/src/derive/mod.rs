//! Derivatives, as passes over the graph.
//!
//! [`vjp()`] is reverse mode: from a scalar back to everything it depends on. [`jvp()`] is forward
//! mode: from a direction at the inputs to the direction at everything computed from them. Both
//! append nodes to the graph they are given, both take the derivative of element-wise operations
//! from the one table in [`rules`], and what they append is differentiable again.
//!
//! A derivative may be *smaller* than the tensor it belongs to: along an axis where it is 1 and
//! the tensor is not, its one value stands for all. So the derivative of a sum costs nothing until
//! somebody needs its elements; [`sum_to`] and [`Graph::broadcast`] settle the difference.

mod diagonal;
mod jvp;
pub mod rules;
mod vjp;

pub use diagonal::{curvature, loss_curvature};
pub use jvp::jvp;
pub use vjp::{RowDerivative, vjp, vjp_by_row};

use crate::ir::{Axis, Extent, Graph, NodeId, Shape};

/// Sums `derivative`, which belongs to a tensor of shape `full`, over the axes along which `to`
/// was broadcast to get there.
fn sum_to(graph: &mut Graph, derivative: NodeId, full: Shape, to: Shape) -> NodeId {
    let mut derivative = derivative;
    if to.rows == Extent::Fixed(1) && full.rows != Extent::Fixed(1) {
        derivative = graph.sum(Axis::Rows, derivative, full);
    }
    if to.columns == 1 && full.columns != 1 {
        derivative = graph.sum(Axis::Columns, derivative, full);
    }
    derivative
}
