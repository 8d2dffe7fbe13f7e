//! L1 and L2 penalties on the parameters.

use super::{Covers, check_length, lane_sum, not_negative, total};
use crate::error::Error;
use crate::math::Real;
use crate::network::Tensor;
use crate::simd::{Isa, Program, Simd};

/// P(θ) = λ₁ Σ|θ| + λ₂/2 Σθ², added to the **mean** loss: what is minimized is L/n + P.
///
/// Under plain gradient descent λ₂ is the same as the optimizer's coupled `weight_decay`. The
/// subgradient of |θ| at 0 is taken to be 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Penalty {
    /// λ₁. Default 0; not negative.
    pub l1: f64,
    /// λ₂. Default 0; not negative.
    pub l2: f64,
    /// Which parameters are penalized. Default weight matrices only.
    pub covers: Covers,
}

impl Default for Penalty {
    fn default() -> Self {
        Self {
            l1: 0.0,
            l2: 0.0,
            covers: Covers::Weights,
        }
    }
}

impl Penalty {
    /// λ₁ Σ|θ| over the weight matrices.
    pub fn l1(l1: f64) -> Self {
        Self {
            l1,
            ..Self::default()
        }
    }
    /// λ₂/2 Σθ² over the weight matrices.
    pub fn l2(l2: f64) -> Self {
        Self {
            l2,
            ..Self::default()
        }
    }
    /// Penalizes these parameters.
    pub fn covers(self, covers: Covers) -> Self {
        Self { covers, ..self }
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if λ₁ or λ₂ is negative or not finite.
    pub fn validate(&self) -> Result<(), Error> {
        not_negative("L1 penalty", self.l1)?;
        not_negative("L2 penalty", self.l2)
    }

    /// Adds n·∂P/∂θ to a `gradient` summed over n = `rows` rows, and returns P. `tensors` describe
    /// both slices ([`Network::TENSORS`](crate::network::Network::TENSORS)).
    ///
    /// # Errors
    /// [`Error::Length`] if `parameters` or `gradient` has another length. Nothing is changed then.
    pub fn apply<T: Real>(
        &self,
        isa: Isa,
        tensors: &[Tensor],
        rows: usize,
        parameters: &[T],
        gradient: &mut [T],
    ) -> Result<f64, Error> {
        check_length("gradient", gradient, total(tensors))?;
        let value = self.value(isa, tensors, parameters)?;
        for tensor in self.covered(tensors) {
            isa.run(Push {
                l1: T::from_f64(rows as f64 * self.l1),
                l2: T::from_f64(rows as f64 * self.l2),
                parameters: &parameters[tensor.range()],
                gradient: &mut gradient[tensor.range()],
            });
        }
        Ok(value)
    }

    /// P alone.
    ///
    /// # Errors
    /// [`Error::Length`] if `parameters` is not as long as `tensors` say.
    pub fn value<T: Real>(
        &self,
        isa: Isa,
        tensors: &[Tensor],
        parameters: &[T],
    ) -> Result<f64, Error> {
        check_length("parameters", parameters, total(tensors))?;
        let value = |tensor: &Tensor| {
            isa.run(Value {
                l1: self.l1,
                l2: self.l2,
                parameters: &parameters[tensor.range()],
            })
        };
        Ok(self.covered(tensors).map(value).sum())
    }

    /// The tensors to visit: none if there is nothing to add.
    fn covered<'a>(&self, tensors: &'a [Tensor]) -> impl Iterator<Item = &'a Tensor> {
        let covers = self.covers;
        let none = self.l1 == 0.0 && self.l2 == 0.0;
        tensors
            .iter()
            .filter(move |tensor| !none && covers.includes(tensor))
    }
}

/// ∂P/∂θ = λ₁ sign θ + λ₂ θ, added to the gradient.
struct Push<'a, T> {
    l1: T,
    l2: T,
    parameters: &'a [T],
    gradient: &'a mut [T],
}

impl<T: Real> Program for Push<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        for (g, &theta) in self.gradient.iter_mut().zip(self.parameters) {
            *g += self.l1 * theta.sign() + self.l2 * theta;
        }
    }
}

/// P over one tensor.
struct Value<'a, T> {
    l1: f64,
    l2: f64,
    parameters: &'a [T],
}

impl<T: Real> Program for Value<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> f64 {
        lane_sum(self.parameters, |theta| {
            let theta = theta.to_f64();
            self.l1 * theta.abs() + 0.5 * self.l2 * theta * theta
        })
    }
}
