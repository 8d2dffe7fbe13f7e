//! Tricks of the trade (LeCun, Bottou, Orr and Müller 1998), each on and off: how long a small network
//! takes to a small mean squared error on its digits. Three do not help here. Whitening blows up
//! directions in which digits hardly differ; emphasis is for rare rows, and no digit is rare; lecun_tanh
//! must hit the targets ±1 inside its range, where tanh comes close by saturating.

mod cli;
mod handwriting;
mod plot;
mod stopwatch;
mod table;
mod weights;

use cli::{Course, Failure};
use handwriting::Digits;
use stopwatch::Time;
use unrolled::optim::Survey;
use unrolled::prelude::*;

network! { struct Tanh = 64 -> tanh(30) -> tanh(10); loss = mse; derive(DiagonalCurvature); }
network! { struct Lecun = 64 -> lecun_tanh(30) -> lecun_tanh(10); loss = mse; derive(DiagonalCurvature); }

const VARIANTS: [(&str, &str); 8] = [
    ("all but whitening", "scaled emphasis lecun fan_in rates"),
    ("whitened inputs", "whitened emphasis lecun fan_in rates"),
    ("raw inputs", "emphasis lecun fan_in rates"),
    ("no emphasis", "scaled lecun fan_in rates"),
    ("tanh", "scaled emphasis fan_in rates"),
    ("weights from −1 to 1", "scaled emphasis lecun rates"),
    ("one learning rate", "scaled emphasis lecun fan_in"),
    ("no trick at all", ""),
];

fn main() -> Result<(), Failure> {
    let course = Course::read("tricks", "Trains with each trick of the trade on and off.")?;
    let digits = Digits::small()?;
    let mut bars = Vec::new();
    for (name, tricks) in VARIANTS {
        let time = stopwatch::fastest(&course, |rate, seed| {
            let (own, one) = (DiagonalLevenbergMarquardt::new(rate), Sgd::new(rate));
            match ["lecun", "rates"].map(|trick| tricks.contains(trick)) {
                [true, true] => race::<Lecun, _>(own, seed, tricks, &digits),
                [true, false] => race::<Lecun, _>(one, seed, tricks, &digits),
                [false, true] => race::<Tanh, _>(own, seed, tricks, &digits),
                [false, false] => race::<Tanh, _>(one, seed, tricks, &digits),
            }
        })?;
        println!("{name:20} {}", time.caption());
        bars.push(time.bar(name));
    }
    let path = course.out.join("tricks");
    plot::bars(&path, &stopwatch::title(), &bars)?;
    println!("The same as bars: {}.svg (and .png)", path.display());
    let (all, none) = (bars[0].value, bars[7].value);
    assert!(all.is_some_and(|epochs| epochs < 20.0) && none.is_none());
    Ok(())
}

fn race<N, O>(optimizer: O, seed: u64, tricks: &str, digits: &Digits<64>) -> Result<Time, Failure>
where
    N: Network<Scalar = f32, Input = [f32; 64], Output = [f32; 10], Target = [f32; 10]>,
    O: Survey<N>,
{
    let is_on = |trick| tricks.contains(trick);
    let raw = &digits.images;
    let images = match ["scaled", "whitened"].map(is_on) {
        [true, _] => Standardizer::fit(raw)?.transform(raw)?,
        [_, true] => Whitener::<[f32; 64]>::fit(raw)?.transform(raw)?,
        _ => raw.clone(),
    };
    let mut net = N::init(Init::lecun_uniform(), seed);
    if !is_on("fan_in") {
        weights::rescale(&mut net, |inputs, _| (inputs / 3.0).sqrt()); // from ±√(3/inputs) to ±1
    }
    let mut trainer = Trainer::new(optimizer).batch_size(16).seed(seed);
    if is_on("emphasis") {
        trainer = trainer.order(Order::Emphasizing { weight: 0.5 });
    }
    stopwatch::run(trainer, net, &images, digits)
}
