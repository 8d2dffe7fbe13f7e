//! Full-batch training: methods that minimize one fixed function of the parameters.
//!
//! A [`Trainer`](crate::train::Trainer) sees a few rows at a time and needs many epochs. For some
//! hundred parameters and some thousand rows, methods that look at all rows at once and use the
//! curvature find the minimum in far fewer passes, to many digits, and need no learning rate.
//!
//! | method | what it needs | when to choose it |
//! |---|---|---|
//! | [`Scg`], scaled conjugate gradient (Møller 1993) | gradients; [`exact`](Scg::exact) takes Hessian-vector products | many parameters; no line search |
//! | [`Lbfgs`], limited-memory BFGS (Nocedal 1980) | gradients | many parameters; usually fewest passes of the two |
//! | [`LevenbergMarquardt`] (Marquardt 1963) | one Jacobian a row, and a loss that is a sum of squares | up to some hundred parameters: a cycle solves P equations |
//!
//! What is minimized is, as in Bishop's (5.112),
//!
//! ```text
//! E(θ) = L(θ) + α/2 Σθ²        L: the loss **summed** over all rows
//! ```
//!
//! Conventions that are easily mistaken:
//!
//! * Every value reported here is E: a sum over the rows, penalty included. (A `Trainer` reports means
//!   over rows without the penalty.)
//! * α belongs to the sum. The minimum is that of a `Trainer` with the penalty λ₂ = α/n over n rows.
//! * A cycle is one trial step, whether it was accepted or not; cycles count from 1.
//! * No method ever accepts a step that raises E: the parameters left behind are the best ones seen.
//! * All arithmetic on parameters is in `f64`, also for networks in `f32`. These know E to seven
//!   digits only, so they stop earlier: a network that is to be fitted to the last digit is in `f64`.
//! * Dropout and batch normalization make the training loss something else than a function of the
//!   parameters; networks that have them are refused.
//!
//! The methods do not depend on networks: [`FullBatch::minimize`] takes any [`Objective`].
//!
//! ```
//! use nn_runtime::full_batch::{FullBatch, Lbfgs, Objective};
//! use nn_runtime::error::Error;
//!
//! /// (1 − x)² + 100 (y − x²)², with its minimum 0 at (1, 1).
//! struct Rosenbrock;
//!
//! impl Objective for Rosenbrock {
//!     fn dimension(&self) -> usize {
//!         2
//!     }
//!     fn value(&mut self, x: &[f64]) -> Result<f64, Error> {
//!         let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
//!         Ok(a * a + 100.0 * b * b)
//!     }
//!     fn gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, Error> {
//!         let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
//!         gradient.copy_from_slice(&[-2.0 * a - 400.0 * b * x[0], 200.0 * b]);
//!         self.value(x)
//!     }
//! }
//!
//! # fn main() -> Result<(), Error> {
//! let mut x = [-1.2, 1.0];
//! let history = FullBatch::new(Lbfgs::default()).minimize(&mut Rosenbrock, &mut x)?;
//! println!("{}", history.stopped); // says why it stopped
//! assert!((x[0] - 1.0).abs() < 1e-4 && (x[1] - 1.0).abs() < 1e-4);
//! # Ok(())
//! # }
//! ```
//!
//! All memory is made before the first cycle (except the network's workspace, which the first
//! evaluation makes, and the history's beyond ten thousand cycles).

mod batch_loss;
mod cholesky;
mod evaluator;
mod fit;
mod history;
mod lbfgs;
mod levenberg_marquardt;
mod method;
mod objective;
mod scg;
#[cfg(test)]
mod tests;
mod vector;
mod wolfe;

pub use batch_loss::BatchLoss;
pub use evaluator::{Evaluations, Evaluator};
pub use fit::FullBatch;
pub use history::{Cycle, FullBatchHistory, NotFinite, Stop, StopReason};
pub use lbfgs::{Lbfgs, LbfgsState};
pub use levenberg_marquardt::{Damping, LevenbergMarquardt, LevenbergMarquardtState};
pub use method::{Method, Status};
pub use objective::{HalfSquares, LeastSquares, Objective, TwiceDifferentiable};
pub use scg::{Curvature, Exact, FiniteDifference, Scg, ScgState};
