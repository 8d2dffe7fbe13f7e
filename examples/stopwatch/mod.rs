//! How long a network takes to learn its training digits.

use std::ops::ControlFlow;

use super::cli::{Course, Failure};
use super::handwriting::Digits;
use super::plot::Bar;
use unrolled::optim::Survey;
use unrolled::prelude::*;

/// The mean squared error that counts as learned.
const LOSS: f64 = 0.04;

/// What the times are.
pub(crate) fn title() -> String {
    format!("Epochs to a mean squared error of {LOSS}")
}

/// After so many epochs a network is given up.
const LIMIT: usize = 50;

/// How long it took; infinitely, if it did not get there.
#[derive(Clone, Copy)]
pub(crate) struct Time {
    epochs: f64,
    seconds: f64,
}

impl Time {
    /// In words.
    pub(crate) fn caption(self) -> String {
        let Self { epochs, seconds } = self;
        match epochs.is_finite() {
            true => format!("{epochs:.1} epochs, {:.0} ms", 1000.0 * seconds),
            false => format!("not in {LIMIT} epochs"),
        }
    }

    /// As long as there are epochs.
    pub(crate) fn bar(self, name: &str) -> Bar<'_> {
        Bar {
            name,
            value: Some(self.epochs).filter(|epochs| epochs.is_finite()),
            caption: self.caption(),
        }
    }
}

/// The time at the best of seven learning rates, averaged over several starts. A rate is out if one
/// start does not get there.
pub(crate) fn fastest(
    course: &Course,
    race: impl Fn(f64, u64) -> Result<Time, Failure>,
) -> Result<Time, Failure> {
    let starts = course.effort(10, 2);
    let mut best = Time {
        epochs: f64::INFINITY,
        seconds: f64::INFINITY,
    };
    for rate in (1..8).map(|power| 0.5_f64.powi(power)) {
        let (mut epochs, mut seconds) = (0.0, 0.0);
        for seed in 0..starts {
            let time = race(rate, seed)?;
            epochs += time.epochs / starts as f64;
            seconds += time.seconds / starts as f64;
        }
        if epochs < best.epochs {
            best = Time { epochs, seconds };
        }
    }
    Ok(best)
}

/// Trains until the network is good enough. Its targets are ±1.
pub(crate) fn run<N, O>(
    trainer: Trainer<'_, O>,
    mut net: N,
    images: &[[f32; 64]],
    digits: &Digits<64>,
) -> Result<Time, Failure>
where
    N: Network<Scalar = f32, Input = [f32; 64], Output = [f32; 10], Target = [f32; 10]>,
    O: Survey<N>,
{
    let targets = digits.signs();
    let (mut epochs, mut seconds) = (f64::INFINITY, 0.0);
    let judge = |epoch: &Epoch, net: &N| {
        seconds += epoch.seconds;
        let outputs = net.predict_rows(images);
        let error = outputs.and_then(|outputs| rmse(&outputs, &targets));
        if error.is_ok_and(|error| error * error <= LOSS) {
            epochs = epoch.epoch as f64;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    let trainer = trainer.epochs(LIMIT).watch(judge);
    trainer.fit(&mut net, images, &targets)?;
    Ok(Time { epochs, seconds })
}
