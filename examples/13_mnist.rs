//! MNIST with a fully connected network: 60,000 digits of 28 x 28 pixels.
//!
//! `cargo run --release --features rayon --example mnist -- --data FOLDER` (the folder has the four files
//! of the data set, gzipped or not) reaches the 1.6 % test error that was published for 800 hidden
//! units, with 300 and 100 of them, thanks to dropout and batch normalization. 5000 of the training
//! digits watch; the test digits are used once.

mod cli;
mod handwriting;
mod plot;
mod table;

use cli::{Course, Failure};
use handwriting::Digits;
use std::time::Instant;
use unrolled::prelude::*;

network! {
    struct Mnist = 784 -> dropout(0.9) -> relu(300) -> bn -> dropout(0.7) -> relu(100) -> bn -> dropout(0.8) -> 10;
    loss = cross_entropy;
}

fn main() -> Result<(), Failure> {
    let what = "Trains a network on MNIST; prints its test error and confusion matrix.";
    let data = "a folder with the files train-images-idx3-ubyte[.gz], …; needed";
    let course = Course::with_data("mnist", what, data)?;
    let Some(folder) = &course.data else {
        let missing = "give the folder of MNIST with --data; --help says which files it has";
        return Err(Failure::new(missing));
    };
    let (epochs, rows, most) = course.effort((40, 55_000, 1.6), (2, 10_000, 6.0));
    let all = Digits::mnist(folder, "train")?;
    let parts = stratified(
        &all.labels,
        Share::Rows(5000),
        Share::Rows(55_000 - rows),
        1,
    )?;
    let (training, validation) = (all.select(&parts.train)?, all.select(&parts.validation)?);
    let test = Digits::mnist(folder, "t10k")?;
    println!("{}\n", Mnist::summary());

    let start = Instant::now();
    let mut network = Mnist::init(Init::default(), 1);
    let labels = Labels(&validation.labels);
    let trainer = Trainer::new(Adam::new(0.002))
        .epochs(epochs)
        .batch_size(128)
        .schedule(Schedule::cosine(epochs, 0.0))
        .validation(&validation.images, &labels)
        .early_stopping(EarlyStopping::patience(epochs))
        .observe(ProgressBar::new());
    #[cfg(feature = "rayon")]
    let trainer = trainer.threads(std::thread::available_parallelism()?.get().min(16));
    let history = trainer.fit(&mut network, &training.images, &Labels(&training.labels))?;
    let seconds = start.elapsed().as_secs_f64();
    println!("Training {} in {seconds:.0} s.", history.stopped);

    let confusion = ConfusionMatrix::new(&network.predict_rows(&test.images)?, &test.labels)?;
    println!("\nThe test digits:\n{confusion}\n");
    let path = course.out.join("learning-curve");
    plot::learning(&path, "Reading MNIST", "mean cross-entropy", &history)?;
    println!("Learning curve: {}.svg (and .png)", path.display());
    let error = 100.0 * (1.0 - confusion.accuracy());
    println!("Test error {error:.2} %, at most {most} % expected.");
    assert!(error <= most, "the test error is too high");
    Ok(())
}
