//! A dynamic neural network over `ndarray`: what the generated code is measured against.
//!
//! This is the network a competent user writes by hand: a `Vec` of boxed layers, products by
//! `ndarray::linalg::general_mat_mul` (`matrixmultiply` underneath, with its own run-time choice of
//! AVX and FMA kernels), element-wise loops over contiguous slices. Nothing is slowed down on
//! purpose: every buffer is kept from step to step (the only allocations are `matrixmultiply`'s own,
//! for packing), transposes are views, the first layer skips the gradient by its input, and inference
//! runs in place where it can. What it cannot do is what a dynamic network cannot do: see the widths at
//! compile time, or fuse one layer with the next.
//!
//! It is also the independent twin of the generated code: every backward pass here is written by
//! hand, so agreement of the two says something. Parameters, gradients and running statistics can
//! be exported flat, in the chain's order: for an affine layer W (inputs x outputs, row-major) then
//! b; for batch normalization γ then β, and as statistics mean then variance; a skip's inner layers
//! in their place.
//!
//! Conventions: a batch is an n x p matrix, a row per sample; losses and gradients are **sums** over
//! the rows, and the training step scales by 1/n. The number of `dropout` is the probability to
//! **keep** a unit. Batch normalization normalizes with the biased variance, keeps the unbiased one,
//! and its momentum is the weight of the new value.

mod activation;
mod chain;
mod dense;
mod dropout;
mod layer;
mod loss;
mod network;
mod norm;
mod optim;

pub use activation::Activation;
pub use dropout::{Masks, random_masks};
pub use layer::{
    Layer, Rows, Spec, batch_norm, dense, dropout, elu, gelu, identity, leaky_relu, lecun_tanh,
    relu, selu, sigmoid, silu, sin, skip, softplus, softsign, tanh,
};
pub use loss::Loss;
pub use network::Network;
pub use optim::Adam;

/// A scalar to compute in: `f32` or `f64`. The elementary functions are std's.
pub trait Float:
    num_traits::Float + num_traits::NumAssign + ndarray::LinalgScalar + std::fmt::Debug + Send + Sync
{
    /// The nearest scalar to `value`.
    fn of(value: f64) -> Self;
    /// 1 − erf x, without cancellation in the tail.
    fn erfc(self) -> Self;
}

impl Float for f32 {
    fn of(value: f64) -> Self {
        value as f32
    }
    fn erfc(self) -> Self {
        libm::erfcf(self)
    }
}

impl Float for f64 {
    fn of(value: f64) -> Self {
        value
    }
    fn erfc(self) -> Self {
        libm::erfc(self)
    }
}

/// What a network refuses.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A chain, or the inside of a skip, without a layer.
    #[error("a chain needs at least one layer")]
    NoLayers,
    /// A layer of width 0.
    #[error("a layer needs at least one unit")]
    NoUnits,
    /// A skip whose inside changes the width.
    #[error("skip adds {inputs} columns to {outputs}: its inside must keep the width")]
    Skip {
        /// Width that enters.
        inputs: usize,
        /// Width that leaves the inside.
        outputs: usize,
    },
    /// A setting outside its range.
    #[error("{name} is {value}, but must be {range}")]
    Setting {
        /// Which setting.
        name: &'static str,
        /// The value found.
        value: f64,
        /// The range, in words.
        range: &'static str,
    },
    /// `gaussian_nll` on an odd number of outputs.
    #[error("gaussian_nll needs a mean and a log deviation a column, but the width {0} is odd")]
    OddWidth(usize),
    /// A matrix or a flat slice of the wrong size.
    #[error("{what} is {found:?}, but {expected:?} is needed")]
    Shape {
        /// Which argument.
        what: &'static str,
        /// Rows and columns found.
        found: (usize, usize),
        /// Rows and columns needed.
        expected: (usize, usize),
    },
    /// A matrix whose rows do not lie one after another in memory.
    #[error("{0} must be in standard (row-major, contiguous) layout")]
    Layout(&'static str),
    /// A batch too small to train on.
    #[error("a batch of {rows} rows is too small; use at least {least}")]
    BatchTooSmall {
        /// Rows in the batch.
        rows: usize,
        /// The least that works: 1, or 2 under batch normalization.
        least: usize,
    },
}
