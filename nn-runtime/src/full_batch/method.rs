//! What a method is: a state, and a cycle that moves it.

use super::evaluator::Evaluator;
use super::history::StopReason;
use crate::error::Error;

/// A method of minimization for objectives of type `O`.
///
/// The loop around it, with its limits, history and observers, is [`FullBatch`](super::FullBatch).
pub trait Method<O: ?Sized> {
    /// What it remembers from cycle to cycle.
    type State;

    /// Checks the settings, evaluates the start, and allocates all that the cycles need.
    ///
    /// # Errors
    /// [`Error::Setting`] if a setting is out of range; [`Error::Length`] if `x` is not as long as
    /// the objective is wide; the objective's own.
    fn start(
        &self,
        evaluator: &mut Evaluator<'_, O>,
        x: &[f64],
    ) -> Result<(Self::State, Status), Error>;

    /// One trial step: moves `x` if E falls, else leaves it.
    ///
    /// # Errors
    /// The objective's own.
    fn cycle(
        &self,
        state: &mut Self::State,
        evaluator: &mut Evaluator<'_, O>,
        x: &mut [f64],
    ) -> Result<Status, Error>;
}

impl<O: ?Sized, M: Method<O>> Method<O> for &M {
    type State = M::State;

    fn start(
        &self,
        evaluator: &mut Evaluator<'_, O>,
        x: &[f64],
    ) -> Result<(M::State, Status), Error> {
        (**self).start(evaluator, x)
    }

    fn cycle(
        &self,
        state: &mut M::State,
        evaluator: &mut Evaluator<'_, O>,
        x: &mut [f64],
    ) -> Result<Status, Error> {
        (**self).cycle(state, evaluator, x)
    }
}

/// Where a method stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Status {
    /// E at the present variables.
    pub value: f64,
    /// ‖∂E/∂x‖ there, the Euclidean norm.
    pub gradient_norm: f64,
    /// What held the last step back: [`Scg`](super::Scg)'s β,
    /// [`LevenbergMarquardt`](super::LevenbergMarquardt)'s μ.
    pub damping: Option<f64>,
    /// Why there is nothing left to do, if so.
    pub stop: Option<StopReason>,
}
