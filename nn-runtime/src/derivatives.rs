//! Derivatives beyond the training gradient, each a trait that a declaration asks for.
//!
//! A network pays for the passes it asks for, in compile time and in code:
//!
//! ```text
//! network! {
//!     struct Sine<f64> = 1 -> tanh(10) -> 1;
//!     derive(HessianVectorProduct, Jacobian);
//! }
//! ```
//!
//! All of them differentiate what [`predict_into`](Network::predict_into) and
//! [`loss`](Network::loss) compute: no dropout, running statistics. Like
//! [`gradient`](Network::gradient), they sum over the rows.

use crate::error::Error;
use crate::network::Network;
use crate::simd::Isa;
use crate::workspace::Workspace;

/// The product of the loss's Hessian and a vector, exactly: the derivative of the gradient along
/// the vector, by forward mode over reverse mode (Pearlmutter 1994).
#[diagnostic::on_unimplemented(
    note = "write `derive(HessianVectorProduct);` behind the network's layers"
)]
pub trait HessianVectorProduct: Network {
    /// Writes ∂L/∂θ into `gradient` and (∂²L/∂θ²) v into `product`, and returns L, all summed over
    /// the rows. `vector`, `gradient` and `product` have [`PARAMETERS`](Network::PARAMETERS)
    /// elements.
    ///
    /// # Errors
    /// Empty or unequal batches, a slice of the wrong length. Nothing is written then.
    #[allow(
        clippy::too_many_arguments,
        reason = "three of them are outputs or scratch"
    )]
    fn hessian_vector_product(
        &self,
        isa: Isa,
        inputs: &[Self::Input],
        targets: &[Self::Target],
        vector: &[Self::Scalar],
        workspace: &mut Workspace<Self::Scalar>,
        gradient: &mut [Self::Scalar],
        product: &mut [Self::Scalar],
    ) -> Result<Self::Scalar, Error>;
}

/// The derivatives of the outputs by the parameters.
#[diagnostic::on_unimplemented(note = "write `derive(Jacobian);` behind the network's layers")]
pub trait Jacobian: Network {
    /// Writes F into `outputs` and ∂F/∂θ into `jacobian`, for every row of the batch a matrix
    /// [`OUTPUTS`](Network::OUTPUTS) x [`PARAMETERS`](Network::PARAMETERS): `jacobian` is rows ·
    /// OUTPUTS x PARAMETERS, row-major.
    ///
    /// # Errors
    /// `inputs` and `outputs` of different lengths, a `jacobian` of the wrong length. Nothing is
    /// written then.
    fn jacobian(
        &self,
        isa: Isa,
        inputs: &[Self::Input],
        workspace: &mut Workspace<Self::Scalar>,
        outputs: &mut [Self::Output],
        jacobian: &mut [Self::Scalar],
    ) -> Result<(), Error>;
}

/// The derivatives of the outputs by the inputs.
#[diagnostic::on_unimplemented(note = "write `derive(InputJacobian);` behind the network's layers")]
pub trait InputJacobian: Network {
    /// Writes F into `outputs` and ∂F/∂X into `jacobian`, for every row of the batch a matrix
    /// [`OUTPUTS`](Network::OUTPUTS) x [`INPUTS`](Network::INPUTS): `jacobian` is rows · OUTPUTS x
    /// INPUTS, row-major.
    ///
    /// # Errors
    /// `inputs` and `outputs` of different lengths, a `jacobian` of the wrong length. Nothing is
    /// written then.
    fn input_jacobian(
        &self,
        isa: Isa,
        inputs: &[Self::Input],
        workspace: &mut Workspace<Self::Scalar>,
        outputs: &mut [Self::Output],
        jacobian: &mut [Self::Scalar],
    ) -> Result<(), Error>;
}

/// The diagonal of the loss's Hessian, approximated: second derivatives are propagated backward by
/// the squares of the first ones, and what couples two paths is left out (LeCun et al. 1998,
/// section 7). [`DiagonalLevenbergMarquardt`](crate::optim::DiagonalLevenbergMarquardt) makes learning
/// rates of it.
#[diagnostic::on_unimplemented(
    note = "write `derive(DiagonalCurvature);` behind the network's layers"
)]
pub trait DiagonalCurvature: Network {
    /// Writes the approximate ∂²L/∂θₖ², none of them negative, into `curvature`, and returns L,
    /// both summed over the rows.
    ///
    /// # Errors
    /// Empty or unequal batches, a slice of the wrong length. Nothing is written then.
    fn diagonal_curvature(
        &self,
        isa: Isa,
        inputs: &[Self::Input],
        targets: &[Self::Target],
        workspace: &mut Workspace<Self::Scalar>,
        curvature: &mut [Self::Scalar],
    ) -> Result<Self::Scalar, Error>;
}
