//! Small neural networks, unrolled at compile time.

pub use nn_runtime::{
    data, error, init, mask, math, metrics, network, optim, simd, summary, train, workspace,
};

#[doc(no_inline)]
pub use prelude::*;

/// What a program that trains and uses networks needs: `use unrolled::prelude::*;`.
pub mod prelude {
    pub use crate::network;
    pub use nn_runtime::data::{
        Fold, Labels, Rows, Share, Split, Standardizer, gather, k_fold, split, stratified,
        stratified_k_fold,
    };
    pub use nn_runtime::error::Error;
    pub use nn_runtime::init::Init;
    pub use nn_runtime::metrics::{
        ConfusionMatrix, accuracy, class_log_likelihood, classes, gaussian_log_likelihood, mae,
        probabilities, r2, rmse,
    };
    pub use nn_runtime::network::{Draw, Network};
    pub use nn_runtime::optim::{
        Adam, AdamW, Clip, Covers, Penalty, Plateau, RmsProp, Schedule, Sgd,
    };
    pub use nn_runtime::simd::Isa;
    pub use nn_runtime::summary::Summary;
    #[cfg(feature = "progress")]
    pub use nn_runtime::train::ProgressBar;
    pub use nn_runtime::train::{
        CsvLog, EarlyStopping, Epoch, History, Observer, Stopped, Trainer,
    };
    pub use nn_runtime::workspace::Workspace;
}

/// Declares a network.
#[macro_export]
macro_rules! network {
    ($($declaration:tt)*) => {
        $crate::__private::network! { $crate, $($declaration)* }
    };
}
/// What generated code refers to; nothing here is for users, and all of it may change.
#[doc(hidden)]
pub mod __private {
    pub use core::clone::Clone;
    pub use core::cmp::min;
    pub use core::default::Default;
    pub use core::fmt::Debug;
    pub use core::marker::Sized;
    pub use core::primitive::{f32, f64, str, usize};
    pub use core::result::Result::{self, Ok};
    pub use ndarray::Array2;
    pub use nn_macros::network;
    pub use nn_runtime::data::Rows;
    pub use nn_runtime::error::Error;
    pub use nn_runtime::generated::*;
    pub use nn_runtime::init::Init;
    pub use nn_runtime::kernel::{Start, column_sums, product, transpose, transposed_product};
    pub use nn_runtime::mask::fill as fill_mask;
    pub use nn_runtime::math::Real;
    pub use nn_runtime::network::{Draw, Gain, Layer, Network, Role, Tensor};
    pub use nn_runtime::simd::{Isa, Program, Simd};
    pub use nn_runtime::summary::Summary;
    pub use nn_runtime::workspace::Workspace;
    pub use std::vec::Vec;
}
