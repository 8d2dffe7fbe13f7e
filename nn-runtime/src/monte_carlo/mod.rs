//! Monte Carlo dropout: how sure a network is of what it predicts.
//!
//! A network with dropout is many networks that share their weights. One is drawn by drawing the
//! masks; T of them, drawn independently, predict y₁(x), …, y_T(x), and these scatter where the data
//! said little. Gal and Ghahramani (2016) show that they are draws from an approximate posterior
//! over the weights, and that the predictive distribution has
//!
//! ```text
//! mean      ȳ = (1/T) Σ y_t(x)
//! variance  (1/T) Σ (y_t(x) − ȳ)² + 1/τ
//! ```
//!
//! where τ is the precision of the observations: 1/τ is the variance of their noise.
//!
//! | | |
//! |---|---|
//! | [`predict_mc`](crate::network::Network::predict_mc) | ȳ and the variance of the y_t, in memory that does not grow with T |
//! | [`sample_mc`](crate::network::Network::sample_mc) | the y_t themselves |
//! | [`Predictive::with_precision`] | adds 1/τ |
//! | [`predictive_log_likelihood`](crate::metrics::predictive_log_likelihood) | how likely targets are under the y_t and τ |
//! | [`Prior`] | what τ, the length scale, the weight decay and the probability to keep have to do with each other |
//!
//! Conventions:
//!
//! * Dropout is active as in training; batch normalization uses its running statistics, as in
//!   prediction.
//! * **A pass is one network.** All rows of a pass go through the same masks, so a pass is a sample
//!   of a whole function, and can be drawn as one. A row's outputs depend on the row, the seed and
//!   the number of the pass, and on no other row: the same bits alone and in any batch.
//! * The variance is that of the T numbers, with 1/T as in the paper. It is the variance of the
//!   prediction; that of its mean ȳ is T times smaller.
//! * A network without dropout, or that keeps all units (`dropout(1)`), has nothing to draw: its
//!   variance would be zero. It does not implement [`MonteCarlo`], so asking is a compile error.
//!
//! Source: Y. Gal and Z. Ghahramani, "Dropout as a Bayesian Approximation: Representing Model
//! Uncertainty in Deep Learning", ICML 2016.

mod prior;
mod samples;
#[cfg(test)]
mod tests;

pub use prior::Prior;
pub use samples::{Predictive, PredictiveSamples};

use crate::error::Error;
use crate::network::{Draw, Network, Row};
use crate::simd::Isa;
use crate::workspace::Workspace;
use samples::Moments;

/// A network whose predictions can be sampled: one with a `dropout` layer that drops something.
///
/// `network!` implements it for every such network.
#[diagnostic::on_unimplemented(
    message = "`{Self}` drops no units, so there is nothing to sample",
    label = "all samples of this network would be equal",
    note = "put a layer such as `dropout(0.9)` into its chain; the number is the probability to keep a unit, and must be below 1"
)]
pub trait MonteCarlo: Network {
    /// One pass with dropout and running statistics: `draw` decides the masks, which all rows share.
    /// Allocates nothing once the workspace has its size. One row gives the same bits alone and in
    /// a batch.
    ///
    /// # Errors
    /// `inputs` and `outputs` of different lengths.
    fn sample_into(
        &self,
        isa: Isa,
        inputs: &[Self::Input],
        draw: Draw,
        outputs: &mut [Self::Output],
        workspace: &mut Workspace<Self::Scalar>,
    ) -> Result<(), Error>;
}

/// The first two moments of `passes` passes over checked rows.
pub(crate) fn predict<N: MonteCarlo>(
    network: &N,
    inputs: &[N::Input],
    passes: usize,
    seed: u64,
) -> Result<Predictive<N::Output>, Error> {
    at_least_one(passes)?;
    let (isa, mut workspace) = (Isa::detect()?, Workspace::new());
    let mut outputs = vec![N::Output::ZERO; inputs.len()];
    let mut moments = Moments::new(inputs.len());
    for step in 0..passes as u64 {
        let draw = Draw { seed, step };
        network.sample_into(isa, inputs, draw, &mut outputs, &mut workspace)?;
        moments.add(&outputs);
    }
    Ok(moments.finish())
}

/// The outputs of `passes` passes over checked rows.
pub(crate) fn sample<N: MonteCarlo>(
    network: &N,
    inputs: &[N::Input],
    passes: usize,
    seed: u64,
) -> Result<PredictiveSamples<N::Output>, Error> {
    at_least_one(passes)?;
    let (isa, mut workspace) = (Isa::detect()?, Workspace::new());
    let mut samples = PredictiveSamples::zeros(inputs.len(), passes);
    for (outputs, step) in samples.passes_mut().zip(0..) {
        let draw = Draw { seed, step };
        network.sample_into(isa, inputs, draw, outputs, &mut workspace)?;
    }
    Ok(samples)
}

fn at_least_one(passes: usize) -> Result<(), Error> {
    if passes == 0 {
        return Err(Error::Setting {
            name: "number of samples",
            value: 0.0,
            range: "at least 1",
        });
    }
    Ok(())
}

/// A precision is a positive number.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(Error::Setting {
        name,
        value,
        range: "finite and positive",
    })
}
