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

#[cfg(test)]
mod tests {
    use super::*;

    /// 1e-15: a handful of roundings of numbers up to 1.
    #[track_caller]
    fn check(schedule: Schedule, table: &[(u64, usize, f64)]) {
        let annealing = schedule.start().expect("valid settings");
        for &(step, epoch, expected) in table {
            let found = annealing.factor(step, epoch);
            let close = (found - expected).abs() <= 1e-15;
            assert!(close, "step {step}, epoch {epoch}: {found} for {expected}");
        }
    }

    #[test]
    fn closed_forms() {
        check(Schedule::default(), &[(0, 0, 1.0), (1_000_000, 999, 1.0)]);
        let step = Schedule::step(3, 0.5);
        check(
            step,
            &[
                (0, 0, 1.0),
                (0, 2, 1.0),
                (0, 3, 0.5),
                (0, 5, 0.5),
                (0, 6, 0.25),
            ],
        );
        check(
            Schedule::exponential(0.9),
            &[(0, 0, 1.0), (0, 1, 0.9), (0, 2, 0.81), (0, 3, 0.729)],
        );
        let r = 3.0_f64.sqrt() / 2.0;
        let cosine = [
            (0, 0, 1.0),
            (0, 1, 0.1 + 0.9 * (1.0 + r) / 2.0),
            (0, 2, 0.1 + 0.9 * 0.75),
            (0, 3, 0.55),
            (0, 4, 0.1 + 0.9 * 0.25),
            (0, 6, 0.1),
            (0, 7, 0.1),
            (0, 1000, 0.1),
        ];
        check(Schedule::cosine(6, 0.1), &cosine);
    }

    #[test]
    fn warm_up_precedes_any_shape() {
        let rise = [
            (0, 0, 0.25),
            (1, 0, 0.5),
            (2, 0, 0.75),
            (3, 0, 1.0),
            (4, 0, 1.0),
        ];
        check(Schedule::constant().warm_up(4), &rise);
        let both = [(0, 0, 0.25), (2, 1, 0.75 * 0.5), (4, 1, 0.5), (4, 2, 0.25)];
        check(Schedule::exponential(0.5).warm_up(4), &both);
    }

    /// PyTorch defines its cosine by a recurrence; unrolled it is the closed form.
    #[test]
    fn cosine_satisfies_the_recurrence() {
        let annealing = Schedule::cosine(50, 0.2).start().expect("valid settings");
        let mut rate = 1.0;
        for e in 1..=50 {
            let ratio = |e: i32| 1.0 + (PI * f64::from(e) / 50.0).cos();
            rate = 0.2 + (rate - 0.2) * ratio(e) / ratio(e - 1);
            let found = annealing.factor(0, e as usize);
            // Fifty roundings.
            assert!(
                (found - rate).abs() <= 50.0 * f64::EPSILON,
                "epoch {e}: {found} for {rate}"
            );
        }
    }

    #[track_caller]
    fn check_plateau(plateau: Plateau, losses: &[f64], expected: &[f64]) {
        let mut annealing = Schedule::plateau(plateau).start().expect("valid settings");
        let mut found = Vec::new();
        for &loss in losses {
            annealing.observe(loss);
            found.push(annealing.factor(0, 0));
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn plateau_drops_after_patience_and_stays_above_its_floor() {
        let plateau = Plateau {
            factor: 0.5,
            patience: 1,
            threshold: 0.1,
            floor: 0.2,
        };
        // Improvement below 10 % does not count; one such epoch is forgiven, the next is not.
        check_plateau(
            plateau,
            &[1.0, 0.95, 0.89, 0.85, 0.81, 0.7],
            &[1.0, 1.0, 1.0, 1.0, 0.5, 0.5],
        );
        check_plateau(plateau, &[1.0; 7], &[1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.2]);
        check_plateau(plateau, &[f64::NAN; 3], &[1.0, 0.5, 0.5]);
        // Negative losses: −1.05 is no tenth better than −1, −1.2 is.
        check_plateau(
            plateau,
            &[-1.0, -1.05, -1.2, -1.1, -1.1],
            &[1.0, 1.0, 1.0, 1.0, 0.5],
        );
        let eager = Plateau {
            factor: 0.5,
            patience: 0,
            threshold: 0.0,
            floor: 0.0,
        };
        check_plateau(eager, &[0.0, 0.0, -1.0, -1.0], &[1.0, 0.5, 0.5, 0.25]);
    }

    #[track_caller]
    fn check_refused(schedule: Schedule, setting: &str) {
        match schedule.start() {
            Err(Error::Setting { name, .. }) => assert_eq!(name, setting),
            other => panic!("{setting} was not refused: {other:?}"),
        }
    }

    #[test]
    fn invalid_settings() {
        let plateau = Plateau::default();
        check_refused(Schedule::step(0, 0.5), "step epochs");
        check_refused(Schedule::step(1, 0.0), "step factor");
        check_refused(Schedule::exponential(f64::NAN), "exponential factor");
        check_refused(Schedule::cosine(0, 0.0), "cosine span");
        check_refused(Schedule::cosine(10, 1.5), "cosine floor");
        check_refused(
            Schedule::plateau(Plateau {
                factor: 1.0,
                ..plateau
            }),
            "plateau factor",
        );
        check_refused(
            Schedule::plateau(Plateau {
                threshold: -0.1,
                ..plateau
            }),
            "plateau threshold",
        );
        check_refused(
            Schedule::plateau(Plateau {
                floor: 2.0,
                ..plateau
            }),
            "plateau floor",
        );
    }
}
