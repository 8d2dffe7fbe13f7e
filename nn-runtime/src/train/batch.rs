//! Memory for some of the rows.

use crate::network::Row;
use crate::train::Samples;

/// Rows, gathered next to each other.
pub(super) struct Batch<I, T> {
    pub(super) inputs: Vec<I>,
    pub(super) targets: Vec<T>,
}

impl<I: Row, T: Row> Batch<I, T> {
    pub(super) fn new(rows: usize) -> Self {
        Self {
            inputs: vec![I::ZERO; rows],
            targets: vec![T::ZERO; rows],
        }
    }

    /// Copies the samples of these row numbers to the front.
    pub(super) fn gather(&mut self, samples: &Samples<'_, I, T>, order: &[usize]) {
        for (input, &row) in self.inputs.iter_mut().zip(order) {
            *input = samples.inputs()[row];
        }
        for (target, &row) in self.targets.iter_mut().zip(order) {
            *target = samples.targets()[row];
        }
    }
}
