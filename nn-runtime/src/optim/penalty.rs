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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Gain, Role};

    const TENSORS: [Tensor; 2] = [
        Tensor {
            name: "w1",
            role: Role::Weight(Gain::Glorot),
            rows: 2,
            columns: 20,
            offset: 0,
        },
        Tensor {
            name: "b1",
            role: Role::Bias,
            rows: 1,
            columns: 3,
            offset: 40,
        },
    ];

    fn parameters() -> Vec<f64> {
        (0..43).map(|i| (f64::from(i) * 1.3 + 0.4).sin()).collect()
    }

    /// 1e-13: sums of 43 numbers up to 1; the gradient is then exact to a few roundings.
    #[track_caller]
    fn check(penalty: Penalty, range: core::ops::Range<usize>) {
        let theta = parameters();
        let value: f64 = theta[range.clone()]
            .iter()
            .map(|x| penalty.l1 * x.abs() + 0.5 * penalty.l2 * x * x)
            .sum();
        for isa in Isa::available() {
            let mut gradient = vec![0.5; 43];
            let found = penalty
                .apply(isa, &TENSORS, 10, &theta, &mut gradient)
                .expect("lengths");
            assert!((found - value).abs() <= 1e-13, "{found} for {value}");
            assert_eq!(penalty.value(isa, &TENSORS, &theta), Ok(found));
            for (i, (&found, &x)) in gradient.iter().zip(&theta).enumerate() {
                let pushed = 10.0 * (penalty.l1 * x.signum() + penalty.l2 * x);
                let expected = if range.contains(&i) {
                    0.5 + pushed
                } else {
                    0.5
                };
                assert!(
                    (found - expected).abs() <= 1e-13,
                    "{i}: {found} for {expected}"
                );
            }
        }
    }

    #[test]
    fn formulas() {
        check(Penalty::l1(0.3), 0..40);
        check(Penalty::l2(0.7), 0..40);
        check(
            Penalty {
                l1: 0.3,
                ..Penalty::l2(0.7)
            },
            0..40,
        );
        check(Penalty::l2(0.7).covers(Covers::All), 0..43);
        check(Penalty::default(), 0..0);
    }

    /// The gradient is that of n·P: central differences, exact for a quadratic up to rounding over
    /// the step, 1e-16/1e-4 times n·P of about 100.
    #[test]
    fn the_gradient_is_the_derivative_of_the_value() {
        let penalty = Penalty {
            l1: 0.3,
            ..Penalty::l2(0.7)
        };
        let theta = parameters();
        let mut gradient = vec![0.0; 43];
        penalty
            .apply(Isa::best(), &TENSORS, 10, &theta, &mut gradient)
            .expect("lengths");
        let at = |i: usize, h: f64| {
            let mut theta = theta.clone();
            theta[i] += h;
            10.0 * penalty
                .value(Isa::best(), &TENSORS, &theta)
                .expect("lengths")
        };
        for i in 0..43 {
            let difference = (at(i, 1e-4) - at(i, -1e-4)) / 2e-4;
            assert!(
                (gradient[i] - difference).abs() <= 1e-9,
                "{i}: {} {difference}",
                gradient[i]
            );
        }
    }

    #[test]
    fn zero_has_the_subgradient_zero() {
        let mut gradient = [0.0; 43];
        let value = Penalty::l1(1.0).apply(Isa::best(), &TENSORS, 10, &[0.0; 43], &mut gradient);
        assert_eq!((value, gradient), (Ok(0.0), [0.0; 43]));
    }

    #[test]
    fn bad_input_is_refused() {
        let mut gradient = [0.0_f64; 42];
        let found = Penalty::l1(1.0).apply(Isa::best(), &TENSORS, 1, &[0.0; 43], &mut gradient);
        assert_eq!(
            found,
            Err(Error::Length {
                what: "gradient",
                found: 42,
                expected: 43
            })
        );
        let found = Penalty::l1(1.0).value(Isa::best(), &TENSORS, &[0.0_f32; 44]);
        assert_eq!(
            found,
            Err(Error::Length {
                what: "parameters",
                found: 44,
                expected: 43
            })
        );
        for value in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                Penalty::l1(value).validate(),
                Err(Error::Setting { .. })
            ));
            assert!(matches!(
                Penalty::l2(value).validate(),
                Err(Error::Setting { .. })
            ));
        }
    }
}
