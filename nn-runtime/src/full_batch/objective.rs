//! What can be minimized, by how much of it is known: slopes, curvature, or residuals.

use crate::error::Error;

/// A function E(x) of some number of variables, with its gradient.
///
/// Where E is not defined, return NaN or an infinity: the methods step back from there. An error ends
/// the minimization and leaves the variables as they were before it.
pub trait Objective {
    /// How many variables there are. Every slice that the other methods get is this long.
    fn dimension(&self) -> usize;

    /// Returns E(x).
    ///
    /// # Errors
    /// The objective's own.
    fn value(&mut self, x: &[f64]) -> Result<f64, Error>;

    /// Writes ∂E/∂x into `gradient` and returns E(x).
    ///
    /// # Errors
    /// The objective's own.
    fn gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, Error>;
}

/// A function that knows its curvature along a direction.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Hessian-vector product",
    note = "implement `TwiceDifferentiable` for it, or take the curvature from gradients: `Scg::default()` without `exact()`"
)]
pub trait TwiceDifferentiable: Objective {
    /// Writes (∂²E/∂x²) v into `product`.
    ///
    /// # Errors
    /// The objective's own.
    fn hessian_vector_product(
        &mut self,
        x: &[f64],
        vector: &[f64],
        product: &mut [f64],
    ) -> Result<(), Error>;
}

/// A function that is half a sum of squares, E(x) = ½ Σᵢ rᵢ(x)².
///
/// Mind the half: published test functions are often Σ rᵢ², and then have twice the minimum.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not known to be a sum of squares",
    note = "implement `LeastSquares` for it, or use a method that needs no residuals: `Scg` or `Lbfgs`"
)]
pub trait LeastSquares {
    /// How many variables there are. Every slice that the other methods get or give is this long.
    fn dimension(&self) -> usize;

    /// Calls `visit(rᵢ, ∂rᵢ/∂x)` once for every residual.
    ///
    /// # Errors
    /// The objective's own.
    fn linearize(&mut self, x: &[f64], visit: &mut dyn FnMut(f64, &[f64])) -> Result<(), Error>;

    /// Returns ½ Σᵢ rᵢ(x)²; to be overridden where that is cheaper without the slopes.
    ///
    /// # Errors
    /// The objective's own.
    fn half_squares(&mut self, x: &[f64]) -> Result<f64, Error> {
        let mut sum = 0.0;
        self.linearize(x, &mut |residual, _| sum += residual * residual)?;
        Ok(0.5 * sum)
    }
}

/// Residuals as an [`Objective`] for the methods that take any: E = ½ Σ rᵢ², ∂E/∂x = Σ rᵢ ∂rᵢ/∂x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HalfSquares<F>(pub F);

impl<F: LeastSquares> Objective for HalfSquares<F> {
    fn dimension(&self) -> usize {
        self.0.dimension()
    }

    fn value(&mut self, x: &[f64]) -> Result<f64, Error> {
        self.0.half_squares(x)
    }

    fn gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, Error> {
        let mut sum = 0.0;
        gradient.fill(0.0);
        self.0.linearize(x, &mut |residual, slopes| {
            sum += residual * residual;
            super::vector::add_scaled(gradient, residual, slopes);
        })?;
        Ok(0.5 * sum)
    }
}
