//! Sums over the rows that a loop computes beside its elements.

use super::WIDE;
use crate::ir::{Axis, Graph, NodeId, Op, Product};

/// A sum over the rows of a loop's domain.
#[derive(Clone, Copy, Debug)]
pub enum RowSum {
    /// The sum of a tensor as wide as the domain.
    Plain(NodeId),
    /// Aᵀ·B for a narrow A: for each of its columns, the sum of B times that column.
    NarrowLeft { narrow: NodeId, wide: NodeId },
    /// Aᵀ·b for a single column b: the sum of A times that column.
    ColumnRight { wide: NodeId, column: NodeId },
}

/// The most columns of a narrow factor: as many sums as the registers hold for a block of columns,
/// with some left for what is summed.
const NARROW: usize = 3;

impl RowSum {
    /// How a loop computes the sum `id`, or the weight gradient `id`: nothing, if that is left to the
    /// kernel.
    pub fn of(graph: &Graph, id: NodeId) -> Option<Self> {
        let columns = |id: NodeId| graph.shape(id).columns;
        let is_whole = |id: NodeId| graph.shape(id).is_batch() && !graph.is_view(id);
        match *graph.op(id) {
            Op::Sum(Axis::Rows, x) => Some(Self::Plain(x)),
            Op::Product(Product::LeftTransposed, a, b) => {
                if columns(a) <= NARROW && columns(b) >= WIDE && is_whole(b) {
                    Some(Self::NarrowLeft { narrow: a, wide: b })
                } else if columns(b) == 1 && columns(a) >= WIDE && is_whole(a) {
                    Some(Self::ColumnRight { wide: a, column: b })
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// What is summed: as large as the domain.
    pub fn wide(self) -> NodeId {
        match self {
            Self::Plain(wide) | Self::NarrowLeft { wide, .. } | Self::ColumnRight { wide, .. } => {
                wide
            }
        }
    }

    /// What it is multiplied by.
    pub fn narrow(self) -> Option<NodeId> {
        match self {
            Self::Plain(_) => None,
            Self::NarrowLeft { narrow, .. } | Self::ColumnRight { column: narrow, .. } => {
                Some(narrow)
            }
        }
    }
}
