//! The objective as a method sees it: with its penalty, and counted.

use super::objective::{LeastSquares, Objective, TwiceDifferentiable};
use super::vector::add_scaled;
use crate::error::Error;

/// How often an objective was evaluated. For a network, each is a pass over all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evaluations {
    /// Values alone.
    pub values: usize,
    /// Gradients, with the value or without.
    pub gradients: usize,
    /// Hessian-vector products.
    pub products: usize,
    /// Linearizations: all residuals with their slopes.
    pub linearizations: usize,
}

/// An objective with the penalty ½ Σ αₖ xₖ² added to it.
#[derive(Debug)]
pub struct Evaluator<'o, O: ?Sized> {
    objective: &'o mut O,
    /// αₖ for every variable; empty without a penalty.
    alpha: Vec<f64>,
    evaluations: Evaluations,
}

impl<'o, O: ?Sized> Evaluator<'o, O> {
    /// `alpha` holds one number a variable, or none at all for no penalty.
    pub fn new(objective: &'o mut O, alpha: Vec<f64>) -> Self {
        Self {
            objective,
            alpha,
            evaluations: Evaluations::default(),
        }
    }

    /// What was evaluated so far.
    pub fn evaluations(&self) -> Evaluations {
        self.evaluations
    }

    fn penalty(&self, x: &[f64]) -> f64 {
        let squares = self.alpha.iter().zip(x).map(|(alpha, x)| alpha * x * x);
        0.5 * squares.sum::<f64>()
    }

    /// to ← to + diag(α) x: the penalty's gradient at x, or its Hessian times x.
    fn add_penalty(&self, x: &[f64], to: &mut [f64]) {
        for ((to, alpha), x) in to.iter_mut().zip(&self.alpha).zip(x) {
            *to += alpha * x;
        }
    }
}

impl<O: Objective + ?Sized> Evaluator<'_, O> {
    /// How many variables there are.
    pub fn dimension(&self) -> usize {
        self.objective.dimension()
    }

    /// E(x), penalty included.
    ///
    /// # Errors
    /// The objective's own.
    pub fn value(&mut self, x: &[f64]) -> Result<f64, Error> {
        self.evaluations.values += 1;
        Ok(self.objective.value(x)? + self.penalty(x))
    }

    /// Writes ∂E/∂x, penalty included, and returns E(x).
    ///
    /// # Errors
    /// The objective's own.
    pub fn gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, Error> {
        self.evaluations.gradients += 1;
        let value = self.objective.gradient(x, gradient)?;
        self.add_penalty(x, gradient);
        Ok(value + self.penalty(x))
    }
}

impl<O: TwiceDifferentiable + ?Sized> Evaluator<'_, O> {
    /// Writes (∂²E/∂x²) v, penalty included.
    ///
    /// # Errors
    /// The objective's own.
    pub fn hessian_vector_product(
        &mut self,
        x: &[f64],
        vector: &[f64],
        product: &mut [f64],
    ) -> Result<(), Error> {
        self.evaluations.products += 1;
        self.objective.hessian_vector_product(x, vector, product)?;
        self.add_penalty(vector, product);
        Ok(())
    }
}

impl<O: LeastSquares + ?Sized> Evaluator<'_, O> {
    /// How many variables there are.
    pub fn variables(&self) -> usize {
        self.objective.dimension()
    }

    /// E(x), penalty included.
    ///
    /// # Errors
    /// The objective's own.
    pub fn half_squares(&mut self, x: &[f64]) -> Result<f64, Error> {
        self.evaluations.values += 1;
        Ok(self.objective.half_squares(x)? + self.penalty(x))
    }

    /// Writes ∂E/∂x into `gradient` and the lower triangle of JᵀJ + diag(α) into `normal`, P x P
    /// row-major, and returns E(x). One row of J at a time is all that is ever held of it.
    ///
    /// # Errors
    /// The objective's own.
    pub fn normal_equations(
        &mut self,
        x: &[f64],
        gradient: &mut [f64],
        normal: &mut [f64],
    ) -> Result<f64, Error> {
        self.evaluations.linearizations += 1;
        let (mut sum, width) = (0.0, x.len());
        gradient.fill(0.0);
        normal.fill(0.0);
        self.objective.linearize(x, &mut |residual, slopes| {
            sum += residual * residual;
            add_scaled(gradient, residual, slopes);
            for (k, (row, &slope)) in normal
                .chunks_exact_mut(width.max(1))
                .zip(slopes)
                .enumerate()
            {
                add_scaled(&mut row[..=k], slope, slopes);
            }
        })?;
        self.add_penalty(x, gradient);
        for (k, alpha) in self.alpha.iter().enumerate() {
            normal[k * width + k] += alpha;
        }
        Ok(0.5 * sum + self.penalty(x))
    }
}
