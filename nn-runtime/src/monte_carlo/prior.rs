//! What dropout, weight decay and the noise of the data have to do with each other.

use crate::error::Error;
use crate::monte_carlo::positive;

/// A normal prior over the weights, as dropout stands for one: N(0, l⁻²) with the length scale l.
///
/// Training with dropout minimizes, for n rows and the mean of ½‖f − y‖² over them
/// (`loss = sum_squares`),
///
/// ```text
/// (1/n) Σ ½‖f − y‖² + λ Σ w²,   λ = p l² / (2 n τ)
/// ```
///
/// up to a factor the bound of the posterior (Gal and Ghahramani 2016, section 3), where p is the
/// probability to **keep** a unit and τ the precision of the observations. So three of λ, l, τ and p
/// give the fourth: τ = p l² / (2 n λ).
///
/// **λ is the factor of Σ w²**, as in the paper; [`Penalty::l2`](crate::optim::Penalty::l2) has a ½
/// in front of its λ₂, so λ₂ = 2 λ. In the paper p is the probability to keep, as here; its authors'
/// program calls the probability to drop `dropout`, and writes 1 − p.
///
/// The loss `mse` has no ½ and averages over the columns. With one column it is twice
/// `sum_squares`, so the λ that belongs to the same τ is twice as large. (The authors' program uses
/// it with the λ above.) Weights and targets are in the units of training: if these are standardized
/// by the deviation s, τ of the targets themselves is τ/s².
///
/// ```
/// use nn_runtime::monte_carlo::Prior;
/// use nn_runtime::optim::Penalty;
///
/// let prior = Prior { keep: 0.95, length_scale: 0.01 };
/// let decay = prior.weight_decay(277, 0.5)?; // λ
/// let penalty = Penalty::l2(2.0 * decay);
/// assert!((prior.precision(277, decay)? - 0.5).abs() < 1e-15);
/// # Ok::<(), nn_runtime::error::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// p, the probability to **keep** a unit. Above 0, at most 1.
    pub keep: f64,
    /// l. Finite and positive. A long one asks for functions that vary slowly: for small weights.
    pub length_scale: f64,
}

impl Prior {
    /// τ = p l² / (2 n λ): the precision that belongs to training on n `rows` with weight decay λ.
    ///
    /// # Errors
    /// [`Error::Setting`] unless p is in (0, 1], l and λ are finite and positive, and n is positive.
    pub fn precision(&self, rows: usize, weight_decay: f64) -> Result<f64, Error> {
        positive("weight decay", weight_decay)?;
        Ok(self.half_per_row(rows)? / weight_decay)
    }

    /// λ = p l² / (2 n τ): the weight decay with which training on n `rows` assumes the precision τ.
    ///
    /// # Errors
    /// [`Error::Setting`] unless p is in (0, 1], l and τ are finite and positive, and n is positive.
    pub fn weight_decay(&self, rows: usize, precision: f64) -> Result<f64, Error> {
        positive("precision", precision)?;
        Ok(self.half_per_row(rows)? / precision)
    }

    /// p l² / (2 n) = τ λ.
    fn half_per_row(&self, rows: usize) -> Result<f64, Error> {
        let &Self { keep, length_scale } = self;
        if keep.is_nan() || keep <= 0.0 || keep > 1.0 {
            return Err(Error::Setting {
                name: "probability to keep",
                value: keep,
                range: "above 0 and at most 1",
            });
        }
        positive("length scale", length_scale)?;
        positive("number of rows", rows as f64)?;
        Ok(keep * length_scale * length_scale / (2.0 * rows as f64))
    }
}
