//! Levenberg's and Marquardt's method: Gauss and Newton's, damped until it leads down.

use super::cholesky;
use super::evaluator::Evaluator;
use super::history::{NotFinite, StopReason};
use super::method::{Method, Status};
use super::objective::LeastSquares;
use super::vector::{all_finite, largest, move_along, norm};
use crate::error::Error;
use crate::optim::{check_length, not_negative, positive};

/// Levenberg's (1944) and Marquardt's (1963) method for sums of squares, E = ½ Σ r², with the damping
/// rule of Nielsen (1999; Madsen, Nielsen and Tingleff 2004, algorithm 3.16).
///
/// With the Jacobian J of the residuals and g = Jᵀr:
///
/// ```text
/// solve (JᵀJ + μ D) h = −g                   by Cholesky's factorization
/// ρ = (E(θ) − E(θ + h)) / (½ hᵀ(μ D h − g))  gained, as a share of what was promised
/// ρ > 0:  accept;  μ ← μ max(1/3, 1 − (2ρ − 1)³),  ν ← 2
/// else:   μ ← μ ν,  ν ← 2 ν
/// ```
///
/// A penalty α/2 Σθ² counts as further residuals √α θ: α joins the diagonal of JᵀJ.
///
/// JᵀJ is summed up a residual at a time; J is never held as a whole. Memory is two P x P matrices, so
/// that more than 10,000 parameters, or 1.6 GB, are refused; a cycle costs P³/6 multiplications for the
/// factorization, and after an accepted step one linearization with P²/2 a residual.
///
/// The least damped directions are those that the data say least about, so that for a network with
/// more parameters than outputs over all rows the minimum it finds depends on the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevenbergMarquardt {
    /// What D is. Default [`Damping::Scaled`].
    pub damping: Damping,
    /// μ at the start, as a share of the largest diagonal element of JᵀJ for [`Damping::Identity`] and
    /// of each for [`Damping::Scaled`]. Default 1e-3; positive.
    pub initial: f64,
    /// Stops when no component of the gradient is larger than this. Default 1e-8; not negative.
    pub gradient_tolerance: f64,
    /// Stops when a step is shorter than this share of ‖θ‖ (of this number itself where θ is almost 0).
    /// Default 1e-8; not negative.
    pub step_tolerance: f64,
}

/// What is added to JᵀJ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Damping {
    /// Levenberg's: μ I. Steps shrink towards −g/μ.
    Identity,
    /// Marquardt's: μ times the diagonal of JᵀJ, of which the largest values so far are kept (Moré
    /// 1978). The course does not depend on the parameters' units.
    #[default]
    Scaled,
}

/// The most parameters: their matrices would be too large, and their equations too slow.
const MOST: usize = 10_000;

impl Default for LevenbergMarquardt {
    fn default() -> Self {
        Self {
            damping: Damping::Scaled,
            initial: 1e-3,
            gradient_tolerance: 1e-8,
            step_tolerance: 1e-8,
        }
    }
}

impl LevenbergMarquardt {
    /// Damps in this way.
    pub fn damping(self, damping: Damping) -> Self {
        Self { damping, ..self }
    }

    /// Stops when no component of the gradient is larger than `gradient`, or when a step is shorter
    /// than the share `step` of ‖θ‖.
    pub fn tolerances(self, gradient: f64, step: f64) -> Self {
        Self {
            gradient_tolerance: gradient,
            step_tolerance: step,
            ..self
        }
    }
}

/// What [`LevenbergMarquardt`] remembers from cycle to cycle.
#[derive(Debug, Clone)]
pub struct LevenbergMarquardtState {
    value: f64,
    gradient: Vec<f64>,
    /// The lower triangle of JᵀJ.
    normal: Vec<f64>,
    /// The diagonal of D.
    scale: Vec<f64>,
    mu: f64,
    /// What μ grows by after the next rejected step.
    nu: f64,
    step: Vec<f64>,
    trial: Vec<f64>,
    trial_gradient: Vec<f64>,
    factor: Vec<f64>,
}

impl<O: LeastSquares + ?Sized> Method<O> for LevenbergMarquardt {
    type State = LevenbergMarquardtState;

    fn start(
        &self,
        evaluator: &mut Evaluator<'_, O>,
        x: &[f64],
    ) -> Result<(LevenbergMarquardtState, Status), Error> {
        positive::<f64>("Levenberg-Marquardt's initial damping", self.initial)?;
        not_negative(
            "Levenberg-Marquardt's gradient tolerance",
            self.gradient_tolerance,
        )?;
        not_negative("Levenberg-Marquardt's step tolerance", self.step_tolerance)?;
        let n = evaluator.variables();
        check_length("start", x, n)?;
        if n > MOST {
            return Err(Error::Setting {
                name: "number of parameters under Levenberg-Marquardt",
                value: n as f64,
                range: "at most 10000; use L-BFGS",
            });
        }
        let mut state = LevenbergMarquardtState {
            value: evaluator.half_squares(x)?,
            gradient: vec![0.0; n],
            normal: vec![0.0; n * n],
            scale: vec![0.0; n],
            mu: self.initial,
            nu: 2.0,
            step: vec![0.0; n],
            trial: vec![0.0; n],
            trial_gradient: vec![0.0; n],
            factor: vec![0.0; n * n],
        };
        evaluator.normal_equations(x, &mut state.gradient, &mut state.normal)?;
        self.rescale(&mut state);
        if self.damping == Damping::Identity {
            let diagonal = state.normal.iter().step_by(n + 1);
            state.mu *= diagonal.fold(f64::MIN_POSITIVE, |most, &a| most.max(a));
        }
        let stop = self.flat(&state);
        let status = state.status(state.mu, stop);
        Ok((state, status))
    }

    fn cycle(
        &self,
        state: &mut LevenbergMarquardtState,
        evaluator: &mut Evaluator<'_, O>,
        x: &mut [f64],
    ) -> Result<Status, Error> {
        let mu = state.mu;
        let Some(promised) = state.solve() else {
            let stop = state.damp_more();
            return Ok(state.status(mu, stop));
        };
        move_along(&mut state.trial, x, 1.0, &state.step);
        let short = norm(&state.step) <= self.step_tolerance * (norm(x) + self.step_tolerance);
        let value = evaluator.half_squares(&state.trial)?;
        let gained = (state.value - value) / promised;
        let stop = if gained > 0.0 && value.is_finite() {
            let (before, step) = (state.value, largest(&state.step));
            let stop = self.accept(state, evaluator, x, value, gained)?;
            let decrease = before - value;
            stop.or(short.then_some(StopReason::Step { step, decrease }))
        } else {
            let stop = state.damp_more();
            stop.or(short.then_some(StopReason::NoDecrease))
        };
        Ok(state.status(mu, stop))
    }
}

impl LevenbergMarquardt {
    /// Moves to the trial point and linearizes there.
    fn accept<O: LeastSquares + ?Sized>(
        &self,
        state: &mut LevenbergMarquardtState,
        evaluator: &mut Evaluator<'_, O>,
        x: &mut [f64],
        value: f64,
        gained: f64,
    ) -> Result<Option<StopReason>, Error> {
        evaluator.normal_equations(&state.trial, &mut state.trial_gradient, &mut state.normal)?;
        if !all_finite(&state.trial_gradient) {
            let quantity = NotFinite::Gradient;
            return Ok(Some(StopReason::NotFinite { quantity }));
        }
        x.copy_from_slice(&state.trial);
        std::mem::swap(&mut state.gradient, &mut state.trial_gradient);
        state.value = value;
        if !all_finite(&state.normal) {
            let quantity = NotFinite::Curvature;
            return Ok(Some(StopReason::NotFinite { quantity }));
        }
        state.mu *= (1.0 - (2.0 * gained - 1.0).powi(3)).max(1.0 / 3.0);
        state.nu = 2.0;
        self.rescale(state);
        Ok(self.flat(state))
    }

    /// Keeps D up with JᵀJ. A parameter that nothing depends on yet counts as 1.
    fn rescale(&self, state: &mut LevenbergMarquardtState) {
        let n = state.scale.len();
        for (scale, &a) in state
            .scale
            .iter_mut()
            .zip(state.normal.iter().step_by(n + 1))
        {
            *scale = match self.damping {
                Damping::Identity => 1.0,
                Damping::Scaled => scale.max(a),
            };
        }
    }

    fn flat(&self, state: &LevenbergMarquardtState) -> Option<StopReason> {
        let norm = norm(&state.gradient);
        (largest(&state.gradient) <= self.gradient_tolerance)
            .then_some(StopReason::Gradient { norm })
    }
}

impl LevenbergMarquardtState {
    /// Solves for the step and returns what it promises, ½ hᵀ(μ D h − g); `None` if the equations are
    /// singular to working precision.
    fn solve(&mut self) -> Option<f64> {
        let n = self.step.len();
        self.factor.copy_from_slice(&self.normal);
        let damping = |&scale: &f64| self.mu * if scale > 0.0 { scale } else { 1.0 };
        for (a, d) in self
            .factor
            .iter_mut()
            .step_by(n + 1)
            .zip(self.scale.iter().map(damping))
        {
            *a += d;
        }
        for (h, g) in self.step.iter_mut().zip(&self.gradient) {
            *h = -g;
        }
        cholesky::solve(&mut self.factor, &mut self.step)?;
        let terms = self.step.iter().zip(&self.gradient);
        let terms = terms.zip(self.scale.iter().map(damping));
        let promised = 0.5 * terms.map(|((h, g), d)| h * (d * h - g)).sum::<f64>();
        (promised > 0.0 && all_finite(&self.step)).then_some(promised)
    }

    /// A shorter step next time; the end if there is no shorter one.
    fn damp_more(&mut self) -> Option<StopReason> {
        self.mu *= self.nu;
        self.nu *= 2.0;
        (!self.mu.is_finite()).then_some(StopReason::NoDecrease)
    }

    fn status(&self, mu: f64, stop: Option<StopReason>) -> Status {
        Status {
            value: self.value,
            gradient_norm: norm(&self.gradient),
            damping: Some(mu),
            stop,
        }
    }
}
