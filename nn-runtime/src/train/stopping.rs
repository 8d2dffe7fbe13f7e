//! The early-stopping rule, as a state machine of its own.
//!
//! An epoch **improves** if its loss is below that of the last improvement by more than
//! `min_improvement`, so a slow creep that never gains that much within `patience` epochs ends
//! the run (Prechelt 1998 compares such rules). Which epoch is *best* is another question: simply the
//! one with the lowest loss, whether or not it counted as an improvement.

use crate::error::Error;

/// Stops when the loss has not improved for `patience` epochs in a row.
///
/// ```
/// use nn_runtime::train::EarlyStopping;
/// let rule = EarlyStopping::patience(20).min_improvement(1e-4).warm_up(10);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EarlyStopping {
    /// Epochs in a row without improvement that end the run; at least 1.
    pub patience: usize,
    /// By how much a loss must be lower to count, in the loss's own unit. Default 0: by anything at
    /// all. Finite, at least 0.
    pub min_improvement: f64,
    /// First epochs in which waiting does not count. Default 0.
    pub warm_up: usize,
}

impl EarlyStopping {
    /// Stops after this many epochs in a row without improvement.
    pub const fn patience(epochs: usize) -> Self {
        Self {
            patience: epochs,
            min_improvement: 0.0,
            warm_up: 0,
        }
    }

    /// Counts only losses lower by more than this. Default 0.
    pub const fn min_improvement(self, loss: f64) -> Self {
        Self {
            min_improvement: loss,
            ..self
        }
    }

    /// Does not count waiting in the first `epochs` epochs. Default 0.
    pub const fn warm_up(self, epochs: usize) -> Self {
        Self {
            warm_up: epochs,
            ..self
        }
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if the patience is 0 or the minimum improvement negative or not finite.
    pub fn validate(&self) -> Result<(), Error> {
        if self.patience == 0 {
            return Err(Error::Setting {
                name: "patience",
                value: 0.0,
                range: "at least 1 epoch",
            });
        }
        if !(self.min_improvement >= 0.0 && self.min_improvement.is_finite()) {
            return Err(Error::Setting {
                name: "minimum improvement",
                value: self.min_improvement,
                range: "finite and not negative",
            });
        }
        Ok(())
    }

    /// The rule before the first epoch.
    pub fn start(self) -> Watch {
        Watch {
            rule: self,
            seen: 0,
            waited: 0,
            reference: f64::INFINITY,
        }
    }
}

/// What the rule says of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Lower than the last improvement by more than the minimum.
    Improved,
    /// Not, but there is patience left.
    Waiting,
    /// Not, and the patience is used up.
    Exhausted,
}

/// The rule in the course of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watch {
    rule: EarlyStopping,
    /// Epochs seen, epochs since the last improvement, and the loss of that one.
    seen: usize,
    waited: usize,
    reference: f64,
}

impl Watch {
    /// Takes the loss of the next epoch. NaN is no improvement.
    pub fn observe(&mut self, loss: f64) -> Verdict {
        self.seen += 1;
        if loss < self.reference - self.rule.min_improvement {
            self.reference = loss;
            self.waited = 0;
            return Verdict::Improved;
        }
        if self.seen > self.rule.warm_up {
            self.waited += 1;
        }
        if self.waited >= self.rule.patience {
            Verdict::Exhausted
        } else {
            Verdict::Waiting
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` has a letter an epoch: improved, waiting, exhausted.
    #[track_caller]
    fn table(rule: EarlyStopping, losses: &[f64], expected: &str) {
        rule.validate().unwrap();
        let mut watch = rule.start();
        let letter = |&loss: &f64| match watch.observe(loss) {
            Verdict::Improved => 'i',
            Verdict::Waiting => 'w',
            Verdict::Exhausted => 'x',
        };
        assert_eq!(losses.iter().map(letter).collect::<String>(), expected);
    }

    #[test]
    fn patience_counts_epochs_in_a_row() {
        let rule = EarlyStopping::patience;
        table(rule(1), &[3.0, 2.0, 2.0], "iix");
        table(rule(2), &[3.0, 2.0, 2.5, 1.0, 1.5, 1.5], "iiwiwx");
        table(rule(3), &[1.0, 1.0, 1.0, 1.0], "iwwx");
        table(rule(2), &[1.0, 2.0, 1.5, 1.2], "iwxx");
        table(rule(2), &[5.0, 4.0, 3.0, 2.0], "iiii");
        table(rule(2), &[-1.0, -2.0, -1.5, -1.9], "iiwx");
    }

    #[test]
    fn an_improvement_must_exceed_the_minimum() {
        let rule = EarlyStopping::patience(2).min_improvement(0.5);
        table(rule, &[4.0, 3.5, 3.25], "iwi");
        table(rule, &[4.0, 3.75, 3.5], "iwx");
        // Creeping: three quarters of the minimum at a time, but twice that within the patience.
        table(rule, &[4.0, 3.625, 3.25, 2.875, 2.5], "iwiwi");
    }

    #[test]
    fn waiting_counts_after_the_warm_up() {
        let rule = EarlyStopping::patience(2).warm_up(3);
        table(rule, &[1.0, 9.0, 9.0, 9.0, 9.0], "iwwwx");
        table(rule, &[9.0, 8.0, 7.0, 7.0, 6.0, 6.0, 6.0], "iiiwiwx");
        table(EarlyStopping::patience(1).warm_up(1), &[1.0, 1.0], "ix");
    }

    #[test]
    fn losses_that_are_not_finite_never_improve() {
        let rule = EarlyStopping::patience(2);
        table(rule, &[f64::INFINITY, f64::NAN], "wx");
        table(rule, &[f64::NAN, 1.0, f64::NAN, f64::NAN], "wiwx");
    }

    #[track_caller]
    fn refused(rule: EarlyStopping, expected: &str) {
        assert_eq!(rule.validate().unwrap_err().to_string(), expected);
    }

    #[test]
    fn refusals() {
        let rule = EarlyStopping::patience(5);
        refused(
            EarlyStopping::patience(0),
            "patience is 0, but must be at least 1 epoch",
        );
        refused(
            rule.min_improvement(-0.5),
            "minimum improvement is -0.5, but must be finite and not negative",
        );
        refused(
            rule.min_improvement(f64::NAN),
            "minimum improvement is NaN, but must be finite and not negative",
        );
        refused(
            rule.min_improvement(f64::INFINITY),
            "minimum improvement is inf, but must be finite and not negative",
        );
    }
}
