//! Which rows of a table to train on, to validate on and to test on.

use std::path::Path;

use super::super::cli::Failure;
use super::{lines, read_file};
use unrolled::prelude::*;

/// Random splits for tables that bring none, as usual for the UCI benchmarks.
const SPLITS: u64 = 20;
const TEST: Share = Share::Fraction(0.1);
/// Of the rows to train on.
const VALIDATION: Share = Share::Fraction(0.2);
/// Rows to train on of which this share is one.
const LEAST: usize = 5;

/// Which of the rows to train on are set aside for validation: a fifth of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validation {
    /// Drawn at random.
    Random,
    /// The last ones, in the order in which they are listed.
    Last,
}

/// Splits of `rows` rows at random.
pub(super) fn random_splits(rows: usize, validation: Validation) -> Result<Vec<Split>, Failure> {
    if rows < 10 {
        let what = format!("{rows} rows are too few to train, validate and test; give at least 10");
        return Err(Failure::new(what));
    }
    let one = |seed| {
        let Split { train, test, .. } = split(rows, Share::Rows(0), TEST, seed)?;
        with_validation(validation, train, test, seed)
    };
    (0..SPLITS).map(one).collect()
}

/// Reads a line a split: how many rows to train on, then those rows, then the rows to test on.
pub(super) fn read_splits(
    path: &Path,
    rows: usize,
    validation: Validation,
) -> Result<Vec<Split>, Failure> {
    let text = read_file(path)?;
    let mut splits = Vec::new();
    for (line, text) in lines(&text) {
        let wrong = |column: usize, what: String| {
            Failure::new(format!(
                "{}, line {line}, column {column}: {what}",
                path.display()
            ))
        };
        let mut numbers = Vec::new();
        for (column, cell) in text.split_whitespace().enumerate() {
            let number = cell.parse::<usize>();
            numbers.push(
                number.map_err(|_| wrong(column + 1, format!("\"{cell}\" is not a row number")))?,
            );
        }
        let (count, numbers) = (numbers[0], &numbers[1..]);
        if !(LEAST..numbers.len()).contains(&count) {
            let what = format!(
                "{count} rows to train on, of {}; give at least {LEAST}, and leave some to test on",
                numbers.len()
            );
            return Err(wrong(1, what));
        }
        let mut seen = vec![false; rows];
        for (column, &row) in numbers.iter().enumerate() {
            match seen.get_mut(row) {
                None => {
                    return Err(wrong(
                        column + 2,
                        format!("there is no row {row}; the {rows} rows count from 0"),
                    ));
                }
                Some(true) => return Err(wrong(column + 2, format!("row {row} is listed twice"))),
                Some(seen) => *seen = true,
            }
        }
        let (train, test) = numbers.split_at(count);
        splits.push(with_validation(
            validation,
            train.to_vec(),
            test.to_vec(),
            splits.len() as u64,
        )?);
    }
    match splits.is_empty() {
        true => Err(Failure::new(format!("{} has no splits", path.display()))),
        false => Ok(splits),
    }
}

/// Sets a part of the rows to train on aside for validation.
fn with_validation(
    validation: Validation,
    mut train: Vec<usize>,
    test: Vec<usize>,
    seed: u64,
) -> Result<Split, Failure> {
    if validation == Validation::Last {
        let validation = train.split_off(train.len() * 4 / 5);
        return Ok(Split {
            train,
            validation,
            test,
        });
    }
    let parts = split(train.len(), VALIDATION, Share::Rows(0), seed)?;
    Ok(Split {
        validation: gather(&train, &parts.validation)?,
        train: gather(&train, &parts.train)?,
        test,
    })
}
