//! Who watches a training run. The library itself prints nothing.

use std::ops::ControlFlow;

use crate::error::Error;
use crate::network::Network;
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

/// An observer that also sees the network as it is after every epoch: for checkpoints, histograms
/// and plots.
///
/// Closures of an epoch and a network are such observers; their arguments need their types. This
/// one keeps the parameters of every tenth epoch:
///
/// ```
/// use std::ops::ControlFlow;
/// use nn_runtime::network::Network;
/// use nn_runtime::train::{Epoch, NetworkObserver};
///
/// # fn example<Wave: Network<Scalar = f64>>() {
/// let mut kept = Vec::new();
/// let keep = |epoch: &Epoch, network: &Wave| {
///     if epoch.epoch % 10 == 0 {
///         kept.push(network.parameters().to_vec());
///     }
///     ControlFlow::Continue(())
/// };
/// # fn is_observer<N: Network>(_: impl NetworkObserver<N>) {}
/// # is_observer::<Wave>(keep);
/// # }
/// ```
///
/// What is seen is the training's own copy: the caller's network is written after the last epoch,
/// and with early stopping it then holds the best epoch's parameters, not the last one's. An error
/// from any of these methods ends `fit` with that error and the network as it was before.
pub trait NetworkObserver<N: Network> {
    /// Called once, before the first step, with the network as it was given.
    ///
    /// # Errors
    /// The observer's own.
    fn start(&mut self, plan: &Plan, network: &N) -> Result<(), Error> {
        let _ = (plan, network);
        Ok(())
    }

    /// Called after every completed epoch, with the parameters and running statistics at its end;
    /// `Break` ends training with [`Stopped::Observer`](crate::train::Stopped::Observer).
    ///
    /// # Errors
    /// The observer's own.
    fn epoch(&mut self, epoch: &Epoch, network: &N) -> Result<ControlFlow<()>, Error>;

    /// Called once, after the last epoch, with the network as `fit` will leave it.
    ///
    /// # Errors
    /// The observer's own.
    fn end(&mut self, history: &History, network: &N) -> Result<(), Error> {
        let _ = (history, network);
        Ok(())
    }
}

impl<N: Network, F: FnMut(&Epoch, &N) -> ControlFlow<()>> NetworkObserver<N> for F {
    fn epoch(&mut self, epoch: &Epoch, network: &N) -> Result<ControlFlow<()>, Error> {
        Ok(self(epoch, network))
    }
}

/// All who watch a run, in the order in which they are told. Those of the network are part of the
/// type, since a trainer is built before it sees a network.
pub(super) struct Audience<'o, W> {
    pub(super) observers: Vec<Box<dyn Observer + 'o>>,
    pub(super) watchers: W,
}

/// Nobody sees the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unwatched;

/// The watchers so far, and one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched<W, F> {
    pub(super) earlier: W,
    pub(super) last: F,
}

impl<N: Network, W: NetworkObserver<N>> NetworkObserver<N> for Audience<'_, W> {
    fn start(&mut self, plan: &Plan, network: &N) -> Result<(), Error> {
        for observer in &mut self.observers {
            observer.start(plan)?;
        }
        self.watchers.start(plan, network)
    }

    fn epoch(&mut self, epoch: &Epoch, network: &N) -> Result<ControlFlow<()>, Error> {
        let mut asked = ControlFlow::Continue(());
        for observer in &mut self.observers {
            asked = either(asked, observer.epoch(epoch)?);
        }
        Ok(either(asked, self.watchers.epoch(epoch, network)?))
    }

    fn end(&mut self, history: &History, network: &N) -> Result<(), Error> {
        for observer in &mut self.observers {
            observer.end(history)?;
        }
        self.watchers.end(history, network)
    }
}

impl<N: Network> NetworkObserver<N> for Unwatched {
    fn epoch(&mut self, _epoch: &Epoch, _network: &N) -> Result<ControlFlow<()>, Error> {
        Ok(ControlFlow::Continue(()))
    }
}

impl<N, W, F> NetworkObserver<N> for Watched<W, F>
where
    N: Network,
    W: NetworkObserver<N>,
    F: NetworkObserver<N>,
{
    fn start(&mut self, plan: &Plan, network: &N) -> Result<(), Error> {
        self.earlier.start(plan, network)?;
        self.last.start(plan, network)
    }

    fn epoch(&mut self, epoch: &Epoch, network: &N) -> Result<ControlFlow<()>, Error> {
        let asked = self.earlier.epoch(epoch, network)?;
        Ok(either(asked, self.last.epoch(epoch, network)?))
    }

    fn end(&mut self, history: &History, network: &N) -> Result<(), Error> {
        self.earlier.end(history, network)?;
        self.last.end(history, network)
    }
}

/// A break if either is one: all observers are told of an epoch before one of them ends training.
fn either(a: ControlFlow<()>, b: ControlFlow<()>) -> ControlFlow<()> {
    if a.is_break() { a } else { b }
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
