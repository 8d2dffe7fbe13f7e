//! Overfitting: a network with 1, 3 and 10 tanh units on ten noisy points of a sinusoid (Bishop 2006,
//! Figure 5.9).
//!
//! All three minimize the sum of squares by scaled conjugate gradient. One unit cannot follow the
//! curve; three can; ten pass through every point, noise included, and are further from the curve than
//! three. Of several starts the one with the lowest *training* error is kept: nothing else is known to
//! somebody who has no test data.

mod cli;
mod plot;

use cli::{Course, Failure};
use plot::{Fit, fits, pairs};
use unrolled::prelude::*;

network! { struct One<f64> = 1 -> tanh(1) -> 1; derive(HessianVectorProduct); }
network! { struct Three<f64> = 1 -> tanh(3) -> 1; derive(HessianVectorProduct); }
network! { struct Ten<f64> = 1 -> tanh(10) -> 1; derive(HessianVectorProduct); }

/// Bishop's ten points, at x = k/9: sin 2πx with Gaussian noise of deviation 0.3.
const TARGETS: [f64; 10] = [
    0.349486, 0.830839, 1.007332, 0.971507, 0.133066, 0.166823, -0.848307, -0.445686, -0.563567,
    0.261502,
];

fn main() -> Result<(), Failure> {
    let what =
        "Fits 1, 3 and 10 tanh units to ten points of a sinusoid and draws the three curves.";
    let course = Course::read("overfitting", what)?;
    let starts = course.effort(50, 10);
    println!(" M   RMS at the points   RMS from sin 2πx");
    let one = fit::<One>(1, starts)?;
    let three = fit::<Three>(3, starts)?;
    let ten = fit::<Ten>(10, starts)?;
    let path = course.out.join("overfitting");
    let panels = [one.2, three.2, ten.2];
    fits(&path, "Ten points, and M tanh units", &panels)?;
    println!("The three curves: {}.svg (and .png)", path.display());

    assert!(three.0 < 0.5 * one.0, "three follow the points better");
    assert!(ten.0 < 0.02, "ten units should pass through the points");
    let closest = three.1 < one.1 && three.1 < ten.1;
    assert!(closest, "three units should be closest to the sine");
    Ok(())
}

/// The best of several fits: its errors at the points and from the sine, and its curve.
fn fit<N>(units: usize, starts: u64) -> Result<(f64, f64, Fit), Failure>
where
    N: HessianVectorProduct<Scalar = f64, Input = [f64; 1], Output = [f64; 1], Target = [f64; 1]>,
{
    let inputs: [[f64; 1]; 10] = std::array::from_fn(|k| [k as f64 / 9.0]);
    let targets = TARGETS.map(|t| [t]);
    let mut best = (f64::INFINITY, N::zeros());
    for seed in 0..starts {
        let mut net = N::init(Init::default(), seed);
        let scg = FullBatch::new(Scg::default().exact().tolerances(1e-6, 1e-9)).cycles(5000);
        let history = scg.fit(&mut net, &inputs, &targets)?;
        if history.value < best.0 {
            best = (history.value, net);
        }
    }
    let net = best.1;
    let grid: [[f64; 1]; 201] = std::array::from_fn(|i| [i as f64 / 200.0]);
    let sine = grid.map(|[x]| [(std::f64::consts::TAU * x).sin()]);
    let curve = net.predict_rows(&grid)?;
    let at_points = rmse(&net.predict_rows(&inputs)?, &targets)?;
    let from_sine = rmse(&curve, &sine)?;
    println!("{units:2}   {at_points:17.4}   {from_sine:16.4}");
    let picture = Fit {
        title: format!("M = {units}"),
        data: pairs(&inputs, &targets),
        fit: pairs(&grid, &curve),
        truth: pairs(&grid, &sine),
    };
    Ok((at_points, from_sine, picture))
}
