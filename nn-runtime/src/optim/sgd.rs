//! Stochastic gradient descent, with Polyak's or Nesterov's momentum.

use super::{
    Covers, Optimizer, Step, Stretches, Survey, below_one, check_length, not_negative, positive,
};
use crate::error::Error;
use crate::math::Real;
use crate::network::{Network, Tensor};
use crate::simd::{Program, Simd};
use crate::workspace::Aligned;

/// Stochastic gradient descent in PyTorch's form (dampening 0):
///
/// ```text
/// g ← g + λ θ
/// b ← μ b + g                          (b = 0 before the first step)
/// θ ← θ − η g                          without momentum
/// θ ← θ − η b                          Polyak
/// θ ← θ − η (g + μ b)                  Nesterov
/// ```
///
/// The learning rate multiplies the whole velocity b, so a changed rate takes effect at once
/// (Sutskever et al. 2013 put it inside b instead).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// Learning rate η. Default 0.01; positive.
    pub rate: f64,
    /// Momentum. Default none; μ in [0, 1).
    pub momentum: Momentum,
    /// Weight decay λ, added to the gradient as λθ. Default 0; not negative.
    pub weight_decay: f64,
    /// Which parameters decay. Default all.
    pub covers: Covers,
}

/// How past gradients carry on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Momentum {
    /// Not at all.
    #[default]
    None,
    /// Polyak's heavy ball (1964), with this μ.
    Polyak(f64),
    /// Nesterov's (1983), looking one step ahead, with this μ.
    Nesterov(f64),
}

impl Default for Sgd {
    fn default() -> Self {
        Self {
            rate: 0.01,
            momentum: Momentum::None,
            weight_decay: 0.0,
            covers: Covers::All,
        }
    }
}

impl Sgd {
    /// Plain gradient descent with learning rate η.
    pub fn new(rate: f64) -> Self {
        Self {
            rate,
            ..Self::default()
        }
    }
    /// With Polyak's momentum μ.
    pub fn momentum(self, momentum: f64) -> Self {
        Self {
            momentum: Momentum::Polyak(momentum),
            ..self
        }
    }
    /// With Nesterov's momentum μ.
    pub fn nesterov(self, momentum: f64) -> Self {
        Self {
            momentum: Momentum::Nesterov(momentum),
            ..self
        }
    }
    /// With weight decay λ.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self {
            weight_decay,
            ..self
        }
    }
    /// Lets the weight decay cover only these parameters.
    pub fn covers(self, covers: Covers) -> Self {
        Self { covers, ..self }
    }
}

/// The velocity b (empty without momentum).
#[derive(Debug, Clone)]
pub struct SgdState<T: Real> {
    velocity: Aligned<T>,
    stretches: Stretches,
}

impl<T: Real> Optimizer<T> for Sgd {
    type State = SgdState<T>;

    fn rate(&self) -> f64 {
        self.rate
    }

    fn prepare(&self, tensors: &[Tensor]) -> Result<SgdState<T>, Error> {
        positive::<T>("learning rate", self.rate)?;
        not_negative("weight decay", self.weight_decay)?;
        let stretches = Stretches::new(tensors, self.weight_decay, self.covers);
        let length = match self.momentum {
            Momentum::None => 0,
            Momentum::Polyak(momentum) | Momentum::Nesterov(momentum) => {
                below_one::<T>("momentum", momentum)?;
                stretches.parameters
            }
        };
        Ok(SgdState {
            velocity: Aligned::zeros(length),
            stretches,
        })
    }

    fn step(
        &self,
        state: &mut SgdState<T>,
        step: Step,
        parameters: &mut [T],
        gradient: &[T],
    ) -> Result<(), Error> {
        let stretches = state.stretches.over(parameters, gradient)?;
        if self.momentum != Momentum::None {
            check_length("the state's velocity", &state.velocity, parameters.len())?;
        }
        for stretch in stretches {
            let range = stretch.range.clone();
            let descent = Descent {
                rate: T::from_f64(step.rate),
                scale: T::from_f64(step.scale),
                decay: T::from_f64(stretch.decay),
                parameters: &mut parameters[range.clone()],
                gradient: &gradient[range.clone()],
            };
            match self.momentum {
                Momentum::None => step.isa.run(descent),
                Momentum::Polyak(momentum) => step.isa.run(Polyak {
                    momentum: T::from_f64(momentum),
                    velocity: &mut state.velocity[range],
                    descent,
                }),
                Momentum::Nesterov(momentum) => step.isa.run(Nesterov {
                    momentum: T::from_f64(momentum),
                    velocity: &mut state.velocity[range],
                    descent,
                }),
            }
        }
        Ok(())
    }
}

impl<N: Network> Survey<N> for Sgd {}

struct Descent<'a, T> {
    rate: T,
    scale: T,
    decay: T,
    parameters: &'a mut [T],
    gradient: &'a [T],
}

struct Polyak<'a, T> {
    momentum: T,
    velocity: &'a mut [T],
    descent: Descent<'a, T>,
}

struct Nesterov<'a, T> {
    momentum: T,
    velocity: &'a mut [T],
    descent: Descent<'a, T>,
}

impl<T: Real> Program for Descent<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        for (theta, &g) in self.parameters.iter_mut().zip(self.gradient) {
            let g = self.scale * g + self.decay * *theta;
            *theta -= self.rate * g;
        }
    }
}

impl<T: Real> Program for Polyak<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Descent {
            rate,
            scale,
            decay,
            parameters,
            gradient,
        } = self.descent;
        for ((theta, &g), b) in parameters.iter_mut().zip(gradient).zip(self.velocity) {
            let g = scale * g + decay * *theta;
            *b = self.momentum * *b + g;
            *theta -= rate * *b;
        }
    }
}

impl<T: Real> Program for Nesterov<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Descent {
            rate,
            scale,
            decay,
            parameters,
            gradient,
        } = self.descent;
        for ((theta, &g), b) in parameters.iter_mut().zip(gradient).zip(self.velocity) {
            let g = scale * g + decay * *theta;
            *b = self.momentum * *b + g;
            *theta -= rate * (g + self.momentum * *b);
        }
    }
}
