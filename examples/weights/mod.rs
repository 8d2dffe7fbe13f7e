//! Initializations that the library does not offer, since nobody should use them.

use unrolled::network::Role;
use unrolled::prelude::*;

/// Multiplies every weight matrix by a number that depends on how many inputs and outputs its layer has.
pub(crate) fn rescale<N: Network<Scalar = f32>>(net: &mut N, factor: impl Fn(f32, f32) -> f32) {
    for tensor in N::TENSORS {
        if let Role::Weight(_) = tensor.role {
            let factor = factor(tensor.rows as f32, tensor.columns as f32);
            let weights = &mut net.parameters_mut()[tensor.range()];
            weights.iter_mut().for_each(|weight| *weight *= factor);
        }
    }
}
