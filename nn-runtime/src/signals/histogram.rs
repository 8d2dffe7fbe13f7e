//! Counts of numbers in bins that do not move.

use crate::error::Error;

/// How many numbers fell into each of equally wide bins between two bounds. A bin holds its lower
/// bound, the last one its upper bound too. What lies outside is counted on either side, so nothing
/// is lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    bounds: [f64; 2],
    counts: Vec<u64>,
    below: u64,
    above: u64,
}

impl Histogram {
    /// An empty histogram of `bins` bins from `low` to `high`.
    ///
    /// # Errors
    /// No bins, or bounds that are not finite or not in order.
    pub fn new(low: f64, high: f64, bins: usize) -> Result<Self, Error> {
        if bins == 0 {
            return Err(Error::Setting {
                name: "number of bins",
                value: 0.0,
                range: "at least 1",
            });
        }
        if !(low < high && (high - low).is_finite()) {
            return Err(Error::Setting {
                name: "histogram's upper bound",
                value: high,
                range: "finite and above the lower one",
            });
        }
        Ok(Self {
            bounds: [low, high],
            counts: vec![0; bins],
            below: 0,
            above: 0,
        })
    }

    /// Counts another number; NaN is not counted.
    pub fn push(&mut self, value: f64) {
        let [low, high] = self.bounds;
        let bins = self.counts.len();
        if value < low {
            self.below += 1;
        } else if value > high {
            self.above += 1;
        } else if value <= high {
            let bin = (value - low) / (high - low) * bins as f64;
            self.counts[(bin as usize).min(bins - 1)] += 1;
        }
    }

    /// The lower bound of the first bin and the upper bound of the last.
    pub fn bounds(&self) -> [f64; 2] {
        self.bounds
    }

    /// How many numbers fell into each bin.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many numbers were smaller or larger than the bounds.
    pub fn outside(&self) -> [u64; 2] {
        [self.below, self.above]
    }

    /// How many numbers were counted, those outside included.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum::<u64>() + self.below + self.above
    }

    /// Each bin's centre, and its share of all numbers divided by its width: the bars of a
    /// normalized histogram, whose area is 1 if nothing lies outside.
    pub fn density(&self) -> Vec<(f64, f64)> {
        let [low, high] = self.bounds;
        let width = (high - low) / self.counts.len() as f64;
        let total = self.total().max(1) as f64;
        let bars = self.counts.iter().enumerate();
        bars.map(|(bin, &count)| {
            let centre = low + (bin as f64 + 0.5) * width;
            (centre, count as f64 / total / width)
        })
        .collect()
    }
}
