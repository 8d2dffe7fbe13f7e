//! A training pass on several threads, with the same bits for any number of them.
//!
//! A batch is cut into blocks of rows. How many depends on the rows and the parameters alone, never
//! on the threads, and each block has memory and a gradient of its own. All blocks go through the
//! same phase of the pass side by side; where a phase ends, what it has summed over each block's rows
//! is added up over the blocks, in their order, and handed to all of them. So batch normalization
//! sees the statistics of the whole batch, and the order of additions does not know who did which
//! block. It is not the order without threads, where the batch is one block.

use std::sync::Arc;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;
use crate::generated::check_gradient;
use crate::math::Real;
use crate::network::{Block, Draw, Network, Part, Shared};
use crate::simd::Isa;
use crate::train::order::row_losses;
use crate::workspace::{Aligned, Workspace};

/// The most blocks of a batch, and so the most threads with something to do.
const MOST_BLOCKS: usize = 16;

/// From this size on, in bytes, a gradient comes from slow memory.
const LARGE: usize = 1 << 20;

/// Scalars that one thread adds up at a time.
const CHUNK: usize = 4096;

/// The threads of a training run, and the memory of the blocks.
pub(super) struct Team<N: Network> {
    threads: Arc<ThreadPool>,
    members: Vec<Member<N::Scalar>>,
}

/// The memory of a block.
struct Member<T: Real> {
    loss: T,
    statistics: Aligned<T>,
    workspace: Workspace<T>,
    gradient: Aligned<T>,
}

impl<N: Network> Team<N> {
    /// Starts the threads, and allocates for batches of up to `rows` rows.
    pub(super) fn new(threads: usize, rows: usize) -> Result<Self, Error> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads.min(MOST_BLOCKS))
            .build()
            .map_err(|error| Error::Threads {
                threads,
                reason: error.to_string(),
            })?;
        let member = |_| Member {
            loss: N::Scalar::ZERO,
            statistics: Aligned::zeros(N::STATISTICS),
            workspace: Workspace::new(),
            gradient: Aligned::zeros(N::PARAMETERS),
        };
        Ok(Self {
            threads: Arc::new(pool),
            members: (0..blocks::<N>(rows)).map(member).collect(),
        })
    }

    /// The threads, to do other work there.
    pub(super) fn threads(&self) -> Arc<ThreadPool> {
        self.threads.clone()
    }

    /// [`Network::gradient`], by blocks. A network without phases is not cut.
    pub(super) fn gradient(
        &mut self,
        network: &mut N,
        isa: Isa,
        inputs: &[N::Input],
        targets: &[N::Target],
        draw: Draw,
        gradient: &mut Aligned<N::Scalar>,
    ) -> Result<N::Scalar, Error> {
        if N::PHASES.is_empty() {
            let workspace = &mut self.members[0].workspace;
            return network.gradient(isa, inputs, targets, draw, workspace, gradient);
        }
        check_gradient::<N>(inputs.len(), targets.len(), gradient.len())?;
        let rows = inputs.len();
        let count = blocks::<N>(rows).min(self.members.len());
        let members = &mut self.members[..count];
        for member in &mut *members {
            member.statistics.copy_from_slice(network.statistics());
        }
        for (index, phase) in N::PHASES.iter().enumerate() {
            let shared = &*network;
            let run = |(number, member): (usize, &mut Member<N::Scalar>)| {
                let range = number * rows / count..(number + 1) * rows / count;
                let part = Part {
                    phases: index..index + 1,
                    first_row: range.start,
                    batch_rows: rows,
                };
                let block = Block {
                    inputs: &inputs[range.clone()],
                    targets: &targets[range],
                    draw,
                    statistics: &mut member.statistics,
                    workspace: &mut member.workspace,
                    gradient: &mut member.gradient,
                };
                member.loss = shared.run_block(isa, part, block);
            };
            if phase.is_over_rows {
                hand_out(phase.reads, members);
                members.par_iter_mut().enumerate().for_each(run);
                add_up(phase.sums, members);
            } else {
                run((0, &mut members[0]));
            }
        }
        let first = &mut members[0];
        network.statistics_mut().copy_from_slice(&first.statistics);
        std::mem::swap(gradient, &mut first.gradient);
        Ok(first.loss)
    }

    /// The loss of every row's prediction; each has the same bits whoever computes it.
    pub(super) fn row_losses(
        &mut self,
        network: &N,
        isa: Isa,
        (inputs, targets): (&[N::Input], &[N::Target]),
        losses: &mut [f64],
    ) -> Result<(), Error> {
        let rows = losses.len().div_ceil(self.members.len());
        let parts = inputs.par_chunks(rows).zip(targets.par_chunks(rows));
        let parts = parts.zip(losses.par_chunks_mut(rows));
        let members = self.members.par_iter_mut().zip(parts);
        members.try_for_each(|(member, ((inputs, targets), losses))| {
            row_losses(
                network,
                isa,
                (inputs, targets),
                &mut member.workspace,
                losses,
            )
        })
    }
}

/// How many blocks a batch of `rows` rows has: one for about every 64, whose work outweighs preparing
/// the weights and adding the gradient to the others', or for every 128 if the gradient is large. Half
/// as many rows make two blocks of a small network's batch, for a second thread.
fn blocks<N: Network>(rows: usize) -> usize {
    let is_large = N::PARAMETERS * size_of::<N::Scalar>() >= LARGE;
    let (long, least) = match is_large {
        true => (128, 1),
        false => (64, (rows / 32).clamp(1, 2)),
    };
    ((rows + long / 2) / long).clamp(least, MOST_BLOCKS)
}

/// Adds what the blocks have summed to the first block's sums, block after block.
fn add_up<T: Real>(sums: &[Shared], members: &mut [Member<T>]) {
    let (first, others) = members.split_first_mut().expect("a batch has a block");
    for sum in sums {
        let total = sum.of_mut(first);
        total
            .par_chunks_mut(CHUNK)
            .enumerate()
            .for_each(|(number, total)| {
                for other in &*others {
                    let part = &sum.of(other)[number * CHUNK..];
                    for (total, &part) in total.iter_mut().zip(part) {
                        *total += part;
                    }
                }
            });
    }
}

/// Gives the first block's values to the others.
fn hand_out<T: Real>(shared: &[Shared], members: &mut [Member<T>]) {
    let (first, others) = members.split_first_mut().expect("a batch has a block");
    for place in shared {
        for other in &mut *others {
            place.of_mut(other).copy_from_slice(place.of(first));
        }
    }
}

impl Shared {
    fn of<T: Real>(self, member: &Member<T>) -> &[T] {
        match self {
            Self::Workspace { start, length } => &member.workspace.buffer()[start..start + length],
            Self::Gradient { start, length } => &member.gradient[start..start + length],
        }
    }

    fn of_mut<T: Real>(self, member: &mut Member<T>) -> &mut [T] {
        match self {
            Self::Workspace { start, length } => {
                &mut member.workspace.scratch(start + length)[start..]
            }
            Self::Gradient { start, length } => &mut member.gradient[start..start + length],
        }
    }
}
