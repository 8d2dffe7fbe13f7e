//! Tables for regression: a row a sample, some columns the inputs and one the target.
//!
//! A table is a file of numbers, or a folder in the layout that is usual for the UCI benchmarks:
//!
//! | file | what it holds | if missing |
//! |---|---|---|
//! | `data.txt` | the numbers | an error |
//! | `meta.json` | `features` and `target`: column numbers from 0 | the last column is the target |
//! | `splits.txt` | a line a split: how many rows to train on, then row numbers from 0, those first | random splits |
//!
//! Numbers are separated by commas, semicolons or blanks, whichever the first line shows. Empty
//! lines and lines that start with `#` are skipped, and so is a first line without any number: a
//! header. Everything else that is not a finite number is an error which names file, line and
//! column, all counted from 1.

#![allow(dead_code, reason = "not every example needs all of it")]

mod splits;

use std::fs;
use std::io::Read;
use std::path::Path;

use super::cli::Failure;
pub(crate) use splits::Validation;
use splits::{random_splits, read_splits};
use unrolled::prelude::*;

/// Samples, and how to divide them.
pub(crate) struct Table {
    /// What to call it.
    pub(crate) name: String,
    /// The inputs, equally many in every row.
    pub(crate) inputs: Vec<Vec<f64>>,
    /// The targets, one a row.
    pub(crate) targets: Vec<f64>,
    /// Rows to train on, to validate on and to test on.
    pub(crate) splits: Vec<Split>,
}

impl Table {
    /// Reads a folder or a file.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        Self::read_validating(path, Validation::Random)
    }

    /// Reads a folder or a file; `validation` says which rows are set aside from the training.
    pub(crate) fn read_validating(path: &Path, validation: Validation) -> Result<Self, Failure> {
        let (folder, data) = match path.is_dir() {
            true => (Some(path), path.join("data.txt")),
            false => (None, path.to_owned()),
        };
        let rows = parse(&data.display().to_string(), &read_file(&data)?)?;
        let meta = folder.map(|folder| folder.join("meta.json"));
        let columns = match meta.filter(|meta| meta.exists()) {
            Some(meta) => Columns::read(&meta, rows[0].len())?,
            None => Columns::last_is_target(&data, rows[0].len())?,
        };
        let splits = folder.map(|folder| folder.join("splits.txt"));
        let splits = match splits.filter(|splits| splits.exists()) {
            Some(splits) => read_splits(&splits, rows.len(), validation)?,
            None => random_splits(rows.len(), validation)?,
        };
        let name = path.file_stem().unwrap_or(path.as_os_str());
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            inputs: rows.iter().map(|row| columns.inputs(row)).collect(),
            targets: rows.iter().map(|row| row[columns.target]).collect(),
            splits,
        })
    }

    /// 442 diabetes patients, ten measurements each, and how far the disease got within a year.
    pub(crate) fn diabetes() -> Result<Self, Failure> {
        let inputs = unpack(include_bytes!("../data/diabetes_data_raw.csv.gz"))?;
        let targets = unpack(include_bytes!("../data/diabetes_target.csv.gz"))?;
        let inputs = parse("diabetes_data_raw.csv.gz", &inputs)?;
        let targets = parse("diabetes_target.csv.gz", &targets)?.concat();
        Ok(Self {
            name: "diabetes".to_owned(),
            splits: random_splits(targets.len(), Validation::Random)?,
            inputs,
            targets,
        })
    }
}

/// Which columns are what.
struct Columns {
    features: Vec<usize>,
    target: usize,
}

impl Columns {
    fn last_is_target(data: &Path, columns: usize) -> Result<Self, Failure> {
        match columns {
            0 | 1 => Err(Failure::new(format!(
                "{} has one column, but there must be an input besides the target",
                data.display()
            ))),
            _ => Ok(Self {
                features: (0..columns - 1).collect(),
                target: columns - 1,
            }),
        }
    }

    /// Reads `features` and `target` from a JSON object.
    fn read(path: &Path, columns: usize) -> Result<Self, Failure> {
        let wrong = |what: String| Failure::new(format!("{}: {what}", path.display()));
        let meta: serde_json::Value =
            serde_json::from_str(&read_file(path)?).map_err(|error| wrong(error.to_string()))?;
        let column = |value: &serde_json::Value| {
            let number = value
                .as_u64()
                .and_then(|number| usize::try_from(number).ok());
            number.filter(|&number| number < columns).ok_or_else(|| {
                wrong(format!(
                    "{value} is not one of the columns, 0 to {}",
                    columns - 1
                ))
            })
        };
        let features = meta["features"]
            .as_array()
            .filter(|features| !features.is_empty());
        let features = features.ok_or_else(|| wrong("`features` must list columns".to_owned()))?;
        let columns = Self {
            features: features.iter().map(column).collect::<Result<_, _>>()?,
            target: column(&meta["target"])?,
        };
        if columns.features.contains(&columns.target) {
            let what = format!("column {} is both a feature and the target", columns.target);
            return Err(wrong(what));
        }
        Ok(columns)
    }

    fn inputs(&self, row: &[f64]) -> Vec<f64> {
        self.features.iter().map(|&column| row[column]).collect()
    }
}

/// The numbers of a text, equally many in every row, and at least one row. `name` says where the text is from, in errors.
pub(crate) fn parse(name: &str, text: &str) -> Result<Vec<Vec<f64>>, Failure> {
    let mut lines = lines(text).peekable();
    let cells = match lines.peek() {
        Some((_, first)) => separator(first),
        None => return Err(Failure::new(format!("{name} is empty"))),
    };
    let is_header = |line: &str| cells(line).iter().all(|cell| cell.parse::<f64>().is_err());
    lines.next_if(|(_, first)| is_header(first));
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for (line, text) in lines {
        let number = |(column, cell): (usize, &&str)| {
            let value: Option<f64> = cell.parse().ok();
            value.filter(|value| value.is_finite()).ok_or_else(|| {
                let column = column + 1;
                Failure::new(format!(
                    "{name}, line {line}, column {column}: \"{cell}\" is not a finite number; correct or remove it first"
                ))
            })
        };
        let row: Vec<f64> = cells(text)
            .iter()
            .enumerate()
            .map(number)
            .collect::<Result<_, _>>()?;
        let (found, expected) = (row.len(), rows.first().map_or(row.len(), Vec::len));
        if found != expected {
            return Err(Failure::new(format!(
                "{name}, line {line}, column {}: the line has {found} columns, but those before have {expected}",
                found.min(expected) + 1
            )));
        }
        rows.push(row);
    }
    match rows.is_empty() {
        true => Err(Failure::new(format!("{name} has a header but no rows"))),
        false => Ok(rows),
    }
}

/// The lines that say something, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text
        .lines()
        .map(str::trim)
        .zip(1..)
        .map(|(line, number)| (number, line));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// How to cut lines like this one into cells.
fn separator(line: &str) -> fn(&str) -> Vec<&str> {
    fn unquoted(cell: &str) -> &str {
        cell.trim().trim_matches('"')
    }
    if line.contains(',') {
        |line| line.split(',').map(unquoted).collect()
    } else if line.contains(';') {
        |line| line.split(';').map(unquoted).collect()
    } else {
        |line| line.split_whitespace().map(unquoted).collect()
    }
}

pub(crate) fn read_file(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))
}

/// The text in a gzipped file.
pub(crate) fn unpack(bytes: &[u8]) -> Result<String, Failure> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text)?;
    Ok(text)
}
