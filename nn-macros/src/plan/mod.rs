//! When and where: the order of the steps, the loops they share, and the memory they use.
//!
//! In comes a graph and its outputs; out goes a [`Plan`] that the emitter prints without deciding
//! anything.
//!
//! **Phases.** A tile of rows runs through as many steps as possible while it is in cache. What
//! stops it is a batch statistic that feeds back into rows: it is complete only when all tiles are
//! done. So the steps fall into phases, each a loop over tiles, with the arithmetic on statistics
//! once in between ([`schedule`]).
//!
//! **Loops.** Element-wise work is fused: what one product or sum needs is computed in one loop,
//! with intermediate values in registers. A value is kept in memory if a product reads it or if it
//! is dear (a transcendental function) and needed again; what is cheap is computed again.
//!
//! **Sums over the rows** of wide tensors are loops over blocks of columns, with the rows inside: a
//! block's sums stay in registers. Weight gradients with a narrow factor, such as those of a layer
//! of two inputs or of one unit, are such sums, too, and share the loop with what computes their
//! wide factor. A transcendental function is computed before, by a loop over all elements alike:
//! the few columns beyond the last vector would cost as much as a vector.
//!
//! **Memory.** Every kept tensor gets a place: a tile's worth of rows if it lives within a phase,
//! the whole batch if it crosses one. Places are reused when their tensor is dead, and an
//! element-wise loop overwrites what it read for the last time ([`memory`]).

mod memory;
mod schedule;
mod sums;

pub use memory::LINE;
pub use sums::RowSum;

use crate::ir::{Graph, NodeId, Op, Product, Shape, Unary};
use std::collections::{BTreeMap, BTreeSet};

/// The program of one pass.
pub struct Plan {
    pub phases: Vec<Phase>,
    /// Where each kept tensor lies.
    pub places: BTreeMap<Tensor, Place>,
    /// Columns of each tile buffer.
    pub tile_slots: Vec<usize>,
    /// Columns of each whole-batch buffer.
    pub batch_slots: Vec<usize>,
    /// Scalars of each buffer whose size does not depend on rows.
    pub fixed_slots: Vec<usize>,
    /// How many rows a tile has.
    pub tile_rows: usize,
}

/// Arithmetic on statistics, then a loop over tiles of rows.
#[derive(Default)]
pub struct Phase {
    pub once: Vec<Step>,
    pub tiles: Vec<Step>,
}

/// What is kept in memory: a node's value, or a weight matrix transposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tensor {
    Node(NodeId),
    Transposed(NodeId),
}

/// A result of the pass.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// Lies with the caller from the start.
    Whole(NodeId),
    /// Is copied to the caller, tile by tile; with `left`, as the outer product of each row of
    /// `left` and the row of `right`.
    Copied { left: Option<NodeId>, right: NodeId },
}

impl Wanted {
    fn nodes(self) -> impl Iterator<Item = NodeId> {
        let (left, right) = match self {
            Wanted::Whole(id) => (None, id),
            Wanted::Copied { left, right } => (left, right),
        };
        left.into_iter().chain([right])
    }
}

/// Where a tensor lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Given by the caller: inputs, targets, parameters, statistics.
    Given,
    /// The caller's output of this index.
    Output(usize),
    /// A tile buffer.
    Tile(usize),
    /// A whole-batch buffer.
    Batch(usize),
    /// A buffer whose size does not depend on rows.
    Fixed(usize),
}

pub enum Step {
    /// C ← start + A·B for one of the three products.
    Product {
        kind: Product,
        start: Start,
        a: NodeId,
        b: NodeId,
        to: NodeId,
    },
    /// Bᵀ, for the products with a transposed right operand.
    Transpose { of: NodeId },
    /// A dropout mask for the rows of the tile.
    Mask { to: NodeId, layer: u32, keep: f64 },
    /// The rows of the tile to the caller's output of this index, or their outer products.
    Copy {
        output: usize,
        left: Option<NodeId>,
        right: NodeId,
    },
    /// One fused element-wise loop.
    Map(Map),
}

/// What a product is added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Zero,
    /// A row, to every row of the result.
    Row(NodeId),
}

/// A loop over the elements of a domain.
#[derive(Clone, Debug)]
pub struct Map {
    pub domain: Shape,
    /// What each element computes, in order.
    pub body: Vec<NodeId>,
    /// Tensors read, each with how.
    pub loads: Vec<NodeId>,
    /// Tensors written: members of the body.
    pub stores: Vec<NodeId>,
    /// Sums over the rows, accumulated: of members of the body, or weight gradients of which one
    /// factor is a member and the other is narrow (see [`RowSum`]).
    pub row_sums: Vec<NodeId>,
    /// Sums and maxima over the columns, one number a row.
    pub column_folds: Vec<NodeId>,
    /// The load whose place each store takes over.
    pub in_place: BTreeMap<NodeId, NodeId>,
}

/// Plans the computation of `outputs`.
pub fn plan(graph: &Graph, outputs: &[Wanted]) -> Plan {
    let phases = schedule::schedule(graph, outputs);
    memory::place(graph, outputs, phases)
}

impl Plan {
    /// What a phase sums over the rows: complete when all tiles are done.
    pub fn sums(&self, graph: &Graph, phase: usize) -> BTreeSet<NodeId> {
        let written = self.phases[phase].tiles.iter().flat_map(Step::writes);
        written
            .filter_map(Tensor::node)
            .filter(|&id| !graph.shape(id).is_batch())
            .collect()
    }

    /// What a phase reads that whoever goes through its rows cannot have computed alone: sums over
    /// the rows, and what phases without rows made of them.
    pub fn shared(&self, graph: &Graph, phase: usize) -> BTreeSet<NodeId> {
        let mut shared = BTreeSet::new();
        for (earlier, Phase { once, tiles }) in self.phases[..phase].iter().enumerate() {
            shared.extend(self.sums(graph, earlier));
            if tiles.is_empty() {
                let written = once.iter().flat_map(Step::writes);
                shared.extend(written.filter_map(Tensor::node));
            }
        }
        let Phase { once, tiles } = &self.phases[phase];
        let read = once.iter().chain(tiles).flat_map(Step::reads);
        let read: BTreeSet<_> = read.filter_map(Tensor::node).collect();
        &shared & &read
    }
}

impl Tensor {
    fn node(self) -> Option<NodeId> {
        match self {
            Tensor::Node(id) => Some(id),
            Tensor::Transposed(_) => None,
        }
    }
}

/// From how many columns on a tensor is wide: its sums are worth a loop over blocks of columns.
const WIDE: usize = 4;

impl Map {
    /// The function that the loop applies to every element in place, if that is all it does, and the
    /// runtime has it for whole slices.
    pub fn activation(&self, graph: &Graph) -> Option<Unary> {
        match (&self.body[..], &self.in_place.len()) {
            (&[id], 1) if self.is_flat(graph) => match *graph.op(id) {
                Op::Unary(function @ (Unary::Tanh | Unary::Sigmoid), _) => Some(function),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the loop goes through blocks of columns, with the rows inside.
    pub fn is_blocked(&self, graph: &Graph) -> bool {
        let is_shifted = |&id: &NodeId| matches!(graph.op(id), Op::Slice { .. } | Op::Place { .. });
        !self.row_sums.is_empty()
            && self.column_folds.is_empty()
            && self.domain.is_batch()
            && self.domain.columns >= WIDE
            && !self.body.iter().any(is_shifted)
    }

    /// Whether the loop can run over all elements as one sequence: every operand is as large as
    /// the domain or a single number, and nothing is folded.
    pub fn is_flat(&self, graph: &Graph) -> bool {
        self.row_sums.is_empty()
            && self.column_folds.is_empty()
            && !self.body.iter().any(|&id| graph.is_view(id))
            && self
                .loads
                .iter()
                .all(|&load| graph.shape(load) == self.domain || graph.shape(load) == Shape::SCALAR)
    }
}

impl Step {
    /// The tensors a step reads.
    pub fn reads(&self) -> Vec<Tensor> {
        match self {
            Step::Product {
                kind, start, a, b, ..
            } => {
                let right = match kind {
                    Product::RightTransposed => Tensor::Transposed(*b),
                    _ => Tensor::Node(*b),
                };
                let mut reads = vec![Tensor::Node(*a), right];
                if let Start::Row(row) = start {
                    reads.push(Tensor::Node(*row));
                }
                reads
            }
            Step::Transpose { of } => vec![Tensor::Node(*of)],
            Step::Mask { .. } => Vec::new(),
            Step::Copy { left, right, .. } => {
                let read = left.iter().chain([right]).copied();
                read.map(Tensor::Node).collect()
            }
            Step::Map(map) => map.loads.iter().copied().map(Tensor::Node).collect(),
        }
    }

    /// The tensors a step writes.
    pub fn writes(&self) -> Vec<Tensor> {
        match self {
            Step::Product { to, .. } | Step::Mask { to, .. } => vec![Tensor::Node(*to)],
            Step::Transpose { of } => vec![Tensor::Transposed(*of)],
            Step::Copy { .. } => Vec::new(),
            Step::Map(map) => {
                let folded = map.row_sums.iter().chain(&map.column_folds);
                map.stores
                    .iter()
                    .chain(folded)
                    .copied()
                    .map(Tensor::Node)
                    .collect()
            }
        }
    }
}
