//! A learning rate for every parameter, from the curvature of the loss along it.

use super::{Optimizer, Step, Survey, check_length, positive, require, total};
use crate::derivatives::DiagonalCurvature;
use crate::error::Error;
use crate::math::Real;
use crate::network::Tensor;
use crate::simd::{Isa, Program, Simd};
use crate::workspace::{Aligned, Workspace};

/// The stochastic diagonal Levenberg-Marquardt method (LeCun, Bottou, Orr and Müller 1998, section
/// 9.1):
///
/// ```text
/// ⟨h⟩ₖ ← hₖ                            at the first survey
/// ⟨h⟩ₖ ← (1 − γ) ⟨h⟩ₖ + γ hₖ           at every further one
/// θₖ ← θₖ − ε / (⟨h⟩ₖ + μ) · gₖ
/// ```
///
/// with hₖ the mean, over some rows, of an approximate ∂²L/∂θₖ² that is never negative. Parameters
/// along which the loss is flat move far, those along which it is steep carefully.
///
/// A [`Trainer`](crate::train::Trainer) surveys the curvature before every epoch, on the first
/// [`rows`](Self::rows) rows that the epoch will visit, on one thread. That costs about a training
/// pass over them. The network must have it derived: `derive(DiagonalCurvature);`. Curvature is that
/// of the loss of predictions, without dropout and without penalties.
///
/// ε has no unit, and with a curvature that is exact and nothing else than diagonal, ε = 1 jumps to
/// the minimum. [Schedules](super::Schedule) apply to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiagonalLevenbergMarquardt {
    /// Global learning rate ε. Default 0.01; positive.
    pub rate: f64,
    /// μ, which limits the rates to ε/μ where the loss is flat. Default 0.02; positive.
    pub damping: f64,
    /// Weight γ of a new survey in the running average. Default 0.1; in (0, 1].
    pub weight: f64,
    /// Training rows in a survey, or all if there are fewer. Default 500; at least 1.
    pub rows: usize,
}

impl Default for DiagonalLevenbergMarquardt {
    fn default() -> Self {
        Self {
            rate: 0.01,
            damping: 0.02,
            weight: 0.1,
            rows: 500,
        }
    }
}

impl DiagonalLevenbergMarquardt {
    /// The method with global learning rate ε.
    pub fn new(rate: f64) -> Self {
        Self {
            rate,
            ..Self::default()
        }
    }
    /// With this μ.
    pub fn damping(self, damping: f64) -> Self {
        Self { damping, ..self }
    }
    /// With weight γ of a new survey.
    pub fn weight(self, weight: f64) -> Self {
        Self { weight, ..self }
    }
    /// With so many rows in a survey.
    pub fn rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }
}

/// The running average of the curvature, zero before the first survey.
#[derive(Debug, Clone)]
pub struct DiagonalState<T: Real> {
    average: Aligned<T>,
    /// What the last survey found.
    latest: Aligned<T>,
    is_surveyed: bool,
}

impl<T: Real> DiagonalState<T> {
    /// ⟨h⟩, one number a parameter.
    pub fn curvature(&self) -> &[T] {
        &self.average
    }
}

impl<T: Real> Optimizer<T> for DiagonalLevenbergMarquardt {
    type State = DiagonalState<T>;

    fn rate(&self) -> f64 {
        self.rate
    }

    fn prepare(&self, tensors: &[Tensor]) -> Result<DiagonalState<T>, Error> {
        positive::<T>("learning rate", self.rate)?;
        positive::<T>("damping", self.damping)?;
        let is_share = self.weight > 0.0 && self.weight <= 1.0;
        require(
            "weight of a survey",
            self.weight,
            "above 0 and at most 1",
            is_share,
        )?;
        require(
            "rows of a survey",
            self.rows as f64,
            "at least 1",
            self.rows > 0,
        )?;
        Ok(DiagonalState {
            average: Aligned::zeros(total(tensors)),
            latest: Aligned::zeros(total(tensors)),
            is_surveyed: false,
        })
    }

    fn step(
        &self,
        state: &mut DiagonalState<T>,
        step: Step,
        parameters: &mut [T],
        gradient: &[T],
    ) -> Result<(), Error> {
        check_length("parameters", parameters, state.average.len())?;
        check_length("gradient", gradient, state.average.len())?;
        step.isa.run(Descent {
            rate: T::from_f64(step.rate),
            scale: T::from_f64(step.scale),
            damping: T::from_f64(self.damping),
            curvature: &state.average,
            parameters,
            gradient,
        });
        Ok(())
    }
}

impl<N: DiagonalCurvature> Survey<N> for DiagonalLevenbergMarquardt {
    fn survey_rows(&self) -> usize {
        self.rows
    }

    fn survey(
        &self,
        state: &mut DiagonalState<N::Scalar>,
        isa: Isa,
        network: &N,
        (inputs, targets): (&[N::Input], &[N::Target]),
        workspace: &mut Workspace<N::Scalar>,
    ) -> Result<(), Error> {
        network.diagonal_curvature(isa, inputs, targets, workspace, &mut state.latest)?;
        let weight = if state.is_surveyed { self.weight } else { 1.0 };
        isa.run(Average {
            keep: N::Scalar::from_f64(1.0 - weight),
            // A survey sums over its rows.
            add: N::Scalar::from_f64(weight / inputs.len() as f64),
            average: &mut state.average,
            latest: &state.latest,
        });
        state.is_surveyed = true;
        Ok(())
    }
}

struct Descent<'a, T> {
    rate: T,
    scale: T,
    damping: T,
    curvature: &'a [T],
    parameters: &'a mut [T],
    gradient: &'a [T],
}

impl<T: Real> Program for Descent<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let slopes = self.gradient.iter().zip(self.curvature);
        for (theta, (&g, &h)) in self.parameters.iter_mut().zip(slopes) {
            *theta -= self.rate * (self.scale * g) / (h + self.damping);
        }
    }
}

struct Average<'a, T> {
    keep: T,
    add: T,
    average: &'a mut [T],
    latest: &'a [T],
}

impl<T: Real> Program for Average<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        for (average, &latest) in self.average.iter_mut().zip(self.latest) {
            *average = self.keep * *average + self.add * latest;
        }
    }
}
