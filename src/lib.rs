//! Small neural networks, unrolled at compile time.
//!
//! `network!(2 -> tanh(50) -> dropout(0.8) -> bn -> 1)` becomes plain Rust code: the forward and the
//! backward pass of just this network, layer by layer, with every width known to the compiler.
//!
//! **Conventions that differ from what you may be used to**
//!
//! * `dropout(0.8)` **keeps** a unit with probability 0.8. (PyTorch, Keras and others take the
//!   probability to drop.)
//! * [`Network::gradient`] **sums** loss and gradient over the rows of a batch. The [`Trainer`]
//!   minimizes the **mean** over the mini-batch, and every loss it reports is a mean over rows.
//!   [`FullBatch`] minimizes and reports the **sum** over all rows.
//! * `sum_squares`, the default loss, is **½** Σ (F − Y)². `mse` has no ½, and averages over columns.
//! * `bn` normalizes with the **biased** variance of the batch and keeps the **unbiased** one for
//!   predictions; its momentum is the weight of the **new** batch (PyTorch's conventions).
//! * A batch is row-major, a row a sample. A weight matrix is **inputs x outputs**: H = A W + b.
//! * Classifiers give **logits**: softmax is inside `cross_entropy`. See [`probabilities`].
//! * Training and prediction are different methods, so there is no mode to forget.
//!
//! # A tour
//!
//! ```
//! use unrolled::prelude::*;
//!
//! network! {
//!     /// The height of a wave at a place and a time.
//!     pub struct Wave<f64> = 2 -> tanh(20) -> 1;
//! }
//!
//! # fn main() -> Result<(), Error> {
//! // Rows are arrays. An ndarray array or view will do as well.
//! let inputs: Vec<[f64; 2]> = (0..400).map(|i| [f64::from(i % 20), f64::from(i / 20)]).collect();
//! let targets: Vec<[f64; 1]> = inputs.iter().map(|[x, t]| [(0.15 * (x - t)).sin()]).collect();
//!
//! // Inputs with mean 0 and deviation 1, as fitted on the training rows.
//! let parts = split(400, Share::Fraction(0.1), Share::Fraction(0.2), 7)?;
//! let standard = Standardizer::fit(&gather(&inputs, &parts.train)?)?;
//! let inputs = standard.transform(&inputs)?;
//! let part = |rows| Ok::<_, Error>((gather(&inputs, rows)?, gather(&targets, rows)?));
//! let (x, y) = part(&parts.train)?;
//! let (x_validation, y_validation) = part(&parts.validation)?;
//! let (x_test, y_test) = part(&parts.test)?;
//!
//! let mut net = Wave::init(Init::default(), 7);
//! let history = Trainer::new(Adam::new(0.02))
//!     .epochs(100)
//!     .batch_size(20)
//!     .validation(&x_validation, &y_validation)
//!     .early_stopping(EarlyStopping::patience(20)) // and restores the best parameters
//!     .fit(&mut net, &x, &y)?;
//! println!("{}", history.stopped); // says why training ended
//!
//! let error = rmse(&net.predict_rows(&x_test)?, &y_test)?;
//! assert!(error < 0.1);
//! # Ok(())
//! # }
//! ```
//!
//! # What a network offers
//!
//! | | |
//! |---|---|
//! | `Wave::init(init, seed)` | a network with random parameters ([`Init`]); `zeros()` without |
//! | `net.forward(&[[0.1, 0.2]])` | arrays in, arrays out; the compiler checks the widths |
//! | [`net.predict(&x)?`](Network::predict) | anything that holds [`Rows`] in, an `ndarray` array out; checks for NaN |
//! | [`net.predict_rows(&x)?`](Network::predict_rows) | the same with rows out, as the metrics take them |
//! | [`net.predict_into(…)`](Network::predict_into) | the same into a buffer of yours, allocating nothing |
//! | [`net.predict_mc(&x, 1000, seed)?`](Network::predict_mc) | with dropout: mean and variance of sampled predictions ([`monte_carlo`]) |
//! | [`net.sample_mc(&x, 1000, seed)?`](Network::sample_mc) | the samples themselves |
//! | [`net.gradient(…)`](Network::gradient) | loss and gradient of a batch, summed: for training loops of your own |
//! | [`net.loss(…)`](Network::loss) | the loss of predictions, summed |
//! | [`net.parameters()`](Network::parameters), `parameters_mut()` | all of them, one flat slice |
//! | `net.w1()`, `b1()`, `gamma1()`, `mean1()`, `input_mean()`, `w1_mut()`, … | one tensor, with its array type |
//! | [`net.statistics()`](Network::statistics), `statistics_mut()` | running means and variances of `bn`, constants of `standardize` and `unstandardize`: one flat slice |
//! | [`Wave::summary()`](Network::summary), `Summary::from(&net)` | layers, tensors and memory as a table |
//! | [`Wave::EQUATIONS`](Network::EQUATIONS) | what a training step computes, one equation a line |
//! | [`Wave::graph()`](ComputationalGraph::graph), if derived | the same as a graph, to draw: `.to_svg()`, `.to_dot()` |
//! | `net.layer1()`, `layer2()`, …, if derived ([`Layers`]) | one layer: `.forward(…)`, `.backward(…)` |
//! | [`net.signals(…)`](Signals::signals), if derived | every layer's values and back-propagated gradients; [`Study`] |
//! | [`net.hessian_vector_product(…)`](derivatives::HessianVectorProduct::hessian_vector_product), if derived | loss, gradient and the Hessian times a vector |
//! | [`net.jacobian(…)`](derivatives::Jacobian::jacobian), [`net.input_jacobian(…)`](derivatives::InputJacobian::input_jacobian), if derived | predictions and their derivatives by the parameters, by the inputs |
//! | [`net.diagonal_curvature(…)`](derivatives::DiagonalCurvature::diagonal_curvature), if derived | loss and an approximate diagonal of its Hessian |
//! | [`FullBatch::new(Lbfgs::default()).fit(&mut net, &x, &t)?`](FullBatch::fit) | the minimum over all rows, to many digits: [`full_batch`] |
//! | `Wave::INPUTS`, `OUTPUTS`, `PARAMETERS`, `WORKSPACE_BYTES`, … | constants of the trait [`Network`] |
//!
//! A training loop of your own takes a step like this. It allocates in the first step only.
//!
//! ```
//! use unrolled::prelude::*;
//!
//! # fn main() -> Result<(), Error> {
//! let mut net = network!(1 -> tanh(10) -> 1; scalar = f64);
//! let (x, y) = ([[-1.0], [0.0], [1.0]], [[1.0], [0.0], [1.0]]);
//! let mut workspace = Workspace::new();
//! let mut gradient = vec![0.0; net.parameters().len()];
//!
//! let mut losses = Vec::new();
//! for step in 0..100 {
//!     let draw = Draw { seed: 7, step }; // decides dropout masks
//!     losses.push(net.gradient(Isa::detect()?, &x, &y, draw, &mut workspace, &mut gradient)?);
//!     for (parameter, slope) in net.parameters_mut().iter_mut().zip(&gradient) {
//!         *parameter -= 0.1 * slope / 3.0; // the mean over three rows
//!     }
//! }
//! assert!(losses[99] < losses[0]);
//! # Ok(())
//! # }
//! ```
//!
//! Few rows and few parameters are fitted to many digits by methods that look at all rows at once and
//! use the curvature ([`full_batch`]): [`Scg`], [`Lbfgs`], [`LevenbergMarquardt`].
//!
//! ```
//! use unrolled::prelude::*;
//!
//! # fn main() -> Result<(), Error> {
//! let mut net = network!(1 -> tanh(3) -> 1; scalar = f64; seed = 1);
//! let x: Vec<[f64; 1]> = (0..10).map(|k| [f64::from(k) / 9.0]).collect();
//! let t: Vec<[f64; 1]> = x.iter().map(|[x]| [(6.28 * x).sin()]).collect();
//!
//! let history = FullBatch::new(Lbfgs::default()).cycles(500).fit(&mut net, &x, &t)?;
//! println!("{}", history.stopped); // says why it stopped
//! assert!(history.value < 1e-2); // ½ Σ (F − Y)²
//! # Ok(())
//! # }
//! ```
//!
//! Nothing panics on bad input: whatever can be wrong with data or settings is an [`Error`] that
//! names row and column, and leaves the network as it was. The same seed gives the same bits on the
//! same kind of machine. The instruction set is found at run time ([`Isa`]); the environment
//! variable `UNROLLED_ISA` (`portable`, `avx2`, `avx512`, `neon`) overrides it.
//!
//! # Where things are
//!
//! [`prelude`] has what most programs need, and all of it is also found here at the top:
//! `use unrolled::{network, Adam, Trainer};`. The modules hold the rest, each opening with what it
//! does and which conventions it follows: [`train`], [`full_batch`], [`optim`], [`data`], [`metrics`],
//! [`monte_carlo`], [`init`], [`mod@network`], [`simd`], [`math`].
//!
//! [`differentiate`](macro@differentiate) is the same machinery for functions of your own: an
//! attribute that gives a function of floats its gradient, its Hessian and its evaluation trace.
//!
//! The feature `progress`, on by default, is `ProgressBar` and its dependency. The feature `rayon`
//! is `Trainer::threads`: training on several threads, with the same bits for any number of them.
//!
#![doc = include_str!("language.md")]

pub use nn_runtime::{
    data, derivatives, error, full_batch, graph, init, layers, mask, math, metrics, monte_carlo,
    network, optim, signals, simd, summary, trace, train, workspace,
};

#[doc(no_inline)]
pub use prelude::*;

/// Differentiates a function of floats: gradient, Hessian, evaluation trace.
///
#[doc = include_str!("differentiate.md")]
#[doc(inline)]
pub use nn_macros::differentiate;

/// What a program that trains and uses networks needs: `use unrolled::prelude::*;`.
pub mod prelude {
    pub use crate::{differentiate, network};

    pub use nn_runtime::data::{
        Fold, Labels, Rows, Share, Split, Standardizer, Whitener, gather, k_fold, split,
        stratified, stratified_k_fold,
    };
    pub use nn_runtime::derivatives::{
        DiagonalCurvature, HessianVectorProduct, InputJacobian, Jacobian,
    };
    pub use nn_runtime::error::Error;
    pub use nn_runtime::full_batch::{
        FullBatch, FullBatchHistory, Lbfgs, LevenbergMarquardt, Scg, StopReason,
    };
    pub use nn_runtime::graph::ComputationalGraph;
    pub use nn_runtime::init::Init;
    pub use nn_runtime::layers::Layers;
    pub use nn_runtime::metrics::{
        ConfusionMatrix, accuracy, class_log_likelihood, classes, gaussian_log_likelihood, mae,
        predictive_log_likelihood, probabilities, r2, rmse,
    };
    pub use nn_runtime::monte_carlo::{MonteCarlo, Predictive, PredictiveSamples, Prior};
    pub use nn_runtime::network::{Draw, Network};
    pub use nn_runtime::optim::{
        Adam, AdamW, Clip, Covers, DiagonalLevenbergMarquardt, Optimizer, Penalty, Plateau,
        RmsProp, Schedule, Sgd,
    };
    pub use nn_runtime::signals::{Signals, Study};
    pub use nn_runtime::simd::Isa;
    pub use nn_runtime::summary::Summary;
    pub use nn_runtime::trace::Trace;
    #[cfg(feature = "progress")]
    pub use nn_runtime::train::ProgressBar;
    pub use nn_runtime::train::{
        CsvLog, EarlyStopping, Epoch, History, NetworkObserver, Observer, Order, Stopped, Trainer,
    };
    pub use nn_runtime::workspace::{Aligned, Workspace};
}

/// Declares a network: as an expression an initialized one, as an item its type.
///
/// The type implements [`Network`]; the crate's documentation lists what it offers. The generated
/// code has no `unsafe`, refers to this crate only, and holds what it computes as one equation a
/// line ([`Network::EQUATIONS`]).
///
#[doc = include_str!("language.md")]
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
    pub use core::option::Option::{None, Some};
    pub use core::primitive::{bool, f32, f64, str, usize};
    pub use core::result::Result::{self, Ok};
    pub use ndarray::Array2;
    pub use nn_macros::network;
    pub use nn_runtime::data::Rows;
    pub use nn_runtime::derivatives::{
        DiagonalCurvature, HessianVectorProduct, InputJacobian, Jacobian,
    };
    pub use nn_runtime::error::Error;
    pub use nn_runtime::generated::*;
    pub use nn_runtime::graph::{self, ComputationalGraph};
    pub use nn_runtime::init::Init;
    pub use nn_runtime::kernel::{
        Activation, Start, activate, product, transpose, transposed_product,
    };
    pub use nn_runtime::layers::{LayerAt, LayerEquations, LayerView, Layers};
    pub use nn_runtime::mask::fill as fill_mask;
    pub use nn_runtime::math::{Real, functions};
    pub use nn_runtime::monte_carlo::MonteCarlo;
    pub use nn_runtime::network::{
        Block, Draw, Gain, Layer, Network, Part, Phase, Role, Shared, Tensor,
    };
    pub use nn_runtime::signals::{Signal, SignalRole, Signals};
    pub use nn_runtime::simd::{Isa, Program, Simd};
    pub use nn_runtime::summary::Summary;
    pub use nn_runtime::trace::{Trace, TraceRow};
    pub use nn_runtime::workspace::{Aligned, Workspace};
    pub use std::boxed::Box;
    pub use std::vec::Vec;
}

/// The README's programs compile and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
