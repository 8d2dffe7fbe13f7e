//! What a layer does, and the list of layers a network is built from.

use crate::activation::Activation;
use crate::chain::{Chain, Skip};
use crate::dense::Dense;
use crate::dropout::{Dropout, Masks, Random};
use crate::norm::BatchNorm;
use crate::{Error, Float};

/// One layer. A batch is a flat row-major slice of n rows of the layer's width.
///
/// `x` and `y` in `backward` are the slices `forward` read and wrote: the network keeps them, so a
/// layer stores only what is not there.
pub trait Layer<T: Float>: Send {
    /// The training pass: writes the output `y` (n x outputs) for the input `x` (n x inputs).
    fn forward(&mut self, x: &[T], y: &mut [T], masks: &mut Masks<T>);

    /// Takes `g` = ∂L/∂y, keeps the gradients of the parameters, returns ∂L/∂x: in `g` itself if
    /// the widths agree, else in the layer's own buffer.
    fn backward<'a>(&'a mut self, x: &[T], y: &[T], g: &'a mut [T]) -> &'a mut [T];

    /// `backward` for the first layer, whose ∂L/∂x nobody needs.
    fn backward_first(&mut self, x: &[T], y: &[T], g: &mut [T]) {
        self.backward(x, y, g);
    }

    /// The inference pass: replaces the rows by the layer's output and keeps nothing.
    fn infer(&mut self, rows: &mut Rows<T>);

    /// Shows every parameter tensor with its gradient, in the order of the flat export.
    fn parameters(&mut self, _visit: &mut dyn FnMut(&mut [T], &mut [T])) {}

    /// Shows every running statistic, in the order of the flat export.
    fn statistics(&mut self, _visit: &mut dyn FnMut(&mut [T])) {}

    /// The smallest batch the layer can be trained on.
    fn least_rows(&self) -> usize {
        1
    }
}

/// The rows on their way through an inference pass: two buffers, read and written in turn.
#[derive(Debug)]
pub struct Rows<T> {
    now: Vec<T>,
    next: Vec<T>,
}

impl<T: Float> Rows<T> {
    pub(crate) fn new() -> Self {
        let (now, next) = (Vec::new(), Vec::new());
        Self { now, next }
    }

    /// Starts with a copy of `x`.
    pub(crate) fn load(&mut self, x: &[T]) {
        self.now.clear();
        self.now.extend_from_slice(x);
    }

    /// The rows as they are.
    pub fn values(&self) -> &[T] {
        &self.now
    }

    /// The rows, to change in place.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.now
    }

    /// Replaces the rows by `length` scalars that `write` computes from them.
    pub fn replace(&mut self, length: usize, write: impl FnOnce(&[T], &mut [T])) {
        self.next.resize(length, T::zero());
        write(&self.now, &mut self.next);
        std::mem::swap(&mut self.now, &mut self.next);
    }
}

/// A layer as listed, before its input width is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Spec {
    /// H = X W + b with this many units.
    Dense(usize),
    /// An activation, element by element.
    Activation(Activation),
    /// Inverted dropout.
    Dropout {
        /// The probability to **keep** a unit, in (0, 1].
        keep: f64,
    },
    /// Batch normalization (Ioffe and Szegedy 2015).
    BatchNorm {
        /// Added to the variance; positive.
        eps: f64,
        /// The weight of a batch's statistics in the running ones, in [0, 1].
        momentum: f64,
    },
    /// x + f(x), f the inner layers.
    Skip(Vec<Spec>),
}

/// `units` affine units.
pub fn dense(units: usize) -> Spec {
    Spec::Dense(units)
}

/// Inverted dropout; `keep` is the probability to keep a unit.
pub fn dropout(keep: f64) -> Spec {
    Spec::Dropout { keep }
}

/// Batch normalization with eps 1e-5 and momentum 0.1.
pub fn batch_norm() -> Spec {
    Spec::BatchNorm {
        eps: 1e-5,
        momentum: 0.1,
    }
}

/// x + f(x).
pub fn skip(inner: Vec<Spec>) -> Spec {
    Spec::Skip(inner)
}

macro_rules! activation_layers {
    ($($name:ident $activation:ident,)*) => {$(
        #[doc = concat!("The activation [`Activation::", stringify!($activation), "`].")]
        pub fn $name() -> Spec {
            Spec::Activation(Activation::$activation)
        }
    )*};
}
activation_layers! {
    tanh Tanh, sigmoid Sigmoid, relu Relu, leaky_relu LeakyRelu, elu Elu, selu Selu, gelu Gelu,
    silu Silu, softplus Softplus, softsign Softsign, sin Sin, lecun_tanh LecunTanh,
    identity Identity,
}

/// What building a chain needs to carry along.
pub(crate) struct Builder {
    /// Draws the initial weights.
    pub(crate) random: Random,
    /// How many dropout layers there are so far.
    pub(crate) dropouts: usize,
}

impl Spec {
    /// The layer for `inputs` columns, and its number of output columns.
    pub(crate) fn build<T: Float>(
        &self,
        inputs: usize,
        builder: &mut Builder,
    ) -> Result<(Box<dyn Layer<T>>, usize), Error> {
        Ok(match self {
            Spec::Dense(0) => return Err(Error::NoUnits),
            Spec::Dense(units) => {
                let layer = Dense::new(inputs, *units, &mut builder.random);
                (Box::new(layer), *units)
            }
            Spec::Activation(activation) => (activation.layer(), inputs),
            Spec::Dropout { keep } => {
                check("keep", *keep, *keep > 0.0 && *keep <= 1.0, "in (0, 1]")?;
                builder.dropouts += 1;
                (
                    Box::new(Dropout::new(inputs, *keep, builder.dropouts - 1)),
                    inputs,
                )
            }
            Spec::BatchNorm { eps, momentum } => {
                let finite = *eps > 0.0 && eps.is_finite();
                check("eps", *eps, finite, "positive and finite")?;
                check(
                    "momentum",
                    *momentum,
                    (0.0..=1.0).contains(momentum),
                    "in [0, 1]",
                )?;
                (Box::new(BatchNorm::new(inputs, *eps, *momentum)), inputs)
            }
            Spec::Skip(inner) => {
                let inner = Chain::new(inputs, inner, builder)?;
                let outputs = inner.outputs();
                if outputs != inputs {
                    return Err(Error::Skip { inputs, outputs });
                }
                (Box::new(Skip::new(inner)), outputs)
            }
        })
    }
}

fn check(name: &'static str, value: f64, holds: bool, range: &'static str) -> Result<(), Error> {
    match holds {
        true => Ok(()),
        false => Err(Error::Setting { name, value, range }),
    }
}
