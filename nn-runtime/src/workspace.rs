//! Memory that starts on a cache line: a network's numbers, and the scratch memory of a step.
//!
//! A vector that straddles two lines takes two accesses. Rows whose width is a multiple of 16 floats
//! never do if the first one starts on a line, so everything long-lived starts on one.

use core::fmt::{self, Debug};
use core::ops::{Deref, DerefMut};

use crate::math::Real;

/// A cache line, in bytes.
const LINE: usize = 64;

/// Scalars on the heap, starting on a cache line.
pub struct Aligned<T> {
    /// One line longer than what it holds.
    memory: Vec<T>,
    start: usize,
    length: usize,
}

impl<T: Real> Aligned<T> {
    /// `length` zeros.
    pub fn zeros(length: usize) -> Self {
        let slack = LINE / size_of::<T>();
        let memory = if length == 0 {
            Vec::new()
        } else {
            vec![T::ZERO; length + slack]
        };
        // `align_offset` may in theory decline and say `usize::MAX`; then any place serves.
        let start = memory
            .as_ptr()
            .align_offset(LINE)
            .min(memory.len() - length);
        Self {
            memory,
            start,
            length,
        }
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.memory[self.start..self.start + self.length]
    }
}

impl<T> DerefMut for Aligned<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.memory[self.start..self.start + self.length]
    }
}

/// A clone has memory of its own, which starts on a line of its own.
impl<T: Real> Clone for Aligned<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.length);
        copy.copy_from_slice(self);
        copy
    }
}

impl<T: Real> Default for Aligned<T> {
    fn default() -> Self {
        Self::zeros(0)
    }
}

/// By what they hold.
impl<T: PartialEq> PartialEq for Aligned<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Debug> Debug for Aligned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(&**self, f)
    }
}

/// Scratch memory for training and prediction.
///
/// A network's plan says how much it needs: `WORKSPACE_BYTES` once, and `WORKSPACE_BYTES_PER_ROW`
/// for every row of the batch (zero unless a batch statistic forces whole batches to be kept).
/// The buffer grows when a larger batch arrives and is never given back, so a loop of steps
/// allocates in its first round only.
#[derive(Debug, Default)]
pub struct Workspace<T: Real> {
    buffer: Aligned<T>,
}

impl<T: Real> Workspace<T> {
    /// An empty workspace: the first step allocates.
    pub fn new() -> Self {
        Self::default()
    }

    /// All of it, as an earlier step left it.
    #[cfg(feature = "rayon")]
    pub(crate) fn buffer(&self) -> &[T] {
        &self.buffer
    }

    /// `length` scalars of scratch memory, starting on a cache line. Their values are whatever an
    /// earlier step left.
    pub fn scratch(&mut self, length: usize) -> &mut [T] {
        if self.buffer.len() < length {
            self.buffer = Aligned::zeros(length);
        }
        &mut self.buffer[..length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn starts_on_a_line<T: Real>(length: usize) {
        let buffer = Aligned::<T>::zeros(length);
        for buffer in [&buffer, &buffer.clone()] {
            assert_eq!(buffer.len(), length);
            assert!(length == 0 || buffer.as_ptr().addr().is_multiple_of(LINE));
        }
    }

    #[test]
    fn buffers_start_on_a_cache_line() {
        for length in [0, 1, 15, 16, 17, 1000] {
            starts_on_a_line::<f32>(length);
            starts_on_a_line::<f64>(length);
        }
        let mut workspace = Workspace::<f32>::new();
        for length in [3, 100, 7] {
            assert!(
                workspace
                    .scratch(length)
                    .as_ptr()
                    .addr()
                    .is_multiple_of(LINE)
            );
        }
    }
}
