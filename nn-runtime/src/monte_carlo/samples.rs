//! What sampled predictions say: their moments, or all of them.

use crate::data::Standardizer;
use crate::error::Error;
use crate::math::Real;
use crate::monte_carlo::positive;
use crate::network::Row;

/// Mean and variance of sampled predictions, for every row and output.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictive<R> {
    /// ȳ = (1/T) Σ y_t, a row a sample.
    pub mean: Vec<R>,
    /// (1/T) Σ (y_t − ȳ)², and 1/τ more after [`with_precision`](Self::with_precision).
    pub variance: Vec<R>,
}

impl<R: Row> Predictive<R> {
    /// With the noise of the observations: adds 1/τ to every variance, where τ is their precision,
    /// in the units of the outputs (to the power −2).
    ///
    /// # Errors
    /// [`Error::Setting`] unless τ is finite and positive.
    pub fn with_precision(mut self, precision: f64) -> Result<Self, Error> {
        positive("precision", precision)?;
        each(&mut self.variance, |_, variance| variance + 1.0 / precision);
        Ok(self)
    }

    /// √variance.
    pub fn deviation(&self) -> Vec<R> {
        let mut deviation = self.variance.clone();
        each(&mut deviation, |_, variance| variance.sqrt());
        deviation
    }

    /// From standardized targets back to the data's units: ȳ s + m and variance s², with the
    /// standardizer's mean m and deviation s of each column.
    pub fn unstandardize(mut self, standard: &Standardizer<R>) -> Self {
        let deviation = standard.deviation();
        standard.inverse_in_place(&mut self.mean);
        each(&mut self.variance, |j, variance| {
            variance * deviation[j] * deviation[j]
        });
        self
    }
}

/// The outputs of T passes: y_t for every row and output.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictiveSamples<R> {
    /// Pass after pass, each with all rows.
    outputs: Vec<R>,
    /// At least one.
    rows: usize,
}

impl<R: Row> PredictiveSamples<R> {
    /// The outputs of passes made elsewhere, such as by networks that were trained independently:
    /// a vector a pass, with a row a sample.
    ///
    /// # Errors
    /// [`Error::Empty`] without passes or rows, [`Error::RowCount`] if a pass has other rows than
    /// the first.
    pub fn new(passes: impl IntoIterator<Item = Vec<R>>) -> Result<Self, Error> {
        let (mut outputs, mut rows) = (Vec::new(), None);
        for pass in passes {
            let first = *rows.get_or_insert(pass.len());
            if pass.len() != first {
                return Err(Error::RowCount {
                    left: "first pass's outputs",
                    left_rows: first,
                    right: "outputs of a later one",
                    right_rows: pass.len(),
                });
            }
            outputs.extend(pass);
        }
        match rows {
            Some(rows) if rows > 0 => Ok(Self { outputs, rows }),
            Some(_) => Err(Error::Empty { what: "passes" }),
            None => Err(Error::Empty { what: "samples" }),
        }
    }

    /// `passes` passes of `rows` rows of zeros; both at least one.
    pub(super) fn zeros(rows: usize, passes: usize) -> Self {
        Self {
            outputs: vec![R::ZERO; rows * passes],
            rows,
        }
    }

    pub(super) fn passes_mut(&mut self) -> impl Iterator<Item = &mut [R]> {
        self.outputs.chunks_exact_mut(self.rows)
    }

    /// How many rows each pass has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// T, the number of passes.
    pub fn count(&self) -> usize {
        self.outputs.len() / self.rows
    }

    /// The passes, in the order in which they were drawn: each the outputs of one network for all
    /// rows.
    pub fn passes(&self) -> impl ExactSizeIterator<Item = &[R]> + Clone {
        self.outputs.chunks_exact(self.rows)
    }

    /// y₁, …, y_T of one row; nothing if there is no such row.
    pub fn of_row(&self, row: usize) -> impl Iterator<Item = &R> + Clone {
        self.passes().filter_map(move |pass| pass.get(row))
    }

    /// Mean and variance over the passes: what
    /// [`predict_mc`](crate::network::Network::predict_mc) gives.
    pub fn moments(&self) -> Predictive<R> {
        let mut moments = Moments::new(self.rows);
        for pass in self.passes() {
            moments.add(pass);
        }
        moments.finish()
    }

    /// From standardized targets back to the data's units.
    pub fn unstandardize(mut self, standard: &Standardizer<R>) -> Self {
        standard.inverse_in_place(&mut self.outputs);
        self
    }
}

/// Sums over passes, in f64 and relative to the first one: a common offset costs no digits, and
/// outputs that are all equal have a variance of exactly zero.
pub(super) struct Moments<R> {
    first: Vec<R>,
    passes: usize,
    /// Σ d and Σ d² with d = y_t − y₁, for every row and output.
    sums: Vec<[f64; 2]>,
}

impl<R: Row> Moments<R> {
    /// Nothing yet, for passes of so many rows.
    pub(super) fn new(rows: usize) -> Self {
        Self {
            first: vec![R::ZERO; rows],
            passes: 0,
            sums: vec![[0.0; 2]; rows * R::WIDTH],
        }
    }

    /// Adds one pass.
    pub(super) fn add(&mut self, outputs: &[R]) {
        if self.passes == 0 {
            self.first.copy_from_slice(outputs);
        }
        self.passes += 1;
        let differences = values(outputs).zip(values(&self.first));
        for ([sum, squares], (y, first)) in self.sums.iter_mut().zip(differences) {
            let d = y - first;
            *sum += d;
            *squares += d * d;
        }
    }

    /// Mean and variance of the passes added, at least one.
    pub(super) fn finish(self) -> Predictive<R> {
        let count = self.passes as f64;
        let (mut mean, mut variance) = (self.first, vec![R::ZERO; self.sums.len() / R::WIDTH]);
        for (i, sums) in self.sums.chunks_exact(R::WIDTH).enumerate() {
            for (j, [sum, squares]) in sums.iter().enumerate() {
                let shift = sum / count;
                let (y, v) = (
                    &mut mean[i].as_mut_slice()[j],
                    &mut variance[i].as_mut_slice()[j],
                );
                *y = R::Scalar::from_f64(y.to_f64() + shift);
                *v = R::Scalar::from_f64((squares / count - shift * shift).max(0.0));
            }
        }
        Predictive { mean, variance }
    }
}

/// All values, row after row.
fn values<R: Row>(rows: &[R]) -> impl Iterator<Item = f64> {
    let values = rows.iter().flat_map(|row| row.as_slice());
    values.map(|value| value.to_f64())
}

/// Replaces every value by what `f` makes of it and its column.
fn each<R: Row>(rows: &mut [R], f: impl Fn(usize, f64) -> f64) {
    for row in rows {
        for (j, value) in row.as_mut_slice().iter_mut().enumerate() {
            *value = R::Scalar::from_f64(f(j, value.to_f64()));
        }
    }
}
