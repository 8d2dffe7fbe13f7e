//! Batch normalization (Ioffe and Szegedy 2015).
//!
//! With the batch's mean μ and biased variance σ², x̂ = (x − μ)/√(σ² + ε) and y = γ x̂ + β. Backward,
//! dγ = Σ g x̂, dβ = Σ g, and dx = γ/√(σ² + ε) · (g − dβ/n − x̂ dγ/n), which is the paper's chain of
//! formulas with dμ and dσ² inserted.

use crate::Float;
use crate::dense::sum_rows;
use crate::dropout::Masks;
use crate::layer::{Layer, Rows};

pub(crate) struct BatchNorm<T> {
    eps: T,
    momentum: T,
    gamma: Vec<T>,
    beta: Vec<T>,
    dgamma: Vec<T>,
    dbeta: Vec<T>,
    running_mean: Vec<T>,
    running_variance: Vec<T>,
    /// μ of the batch.
    mean: Vec<T>,
    /// σ² of the batch, then 1/√(σ² + ε).
    scale: Vec<T>,
    /// Scratch of the backward pass.
    shift: Vec<T>,
    /// x̂ of the batch.
    normalized: Vec<T>,
}

impl<T: Float> BatchNorm<T> {
    pub(crate) fn new(width: usize, eps: f64, momentum: f64) -> Self {
        let (zeros, ones) = (vec![T::zero(); width], vec![T::one(); width]);
        Self {
            eps: T::of(eps),
            momentum: T::of(momentum),
            gamma: ones.clone(),
            beta: zeros.clone(),
            dgamma: zeros.clone(),
            dbeta: zeros.clone(),
            running_mean: zeros.clone(),
            running_variance: ones,
            mean: zeros.clone(),
            scale: zeros.clone(),
            shift: zeros,
            normalized: Vec::new(),
        }
    }

    fn width(&self) -> usize {
        self.gamma.len()
    }

    /// Mean and biased variance of the columns of `x`, in two passes, into `mean` and `scale`.
    fn measure(&mut self, x: &[T], rows: T) {
        sum_rows(x, &mut self.mean);
        self.mean.iter_mut().for_each(|mean| *mean /= rows);
        self.scale.fill(T::zero());
        for row in x.chunks_exact(self.width()) {
            for ((s, &x), &mean) in self.scale.iter_mut().zip(row).zip(&self.mean) {
                *s += (x - mean) * (x - mean);
            }
        }
        self.scale.iter_mut().for_each(|s| *s /= rows);
    }

    /// Moves the running statistics towards the batch's, the variance made unbiased.
    fn remember(&mut self, rows: T) {
        let (new, unbiased) = (self.momentum, rows / (rows - T::one()));
        let old = T::one() - new;
        for (running, &mean) in self.running_mean.iter_mut().zip(&self.mean) {
            *running = old * *running + new * mean;
        }
        for (running, &variance) in self.running_variance.iter_mut().zip(&self.scale) {
            *running = old * *running + new * unbiased * variance;
        }
    }
}

impl<T: Float> Layer<T> for BatchNorm<T> {
    fn forward(&mut self, x: &[T], y: &mut [T], _masks: &mut Masks<T>) {
        let width = self.width();
        let rows = T::of((x.len() / width) as f64);
        self.measure(x, rows);
        self.remember(rows);
        let eps = self.eps;
        self.scale
            .iter_mut()
            .for_each(|s| *s = T::one() / (*s + eps).sqrt());

        self.normalized.resize(x.len(), T::zero());
        let rows = x.chunks_exact(width).zip(y.chunks_exact_mut(width));
        for ((x, y), normalized) in rows.zip(self.normalized.chunks_exact_mut(width)) {
            let columns = normalized.iter_mut().zip(x).zip(&self.mean);
            for (((normalized, &x), &mean), &scale) in columns.zip(&self.scale) {
                *normalized = (x - mean) * scale;
            }
            affine(normalized, &self.gamma, &self.beta, y);
        }
    }

    fn backward<'a>(&'a mut self, x: &[T], y: &[T], g: &'a mut [T]) -> &'a mut [T] {
        self.backward_first(x, y, g);
        let width = self.width();
        let rows = T::of((x.len() / width) as f64);
        // x, μ and 1/√(σ² + ε) are not needed any more: their rows take the factors of dx.
        for (((scale, mean), shift), (&gamma, (&dgamma, &dbeta))) in (self.scale.iter_mut())
            .zip(&mut self.mean)
            .zip(&mut self.shift)
            .zip(self.gamma.iter().zip(self.dgamma.iter().zip(&self.dbeta)))
        {
            *scale *= gamma;
            *mean = dgamma / rows;
            *shift = dbeta / rows;
        }
        let batch = g.chunks_exact_mut(width);
        for (g, normalized) in batch.zip(self.normalized.chunks_exact(width)) {
            let columns = g.iter_mut().zip(normalized).zip(&self.scale);
            for ((((g, &normalized), &scale), &dgamma), &dbeta) in
                columns.zip(&self.mean).zip(&self.shift)
            {
                *g = scale * (*g - dbeta - normalized * dgamma);
            }
        }
        g
    }

    fn backward_first(&mut self, _x: &[T], _y: &[T], g: &mut [T]) {
        let width = self.width();
        sum_rows(g, &mut self.dbeta);
        self.dgamma.fill(T::zero());
        let batch = g.chunks_exact(width);
        for (g, normalized) in batch.zip(self.normalized.chunks_exact(width)) {
            for ((dgamma, &g), &normalized) in self.dgamma.iter_mut().zip(g).zip(normalized) {
                *dgamma += g * normalized;
            }
        }
    }

    fn infer(&mut self, rows: &mut Rows<T>) {
        let statistics = self.gamma.iter().zip(&self.running_variance);
        for (scale, (&gamma, &variance)) in self.scale.iter_mut().zip(statistics) {
            *scale = gamma / (variance + self.eps).sqrt();
        }
        for row in rows.values_mut().chunks_exact_mut(self.gamma.len()) {
            let columns = row.iter_mut().zip(&self.running_mean).zip(&self.scale);
            for (((x, &mean), &scale), &beta) in columns.zip(&self.beta) {
                *x = (*x - mean) * scale + beta;
            }
        }
    }

    fn parameters(&mut self, visit: &mut dyn FnMut(&mut [T], &mut [T])) {
        visit(&mut self.gamma, &mut self.dgamma);
        visit(&mut self.beta, &mut self.dbeta);
    }

    fn statistics(&mut self, visit: &mut dyn FnMut(&mut [T])) {
        visit(&mut self.running_mean);
        visit(&mut self.running_variance);
    }

    fn least_rows(&self) -> usize {
        2
    }
}

/// y = γ x + β for one row.
fn affine<T: Float>(x: &[T], gamma: &[T], beta: &[T], y: &mut [T]) {
    for (((y, &x), &gamma), &beta) in y.iter_mut().zip(x).zip(gamma).zip(beta) {
        *y = gamma * x + beta;
    }
}
