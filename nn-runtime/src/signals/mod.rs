//! What flows through a network: every layer's values and back-propagated gradients, and their
//! statistics layer by layer.
//!
//! ```text
//! network! {
//!     struct Deep = 64 -> tanh(50) -> tanh(50) -> tanh(50) -> 10;
//!     loss = cross_entropy;
//!     derive(Signals);
//! }
//! let signals = net.signals(&x, &y, Draw::default())?;
//! signals.get("a1")       // A₁, n x 50
//! signals.get("g1")       // G₁ = ∂L/∂H₁, n x 50
//!
//! let mut study = Study::new(&x, &y)?;
//! Trainer::new(Sgd::new(0.1)).watch(&mut study).fit(&mut net, &x_train, &y_train)?;
//! println!("{}", study.snapshots()[0]);
//! ```
//!
//! The signals are those of a **training** pass: dropout draws its masks and batch normalization uses
//! the batch's statistics, because these are the gradients that training follows. Running statistics
//! are not moved, so looking changes nothing. A network without dropout and batch normalization has
//! the same signals in training and in prediction.
//!
//! [`Study`] is the experiment of Glorot and Bengio (2010): histograms, deviations and saturation of
//! activations and back-propagated gradients, layer by layer, before and during training.

mod histogram;
mod moments;
mod study;
#[cfg(test)]
mod tests;

pub use histogram::Histogram;
pub use moments::Moments;
pub use study::{LayerStatistics, Snapshot, Study};

use ndarray::ArrayView2;

use crate::data::Rows;
use crate::error::Error;
use crate::math::Real;
use crate::network::{Draw, Network};
use crate::simd::Isa;
use crate::train::Samples;
use crate::workspace::Workspace;

/// A network that tells what flows through it.
#[diagnostic::on_unimplemented(note = "write `derive(Signals);` behind the network's layers")]
pub trait Signals: Network {
    /// What flows: for every layer its result, from first to last, then the derivatives of the loss
    /// by them, from last to first.
    const SIGNALS: &'static [Signal];
    /// How many scalars a row's signals have together.
    const SIGNAL_WIDTH: usize;

    /// Runs a training pass and writes all signals into `values`, one behind the other: the n rows
    /// of a signal, row-major, from n · [`offset`](Signal::offset) on. Returns the loss. Loss and
    /// derivatives belong to the **sum** over the rows, as in [`gradient`](Network::gradient).
    ///
    /// # Errors
    /// Empty or unequal batches, a batch below [`LEAST_BATCH`](Network::LEAST_BATCH), `values` not
    /// n · [`SIGNAL_WIDTH`](Self::SIGNAL_WIDTH) long. Nothing is written then.
    fn signals_into(
        &self,
        isa: Isa,
        inputs: &[Self::Input],
        targets: &[Self::Target],
        draw: Draw,
        workspace: &mut Workspace<Self::Scalar>,
        values: &mut [Self::Scalar],
    ) -> Result<Self::Scalar, Error>;

    /// The signals of a training pass over these rows.
    ///
    /// # Errors
    /// Those of [`signals_into`](Self::signals_into); rows of another width, NaN or infinite
    /// values, labels that are no class; [`Error::Isa`] if `UNROLLED_ISA` names an instruction set
    /// that is not available.
    fn signals<X, T>(
        &self,
        inputs: &X,
        targets: &T,
        draw: Draw,
    ) -> Result<Recording<Self::Scalar>, Error>
    where
        X: Rows<Self::Input> + ?Sized,
        T: Rows<Self::Target> + ?Sized,
    {
        let samples = Samples::checked(inputs, targets, ["inputs", "targets"])?;
        record(self, Isa::detect()?, &samples, draw, &mut Workspace::new())
    }
}

/// The signals of checked samples.
fn record<N: Signals>(
    network: &N,
    isa: Isa,
    samples: &Samples<'_, N::Input, N::Target>,
    draw: Draw,
    workspace: &mut Workspace<N::Scalar>,
) -> Result<Recording<N::Scalar>, Error> {
    let rows = samples.rows();
    let mut values = vec![N::Scalar::ZERO; rows * N::SIGNAL_WIDTH];
    let (inputs, targets) = (samples.inputs(), samples.targets());
    let loss = network.signals_into(isa, inputs, targets, draw, workspace, &mut values)?;
    Ok(Recording {
        signals: N::SIGNALS,
        rows,
        values,
        loss,
    })
}

/// One tensor that flows through a network, a row a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signal {
    /// Its name in the generated code: `h1`, `a1`, `g1`, `da1`.
    pub name: &'static str,
    /// Its symbol in the equations: `H₁`, `A₁`, `G₁`, `∂L/∂A₁`.
    pub symbol: &'static str,
    /// What it is.
    pub role: SignalRole,
    /// The layer it is the result of, from 0 in the order in which layers are written; for a
    /// derivative, the layer of what it is the derivative by.
    pub layer: usize,
    /// How many columns it has.
    pub width: usize,
    /// How many columns stand before it. Signals that are the same tensor share theirs.
    pub offset: usize,
    /// The horizontal asymptotes of the activation, towards −∞ and ∞: −1 and 1 for tanh. Of an
    /// activation alone, and where the function has one.
    pub asymptotes: [Option<f64>; 2],
}

/// What a signal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignalRole {
    /// H = A W + b, before an activation; also the output of a network that ends so.
    PreActivation,
    /// The result of an activation.
    Activation,
    /// What dropout, batch normalization or a skip makes of the layer before.
    Other,
    /// The derivative of the loss by another signal.
    Adjoint {
        /// The index of that signal.
        of: usize,
    },
}

/// The signals of one pass over a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording<T> {
    signals: &'static [Signal],
    rows: usize,
    values: Vec<T>,
    loss: T,
}

impl<T: Real> Recording<T> {
    /// What flows.
    pub fn signals(&self) -> &'static [Signal] {
        self.signals
    }

    /// How many rows every signal has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The loss, summed over the rows.
    pub fn loss(&self) -> T {
        self.loss
    }

    /// The values of the signal of this index, row-major; `None` if there is none.
    pub fn values(&self, index: usize) -> Option<&[T]> {
        let Signal { width, offset, .. } = self.signals.get(index)?;
        self.values
            .get(self.rows * offset..self.rows * (offset + width))
    }

    /// The signal of this name, `a1`, as rows x width; `None` if there is none.
    pub fn get(&self, name: &str) -> Option<ArrayView2<'_, T>> {
        let index = self.signals.iter().position(|signal| signal.name == name)?;
        let shape = (self.rows, self.signals[index].width);
        ArrayView2::from_shape(shape, self.values(index)?).ok()
    }
}
