//! Training: shuffled mini-batches, validation, early stopping, observers, and a reason for stopping.
//!
//! ```text
//! before:      check settings and data, find the instruction set, copy the network,
//!              fit a new network's `standardize` and `unstandardize` to the training rows
//! every epoch: a new order of the rows, cut into batches (an emphasizing one asks every row's loss)
//!              an optimizer that wants to looks at the network and the first rows      survey
//!   every step:  gather the batch into one contiguous buffer
//!                L, ∂L/∂θ summed over its n rows         net.gradient
//!                ∂L/∂θ ← ∂L/∂θ + n ∂P/∂θ                 penalty
//!                limit the mean gradient                 clip
//!                θ ← step along (1/n) ∂L/∂θ              optimizer, rate from the schedule
//!   validate, remember the best, ask the stopping rule and the observers
//! after:       copy the parameters and statistics that are kept into the caller's network
//! ```
//!
//! Conventions that are easily mistaken:
//!
//! * What is minimized is the **mean** loss of a batch plus the penalty. The losses in the history are
//!   means over rows **without** the penalty, so that training and validation compare.
//! * The training loss is what was seen while training: dropout active, batch statistics, and
//!   parameters that moved during the epoch. The validation loss is that of predictions with the
//!   parameters at the end of the epoch. So with dropout the training loss may well be the larger.
//! * Epochs count from 1 in everything that is reported.
//! * Training works on a copy. The caller's network is written once, after everything else has
//!   succeeded; an error at any point leaves it as it was.
//!
//! A step allocates nothing: all memory is made before the first one, except the network's workspace,
//! which the first step and the first validation make. The same seed gives the same bits on the same
//! kind of machine: the order of an epoch depends on (seed, epoch), an emphasizing one also on the
//! losses, a dropout mask on (seed, step).

mod batch;
mod csv;
mod history;
#[cfg(test)]
pub(crate) mod mock;
mod observer;
mod order;
#[cfg(feature = "progress")]
mod progress;
mod run;
pub(crate) mod scaling;
mod stopping;
#[cfg(feature = "rayon")]
mod team;
#[cfg(test)]
mod tests;
mod trainer;
mod validation;

pub use csv::CsvLog;
pub use history::{Epoch, History, Quantity, Stopped};
pub use observer::{NetworkObserver, Observer, Plan, Unwatched, Watched};
pub use order::Order;
#[cfg(feature = "progress")]
pub use progress::ProgressBar;
pub use scaling::fit_scaling;
pub use stopping::{EarlyStopping, Verdict, Watch};
pub use trainer::Trainer;
pub use validation::{HeldOut, NoValidation, Samples, Sets, SplitOff, Validation};
