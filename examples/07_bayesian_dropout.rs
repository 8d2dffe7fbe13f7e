//! Dropout as a Bayesian approximation: a network that knows what it does not know.
//!
//! `cargo run --release --example bayesian_dropout` fits noisy points of a sine. Sampled with its
//! dropout active, the network is a thousand networks; they agree where there are data and scatter
//! where there are none, as the picture shows.
//!
//! With `--data FOLDER` it also runs the benchmark of Gal and Ghahramani (2016); `examples/uci` says
//! how, and the README what came of it.

mod cli;
mod plot;
mod table;
mod uci;

use cli::{Course, Failure};
use unrolled::prelude::*;

network! {
    /// A smooth curve.
    struct Curve<f64> = 1 -> relu(50) -> dropout(0.9) -> relu(50) -> dropout(0.9) -> 1;
}

fn main() -> Result<(), Failure> {
    let what = "Samples the predictions of a network with dropout, to see how sure it is.";
    let data = "a folder with yacht, energy and concrete: runs the benchmark on them, too";
    let course = Course::with_data("bayesian_dropout", what, data)?;
    // Sixty points between −1 and 1, off the curve by a tenth (a fixed scatter, as random as needed).
    let place = |i: u32| -1.0 + f64::from(i) / 29.5;
    let scatter = |i: u32| 0.1 * (12.9898 * f64::from(i * i)).sin();
    let inputs: Vec<[f64; 1]> = (0..60).map(|i| [place(i)]).collect();
    let targets: Vec<[f64; 1]> = (0..60).map(|i| [truth(place(i)) + scatter(i)]).collect();

    let mut net = Curve::init(Init::default(), 1);
    let trainer = Trainer::new(Adam::new(0.003)).epochs(course.effort(2000, 500));
    trainer.fit(&mut net, &inputs, &targets)?;

    let grid: Vec<[f64; 1]> = (-150..=150).map(|i| [f64::from(i) / 50.0]).collect();
    let predictive = net.predict_mc(&grid, 1000, 7)?;
    let (mean, deviation) = (&predictive.mean, predictive.deviation());
    let rows = || grid.iter().zip(mean).zip(&deviation);
    let picture = plot::Regression {
        labels: plot::Labels::new("How sure a network with dropout is", "x", "y"),
        data: plot::pairs(&inputs, &targets),
        prediction: rows().map(|(([x], [mean]), [s])| (*x, *mean, *s)).collect(),
        truth: Some(grid.iter().map(|&[x]| (x, truth(x))).collect()),
    };
    let path = course.out.join("predictive-band");
    plot::regression(&path, picture)?;
    println!("Predictive band: {}.svg (and .png)", path.display());

    let width = |outside: bool| {
        let chosen = rows().filter(|(([x], _), _)| (x.abs() > 1.0) == outside);
        let (sum, count) = chosen.fold((0.0, 0), |(sum, n), (_, [s])| (sum + s, n + 1));
        sum / f64::from(count)
    };
    let ratio = width(true) / width(false);
    println!("Outside the data the band is {ratio:.1} times as wide, at least 2 expected.");
    assert!(ratio >= 2.0, "the network is too sure of itself");

    let data = course.data.as_deref();
    data.map_or(Ok(()), |folder| uci::evaluate(folder, course.effort))
}

fn truth(x: f64) -> f64 {
    (3.0 * x).sin()
}
