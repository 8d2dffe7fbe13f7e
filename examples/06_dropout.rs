//! Dropout: the same network with and without, on real digits.
//!
//! In the lecture's words, the number in `dropout(0.5)` is the probability to **keep** a unit.
//! Predictions use all units, and nothing is rescaled then: training divides by the probability
//! (inverted dropout). Drawn is the error on test digits after every epoch, averaged over several
//! starts.

mod cli;
mod handwriting;
mod plot;
mod table;

use cli::{Course, Failure};
use handwriting::Digits;
use plot::{Labels as Words, Scale, Series};
use std::ops::ControlFlow;
use unrolled::prelude::*;

network! {
    struct Plain = 64 -> relu(300) -> relu(300) -> 10;
    loss = cross_entropy;
}

network! {
    struct Dropped = 64 -> dropout(0.9) -> relu(300) -> dropout(0.5) -> relu(300) -> dropout(0.5) -> 10;
    loss = cross_entropy;
}

fn main() -> Result<(), Failure> {
    let what = "Trains a network with and without dropout and draws the test errors.";
    let course = Course::read("dropout", what)?;
    let (epochs, starts) = course.effort((200, 5), (150, 2));
    let plain = errors::<Plain>(epochs, starts)?;
    let dropped = errors::<Dropped>(epochs, starts)?;

    let path = course.out.join("dropout");
    let series = [
        Series::by_epoch("without", &plain),
        Series::by_epoch("with dropout", &dropped),
    ];
    let words = Words::new("Dropout", "epoch", "test error in percent");
    plot::curves(&path, words, Scale::Log, &series, None)?;
    println!("Test error by epoch: {}.svg (and .png)", path.display());
    let tail = |errors: &[f64]| errors[epochs - 10..].iter().sum::<f64>() / 10.0;
    let (without, with) = (tail(&plain), tail(&dropped));
    println!("Mean of the last ten epochs: {without:.2} % without, {with:.2} % with dropout");
    assert!(with < without, "dropout should generalize better");
    Ok(())
}

/// The test error in percent after every epoch, averaged over the starts.
fn errors<N>(epochs: usize, starts: u64) -> Result<Vec<f64>, Failure>
where
    N: Network<Input = [f32; 64], Output = [f32; 10], Target = [f32; 10]>,
{
    let digits = Digits::small()?;
    let parts = stratified(&digits.labels, Share::Rows(0), Share::Fraction(0.7), 1)?;
    let (training, test) = (digits.select(&parts.train)?, digits.select(&parts.test)?);
    let mut errors = vec![0.0; epochs];
    for seed in 0..starts {
        let mut network = N::init(Init::default(), seed);
        let record = |epoch: &Epoch, network: &N| {
            let logits = network.predict_rows(&test.images).unwrap_or_default();
            let right = accuracy(&logits, &test.labels).unwrap_or(f64::NAN);
            errors[epoch.epoch - 1] += 100.0 * (1.0 - right) / starts as f64;
            ControlFlow::Continue(())
        };
        let trainer = Trainer::new(Adam::new(0.002)).epochs(epochs).seed(seed);
        let labels = Labels(&training.labels);
        trainer
            .watch(record)
            .fit(&mut network, &training.images, &labels)?;
    }
    Ok(errors)
}
