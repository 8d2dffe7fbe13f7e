//! Reads handwriting: 1797 real digits of 8 x 8 pixels.
//!
//! `cargo run --release --example digits` needs no argument and no download: the data are compiled
//! in (`examples/data/README.md` says where they come from).
//!
//! A fifth of the digits is for the test and is used once, at the very end; a tenth watches when
//! to stop. The rest is what the network learns from, each digit also moved by one pixel to the
//! left, right, up and down: it is the same digit there. Over ten other ways to split the digits
//! the test accuracy was 98.4 % on average and 97.2 % at worst; without the moved ones it was 97.9
//! and 96.7 %.

mod cli;
mod handwriting;
mod plot;
mod table;

use std::path::{Path, PathBuf};
use std::time::Instant;

use cli::{Arguments, Effort, Failure};
use handwriting::Digits;
use plot::Image;
use unrolled::prelude::*;

const USAGE: &str = "\
Trains a network to read handwritten digits and shows which ones it gets wrong.

cargo run --release --example digits -- [--out FOLDER] [--quick]

  --out FOLDER  where the pictures go; out/digits if not given
  --quick       few epochs and a lower bar, for automatic checks";

network! {
    /// From 64 pixels to the logits of the ten digits.
    struct Reader = 64 -> relu(256) -> bn -> dropout(0.5) -> 10;
    loss = cross_entropy;
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read(USAGE)?;
    let (epochs, least) = match arguments.effort {
        Effort::Full => (80, 0.97),
        Effort::Quick => (3, 0.93),
    };
    let out = arguments.out.unwrap_or_else(|| PathBuf::from("out/digits"));

    let digits = Digits::small()?;
    let parts = stratified(
        &digits.labels,
        Share::Fraction(0.1),
        Share::Fraction(0.2),
        1,
    )?;
    let training = digits.select(&parts.train)?.with_moved();
    let validation = digits.select(&parts.validation)?;
    let test = digits.select(&parts.test)?;
    println!(
        "{} digits: {} to learn from ({} with the moved ones), {} to validate, {} to test",
        digits.labels.len(),
        parts.train.len(),
        training.labels.len(),
        validation.labels.len(),
        test.labels.len()
    );
    println!("{}\n", Reader::summary());

    let mut reader = Reader::init(Init::default(), 1);
    let history = train(&mut reader, &training, &validation, epochs)?;

    let logits = reader.predict_rows(&test.images)?;
    let confusion = ConfusionMatrix::new(&logits, &test.labels)?;
    println!("\nThe test digits:\n{confusion}\n");
    let learning = out.join("learning-curve");
    plot::learning(
        &learning,
        "Learning to read digits",
        "mean cross-entropy",
        &history,
    )?;
    println!("Learning curve: {}.png (and .svg)", learning.display());
    draw_mistakes(&out, &test, &logits)?;

    let accuracy = confusion.accuracy();
    println!(
        "Test accuracy {:.1} %, at least {:.0} % expected.",
        100.0 * accuracy,
        100.0 * least
    );
    assert!(accuracy >= least, "the test accuracy is too low");
    Ok(())
}

/// Trains until the validation digits say stop, and says how long it took.
fn train(
    reader: &mut Reader,
    training: &Digits<64>,
    validation: &Digits<64>,
    epochs: usize,
) -> Result<History, Failure> {
    let start = Instant::now();
    let history = Trainer::new(Adam::new(0.003))
        .epochs(epochs)
        .batch_size(64)
        .schedule(Schedule::cosine(epochs, 0.0))
        .validation(&validation.images, &Labels(&validation.labels))
        .early_stopping(EarlyStopping::patience(10))
        .observe(ProgressBar::new())
        .fit(reader, &training.images, &Labels(&training.labels))?;
    let seconds = start.elapsed().as_secs_f64();
    println!("Training {}.", history.stopped);
    println!(
        "It took {seconds:.2} s for {} steps of 64 rows and {} parameters: {:.0} µs a step, validation included, with {}.",
        history.steps,
        Reader::PARAMETERS,
        1e6 * seconds / history.steps as f64,
        Isa::detect()?.name(),
    );
    Ok(history)
}

/// The digits that were read wrongly, with what they were taken for.
fn draw_mistakes(out: &Path, test: &Digits<64>, logits: &[[f32; 10]]) -> Result<(), Failure> {
    let found = classes(logits)?;
    let mistakes: Vec<usize> = (0..found.len())
        .filter(|&i| found[i] != test.labels[i])
        .collect();
    if mistakes.is_empty() {
        println!("Misread digits: none");
        return Ok(());
    }
    let probabilities = probabilities(logits);
    let pixels: Vec<_> = mistakes
        .iter()
        .map(|&i| test.images[i].map(f64::from))
        .collect();
    let images = mistakes.iter().zip(&pixels).map(|(&i, pixels)| {
        let (label, found) = (test.labels[i], found[i]);
        let sure = 100.0 * probabilities[i][found];
        Image {
            pixels,
            caption: format!("{label} read as {found}\n{sure:.0} % sure"),
        }
    });
    let images: Vec<_> = images.collect();
    let title = format!("Misread: {} of {} test digits", mistakes.len(), found.len());
    let path = out.join("misread");
    plot::images(&path, &title, 6, 8, &images)?;
    println!("Misread digits: {}.png (and .svg)", path.display());
    Ok(())
}
