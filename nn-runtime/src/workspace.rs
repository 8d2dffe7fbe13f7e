//! The memory of a step: one buffer, grown on first use, cut up by the generated code.

use crate::math::Real;

/// The cache line to which every workspace is aligned, in bytes.
const LINE: usize = 64;

/// Scratch memory for training and prediction.
///
/// A network's plan says how much it needs: `WORKSPACE_BYTES` once, and `WORKSPACE_BYTES_PER_ROW`
/// for every row of the batch (zero unless a batch statistic forces whole batches to be kept).
/// The buffer grows when a larger batch arrives and is never given back, so a loop of steps
/// allocates in its first round only.
#[derive(Debug, Default)]
pub struct Workspace<T> {
    buffer: Vec<T>,
}

impl<T: Real> Workspace<T> {
    /// An empty workspace: the first step allocates.
    pub fn new() -> Self {
        Self { buffer: Vec::new() }
    }

    /// At least `length` scalars of scratch memory, starting on a cache line. Their values are
    /// whatever an earlier step left.
    pub fn scratch(&mut self, length: usize) -> &mut [T] {
        let slack = LINE / size_of::<T>();
        if self.buffer.len() < length + slack {
            self.buffer = vec![T::ZERO; length + slack];
        }
        // `align_offset` may in theory decline and say `usize::MAX`; then any place serves.
        let offset = self.buffer.as_ptr().align_offset(LINE).min(slack);
        &mut self.buffer[offset..offset + length]
    }
}
