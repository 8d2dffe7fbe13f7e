//! Adam.

use crate::{Float, Network};

/// Adam (Kingma and Ba 2015) with PyTorch's conventions: exact division and square root,
/// θ ← θ − rate/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε).
#[derive(Debug, Clone)]
pub struct Adam<T> {
    /// Step size; default 1e-3.
    pub rate: f64,
    /// β₁, the memory of the mean; default 0.9.
    pub beta1: f64,
    /// β₂, the memory of the square; default 0.999.
    pub beta2: f64,
    /// ε, added to the root; default 1e-8.
    pub epsilon: f64,
    step: i32,
    /// m and v of every parameter, flat.
    moments: (Vec<T>, Vec<T>),
}

impl<T> Default for Adam<T> {
    fn default() -> Self {
        Self::new(1e-3)
    }
}

impl<T> Adam<T> {
    /// Adam with this step size.
    pub fn new(rate: f64) -> Self {
        Self {
            rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            step: 0,
            moments: (Vec::new(), Vec::new()),
        }
    }
}

impl<T: Float> Adam<T> {
    /// One step along the gradients that lie in the network, times `scale` (1/n for the mean).
    pub fn update(&mut self, network: &mut Network<T>, scale: f64) {
        self.step = self.step.saturating_add(1);
        let (m, v) = &mut self.moments;
        m.resize(network.len(), T::zero());
        v.resize(network.len(), T::zero());
        let (beta1, beta2) = (T::of(self.beta1), T::of(self.beta2));
        let (new1, new2) = (T::of(1.0 - self.beta1), T::of(1.0 - self.beta2));
        let rate = T::of(self.rate / (1.0 - self.beta1.powi(self.step)));
        let root = T::of((1.0 - self.beta2.powi(self.step)).sqrt());
        let (epsilon, scale) = (T::of(self.epsilon), T::of(scale));
        let mut start = 0;
        network.tensors(&mut |parameters, gradients| {
            let range = start..start + parameters.len();
            start = range.end;
            let moments = m[range.clone()].iter_mut().zip(&mut v[range]);
            let tensors = parameters.iter_mut().zip(gradients);
            for ((m, v), (parameter, &mut g)) in moments.zip(tensors) {
                let g = g * scale;
                *m = beta1 * *m + new1 * g;
                *v = beta2 * *v + new2 * g * g;
                *parameter -= rate * *m / (v.sqrt() / root + epsilon);
            }
        });
    }
}
