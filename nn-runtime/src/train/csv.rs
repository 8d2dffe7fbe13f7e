//! A log of the epochs as comma-separated values.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::error::Error;
use crate::train::{Epoch, Observer, Plan};

/// Writes a header when training starts and a line after every epoch.
///
/// Columns: `epoch,training_loss,validation_loss,rate,gradient_norm,seconds`. Numbers have as many
/// digits as it takes to read the same `f64` back; `validation_loss` is empty without validation.
/// Every line is written whole as soon as it is known, so the file can be followed and survives a
/// crash of the program. An existing file is replaced when training starts, not before.
///
/// A line that cannot be written ends training with [`Error::Output`].
#[derive(Debug)]
pub struct CsvLog {
    path: PathBuf,
    file: Option<File>,
}

impl CsvLog {
    /// A log at `path`. Nothing is created before training starts.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            file: None,
        }
    }

    fn failed(&self, reason: io::Error) -> Error {
        Error::Output {
            what: format!("training log {}", self.path.display()),
            reason: reason.to_string(),
        }
    }

    fn write(&mut self, line: impl Display) -> Result<(), Error> {
        let line = format!("{line}\n");
        let written = match &mut self.file {
            Some(file) => file.write_all(line.as_bytes()),
            None => Err(io::Error::other("training has not started")),
        };
        written.map_err(|reason| self.failed(reason))
    }
}

impl Observer for CsvLog {
    fn start(&mut self, _plan: &Plan) -> Result<(), Error> {
        let file = File::create(&self.path).map_err(|reason| self.failed(reason))?;
        self.file = Some(file);
        self.write("epoch,training_loss,validation_loss,rate,gradient_norm,seconds")
    }

    fn epoch(&mut self, epoch: &Epoch) -> Result<ControlFlow<()>, Error> {
        let &Epoch {
            epoch,
            training_loss,
            validation_loss,
            rate,
            gradient_norm,
            seconds,
        } = epoch;
        let validation = validation_loss
            .map(|loss| loss.to_string())
            .unwrap_or_default();
        self.write(format_args!(
            "{epoch},{training_loss},{validation},{rate},{gradient_norm},{seconds}"
        ))?;
        Ok(ControlFlow::Continue(()))
    }
}
