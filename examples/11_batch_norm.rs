//! Batch normalization (Ioffe and Szegedy 2015): four sigmoid layers with and without, on real digits,
//! by plain gradient descent. With it, all rates learn, and the largest learns fastest.
//!
//! Its backward pass is written down nowhere in this library; it is derived from the forward equations.
//! So the lecture's formulas are compared with the generated code first, number by number.

mod cli;
mod handwriting;
mod plot;
mod table;

use cli::{Course, Failure};
use handwriting::Digits;
use plot::{Labels as Words, Scale, Series};
use unrolled::prelude::*;

network! { struct Plain = 64 -> sigmoid(40) -> sigmoid(40) -> sigmoid(40) -> sigmoid(40) -> 10; loss = cross_entropy; }
network! { struct Normalized = 64 -> 40 -> bn -> sigmoid -> 40 -> bn -> sigmoid -> 40 -> bn -> sigmoid -> 40 -> bn -> sigmoid -> 10; loss = cross_entropy; }
network! { struct Layer<f64> = 1 -> bn -> 1; derive(Layers); }

fn main() -> Result<(), Failure> {
    check_the_formulas()?;
    let course = Course::read("batch_norm", "Trains with and without batch normalization.")?;
    let epochs = course.effort(40, 25);
    let curves = [
        Series::by_epoch("rate 0.01", &losses::<Plain>(0.01, epochs)?),
        Series::by_epoch("rate 0.1", &losses::<Plain>(0.1, epochs)?),
        Series::by_epoch("rate 1", &losses::<Plain>(1.0, epochs)?),
        Series::by_epoch("0.01 with bn", &losses::<Normalized>(0.01, epochs)?),
        Series::by_epoch("0.1 with bn", &losses::<Normalized>(0.1, epochs)?),
        Series::by_epoch("1 with bn", &losses::<Normalized>(1.0, epochs)?),
    ];
    let last = curves.each_ref().map(|curve| curve.points[epochs - 1].1);
    println!("\nlosses after {epochs} epochs at the three rates, without and with: {last:.4?}");
    let path = course.out.join("batch-norm-rates");
    let words = Words::new("Four sigmoid layers", "epoch", "training loss");
    plot::curves(&path, words, Scale::Log, &curves, None)?;
    println!("Losses by epoch: {}.svg (and .png)", path.display());
    assert!((0..3).all(|rate| last[rate + 3] < 0.5 * last[rate]));
    Ok(())
}

fn losses<N: Network<Input = [f32; 64], Target = [f32; 10]>>(
    rate: f64,
    epochs: usize,
) -> Result<Vec<f64>, Failure> {
    let digits = Digits::small()?;
    let trainer = Trainer::new(Sgd::new(rate)).batch_size(60).epochs(epochs);
    let mut net = N::init(Init::default(), 1);
    let history = trainer.fit(&mut net, &digits.images, &Labels(&digits.labels))?;
    let losses = history.epochs.iter().map(|epoch| epoch.training_loss);
    Ok(losses.collect())
}

/// ∂ℓ/∂x, ∂ℓ/∂γ and ∂ℓ/∂β of one column, given ∂ℓ/∂y.
fn check_the_formulas() -> Result<(), Failure> {
    let (x, dy, gamma) = ([0.5, -1.0, 2.0, 0.3], [0.3, -0.1, 0.4, -0.8], 1.5);
    let mean = x.iter().sum::<f64>() / 4.0;
    let c = x.map(|x| x - mean);
    let dot = |a: [f64; 4], b: [f64; 4]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let s = (dot(c, c) / 4.0 + 1e-5).sqrt(); // √(σ² + ε)
    let dx_hat = dy.map(|dy| dy * gamma);
    let dvariance = dot(dx_hat, c) * -0.5 * s.powi(-3);
    let dmean = dot(dx_hat, [-1.0 / s; 4]) + dvariance * dot([-2.0; 4], c) / 4.0;
    let dx = |i: usize| dx_hat[i] / s + dvariance * 2.0 * c[i] / 4.0 + dmean / 4.0;
    let formulas = [dx(0), dx(1), dx(2), dx(3), dot(dy, c) / s, dy.iter().sum()];

    let mut net = Layer::zeros();
    *net.gamma1_mut() = [gamma];
    let (dx, (dgamma, dbeta)) = net.layer1().backward(&x.map(|x| [x]), &dy.map(|dy| [dy]))?;
    let generated = [&dx.concat()[..], &*dgamma, &*dbeta].concat();
    println!("by the lecture's formulas, and by the generated code:");
    for (formula, generated) in formulas.into_iter().zip(generated) {
        println!("{formula:>16.12} {generated:>16.12}");
        assert!((formula - generated).abs() < 1e-14, "a few roundings");
    }
    Ok(())
}
