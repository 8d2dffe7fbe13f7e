//! A progress bar for the terminal.

use std::ops::ControlFlow;

use indicatif::ProgressStyle;

use crate::error::Error;
use crate::train::{Epoch, History, Observer, Plan};

/// Shows the epoch, the losses and the time left on standard error, in one line:
///
/// ```text
/// ━━━━━━━━━───────── 251/500 epochs  3s left  training 2.13e-2  validation 2.54e-2
/// ```
///
/// The bar takes what the terminal's width leaves. It shows nothing when standard error is not a
/// terminal, and redraws at most 20 times a second.
#[derive(Debug)]
pub struct ProgressBar(indicatif::ProgressBar);

impl ProgressBar {
    /// A bar that appears when training starts.
    pub fn new() -> Self {
        Self(indicatif::ProgressBar::no_length())
    }
}

impl Default for ProgressBar {
    fn default() -> Self {
        Self::new()
    }
}

impl Observer for ProgressBar {
    fn start(&mut self, plan: &Plan) -> Result<(), Error> {
        let template = "{wide_bar} {pos}/{len} epochs  {eta} left  {msg}";
        let style = ProgressStyle::with_template(template).map_err(|reason| Error::Output {
            what: "progress bar".to_owned(),
            reason: reason.to_string(),
        })?;
        self.0.set_style(style.progress_chars("━━─"));
        self.0.set_length(plan.epochs as u64);
        self.0.reset();
        Ok(())
    }

    fn epoch(&mut self, epoch: &Epoch) -> Result<ControlFlow<()>, Error> {
        self.0.set_message(losses(epoch));
        self.0.set_position(epoch.epoch as u64);
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self, _history: &History) -> Result<(), Error> {
        self.0.abandon(); // leaves the line as it is, also when not all epochs were needed
        Ok(())
    }
}

fn losses(epoch: &Epoch) -> String {
    let training = format!("training {:.2e}", epoch.training_loss);
    match epoch.validation_loss {
        Some(loss) => format!("{training}  validation {loss:.2e}"),
        None => training,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Stopped;

    /// What the bar says; whether it is drawn is the terminal's business.
    #[track_caller]
    fn shows(bar: &ProgressBar, position: u64, message: &str) {
        assert_eq!(
            (bar.0.position(), bar.0.message().as_str()),
            (position, message)
        );
    }

    #[test]
    fn follows_the_epochs() {
        let mut bar = ProgressBar::new();
        let plan = Plan {
            network: "Linear",
            parameters: 3,
            training_rows: 16,
            validation_rows: 4,
            batches: 2,
            epochs: 500,
        };
        bar.start(&plan).unwrap();
        assert_eq!(bar.0.length(), Some(500));
        shows(&bar, 0, "");

        let mut epoch = Epoch {
            epoch: 1,
            training_loss: 0.125,
            validation_loss: None,
            rate: 0.1,
            gradient_norm: 1.0,
            seconds: 0.0,
        };
        assert_eq!(bar.epoch(&epoch), Ok(ControlFlow::Continue(())));
        shows(&bar, 1, "training 1.25e-1");
        epoch.epoch = 2;
        epoch.validation_loss = Some(2500.0);
        assert_eq!(bar.epoch(&epoch), Ok(ControlFlow::Continue(())));
        shows(&bar, 2, "training 1.25e-1  validation 2.50e3");

        let history = History {
            epochs: vec![epoch],
            steps: 4,
            best_epoch: Some(2),
            kept_epoch: Some(2),
            stopped: Stopped::Observer { epoch: 2 },
        };
        bar.end(&history).unwrap();
        assert!(bar.0.is_finished());
        shows(&bar, 2, "training 1.25e-1  validation 2.50e3");
    }
}
