//! The settings of a minimization, and the loop around every method.

use std::ops::ControlFlow;

use super::batch_loss::BatchLoss;
use super::evaluator::Evaluator;
use super::history::{Cycle, FullBatchHistory, NotFinite, Stop, StopReason};
use super::method::{Method, Status};
use crate::data::Rows;
use crate::error::Error;
use crate::math::Real;
use crate::network::Network;
use crate::optim::{Covers, not_negative};

/// Minimizes a network's loss over all rows at once, or any other function.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`cycles`](Self::cycles) | 100 | at least 1 |
/// | [`target`](Self::target) | none | any number |
/// | [`alpha`](Self::alpha), [`covers`](Self::covers) | 0, all parameters | not negative |
/// | [`observe`](Self::observe) | nobody | any number of closures |
///
/// Tolerances are the methods' own settings. The module's documentation says what is minimized.
#[must_use = "nothing happens before `fit` or `minimize`"]
pub struct FullBatch<'o, M> {
    method: M,
    cycles: usize,
    target: f64,
    alpha: f64,
    covers: Covers,
    observers: Vec<Box<Watcher<'o>>>,
}

/// What is told about every cycle, and about the parameters at its end.
type Watcher<'o> = dyn FnMut(&Cycle, &[f64]) -> ControlFlow<()> + 'o;

/// The history has room for so many cycles from the start.
const ROOM: usize = 10_000;

impl<'o, M> FullBatch<'o, M> {
    /// This method with default settings.
    pub fn new(method: M) -> Self {
        Self {
            method,
            cycles: 100,
            target: f64::NEG_INFINITY,
            alpha: 0.0,
            covers: Covers::All,
            observers: Vec::new(),
        }
    }

    /// How many trial steps to take, at most. Default 100; at least 1.
    pub fn cycles(mut self, cycles: usize) -> Self {
        self.cycles = cycles;
        self
    }

    /// Stops as soon as E is at most this much. Default never.
    pub fn target(mut self, value: f64) -> Self {
        self.target = value;
        self
    }

    /// Adds α/2 Σθ² to the **summed** loss. Default 0; not negative.
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Which of a network's parameters α covers. Default all of them. The variables of other
    /// objectives are all covered.
    pub fn covers(mut self, covers: Covers) -> Self {
        self.covers = covers;
        self
    }

    /// Calls `observer` after every cycle, with the parameters at its end. `Break` ends the
    /// minimization with [`StopReason::Observer`].
    pub fn observe(mut self, observer: impl FnMut(&Cycle, &[f64]) -> ControlFlow<()> + 'o) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Fits `network` to rows of inputs and targets that pair up one to one, from the parameters that
    /// it has. As long as its `standardize` and `unstandardize` are new, they are fitted first.
    ///
    /// # Errors
    /// The network is left as it was by every error:
    ///
    /// * [`Error::TrainingDiffers`]: dropout or batch normalization;
    /// * [`Error::NotSumOfSquares`]: such a loss under [`LevenbergMarquardt`](super::LevenbergMarquardt);
    /// * [`Error::Setting`]: a setting out of range, a network without parameters, or one with more than
    ///   10,000 under [`LevenbergMarquardt`](super::LevenbergMarquardt);
    /// * [`Error::Empty`], [`Error::RowCount`], [`Error::Width`], [`Error::NotFinite`],
    ///   [`Error::Label`]: unusable data;
    /// * [`Error::Isa`]: `UNROLLED_ISA` names an instruction set that is not available.
    pub fn fit<N, X, T>(
        mut self,
        network: &mut N,
        inputs: &X,
        targets: &T,
    ) -> Result<FullBatchHistory, Error>
    where
        N: Network,
        M: for<'d> Method<BatchLoss<'d, N>>,
        X: Rows<N::Input> + ?Sized,
        T: Rows<N::Target> + ?Sized,
    {
        self.validate()?;
        let mut objective = BatchLoss::new(network, inputs, targets)?;
        let mut alpha = vec![0.0; if self.alpha > 0.0 { N::PARAMETERS } else { 0 }];
        for tensor in N::TENSORS {
            if self.alpha > 0.0 && self.covers.includes(tensor) {
                alpha[tensor.range()].fill(self.alpha);
            }
        }
        let mut x: Vec<f64> = network.parameters().iter().map(|p| p.to_f64()).collect();
        let history = self.run(&mut Evaluator::new(&mut objective, alpha), &mut x)?;
        for (parameter, &x) in network.parameters_mut().iter_mut().zip(&x) {
            *parameter = N::Scalar::from_f64(x);
        }
        let scaled = objective.network().statistics();
        network.statistics_mut().copy_from_slice(scaled);
        Ok(history)
    }

    /// Minimizes `objective` from `x`, which holds the best variables afterwards.
    ///
    /// # Errors
    /// [`Error::Setting`]: a setting out of range, or no variables; [`Error::Length`]: `x` is not as
    /// long as the objective is wide; the objective's own. `x` is left as it was.
    pub fn minimize<O>(
        mut self,
        objective: &mut O,
        x: &mut [f64],
    ) -> Result<FullBatchHistory, Error>
    where
        O: ?Sized,
        M: Method<O>,
    {
        self.validate()?;
        let alpha = vec![self.alpha; if self.alpha > 0.0 { x.len() } else { 0 }];
        let mut best = x.to_vec();
        let history = self.run(&mut Evaluator::new(objective, alpha), &mut best)?;
        x.copy_from_slice(&best);
        Ok(history)
    }

    fn validate(&self) -> Result<(), Error> {
        if self.cycles == 0 {
            return Err(Error::Setting {
                name: "number of cycles",
                value: 0.0,
                range: "at least 1",
            });
        }
        if self.target.is_nan() {
            return Err(Error::Setting {
                name: "target",
                value: self.target,
                range: "a number",
            });
        }
        not_negative("alpha", self.alpha)
    }

    fn run<O: ?Sized>(
        &mut self,
        evaluator: &mut Evaluator<'_, O>,
        x: &mut [f64],
    ) -> Result<FullBatchHistory, Error>
    where
        M: Method<O>,
    {
        if x.is_empty() {
            return Err(Error::Setting {
                name: "number of parameters",
                value: 0.0,
                range: "at least 1",
            });
        }
        let mut cycles = Vec::with_capacity(self.cycles.min(ROOM));
        let (mut state, mut status) = self.method.start(evaluator, x)?;
        let initial_value = status.value;
        let mut reason = not_finite(&status).or_else(|| self.done(&status));
        while reason.is_none() {
            status = self.method.cycle(&mut state, evaluator, x)?;
            let cycle = Cycle {
                cycle: cycles.len() + 1,
                value: status.value,
                gradient_norm: status.gradient_norm,
                damping: status.damping,
                evaluations: evaluator.evaluations(),
            };
            cycles.push(cycle);
            let asked = self.tell(&cycle, x);
            reason = self
                .done(&status)
                .or(asked.is_break().then_some(StopReason::Observer))
                .or((cycles.len() == self.cycles).then_some(StopReason::Cycles));
        }
        Ok(FullBatchHistory {
            initial_value,
            value: status.value,
            evaluations: evaluator.evaluations(),
            stopped: Stop {
                cycle: cycles.len(),
                reason: reason.unwrap_or(StopReason::Cycles),
            },
            cycles,
        })
    }

    fn done(&self, status: &Status) -> Option<StopReason> {
        let reached = status.value <= self.target;
        status.stop.or(reached.then_some(StopReason::Target {
            value: status.value,
            target: self.target,
        }))
    }

    /// Tells every observer; `Break` if one of them asks for it.
    fn tell(&mut self, cycle: &Cycle, x: &[f64]) -> ControlFlow<()> {
        let mut asked = ControlFlow::Continue(());
        for observer in &mut self.observers {
            if observer(cycle, x).is_break() {
                asked = ControlFlow::Break(());
            }
        }
        asked
    }
}

/// What keeps a minimization from starting.
fn not_finite(status: &Status) -> Option<StopReason> {
    let quantity = if !status.value.is_finite() {
        NotFinite::Value
    } else if !status.gradient_norm.is_finite() {
        NotFinite::Gradient
    } else {
        return None;
    };
    Some(StopReason::NotFinite { quantity })
}
