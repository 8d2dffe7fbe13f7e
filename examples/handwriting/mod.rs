//! Pictures of handwritten digits: the small ones that are compiled in, and MNIST's.
//!
//! MNIST is too large to be compiled in. Its four files, gzipped or not, are read from a folder; they
//! are in the idx format: a magic number that says how many extents there are, the extents, the bytes.

#![allow(dead_code, reason = "not every example needs all of it")]

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::cli::Failure;
use super::table::{parse, unpack};
use unrolled::prelude::*;

/// Square pictures, row by row, from 0 (paper) to 1 (ink), and which digits they show.
pub(crate) struct Digits<const PIXELS: usize> {
    pub(crate) images: Vec<[f32; PIXELS]>,
    pub(crate) labels: Vec<usize>,
}

impl Digits<64> {
    /// Unpacks the 1797 digits of 8 x 8 pixels: 64 numbers from 0 to 16 a line, then the label.
    pub(crate) fn small() -> Result<Self, Failure> {
        let name = "digits.csv.gz";
        let rows = parse(name, &unpack(include_bytes!("../data/digits.csv.gz"))?)?;
        let split = |(i, row): (usize, &Vec<f64>)| match row.split_first_chunk::<64>() {
            Some((pixels, &[label])) => Ok((pixels.map(|ink| ink as f32 / 16.0), label as usize)),
            _ => Err(Failure::new(format!("{name}: row {i} has not 65 columns"))),
        };
        let digits = rows.iter().enumerate().map(split);
        let (images, labels) = digits.collect::<Result<_, _>>()?;
        Ok(Self { images, labels })
    }
}

impl Digits<784> {
    /// Reads MNIST from a folder: `train` has 60,000 digits of 28 x 28 pixels, `t10k` 10,000.
    pub(crate) fn mnist(folder: &Path, part: &str) -> Result<Self, Failure> {
        let pixels = idx(folder, &format!("{part}-images-idx3-ubyte"), &[28, 28])?;
        let labels = idx(folder, &format!("{part}-labels-idx1-ubyte"), &[])?;
        let (images, _) = pixels.as_chunks::<784>();
        if images.len() != labels.len() {
            let (images, labels) = (images.len(), labels.len());
            return Err(Failure::new(format!(
                "{}: {part} has {images} images, but {labels} labels",
                folder.display()
            )));
        }
        let ink = |image: &[u8; 784]| image.map(|byte| f32::from(byte) / 255.0);
        Ok(Self {
            images: images.iter().map(ink).collect(),
            labels: labels.into_iter().map(usize::from).collect(),
        })
    }
}

impl<const PIXELS: usize> Digits<PIXELS> {
    /// These of them.
    pub(crate) fn select(&self, rows: &[usize]) -> Result<Self, Error> {
        Ok(Self {
            images: gather(&self.images, rows)?,
            labels: gather(&self.labels, rows)?,
        })
    }

    /// A target for each of ten outputs: 1 for the digit shown, −1 for the others.
    pub(crate) fn signs(&self) -> Vec<[f32; 10]> {
        let sign = |shown| if shown { 1.0 } else { -1.0 };
        let row = |&label| std::array::from_fn(|digit| sign(digit == label));
        self.labels.iter().map(row).collect()
    }

    /// These digits, and each of them moved by one pixel in four directions.
    pub(crate) fn with_moved(&self) -> Self {
        let places = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)];
        let images = places
            .iter()
            .flat_map(|&by| self.images.iter().map(move |image| moved(image, by)));
        Self {
            images: images.collect(),
            labels: self.labels.repeat(places.len()),
        }
    }
}

/// The image so many pixels further right and down; what comes in from outside is paper.
fn moved<const PIXELS: usize>(
    image: &[f32; PIXELS],
    (right, down): (isize, isize),
) -> [f32; PIXELS] {
    let side = PIXELS.isqrt() as isize;
    std::array::from_fn(|i| {
        let (row, column) = (i as isize / side - down, i as isize % side - right);
        match (0..side).contains(&row) && (0..side).contains(&column) {
            true => image[(side * row + column) as usize],
            false => 0.0,
        }
    })
}

/// The bytes of an idx file whose items have these extents: pixels, or digits if there are none.
fn idx(folder: &Path, name: &str, item: &[u32]) -> Result<Vec<u8>, Failure> {
    let (path, bytes) = open(folder, name)?;
    let wrong = |byte: usize, what: String| {
        Err(Failure::new(format!(
            "{}, byte {byte}: {what}",
            path.display()
        )))
    };
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let magic = 0x800 + 1 + item.len() as u32;
    if number(0) != Some(magic) {
        return wrong(
            0,
            format!("an idx file of bytes starts with {magic:#010x} here"),
        );
    }
    for (i, &extent) in item.iter().enumerate() {
        let at = 8 + 4 * i;
        if number(at) != Some(extent) {
            return wrong(at, format!("the extent must be {extent}"));
        }
    }
    let start = 8 + 4 * item.len();
    let items = number(4).unwrap_or(0) as usize;
    let length = start + items * item.iter().product::<u32>() as usize;
    if bytes.len() != length {
        let found = bytes.len();
        return wrong(
            found,
            format!("the file ends, but {items} items need {length} bytes"),
        );
    }
    let items = bytes[start..].to_vec();
    match items.iter().position(|&digit| digit > 9) {
        Some(i) if item.is_empty() => wrong(start + i, format!("{} is not a digit", items[i])),
        _ => Ok(items),
    }
}

/// A file's path and contents, unpacked if it is gzipped.
fn open(folder: &Path, name: &str) -> Result<(PathBuf, Vec<u8>), Failure> {
    let (plain, packed) = (folder.join(name), folder.join(format!("{name}.gz")));
    let mut bytes = Vec::new();
    let (path, read) = match File::open(&plain) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let read = File::open(&packed).and_then(|file| {
                flate2::read::GzDecoder::new(BufReader::new(file)).read_to_end(&mut bytes)
            });
            (packed, read)
        }
        file => (
            plain,
            file.and_then(|mut file| file.read_to_end(&mut bytes)),
        ),
    };
    match read {
        Ok(_) => Ok((path, bytes)),
        Err(error) => Err(Failure::new(format!(
            "cannot read {}: {error}",
            path.display()
        ))),
    }
}
