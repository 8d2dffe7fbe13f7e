//! Scaled conjugate gradient: conjugate directions with a step length from the curvature instead of
//! a line search, in the variant of Netlab 3.3.

use super::evaluator::Evaluator;
use super::history::{NotFinite, StopReason};
use super::method::{Method, Status};
use super::objective::{Objective, TwiceDifferentiable};
use super::vector::{all_finite, dot, largest, move_along, norm};
use crate::error::Error;
use crate::optim::{check_length, not_negative, positive};

/// Scaled conjugate gradient (Møller 1993, *Neural Networks* 6(4)) with the rules of Netlab's `scg`
/// (Nabney 2002), which step for step is what textbooks' figures were made with.
///
/// With the gradient g, the direction d and the curvature θ = dᵀHd along it:
///
/// ```text
/// μ = dᵀg,  κ = dᵀd,  δ = θ + β κ                     β: how much the curvature is mistrusted
/// if δ ≤ 0:  δ ← β κ,  β ← β − θ/κ                    not convex here: make it so
/// step along α d,  α = −μ/δ
/// Δ = 2 (E(θ + α d) − E(θ)) / (α μ)                   gained, as a share of what was promised
/// Δ ≥ 0: accept.   Δ < 0.25: β ← min(4 β, 1e100).   Δ > 0.75: β ← max(β/2, 1e-15)
/// accepted:  d ← γ d − g,  γ = (g_before − g)ᵀg / μ   (Polak and Ribière)
/// ```
///
/// β starts at 1. The direction starts anew as −g after as many accepted steps as there are
/// parameters, and whenever it would not lead down. The end is where |d|² < 2.2e-16, or where an
/// accepted step and its gain are within both tolerances, or where the gradient is zero.
///
/// A rejected step costs one value; an accepted one a value and two gradients, one of them for the
/// curvature.
///
/// Two rules are added to Netlab's, which would go round in circles there: a step to where E is not
/// finite counts as rejected with Δ < 0.25, and a rejected step at β = 1e100 is the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scg<C = FiniteDifference> {
    /// How far a parameter may still move at the end; Netlab's `options(2)`. Default 1e-4; not
    /// negative, and 0 never stops for this reason.
    pub step_tolerance: f64,
    /// How much an accepted step may still gain at the end, in units of E; Netlab's `options(3)`.
    /// Default 1e-4; not negative, and 0 never stops for this reason.
    pub value_tolerance: f64,
    /// Where the curvature along the direction comes from. Default [`FiniteDifference`].
    pub curvature: C,
}

/// Curvature from the difference of two gradients, θ ≈ dᵀ(g(x + σ d) − g(x))/σ with σ = σ₀/|d|.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FiniteDifference {
    /// σ₀, the length of the probing step. Default 1e-4, Netlab's; positive. In `f32` a gradient's
    /// seven digits leave θ about three.
    pub sigma: f64,
}

/// Curvature from an exact Hessian-vector product (Pearlmutter 1994), for objectives that are
/// [`TwiceDifferentiable`]: networks that `derive(HessianVectorProduct)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact;

impl Default for Scg {
    fn default() -> Self {
        Self {
            step_tolerance: 1e-4,
            value_tolerance: 1e-4,
            curvature: FiniteDifference { sigma: 1e-4 },
        }
    }
}

impl Scg {
    /// Takes the curvature from exact Hessian-vector products.
    pub fn exact(self) -> Scg<Exact> {
        Scg {
            step_tolerance: self.step_tolerance,
            value_tolerance: self.value_tolerance,
            curvature: Exact,
        }
    }

    /// Probes the curvature with steps of length σ₀; positive.
    pub fn sigma(self, sigma: f64) -> Self {
        Self {
            curvature: FiniteDifference { sigma },
            ..self
        }
    }
}

impl<C> Scg<C> {
    /// Stops when an accepted step moves no parameter by `step` and gains less than `value`.
    pub fn tolerances(self, step: f64, value: f64) -> Self {
        Self {
            step_tolerance: step,
            value_tolerance: value,
            ..self
        }
    }
}

/// β at the start, at least and at most.
const BETA: f64 = 1.0;
const BETA_FLOOR: f64 = 1e-15;
const BETA_CEILING: f64 = 1e100;

/// A source of dᵀHd.
pub trait Curvature<O: ?Sized> {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if a setting is out of range.
    fn validate(&self) -> Result<(), Error>;

    /// dᵀHd at `x`, whose gradient is given. `scratch` is two vectors to write to.
    ///
    /// # Errors
    /// The objective's own.
    fn along(
        &self,
        evaluator: &mut Evaluator<'_, O>,
        x: &[f64],
        gradient: &[f64],
        direction: &[f64],
        scratch: [&mut [f64]; 2],
    ) -> Result<f64, Error>;
}

impl<O: Objective + ?Sized> Curvature<O> for FiniteDifference {
    fn validate(&self) -> Result<(), Error> {
        positive::<f64>("SCG's σ₀", self.sigma)
    }

    fn along(
        &self,
        evaluator: &mut Evaluator<'_, O>,
        x: &[f64],
        gradient: &[f64],
        direction: &[f64],
        [probe, slopes]: [&mut [f64]; 2],
    ) -> Result<f64, Error> {
        let sigma = self.sigma / norm(direction);
        move_along(probe, x, sigma, direction);
        evaluator.gradient(probe, slopes)?;
        for (slope, g) in slopes.iter_mut().zip(gradient) {
            *slope -= g;
        }
        Ok(dot(direction, slopes) / sigma)
    }
}

impl<O: TwiceDifferentiable + ?Sized> Curvature<O> for Exact {
    fn validate(&self) -> Result<(), Error> {
        Ok(())
    }

    fn along(
        &self,
        evaluator: &mut Evaluator<'_, O>,
        x: &[f64],
        _gradient: &[f64],
        direction: &[f64],
        [product, _]: [&mut [f64]; 2],
    ) -> Result<f64, Error> {
        evaluator.hessian_vector_product(x, direction, product)?;
        Ok(dot(direction, product))
    }
}

/// What [`Scg`] remembers from cycle to cycle.
#[derive(Debug, Clone)]
pub struct ScgState {
    value: f64,
    gradient: Vec<f64>,
    direction: Vec<f64>,
    /// μ = dᵀg, negative.
    slope: f64,
    /// κ = dᵀd.
    square: f64,
    /// θ = dᵀHd; `None` until it is asked for at these parameters.
    curvature: Option<f64>,
    beta: f64,
    /// Accepted steps since the direction last started anew.
    successes: usize,
    trial: Vec<f64>,
    trial_gradient: Vec<f64>,
    scratch: Vec<f64>,
}

impl<O: Objective + ?Sized, C: Curvature<O>> Method<O> for Scg<C> {
    type State = ScgState;

    fn start(
        &self,
        evaluator: &mut Evaluator<'_, O>,
        x: &[f64],
    ) -> Result<(ScgState, Status), Error> {
        not_negative("SCG's step tolerance", self.step_tolerance)?;
        not_negative("SCG's value tolerance", self.value_tolerance)?;
        self.curvature.validate()?;
        check_length("start", x, evaluator.dimension())?;
        let mut gradient = vec![0.0; x.len()];
        evaluator.gradient(x, &mut gradient)?;
        let mut state = ScgState {
            value: evaluator.value(x)?,
            direction: vec![0.0; x.len()],
            trial: vec![0.0; x.len()],
            trial_gradient: vec![0.0; x.len()],
            scratch: vec![0.0; x.len()],
            gradient,
            slope: 0.0,
            square: 0.0,
            curvature: None,
            beta: BETA,
            successes: 0,
        };
        let stop = state.steepest();
        let status = state.status(state.beta, stop);
        Ok((state, status))
    }

    fn cycle(
        &self,
        state: &mut ScgState,
        evaluator: &mut Evaluator<'_, O>,
        x: &mut [f64],
    ) -> Result<Status, Error> {
        let theta = match state.curvature {
            Some(theta) => theta,
            None => {
                let scratch = [&mut state.scratch[..], &mut state.trial_gradient[..]];
                self.curvature
                    .along(evaluator, x, &state.gradient, &state.direction, scratch)?
            }
        };
        state.curvature = Some(theta);
        if !theta.is_finite() {
            let quantity = NotFinite::Curvature;
            return Ok(state.status(state.beta, Some(StopReason::NotFinite { quantity })));
        }
        let alpha = state.step_length(theta);
        let beta = state.beta;
        move_along(&mut state.trial, x, alpha, &state.direction);
        let value = evaluator.value(&state.trial)?;
        let gained = 2.0 * (value - state.value) / (alpha * state.slope);

        let stop = if gained >= 0.0 && value.is_finite() {
            let stop = self.accept(state, evaluator, x, alpha, value)?;
            if gained < 0.25 {
                state.beta = (4.0 * state.beta).min(BETA_CEILING);
            } else if gained > 0.75 {
                state.beta = (0.5 * state.beta).max(BETA_FLOOR);
            }
            stop
        } else {
            state.beta = (4.0 * state.beta).min(BETA_CEILING);
            (beta == BETA_CEILING).then_some(StopReason::NoDecrease)
        };
        Ok(state.status(beta, stop))
    }
}

impl<C> Scg<C> {
    /// Moves to the trial point, and looks from there in which direction to go on.
    fn accept<O: Objective + ?Sized>(
        &self,
        state: &mut ScgState,
        evaluator: &mut Evaluator<'_, O>,
        x: &mut [f64],
        alpha: f64,
        value: f64,
    ) -> Result<Option<StopReason>, Error> {
        evaluator.gradient(&state.trial, &mut state.trial_gradient)?;
        if !all_finite(&state.trial_gradient) {
            let quantity = NotFinite::Gradient;
            return Ok(Some(StopReason::NotFinite { quantity }));
        }
        let (step, decrease) = (
            (alpha * largest(&state.direction)).abs(),
            state.value - value,
        );
        x.copy_from_slice(&state.trial);
        state.value = value;
        // From here on `trial_gradient` is the gradient before the step.
        std::mem::swap(&mut state.gradient, &mut state.trial_gradient);
        if step < self.step_tolerance && decrease < self.value_tolerance {
            return Ok(Some(match decrease {
                0.0 => StopReason::NoDecrease,
                _ => StopReason::Step { step, decrease },
            }));
        }
        Ok(state.turn())
    }
}

impl ScgState {
    /// α = −μ/δ, with a β that makes δ = θ + β κ positive.
    fn step_length(&mut self, theta: f64) -> f64 {
        let mut delta = theta + self.beta * self.square;
        if delta <= 0.0 {
            delta = self.beta * self.square;
            self.beta -= theta / self.square;
        }
        -self.slope / delta
    }

    /// The next direction after an accepted step.
    fn turn(&mut self) -> Option<StopReason> {
        self.successes += 1;
        if self.successes == self.gradient.len() {
            self.successes = 0;
            return self.steepest();
        }
        let change = self.trial_gradient.iter().zip(&self.gradient);
        let gamma = change.map(|(old, g)| (old - g) * g).sum::<f64>() / self.slope;
        for (d, g) in self.direction.iter_mut().zip(&self.gradient) {
            *d = gamma * *d - g;
        }
        if dot(&self.direction, &self.gradient) >= 0.0 {
            return self.steepest();
        }
        self.look()
    }

    /// The direction of steepest descent.
    fn steepest(&mut self) -> Option<StopReason> {
        for (d, g) in self.direction.iter_mut().zip(&self.gradient) {
            *d = -g;
        }
        self.look()
    }

    /// Slope and length of a new direction; a reason to stop if it has none.
    fn look(&mut self) -> Option<StopReason> {
        self.slope = dot(&self.direction, &self.gradient);
        self.square = dot(&self.direction, &self.direction);
        self.curvature = None;
        (self.square < f64::EPSILON).then(|| StopReason::Gradient {
            norm: norm(&self.gradient),
        })
    }

    fn status(&self, beta: f64, stop: Option<StopReason>) -> Status {
        Status {
            value: self.value,
            gradient_norm: norm(&self.gradient),
            damping: Some(beta),
            stop,
        }
    }
}
