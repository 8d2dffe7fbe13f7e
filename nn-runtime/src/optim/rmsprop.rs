//! RMSProp: the gradient over a running root mean square of itself.

use super::{Covers, Optimizer, Step, Stretches, Survey, below_one, not_negative, positive};
use crate::error::Error;
use crate::math::Real;
use crate::network::{Network, Tensor};
use crate::simd::{Program, Simd};
use crate::workspace::Aligned;

/// RMSProp (Tieleman and Hinton 2012) in PyTorch's form, not centered:
///
/// ```text
/// g ← g + λ θ
/// v ← α v + (1 − α) g²                 (v = 0 before the first step)
/// b ← μ b + g / (√v + ε)               (b = 0 before the first step)
/// θ ← θ − η b
/// ```
///
/// ε stands outside the square root (TensorFlow puts it inside).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsProp {
    /// Learning rate η. Default 0.01; positive.
    pub rate: f64,
    /// Decay α of the running mean square. Default 0.99; in [0, 1).
    pub decay: f64,
    /// ε. Default 1e-8; positive.
    pub epsilon: f64,
    /// Momentum μ. Default 0; in [0, 1).
    pub momentum: f64,
    /// Weight decay λ, added to the gradient as λθ. Default 0; not negative.
    pub weight_decay: f64,
    /// Which parameters decay. Default all.
    pub covers: Covers,
}

impl Default for RmsProp {
    fn default() -> Self {
        Self {
            rate: 0.01,
            decay: 0.99,
            epsilon: 1e-8,
            momentum: 0.0,
            weight_decay: 0.0,
            covers: Covers::All,
        }
    }
}

impl RmsProp {
    /// RMSProp with learning rate η.
    pub fn new(rate: f64) -> Self {
        Self {
            rate,
            ..Self::default()
        }
    }
    /// With decay α of the running mean square.
    pub fn decay(self, decay: f64) -> Self {
        Self { decay, ..self }
    }
    /// With this ε.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }
    /// With momentum μ.
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
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

/// The running mean square v and the velocity b.
#[derive(Debug, Clone)]
pub struct RmsPropState<T: Real> {
    mean_square: Aligned<T>,
    velocity: Aligned<T>,
    stretches: Stretches,
}

impl<T: Real> Optimizer<T> for RmsProp {
    type State = RmsPropState<T>;

    fn rate(&self) -> f64 {
        self.rate
    }

    fn prepare(&self, tensors: &[Tensor]) -> Result<RmsPropState<T>, Error> {
        positive::<T>("learning rate", self.rate)?;
        below_one::<T>("decay", self.decay)?;
        positive::<T>("epsilon", self.epsilon)?;
        below_one::<T>("momentum", self.momentum)?;
        not_negative("weight decay", self.weight_decay)?;
        let stretches = Stretches::new(tensors, self.weight_decay, self.covers);
        Ok(RmsPropState {
            mean_square: Aligned::zeros(stretches.parameters),
            velocity: Aligned::zeros(stretches.parameters),
            stretches,
        })
    }

    fn step(
        &self,
        state: &mut RmsPropState<T>,
        step: Step,
        parameters: &mut [T],
        gradient: &[T],
    ) -> Result<(), Error> {
        for stretch in state.stretches.over(parameters, gradient)? {
            let range = stretch.range.clone();
            step.isa.run(Pass {
                rate: T::from_f64(step.rate),
                scale: T::from_f64(step.scale),
                alpha: T::from_f64(self.decay),
                one_minus_alpha: T::from_f64(1.0 - self.decay),
                epsilon: T::from_f64(self.epsilon),
                momentum: T::from_f64(self.momentum),
                decay: T::from_f64(stretch.decay),
                parameters: &mut parameters[range.clone()],
                gradient: &gradient[range.clone()],
                mean_square: &mut state.mean_square[range.clone()],
                velocity: &mut state.velocity[range],
            });
        }
        Ok(())
    }
}

impl<N: Network> Survey<N> for RmsProp {}

struct Pass<'a, T> {
    rate: T,
    scale: T,
    alpha: T,
    one_minus_alpha: T,
    epsilon: T,
    momentum: T,
    decay: T,
    parameters: &'a mut [T],
    gradient: &'a [T],
    mean_square: &'a mut [T],
    velocity: &'a mut [T],
}

impl<T: Real> Program for Pass<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let moments = self.mean_square.iter_mut().zip(self.velocity);
        let slices = self.parameters.iter_mut().zip(self.gradient).zip(moments);
        for ((theta, &g), (v, b)) in slices {
            let g = self.scale * g + self.decay * *theta;
            *v = self.alpha * *v + self.one_minus_alpha * (g * g);
            *b = self.momentum * *b + g / (v.sqrt() + self.epsilon);
            *theta -= self.rate * *b;
        }
    }
}
