//! Who watches a training run. The library itself prints nothing.

use std::ops::ControlFlow;

use crate::error::Error;
use crate::train::{Epoch, History};

/// Something that is told how training goes, and may end it.
///
/// Closures are observers. This one stops as soon as the loss is good enough:
///
/// ```
/// use std::ops::ControlFlow;
/// use nn_runtime::train::Epoch;
///
/// let good_enough = |epoch: &Epoch| match epoch.training_loss < 1e-3 {
///     true => ControlFlow::Break(()),
///     false => ControlFlow::Continue(()),
/// };
/// # fn is_observer(_: impl nn_runtime::train::Observer) {}
/// # is_observer(good_enough);
/// ```
///
/// An error from any of these methods ends `fit` with that error and the network as it was before.
pub trait Observer {
    /// Called once, after everything has been checked and before the first step.
    ///
    /// # Errors
    /// The observer's own.
    fn start(&mut self, plan: &Plan) -> Result<(), Error> {
        let _ = plan;
        Ok(())
    }

    /// Called after every completed epoch; `Break` ends training with
    /// [`Stopped::Observer`](crate::train::Stopped::Observer).
    ///
    /// # Errors
    /// The observer's own.
    fn epoch(&mut self, epoch: &Epoch) -> Result<ControlFlow<()>, Error>;

    /// Called once, after the last epoch.
    ///
    /// # Errors
    /// The observer's own.
    fn end(&mut self, history: &History) -> Result<(), Error> {
        let _ = history;
        Ok(())
    }
}

impl<F: FnMut(&Epoch) -> ControlFlow<()>> Observer for F {
    fn epoch(&mut self, epoch: &Epoch) -> Result<ControlFlow<()>, Error> {
        Ok(self(epoch))
    }
}

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The network's declared name.
    pub network: &'static str,
    /// Its trainable numbers.
    pub parameters: usize,
    /// Rows to train on.
    pub training_rows: usize,
    /// Rows to validate on; 0 without validation.
    pub validation_rows: usize,
    /// Steps in an epoch.
    pub batches: usize,
    /// Epochs, at most.
    pub epochs: usize,
}
