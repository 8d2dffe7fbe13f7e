//! Batch normalization exploration
mod cli;
mod handwriting;
mod plot;
mod table;
use cli::{Course, Failure};
use handwriting::Digits;
use unrolled::prelude::*;

network! {
    struct Sig = 64 -> sigmoid(40) -> sigmoid(40) -> sigmoid(40) -> sigmoid(40) -> 10;
    loss = cross_entropy;
}
network! {
    struct SigBn = 64 -> 40 -> bn -> sigmoid -> 40 -> bn -> sigmoid -> 40 -> bn -> sigmoid -> 40 -> bn -> sigmoid -> 10;
    loss = cross_entropy;
}
network! {
    struct Tan = 64 -> tanh(40) -> tanh(40) -> tanh(40) -> tanh(40) -> tanh(40) -> 10;
    loss = cross_entropy;
}
network! {
    struct TanBn = 64 -> 40 -> bn -> tanh -> 40 -> bn -> tanh -> 40 -> bn -> tanh -> 40 -> bn -> tanh -> 40 -> bn -> tanh -> 10;
    loss = cross_entropy;
}
network! {
    struct Rel = 64 -> relu(40) -> relu(40) -> relu(40) -> relu(40) -> relu(40) -> 10;
    loss = cross_entropy;
}
network! {
    struct RelBn = 64 -> 40 -> bn -> relu -> 40 -> bn -> relu -> 40 -> bn -> relu -> 40 -> bn -> relu -> 40 -> bn -> relu -> 10;
    loss = cross_entropy;
}

fn run<N: Network<Input = [f32; 64], Output = [f32; 10], Target = [f32; 10]>>(
    name: &str,
) -> Result<(), Failure> {
    let digits = Digits::small()?;
    let parts = stratified(&digits.labels, Share::Rows(0), Share::Fraction(0.3), 1)?;
    let (training, test) = (digits.select(&parts.train)?, digits.select(&parts.test)?);
    for rate in [0.001, 0.01, 0.1, 1.0, 10.0] {
        let mut net = N::init(Init::default(), 1);
        let h = Trainer::new(Sgd::new(rate)).epochs(30).fit(
            &mut net,
            &training.images,
            &Labels(&training.labels),
        )?;
        let f = net.predict_rows(&test.images)?;
        let at = |i: usize| h.epochs.get(i).map_or(f64::NAN, |e| e.training_loss);
        println!(
            "{name} rate {rate} loss {:.4} {:.4} {:.4} test error {:.2}",
            at(4),
            at(14),
            at(29),
            100.0 * (1.0 - accuracy(&f, &test.labels)?)
        );
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let _ = Course::read("batch_norm", "x")?;
    run::<Sig>("sigmoid   ")?;
    run::<SigBn>("sigmoid bn")?;
    run::<Tan>("tanh   ")?;
    run::<TanBn>("tanh bn")?;
    run::<Rel>("relu   ")?;
    run::<RelBn>("relu bn")
}
