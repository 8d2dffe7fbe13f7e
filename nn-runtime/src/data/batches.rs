//! Cutting an epoch's rows into mini-batches.
//!
//! Every row is used once an epoch. What is left after the last full batch forms a short batch of
//! its own, unless it is shorter than the network can train on (2 rows under batch normalization,
//! whose variance needs two): then it joins the batch before it. So no batch is longer than
//! size + least − 1.

use std::ops::Range;

use crate::error::Error;

/// How one epoch's rows are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batches {
    rows: usize,
    size: usize,
    least: usize,
}

impl Batches {
    /// Cuts `rows` rows into batches of `size`, none below `least` (at least 1). A size above
    /// `rows` means the whole set at once.
    ///
    /// # Errors
    /// [`Error::Setting`] if `size` is 0; [`Error::BatchTooSmall`] if `size` or `rows` is below
    /// `least`.
    pub fn new(rows: usize, size: usize, least: usize) -> Result<Self, Error> {
        if size == 0 {
            return Err(Error::Setting {
                name: "batch size",
                value: 0.0,
                range: "at least 1",
            });
        }
        let size = size.min(rows);
        if size < least {
            return Err(Error::BatchTooSmall { rows: size, least });
        }
        Ok(Self { rows, size, least })
    }

    /// The rows of the longest batch.
    pub fn longest(&self) -> usize {
        self.iter().map(|batch| batch.len()).max().unwrap_or(0)
    }

    /// How many batches there are.
    pub fn count(&self) -> usize {
        let short = self.rows % self.size;
        self.rows / self.size + usize::from(short >= self.least.max(1))
    }

    /// The batches, first to last, as ranges of the epoch's order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Range<usize>> {
        let count = self.count();
        (0..count).map(move |i| {
            let end = if i + 1 == count {
                self.rows
            } else {
                (i + 1) * self.size
            };
            i * self.size..end
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn cut(rows: usize, size: usize, least: usize, expected: &[usize]) {
        let batches = Batches::new(rows, size, least).unwrap();
        let ranges: Vec<_> = batches.iter().collect();
        let lengths: Vec<_> = ranges.iter().map(Range::len).collect();
        assert_eq!(lengths, expected);
        assert_eq!(batches.count(), expected.len());
        assert_eq!(Some(&batches.longest()), expected.iter().max());
        assert!(
            ranges.into_iter().flatten().eq(0..rows),
            "every row once, in order"
        );
    }

    #[test]
    fn lengths() {
        cut(6, 2, 1, &[2, 2, 2]);
        cut(7, 2, 1, &[2, 2, 2, 1]);
        cut(7, 2, 2, &[2, 2, 3]);
        cut(8, 3, 2, &[3, 3, 2]);
        cut(7, 3, 2, &[3, 4]);
        cut(5, 32, 1, &[5]);
        cut(5, 32, 2, &[5]);
        cut(1, 1, 1, &[1]);
        cut(3, 2, 2, &[3]);
        cut(13, 5, 4, &[5, 8]);
    }

    #[track_caller]
    fn refused(rows: usize, size: usize, least: usize, expected: &str) {
        let error = Batches::new(rows, size, least).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn refusals() {
        refused(5, 0, 1, "batch size is 0, but must be at least 1");
        let small =
            "a batch of 1 row under batch normalization has no variance; use at least 2 rows";
        refused(5, 1, 2, small);
        refused(1, 32, 2, small);
    }
}
