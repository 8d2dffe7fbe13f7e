//! The likelihood of targets under sampled predictions.

use super::pair_up;
use crate::error::Error;
use crate::math::Real;
use crate::monte_carlo::{PredictiveSamples, positive};
use crate::network::Row;

/// Mean over the rows of the log density of the targets under T sampled predictions y_t, each with
/// normal noise of precision τ in all D columns (Gal and Ghahramani 2016, section 4):
///
/// ```text
/// ln (1/T) Σ N(y | y_t, 1/τ) = logsumexp(−τ/2 ‖y − y_t‖²) − ln T − D/2 ln 2π + D/2 ln τ
/// ```
///
/// with the sum over t. τ is in the targets' own units (to the power −2), and so is the result: for
/// standardized samples see [`PredictiveSamples::unstandardize`]. However good the predictions, it
/// is at most D/2 ln(τ/2π).
///
/// # Errors
/// [`Error::RowCount`], [`Error::Empty`], and [`Error::Setting`] unless τ is finite and positive.
pub fn predictive_log_likelihood<R: Row>(
    samples: &PredictiveSamples<R>,
    targets: &[R],
    precision: f64,
) -> Result<f64, Error> {
    pair_up(("samples", samples.rows()), ("targets", targets.len()))?;
    positive("precision", precision)?;
    let mut sums = vec![LogSum::EMPTY; targets.len()];
    for pass in samples.passes() {
        for ((sum, y), target) in sums.iter_mut().zip(pass).zip(targets) {
            sum.add(-0.5 * precision * squared_distance(y, target));
        }
    }
    let rows = targets.len() as f64;
    let mean = sums.iter().map(LogSum::value).sum::<f64>() / rows;
    let peak = 0.5 * R::WIDTH as f64 * libm::log(precision / core::f64::consts::TAU);
    Ok(mean - libm::log(samples.count() as f64) + peak)
}

fn squared_distance<R: Row>(a: &R, b: &R) -> f64 {
    let pairs = a.as_slice().iter().zip(b.as_slice());
    pairs
        .map(|(a, b)| {
            let d = a.to_f64() - b.to_f64();
            d * d
        })
        .sum()
}

/// ln Σ exp of numbers that come one at a time: e^largest · sum, so that nothing overflows and the
/// largest term never vanishes.
#[derive(Debug, Clone, Copy)]
struct LogSum {
    largest: f64,
    sum: f64,
}

impl LogSum {
    const EMPTY: Self = Self {
        largest: f64::NEG_INFINITY,
        sum: 0.0,
    };

    fn add(&mut self, term: f64) {
        if term > self.largest {
            self.sum = self.sum * libm::exp(self.largest - term) + 1.0;
            self.largest = term;
        } else if term.is_nan() {
            self.largest = term;
        } else if term > f64::NEG_INFINITY {
            self.sum += libm::exp(term - self.largest);
        }
    }

    fn value(&self) -> f64 {
        self.largest + libm::log(self.sum)
    }
}
