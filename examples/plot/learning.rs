//! Learning curves of a training run.

use std::io;
use std::path::Path;

use super::{Labels, Mark, Scale, Series, curves};
use unrolled::prelude::*;

/// Draws the training and the validation loss, epoch by epoch, and the epoch whose parameters were
/// kept.
///
/// # Errors
/// A run without epochs; a file that cannot be written.
pub fn learning(path: &Path, title: &str, y: &str, history: &History) -> io::Result<()> {
    let curve = |loss: fn(&Epoch) -> Option<f64>| {
        let point = |epoch: &Epoch| Some((epoch.epoch as f64, loss(epoch)?));
        history.epochs.iter().filter_map(point).collect()
    };
    let series = [
        Series {
            name: "training",
            points: curve(|epoch| Some(epoch.training_loss)),
        },
        Series {
            name: "validation",
            points: curve(|epoch| epoch.validation_loss),
        },
    ];
    let kept = history.best().map(|best| Mark {
        point: (best.epoch as f64, best.watched_loss()),
        name: "kept",
    });
    let labels = Labels {
        title,
        x: "epoch",
        y,
    };
    curves(path, labels, Scale::Log, &series, kept)
}
