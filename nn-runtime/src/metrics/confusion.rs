//! The confusion matrix, and what is read from it class by class.

use core::fmt;

use super::{check_labels, class_count, classes, pair_up};
use crate::error::Error;
use crate::network::Row;

/// How often each true class was taken for each class: rows are **true**, columns **predicted**.
///
/// A quotient without a denominator (the precision of a class that was never predicted, the recall
/// of one that never occurred) is 0, as in scikit-learn.
///
/// `{}` prints the counts (a dot for 0) and the per-class numbers as a table:
///
/// ```text
///      predicted
/// true    0    1  precision  recall     F1  rows
///    0    8    2      0.889   0.800  0.842    10
///    1    1    9      0.818   0.900  0.857    10
/// accuracy 0.850 (17 of 20)
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    /// `classes` x `classes`, row-major.
    counts: Vec<usize>,
}

impl ConfusionMatrix {
    /// Counts outputs, read as classes by [`classes`], against labels.
    ///
    /// # Errors
    /// [`Error::RowCount`], [`Error::Empty`], [`Error::Label`] for a label that is not a class,
    /// [`Error::NotFinite`] for a NaN among the outputs.
    pub fn new<R: Row>(outputs: &[R], labels: &[usize]) -> Result<Self, Error> {
        pair_up(("outputs", outputs.len()), ("labels", labels.len()))?;
        Self::from_labels(labels, &classes(outputs)?, class_count::<R>())
    }

    /// Counts predicted labels against true ones.
    ///
    /// # Errors
    /// [`Error::RowCount`], [`Error::Empty`], [`Error::Label`] for a label that is not a class,
    /// [`Error::Setting`] for more than 10,000 classes.
    pub fn from_labels(
        labels: &[usize],
        predicted: &[usize],
        classes: usize,
    ) -> Result<Self, Error> {
        pair_up(
            ("predicted labels", predicted.len()),
            ("labels", labels.len()),
        )?;
        if classes > MOST_CLASSES {
            let value = classes as f64;
            return Err(Error::Setting {
                name: "number of classes",
                value,
                range: "at most 10,000",
            });
        }
        check_labels(labels, classes)?;
        check_labels(predicted, classes)?;
        let mut counts = vec![0; classes * classes];
        for (&label, &predicted) in labels.iter().zip(predicted) {
            counts[label * classes + predicted] += 1;
        }
        Ok(Self { classes, counts })
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How many rows of class `label` were taken for class `predicted`; 0 outside the matrix.
    pub fn count(&self, label: usize, predicted: usize) -> usize {
        let inside = label < self.classes && predicted < self.classes;
        if inside {
            self.counts[label * self.classes + predicted]
        } else {
            0
        }
    }

    /// All rows counted.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Rows that truly are of this class (its support).
    pub fn actual(&self, class: usize) -> usize {
        (0..self.classes)
            .map(|predicted| self.count(class, predicted))
            .sum()
    }

    /// Rows that were taken for this class.
    pub fn predicted(&self, class: usize) -> usize {
        (0..self.classes)
            .map(|label| self.count(label, class))
            .sum()
    }

    /// Rows on the diagonal.
    pub fn hits(&self) -> usize {
        (0..self.classes)
            .map(|class| self.count(class, class))
            .sum()
    }

    /// The share of rows on the diagonal.
    pub fn accuracy(&self) -> f64 {
        ratio(self.hits(), self.total())
    }

    /// Of the rows taken for this class, the share that is.
    pub fn precision(&self, class: usize) -> f64 {
        ratio(self.count(class, class), self.predicted(class))
    }

    /// Of the rows of this class, the share that was found.
    pub fn recall(&self, class: usize) -> f64 {
        ratio(self.count(class, class), self.actual(class))
    }

    /// The harmonic mean of precision and recall.
    pub fn f1(&self, class: usize) -> f64 {
        ratio(
            2 * self.count(class, class),
            self.predicted(class) + self.actual(class),
        )
    }
}

/// Where the table would take 800 megabytes, and printing it would help nobody.
const MOST_CLASSES: usize = 10_000;

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest = self
            .counts
            .iter()
            .copied()
            .max()
            .unwrap_or(0)
            .max(self.classes);
        let width = largest.to_string().len().max(4) + 1;
        let rows = self.total().to_string().len().max(4) + 1;
        writeln!(f, "     predicted")?;
        write!(f, "true")?;
        for class in 0..self.classes {
            write!(f, "{class:>width$}")?;
        }
        writeln!(f, "  precision  recall     F1 {:>rows$}", "rows")?;
        for class in 0..self.classes {
            write!(f, "{class:>4}")?;
            for predicted in 0..self.classes {
                match self.count(class, predicted) {
                    0 => write!(f, "{:>width$}", '·')?,
                    count => write!(f, "{count:>width$}")?,
                }
            }
            let (precision, recall) = (self.precision(class), self.recall(class));
            let (f1, actual) = (self.f1(class), self.actual(class));
            writeln!(
                f,
                "  {precision:>9.3}  {recall:>6.3}  {f1:>5.3} {actual:>rows$}"
            )?;
        }
        write!(
            f,
            "accuracy {:.3} ({} of {})",
            self.accuracy(),
            self.hits(),
            self.total()
        )
    }
}
