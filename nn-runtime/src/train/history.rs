//! What a training run reports: a line an epoch, and why it ended.

use core::fmt;

/// The course of a training run.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The completed epochs, first to last.
    pub epochs: Vec<Epoch>,
    /// How many steps were begun. Each moved the parameters, except one that diverged.
    pub steps: u64,
    /// The epoch with the lowest validation loss (training loss without validation data), the
    /// first of equals; `None` if no epoch was completed.
    pub best_epoch: Option<usize>,
    /// The epoch at whose end the network held the parameters and statistics it holds now; `None`
    /// if it is as it was before training.
    pub kept_epoch: Option<usize>,
    /// Why training ended.
    pub stopped: Stopped,
}

impl History {
    /// What was reported at the end of [`best_epoch`](Self::best_epoch).
    pub fn best(&self) -> Option<&Epoch> {
        self.epochs
            .iter()
            .find(|epoch| Some(epoch.epoch) == self.best_epoch)
    }
}

/// One completed epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Its number, from 1.
    pub epoch: usize,
    /// Mean loss over the training rows as seen while training: dropout active, each batch with
    /// the parameters of its step. Without the penalty.
    pub training_loss: f64,
    /// Mean loss of predictions over the validation rows at the end of the epoch.
    pub validation_loss: Option<f64>,
    /// Learning rate of the last step.
    pub rate: f64,
    /// Euclidean norm of the mean gradient with the penalty's, before clipping; mean over the steps.
    pub gradient_norm: f64,
    /// Wall-clock time of the epoch, validation included, in seconds.
    pub seconds: f64,
}

impl Epoch {
    /// What decides which epoch is best: the validation loss, or the training loss without one.
    pub fn watched_loss(&self) -> f64 {
        self.validation_loss.unwrap_or(self.training_loss)
    }
}

/// Why training ended. `Display` says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Stopped {
    /// All epochs were done.
    Epochs {
        /// How many.
        epochs: usize,
    },
    /// The early-stopping rule: no improvement for too long.
    Early {
        /// The last epoch.
        epoch: usize,
        /// Epochs without improvement that the rule allowed.
        patience: usize,
        /// The epoch whose parameters and statistics were restored.
        best_epoch: usize,
        /// Its validation loss (training loss without validation data).
        best_loss: f64,
    },
    /// Something was no longer finite.
    Diverged {
        /// The epoch in which it showed.
        epoch: usize,
        /// The step at which it showed, from 1 over the whole run.
        step: u64,
        /// What it was.
        quantity: Quantity,
        /// The epoch whose parameters and statistics were restored; `None` means those from
        /// before training.
        restored: Option<usize>,
    },
    /// An observer asked for it.
    Observer {
        /// The last epoch.
        epoch: usize,
    },
}

/// What a run watches for divergence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// The loss of a training batch.
    TrainingLoss,
    /// The gradient of a training batch.
    Gradient,
    /// The parameters after an epoch.
    Parameters,
    /// The running statistics after an epoch.
    Statistics,
    /// The loss of the validation rows.
    ValidationLoss,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TrainingLoss => "the training loss is",
            Self::Gradient => "the gradient is",
            Self::Parameters => "the parameters are",
            Self::Statistics => "the running statistics are",
            Self::ValidationLoss => "the validation loss is",
        })
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Epochs { epochs: 1 } => write!(f, "stopped after the one epoch asked for"),
            Self::Epochs { epochs } => write!(f, "stopped after all {epochs} epochs"),
            Self::Early {
                epoch,
                patience,
                best_epoch,
                best_loss,
            } => write!(
                f,
                "stopped early after epoch {epoch}: no improvement for {patience} {}; \
                 restored epoch {best_epoch}, whose loss was {best_loss:.6}",
                if patience == 1 { "epoch" } else { "epochs" }
            ),
            Self::Diverged {
                epoch,
                step,
                quantity,
                restored,
            } => {
                write!(
                    f,
                    "diverged in epoch {epoch} at step {step}: {quantity} not finite; "
                )?;
                match restored {
                    Some(best) => write!(f, "restored epoch {best}, the best before that"),
                    None => write!(f, "restored the parameters from before training"),
                }?;
                write!(f, "; try a lower learning rate or a limit on the gradient")
            }
            Self::Observer { epoch } => {
                write!(
                    f,
                    "stopped after epoch {epoch} because an observer asked for it"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(stopped: Stopped, expected: &str) {
        assert_eq!(stopped.to_string(), expected);
    }

    #[test]
    fn reasons() {
        says(
            Stopped::Epochs { epochs: 1 },
            "stopped after the one epoch asked for",
        );
        says(
            Stopped::Epochs { epochs: 500 },
            "stopped after all 500 epochs",
        );
        says(
            Stopped::Early {
                epoch: 57,
                patience: 20,
                best_epoch: 37,
                best_loss: 0.25,
            },
            "stopped early after epoch 57: no improvement for 20 epochs; restored epoch 37, \
             whose loss was 0.250000",
        );
        let diverged = |quantity, restored| Stopped::Diverged {
            epoch: 3,
            step: 97,
            quantity,
            restored,
        };
        says(
            diverged(Quantity::TrainingLoss, Some(2)),
            "diverged in epoch 3 at step 97: the training loss is not finite; restored epoch 2, \
             the best before that; try a lower learning rate or a limit on the gradient",
        );
        says(
            diverged(Quantity::Parameters, None),
            "diverged in epoch 3 at step 97: the parameters are not finite; restored the \
             parameters from before training; try a lower learning rate or a limit on the gradient",
        );
        says(
            Stopped::Observer { epoch: 4 },
            "stopped after epoch 4 because an observer asked for it",
        );
    }
}
