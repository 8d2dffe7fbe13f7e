//! First-order optimizers over the flat parameter slice, and what surrounds their step: learning-rate
//! schedules, gradient clipping and penalties.
//!
//! A training pass leaves the gradient **summed** over its n rows; what is minimized is the
//! **mean** loss plus the penalty, L/n + P(θ). The order within one step is
//!
//! 1. [`Penalty::apply`] adds n·∂P/∂θ to the summed gradient,
//! 2. [`Clip::apply`] limits the mean gradient,
//! 3. [`Optimizer::step`] multiplies by `scale` = 1/n and moves the parameters,
//!
//! so that the division by n costs no pass of its own. The learning rate of a step is the
//! optimizer's base rate times [`Annealing::factor`].
//!
//! Settings and state are different types. Settings (`Adam`, `Schedule`, …) are small, `Copy` and
//! public; nothing in them changes while training. State is made by [`Optimizer::prepare`] and
//! [`Schedule::start`], which also refuse invalid settings, and belongs to one training run.
//!
//! The loops are plain safe loops inside a [`Program`](crate::simd::Program): they vectorize with
//! whatever the instruction set offers. They use multiplications, additions, exact divisions and
//! exact square roots, never a fused multiply-add, so **every** instruction set gives the same bits;
//! fusing would gain nothing where divisions and memory are the limit. Conventions are PyTorch's
//! throughout and are checked against its recorded trajectories.

use core::fmt::Debug;
use core::ops::Range;

use crate::error::Error;
use crate::math::Real;
use crate::network::{Network, Role, Tensor};
use crate::simd::Isa;
use crate::workspace::Workspace;

mod adam;
mod clip;
mod diagonal;
mod penalty;
mod rmsprop;
mod schedule;
mod sgd;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trajectories;

pub use adam::{Adam, AdamState, AdamW, SecondMoment};
pub use clip::Clip;
pub use diagonal::{DiagonalLevenbergMarquardt, DiagonalState};
pub use penalty::Penalty;
pub use rmsprop::{RmsProp, RmsPropState};
pub use schedule::{Annealing, Plateau, Schedule, Shape};
pub use sgd::{Momentum, Sgd, SgdState};

/// A first-order method: one step from the gradient, remembering what it needs in between.
pub trait Optimizer<T: Real>: Clone + Send + Sync + 'static {
    /// What it remembers between the steps of one training run.
    type State: Clone + Debug + Send;

    /// The base learning rate, which a [`Schedule`] multiplies.
    fn rate(&self) -> f64;

    /// The state before the first step, for parameters laid out as `tensors`
    /// ([`Network::TENSORS`]). Allocates all that the steps need.
    ///
    /// # Errors
    /// [`Error::Setting`] if a setting is outside its range.
    fn prepare(&self, tensors: &[Tensor]) -> Result<Self::State, Error>;

    /// Moves the parameters by one step along `step.scale` · `gradient`. Allocates nothing.
    ///
    /// # Errors
    /// [`Error::Length`] if `parameters` or `gradient` is not as long as the state was prepared
    /// for, or if the state was prepared by other settings and lacks a momentum. Nothing is changed
    /// then.
    fn step(
        &self,
        state: &mut Self::State,
        step: Step,
        parameters: &mut [T],
        gradient: &[T],
    ) -> Result<(), Error>;
}

/// What an optimizer wants to know of the network besides gradients, before every epoch of a
/// [`Trainer`](crate::train::Trainer). Most want nothing: one of your own then says
/// `impl<N: Network> Survey<N> for Mine {}`.
#[diagnostic::on_unimplemented(
    note = "an optimizer that needs nothing but gradients says so: `impl<N: Network> Survey<N> for Mine {{}}`"
)]
pub trait Survey<N: Network>: Optimizer<N::Scalar> {
    /// How many training rows it looks at before an epoch; all, if there are fewer.
    fn survey_rows(&self) -> usize {
        0
    }

    /// Looks at a network and some rows of inputs and targets, at least one. Allocates nothing once
    /// the workspace has its size. It is not called if [`survey_rows`](Self::survey_rows) is 0.
    ///
    /// # Errors
    /// Those of the network's pass.
    fn survey(
        &self,
        state: &mut Self::State,
        isa: Isa,
        network: &N,
        rows: (&[N::Input], &[N::Target]),
        workspace: &mut Workspace<N::Scalar>,
    ) -> Result<(), Error> {
        let _ = (state, isa, network, rows, workspace);
        Ok(())
    }
}

/// What differs from step to step besides the gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The instruction set to run with.
    pub isa: Isa,
    /// The learning rate of this step, after the schedule.
    pub rate: f64,
    /// What the gradient is multiplied by: 1/n for a gradient summed over n rows, 1 for a mean.
    pub scale: f64,
}

/// Which parameters a decay or a penalty covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Covers {
    /// Every parameter, as PyTorch's `weight_decay` does, but not the learnable scalars of formulas,
    /// for which zero is no better than any other value.
    #[default]
    All,
    /// Weight matrices only: biases, and batch normalization's γ and β, are left alone.
    Weights,
}

impl Covers {
    pub(crate) fn includes(self, tensor: &Tensor) -> bool {
        match tensor.role {
            Role::Weight(_) => true,
            Role::Learnable { .. } => false,
            _ => self == Self::All,
        }
    }
}

/// The flat slice cut into the longest stretches that are covered by the weight decay, or not.
#[derive(Debug, Clone)]
struct Stretches {
    parameters: usize,
    stretches: Vec<Stretch>,
}

#[derive(Debug, Clone)]
struct Stretch {
    range: Range<usize>,
    /// The weight decay λ in this stretch; 0 where it is left alone.
    decay: f64,
}

impl Stretches {
    fn new(tensors: &[Tensor], decay: f64, covers: Covers) -> Self {
        let mut stretches: Vec<Stretch> = Vec::new();
        for tensor in tensors {
            let decay = if covers.includes(tensor) { decay } else { 0.0 };
            let range = tensor.range();
            match stretches.last_mut() {
                Some(last) if last.decay == decay && last.range.end == range.start => {
                    last.range.end = range.end;
                }
                _ => stretches.push(Stretch { range, decay }),
            }
        }
        Self {
            parameters: total(tensors),
            stretches,
        }
    }

    /// The stretches, once both slices are known to have the length they were made for.
    fn over<T>(&self, parameters: &[T], gradient: &[T]) -> Result<&[Stretch], Error> {
        check_length("parameters", parameters, self.parameters)?;
        check_length("gradient", gradient, self.parameters)?;
        Ok(&self.stretches)
    }
}

/// How many parameters the tensors describe.
fn total(tensors: &[Tensor]) -> usize {
    tensors
        .iter()
        .map(|tensor| tensor.range().end)
        .max()
        .unwrap_or(0)
}

pub(crate) fn check_length<T>(
    what: &'static str,
    slice: &[T],
    expected: usize,
) -> Result<(), Error> {
    match slice.len() {
        found if found == expected => Ok(()),
        found => Err(Error::Length {
            what,
            found,
            expected,
        }),
    }
}

/// A number with its name and the test it has to pass.
fn require(name: &'static str, value: f64, range: &'static str, holds: bool) -> Result<(), Error> {
    if holds {
        Ok(())
    } else {
        Err(Error::Setting { name, value, range })
    }
}

/// Checked after rounding to the scalar type, in which 1e-60 may be zero and 1e60 infinite.
pub(crate) fn positive<T: Real>(name: &'static str, value: f64) -> Result<(), Error> {
    let rounded = T::from_f64(value);
    require(
        name,
        value,
        "positive and finite",
        rounded > T::ZERO && rounded.is_finite(),
    )
}

pub(crate) fn not_negative(name: &'static str, value: f64) -> Result<(), Error> {
    require(
        name,
        value,
        "finite and not negative",
        value >= 0.0 && value.is_finite(),
    )
}

/// A decay of a running mean, or a momentum. Below one after rounding, too.
fn below_one<T: Real>(name: &'static str, value: f64) -> Result<(), Error> {
    require(
        name,
        value,
        "in [0, 1)",
        value >= 0.0 && T::from_f64(value) < T::ONE,
    )
}

/// Σ f(x) in `f64`, in 16 partial sums so that the loop vectorizes. Their number does not depend on
/// the instruction set, and so neither do the bits.
#[inline(always)]
fn lane_sum<T: Real>(x: &[T], f: impl Fn(T) -> f64) -> f64 {
    let mut sums = [0.0; 16];
    let (rows, rest) = x.as_chunks::<16>();
    for row in rows {
        for (sum, &x) in sums.iter_mut().zip(row) {
            *sum += f(x);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|&x| f(x)).sum::<f64>()
}
