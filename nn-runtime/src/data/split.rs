//! Random splits into training, validation and test rows, and folds for cross-validation.
//!
//! A split is three lists of row numbers, so it serves inputs, targets and anything else that has a
//! row a sample: [`gather`] picks rows of a slice, `ndarray`'s `select` those of an array.
//!
//! One idea does plain and stratified splits: shuffle the rows, sort them by class (stably, so
//! each class stays shuffled), then deal them out evenly along that line. To take k of n rows,
//! row i is taken when ⌊(i·k + u)/n⌋ steps up between i and i + 1, where u is random in 0..n. That
//! is systematic sampling: exactly k rows are taken, every row with probability k/n, and from a
//! class of m rows, m·k/n rounded up or down. For folds, row i goes to fold i mod k, which keeps
//! both the folds' sizes and each class's share of them within one. A plain split has one class.

use rand::rngs::ChaCha8Rng;

use crate::data::shuffle::{Purpose, below, generator, shuffle};
use crate::error::Error;

/// How many rows to set aside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// A fraction of all rows, in [0, 1), rounded to the nearest number of rows.
    Fraction(f64),
    /// This many rows.
    Rows(usize),
}

/// Row numbers of the three parts, each ascending. Together they are all rows, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows to train on; never empty.
    pub train: Vec<usize>,
    /// Rows to watch during training.
    pub validation: Vec<usize>,
    /// Rows to judge the result by, once.
    pub test: Vec<usize>,
}

/// Row numbers of one fold, each list ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Rows of all other folds.
    pub train: Vec<usize>,
    /// This fold's rows.
    pub held_out: Vec<usize>,
}

/// Splits `rows` rows at random.
///
/// # Errors
/// [`Error::Empty`] without rows. [`Error::Setting`] if a fraction is outside [0, 1), if a fraction
/// above 0 comes to no row at all, or if nothing is left to train on.
///
/// ```
/// use nn_runtime::data::{split, Share};
/// let parts = split(100, Share::Rows(10), Share::Fraction(0.2), 7)?;
/// assert_eq!((parts.train.len(), parts.validation.len(), parts.test.len()), (70, 10, 20));
/// # Ok::<(), nn_runtime::error::Error>(())
/// ```
pub fn split(rows: usize, validation: Share, test: Share, seed: u64) -> Result<Split, Error> {
    deal_out(rows, |_| 0, validation, test, seed)
}

/// Splits one row a label at random, each class in proportion.
///
/// # Errors
/// Those of [`split`].
pub fn stratified(
    labels: &[usize],
    validation: Share,
    test: Share,
    seed: u64,
) -> Result<Split, Error> {
    deal_out(labels.len(), |row| labels[row], validation, test, seed)
}

/// Cuts `rows` rows at random into folds whose sizes differ by at most one.
///
/// # Errors
/// [`Error::Setting`] unless there are at least 2 folds and no more folds than rows.
pub fn k_fold(rows: usize, folds: usize, seed: u64) -> Result<Vec<Fold>, Error> {
    fold(rows, |_| 0, folds, seed)
}

/// Cuts one row a label at random into folds whose sizes, and whose counts of each class, differ
/// by at most one.
///
/// # Errors
/// Those of [`k_fold`].
pub fn stratified_k_fold(labels: &[usize], folds: usize, seed: u64) -> Result<Vec<Fold>, Error> {
    fold(labels.len(), |row| labels[row], folds, seed)
}

/// The rows (or labels) with these numbers, in this order.
///
/// # Errors
/// [`Error::Index`] if a number is not below the number of rows.
pub fn gather<T: Copy>(rows: &[T], indices: &[usize]) -> Result<Vec<T>, Error> {
    if let Some(&index) = indices.iter().find(|&&index| index >= rows.len()) {
        return Err(Error::Index {
            index,
            rows: rows.len(),
        });
    }
    Ok(indices.iter().map(|&index| rows[index]).collect())
}

fn deal_out(
    rows: usize,
    class: impl Fn(usize) -> usize,
    validation: Share,
    test: Share,
    seed: u64,
) -> Result<Split, Error> {
    if rows == 0 {
        return Err(Error::Empty {
            what: "data to split",
        });
    }
    let test_rows = count(test, rows, "test share")?;
    let validation_rows = count(validation, rows, "validation share")?;
    let held_out = test_rows.saturating_add(validation_rows);
    if held_out >= rows {
        return Err(Error::Setting {
            name: "rows set aside for validation and test",
            value: held_out as f64,
            range: "fewer than all rows, so that at least one is left to train on",
        });
    }
    let mut generator = generator(seed, Purpose::Split, 0);
    let line = line_up(rows, class, &mut generator);
    let (test, line) = take(line, test_rows, &mut generator);
    let (validation, train) = take(line, validation_rows, &mut generator);
    Ok(Split {
        train: ascending(train),
        validation: ascending(validation),
        test: ascending(test),
    })
}

fn fold(
    rows: usize,
    class: impl Fn(usize) -> usize,
    folds: usize,
    seed: u64,
) -> Result<Vec<Fold>, Error> {
    if folds < 2 || folds > rows {
        return Err(Error::Setting {
            name: "number of folds",
            value: folds as f64,
            range: "at least 2 and no more than there are rows",
        });
    }
    let line = line_up(rows, class, &mut generator(seed, Purpose::Split, 0));
    let part = |keep: &dyn Fn(usize) -> bool| {
        let kept = line.iter().enumerate().filter(|(i, _)| keep(i % folds));
        ascending(kept.map(|(_, &row)| row).collect())
    };
    let one = |k| Fold {
        train: part(&|fold| fold != k),
        held_out: part(&|fold| fold == k),
    };
    Ok((0..folds).map(one).collect())
}

/// How many rows a share comes to.
fn count(share: Share, rows: usize, name: &'static str) -> Result<usize, Error> {
    let fraction = match share {
        Share::Rows(count) => return Ok(count),
        Share::Fraction(fraction) => fraction,
    };
    let refused = |range| Error::Setting {
        name,
        value: fraction,
        range,
    };
    if !(0.0..1.0).contains(&fraction) {
        return Err(refused("at least 0 and below 1"));
    }
    let count = (fraction * rows as f64).round() as usize;
    if count == 0 && fraction > 0.0 {
        return Err(refused("0, or large enough to come to at least one row"));
    }
    Ok(count)
}

/// All rows, class after class, each class in random order.
fn line_up(rows: usize, class: impl Fn(usize) -> usize, generator: &mut ChaCha8Rng) -> Vec<usize> {
    let mut line: Vec<usize> = (0..rows).collect();
    shuffle(generator, &mut line);
    line.sort_by_key(|&row| class(row));
    line
}

/// Takes `count` rows evenly along the line: those taken, then the rest.
fn take(line: Vec<usize>, count: usize, generator: &mut ChaCha8Rng) -> (Vec<usize>, Vec<usize>) {
    let n = line.len() as u128;
    let start = u128::from(below(generator, line.len() as u64));
    let level = |i: usize| (i as u128 * count as u128 + start) / n;
    let mut i = 0;
    line.into_iter().partition(|_| {
        i += 1;
        level(i) > level(i - 1)
    })
}

fn ascending(mut rows: Vec<usize>) -> Vec<usize> {
    rows.sort_unstable();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Disjoint and complete.
    #[track_caller]
    fn partition(parts: &[&[usize]], rows: usize) {
        for part in parts {
            assert!(part.is_sorted());
        }
        assert!(ascending(parts.concat()).into_iter().eq(0..rows));
    }

    #[track_caller]
    fn sizes(rows: usize, validation: Share, test: Share, expected: [usize; 3]) {
        for seed in 0..20 {
            let s = split(rows, validation, test, seed).unwrap();
            partition(&[&s.train, &s.validation, &s.test], rows);
            let found = [s.train.len(), s.validation.len(), s.test.len()];
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn shares_come_out_exactly() {
        use Share::{Fraction, Rows};
        sizes(100, Fraction(0.1), Fraction(0.2), [70, 10, 20]);
        sizes(1797, Fraction(0.0), Fraction(0.2), [1438, 0, 359]);
        sizes(7, Rows(2), Rows(4), [1, 2, 4]);
        sizes(7, Rows(0), Rows(0), [7, 0, 0]);
        sizes(1, Rows(0), Fraction(0.0), [1, 0, 0]);
        sizes(10, Fraction(0.25), Rows(1), [6, 3, 1]); // 2.5 rounds to 3
    }

    /// Expected rows come from the algorithm above written out in Python, cipher included.
    #[test]
    fn a_split_never_changes() {
        let s = split(12, Share::Rows(3), Share::Rows(3), 7).unwrap();
        assert_eq!(s.validation, [3, 8, 11]);
        assert_eq!(s.test, [0, 5, 7]);
    }

    #[test]
    fn every_row_is_equally_likely() {
        // 10 000 splits: each row lies in the test part 3000 times, standard deviation 46; five of
        // them are exceeded once in 170 000 runs with ten rows, and the seeds are fixed.
        let mut counts = [0i32; 10];
        let labels = [0, 1, 1, 1, 2, 2, 2, 2, 2, 2];
        for seed in 0..10_000 {
            for row in stratified(&labels, Share::Rows(2), Share::Rows(3), seed)
                .unwrap()
                .test
            {
                counts[row] += 1;
            }
        }
        assert!(
            counts.iter().all(|count| (count - 3000).abs() < 230),
            "{counts:?}"
        );
    }

    /// How many rows of `part` have each of the labels 0, 1, 2.
    fn classes(part: &[usize], labels: &[usize]) -> [usize; 3] {
        [0, 1, 2].map(|class| part.iter().filter(|&&row| labels[row] == class).count())
    }

    #[test]
    fn classes_keep_their_share() {
        // Rare, medium and common, interleaved: 7, 30 and 113 of 150.
        let label = |i: usize| {
            if i % 23 == 5 {
                0
            } else if i % 5 == 2 {
                1
            } else {
                2
            }
        };
        let labels: Vec<usize> = (0..150).map(label).collect();
        let all: Vec<usize> = (0..150).collect();
        let total = classes(&all, &labels);
        for seed in 0..20 {
            let s = stratified(&labels, Share::Rows(30), Share::Rows(30), seed).unwrap();
            partition(&[&s.train, &s.validation, &s.test], 150);
            for part in [&s.validation, &s.test] {
                for (found, total) in classes(part, &labels).into_iter().zip(total) {
                    // A fifth, rounded either way; the second draw is from what the first left,
                    // which is itself within one of its share: one more quarter either way.
                    let share = total as f64 / 5.0;
                    assert!((found as f64 - share).abs() < 1.25, "{found} of {total}");
                }
            }
        }
    }

    #[track_caller]
    fn folds(rows: usize, k: usize) {
        let labels: Vec<usize> = (0..rows).map(|i| [0, 2, 1, 1, 2, 2, 2][i % 7]).collect();
        for folds in [
            k_fold(rows, k, 7).unwrap(),
            stratified_k_fold(&labels, k, 7).unwrap(),
        ] {
            assert_eq!(folds.len(), k);
            let held_out: Vec<&[usize]> = folds.iter().map(|f| &*f.held_out).collect();
            partition(&held_out, rows);
            for f in &folds {
                partition(&[&f.train, &f.held_out], rows);
                let size = f.held_out.len();
                assert!(
                    size == rows / k || size == rows.div_ceil(k),
                    "{size} of {rows}/{k}"
                );
            }
        }
        for f in stratified_k_fold(&labels, k, 7).unwrap() {
            let all: Vec<usize> = (0..rows).collect();
            let found = classes(&f.held_out, &labels);
            for (found, total) in found.into_iter().zip(classes(&all, &labels)) {
                assert!(found == total / k || found == total.div_ceil(k));
            }
        }
    }

    #[test]
    fn fold_sizes_differ_by_at_most_one() {
        for (rows, k) in [(2, 2), (7, 7), (10, 3), (100, 10), (101, 10), (1797, 5)] {
            folds(rows, k);
        }
    }

    #[track_caller]
    fn refused(found: Result<impl std::fmt::Debug, Error>, expected: &str) {
        assert_eq!(found.unwrap_err().to_string(), expected);
    }

    #[test]
    fn nonsensical_sizes() {
        use Share::{Fraction, Rows};
        refused(
            split(0, Rows(0), Rows(0), 7),
            "there are no rows in the data to split; give at least one",
        );
        for bad in [1.0, -0.1, 1.5, f64::INFINITY] {
            refused(
                split(10, Rows(0), Fraction(bad), 7),
                &format!("test share is {bad}, but must be at least 0 and below 1"),
            );
        }
        assert!(split(10, Fraction(f64::NAN), Rows(0), 7).is_err());
        refused(
            split(10, Fraction(0.01), Rows(0), 7),
            "validation share is 0.01, but must be 0, or large enough to come to at least one row",
        );
        for (validation, test) in [(Rows(5), Rows(5)), (Fraction(0.5), Fraction(0.5))] {
            refused(
                split(10, validation, test, 7),
                "rows set aside for validation and test is 10, but must be fewer than all rows, \
                 so that at least one is left to train on",
            );
        }
        assert!(split(10, Rows(usize::MAX), Rows(usize::MAX), 7).is_err());
        for k in [0, 1, 11, usize::MAX] {
            refused(
                k_fold(10, k, 7),
                &format!(
                    "number of folds is {}, but must be at least 2 and no more than there are rows",
                    k as f64
                ),
            );
        }
    }

    #[test]
    fn gathering() {
        let rows = [[1.0f32], [2.0], [3.0]];
        assert_eq!(gather(&rows, &[2, 0, 2]), Ok(vec![[3.0], [1.0], [3.0]]));
        assert_eq!(gather(&[4usize, 5], &[]), Ok(vec![]));
        refused(
            gather(&rows, &[0, 3]),
            "row number 3 is not below the number of rows, 3; row numbers count from 0",
        );
    }
}
