//! Initial parameters.
//!
//! A weight matrix W is n_in x n_out (`H = A W + b`), so its fan-in is its rows and its fan-out its
//! columns. What its entries should look like follows from the activation behind it: their variance
//! is chosen so that rows keep their size on the way forward, gradients on the way back, or both.
//! The default takes the activation's own choice, in the uniform variant:
//!
//! | [`Gain`] of the activation | scheme | bound b of U(−b, b) |
//! |---|---|---|
//! | `Glorot` (tanh, sigmoid, none, …) | Glorot and Bengio (2010) | √(6 / (n_in + n_out)) |
//! | `He` (the relu family) | He et al. (2015) | √(6 / n_in) |
//! | `LeCun` (selu, lecun_tanh) | LeCun et al. (1998) | √(3 / n_in) |
//!
//! No factor for the steepness of the activation is applied (PyTorch's `calculate_gain` has 5/3 for
//! tanh; Keras has none).
//!
//! The numbers are a function of the seed and of a tensor's place in the network alone, the same on
//! every machine and in every version (`random.rs` says how). They are drawn in `f64` and rounded to the
//! scalar type, so an `f32` and an `f64` network of one seed start from the same point.

use crate::error::Error;
use crate::math::Real;
use crate::network::{Gain, Network, Role, Tensor};

mod orthogonal;
mod random;
#[cfg(test)]
mod tests;

use random::Stream;

/// How to choose a network's initial parameters.
///
/// Weights follow the scheme. Biases are zero unless [`bias`](Init::bias) says otherwise. Batch
/// normalization starts with γ = 1, β = 0, running mean 0 and running variance 1; `standardize` and
/// `unstandardize` start with mean 0 and deviation 1, which changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Init {
    scheme: Scheme,
    bias: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Scheme {
    /// Uniform, with the variance that the following activation wants.
    #[default]
    Activation,
    Uniform(Gain),
    Normal(Gain),
    /// Orthonormal rows or columns, times this gain.
    Orthogonal(f64),
    Constant(f64),
}

impl Init {
    /// U(−b, b) with b = √(6 / (n_in + n_out)) (Glorot and Bengio 2010).
    pub const fn glorot_uniform() -> Self {
        Self::with(Scheme::Uniform(Gain::Glorot))
    }
    /// N(0, 2 / (n_in + n_out)) (Glorot and Bengio 2010). Not truncated.
    pub const fn glorot_normal() -> Self {
        Self::with(Scheme::Normal(Gain::Glorot))
    }
    /// U(−b, b) with b = √(6 / n_in) (He et al. 2015).
    pub const fn he_uniform() -> Self {
        Self::with(Scheme::Uniform(Gain::He))
    }
    /// N(0, 2 / n_in) (He et al. 2015). Not truncated.
    pub const fn he_normal() -> Self {
        Self::with(Scheme::Normal(Gain::He))
    }
    /// U(−b, b) with b = √(3 / n_in) (LeCun et al. 1998).
    pub const fn lecun_uniform() -> Self {
        Self::with(Scheme::Uniform(Gain::LeCun))
    }
    /// N(0, 1 / n_in) (LeCun et al. 1998; Klambauer et al. 2017 for selu). Not truncated.
    pub const fn lecun_normal() -> Self {
        Self::with(Scheme::Normal(Gain::LeCun))
    }
    /// `gain` times a random matrix, uniform among those with orthonormal columns (n_in ≥ n_out) or
    /// orthonormal rows (n_in ≤ n_out) (Saxe et al. 2013). For relu √2 is usual, else 1.
    ///
    /// # Errors
    /// [`Error::Setting`] if the gain is not finite in `f32`.
    pub fn orthogonal(gain: f64) -> Result<Self, Error> {
        finite("orthogonal gain", gain).map(|gain| Self::with(Scheme::Orthogonal(gain)))
    }
    /// All weights `value`. Units of one layer then stay equal for ever: for tests and for linear
    /// models.
    ///
    /// # Errors
    /// [`Error::Setting`] if the value is not finite in `f32`.
    pub fn constant(value: f64) -> Result<Self, Error> {
        finite("constant weight", value).map(|value| Self::with(Scheme::Constant(value)))
    }
    /// All weights zero; see [`constant`](Init::constant).
    pub const fn zeros() -> Self {
        Self::with(Scheme::Constant(0.0))
    }
    /// The same for the weights, but all biases `value` instead of zero.
    ///
    /// # Errors
    /// [`Error::Setting`] if the value is not finite in `f32`.
    pub fn bias(self, value: f64) -> Result<Self, Error> {
        finite("initial bias", value).map(|bias| Self { bias, ..self })
    }

    const fn with(scheme: Scheme) -> Self {
        Self { scheme, bias: 0.0 }
    }

    /// Overwrites all parameters and all running statistics of a network. The same seed gives the
    /// same numbers.
    pub fn fill<N: Network>(&self, seed: u64, network: &mut N) {
        self.fill_tensors(seed, N::TENSORS, network.parameters_mut());
        self.fill_tensors(seed, N::STATISTIC_TENSORS, network.statistics_mut());
    }

    /// `values` is the flat slice that `tensors` describe.
    fn fill_tensors<T: Real>(&self, seed: u64, tensors: &[Tensor], values: &mut [T]) {
        for (index, tensor) in tensors.iter().enumerate() {
            let values = &mut values[tensor.range()];
            let constant = match tensor.role {
                Role::Weight(gain) => {
                    self.fill_weights(gain, Stream::new(seed, index as u64), tensor, values);
                    continue;
                }
                Role::Bias => self.bias,
                Role::Shift | Role::Mean | Role::InputMean | Role::TargetMean => 0.0,
                Role::Scale | Role::Variance | Role::InputDeviation | Role::TargetDeviation => 1.0,
                Role::Learnable { initial } => initial,
            };
            values.fill(T::from_f64(constant));
        }
    }

    fn fill_weights<T: Real>(
        &self,
        activation: Gain,
        mut stream: Stream,
        tensor: &Tensor,
        values: &mut [T],
    ) {
        let mut uniform = |gain| {
            let bound = bound(gain, tensor);
            values.fill_with(|| T::from_f64(bound * stream.symmetric()));
        };
        match self.scheme {
            Scheme::Activation => uniform(activation),
            Scheme::Uniform(gain) => uniform(gain),
            Scheme::Normal(gain) => {
                let deviation = deviation(gain, tensor);
                values.fill_with(|| T::from_f64(deviation * stream.normal()));
            }
            Scheme::Orthogonal(gain) => {
                let q = orthogonal::random(&mut stream, tensor.rows, tensor.columns);
                for (value, q) in values.iter_mut().zip(q) {
                    *value = T::from_f64(gain * q);
                }
            }
            Scheme::Constant(value) => values.fill(T::from_f64(value)),
        }
    }
}

/// √(6/(n_in + n_out)), √(6/n_in) or √(3/n_in): a uniform number on (−b, b) has variance b²/3.
fn bound(gain: Gain, tensor: &Tensor) -> f64 {
    let (numerator, fan) = variance(gain, tensor);
    (3.0 * numerator / fan).sqrt()
}

/// √(2/(n_in + n_out)), √(2/n_in) or √(1/n_in).
fn deviation(gain: Gain, tensor: &Tensor) -> f64 {
    let (numerator, fan) = variance(gain, tensor);
    (numerator / fan).sqrt()
}

/// The variance wanted, as a fraction.
fn variance(gain: Gain, tensor: &Tensor) -> (f64, f64) {
    let (fan_in, fan_out) = (tensor.rows as f64, tensor.columns as f64);
    match gain {
        Gain::Glorot => (2.0, fan_in + fan_out),
        Gain::He => (2.0, fan_in),
        Gain::LeCun => (1.0, fan_in),
    }
}

fn finite(name: &'static str, value: f64) -> Result<f64, Error> {
    if value.abs() <= f64::from(f32::MAX) {
        Ok(value)
    } else {
        Err(Error::Setting {
            name,
            value,
            range: "finite, also in f32",
        })
    }
}
