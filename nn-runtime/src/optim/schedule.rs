//! Learning-rate schedules: what the base rate is multiplied by.
//!
//! A schedule's factor is a pure function of the step and the epoch, so a resumed run continues as
//! if it had never stopped. The exception is the plateau, which has to remember losses; its memory
//! lives in [`Annealing`]. Decays count epochs, as PyTorch's schedulers do when they are stepped
//! once an epoch; the warm-up counts steps, because it is over within an epoch or two.

use core::f64::consts::PI;

use super::{not_negative, positive, require};
use crate::error::Error;

/// A learning-rate schedule. The default is constant.
///
/// With e the epoch and s the step, both counted from 0, the factor is that of the [`Shape`] times
/// that of the warm-up, min(1, (s + 1) / w).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Schedule {
    /// How the rate goes from epoch to epoch. Default constant.
    pub shape: Shape,
    /// Steps w over which the rate rises linearly from 1/w of its value. Default 0: no warm-up.
    pub warm_up: u64,
}

/// How the learning rate goes from epoch to epoch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Shape {
    /// 1.
    #[default]
    Constant,
    /// `factor`^⌊e / every⌋ (PyTorch's `StepLR`).
    Step {
        /// Epochs between two drops; at least 1.
        every: usize,
        /// What a drop multiplies by; positive.
        factor: f64,
    },
    /// `factor`ᵉ (PyTorch's `ExponentialLR`).
    Exponential {
        /// What an epoch multiplies by; positive.
        factor: f64,
    },
    /// f + (1 − f) (1 + cos(π min(e, span) / span)) / 2, and f from there on (Loshchilov and Hutter
    /// 2017, without restarts; PyTorch's `CosineAnnealingLR` with `eta_min` = f·base rate).
    Cosine {
        /// Epochs from 1 down to the floor; at least 1.
        span: usize,
        /// f, as a fraction of the base rate; in [0, 1].
        floor: f64,
    },
    /// Drops when the loss no longer improves.
    Plateau(Plateau),
}

/// Lowers the rate when the loss has not improved for more than `patience` epochs (PyTorch's
/// `ReduceLROnPlateau`, relative threshold, no cooldown).
///
/// A loss l improves on the best so far, l*, if l < l* − threshold·|l*|. (PyTorch writes
/// l*·(1 − threshold), which is the same for positive losses, but would call a slightly worse
/// negative one, such as a log-likelihood loss can be, an improvement.)
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plateau {
    /// What a drop multiplies by. Default 0.1; in (0, 1).
    pub factor: f64,
    /// Epochs without improvement that are forgiven. Default 10.
    pub patience: usize,
    /// Least relative improvement that counts. Default 1e-4; in [0, 1).
    pub threshold: f64,
    /// The factor never falls below this fraction of the base rate. Default 0; in [0, 1].
    pub floor: f64,
}

impl Default for Plateau {
    fn default() -> Self {
        Self {
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            floor: 0.0,
        }
    }
}

impl Schedule {
    /// The base rate throughout.
    pub const fn constant() -> Self {
        Self {
            shape: Shape::Constant,
            warm_up: 0,
        }
    }
    /// Multiplies by `factor` every `every` epochs.
    pub const fn step(every: usize, factor: f64) -> Self {
        Self {
            shape: Shape::Step { every, factor },
            warm_up: 0,
        }
    }
    /// Multiplies by `factor` every epoch.
    pub const fn exponential(factor: f64) -> Self {
        Self {
            shape: Shape::Exponential { factor },
            warm_up: 0,
        }
    }
    /// Half a cosine over `span` epochs, down to `floor` times the base rate.
    pub const fn cosine(span: usize, floor: f64) -> Self {
        Self {
            shape: Shape::Cosine { span, floor },
            warm_up: 0,
        }
    }
    /// Drops when the loss no longer improves.
    pub const fn plateau(plateau: Plateau) -> Self {
        Self {
            shape: Shape::Plateau(plateau),
            warm_up: 0,
        }
    }
    /// Preceded by a linear rise over the first `steps` steps. The shape's epochs count from the
    /// start of the warm-up (PyTorch's `LinearLR` chained with the other scheduler).
    pub const fn warm_up(self, steps: u64) -> Self {
        Self {
            warm_up: steps,
            ..self
        }
    }

    /// Checks the settings and starts a run.
    ///
    /// # Errors
    /// [`Error::Setting`] if a setting is outside its range.
    pub fn start(&self) -> Result<Annealing, Error> {
        self.validate()?;
        Ok(Annealing {
            schedule: *self,
            factor: 1.0,
            best: f64::INFINITY,
            stalled: 0,
        })
    }

    fn validate(&self) -> Result<(), Error> {
        match self.shape {
            Shape::Constant => Ok(()),
            Shape::Step { every, factor } => {
                require("step epochs", every as f64, "at least 1", every >= 1)?;
                positive::<f64>("step factor", factor)
            }
            Shape::Exponential { factor } => positive::<f64>("exponential factor", factor),
            Shape::Cosine { span, floor } => {
                require("cosine span", span as f64, "at least 1 epoch", span >= 1)?;
                fraction("cosine floor", floor)
            }
            Shape::Plateau(Plateau {
                factor,
                threshold,
                floor,
                ..
            }) => {
                positive::<f64>("plateau factor", factor)?;
                require("plateau factor", factor, "below 1", factor < 1.0)?;
                not_negative("plateau threshold", threshold)?;
                require("plateau threshold", threshold, "below 1", threshold < 1.0)?;
                fraction("plateau floor", floor)
            }
        }
    }
}

fn fraction(name: &'static str, value: f64) -> Result<(), Error> {
    require(name, value, "in [0, 1]", (0.0..=1.0).contains(&value))
}

/// A schedule in the course of one training run.
#[derive(Debug, Clone, PartialEq)]
pub struct Annealing {
    schedule: Schedule,
    /// The plateau's factor, its best loss, and the epochs since.
    factor: f64,
    best: f64,
    stalled: usize,
}

impl Annealing {
    /// What the base rate is multiplied by at this step of this epoch, both counted from 0 over
    /// the whole run.
    pub fn factor(&self, step: u64, epoch: usize) -> f64 {
        let shape = match self.schedule.shape {
            Shape::Constant => 1.0,
            Shape::Step { every, factor } => libm::pow(factor, (epoch / every) as f64),
            Shape::Exponential { factor } => libm::pow(factor, epoch as f64),
            Shape::Cosine { span, floor } => {
                let progress = epoch.min(span) as f64 / span as f64;
                floor + (1.0 - floor) * 0.5 * (1.0 + libm::cos(PI * progress))
            }
            Shape::Plateau(_) => self.factor,
        };
        if step < self.schedule.warm_up {
            shape * (step + 1) as f64 / self.schedule.warm_up as f64
        } else {
            shape
        }
    }

    /// Tells the schedule the loss at the end of an epoch: on the validation rows, or on the
    /// training rows where there are none. Only the plateau listens; NaN is no improvement.
    pub fn observe(&mut self, loss: f64) {
        let Shape::Plateau(plateau) = self.schedule.shape else {
            return;
        };
        // Without a best yet, ∞ − ∞ would be NaN and nothing would ever improve on it.
        let least = if self.best.is_finite() {
            plateau.threshold * self.best.abs()
        } else {
            0.0
        };
        if loss < self.best - least {
            self.best = loss;
            self.stalled = 0;
            return;
        }
        self.stalled += 1;
        if self.stalled > plateau.patience {
            self.factor = (self.factor * plateau.factor).max(plateau.floor);
            self.stalled = 0;
        }
    }
}
