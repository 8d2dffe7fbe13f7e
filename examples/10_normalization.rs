//! Normalizing the inputs, in the lecture's three pictures: original, zero-centred and normalized data.
//! The data are real: low- and high-density lipoproteins in the blood of 200 patients.
//!
//! The red lines extend two deviations to either side of the mean. What it is good for: the loss of a
//! linear unit is a bowl, the rounder the better the inputs are normalized. So gradient descent, at the
//! best of many rates, is closer to its bottom after the same 20 epochs.

mod cli;
mod plot;
mod table;

use cli::{Course, Failure};
use plot::{Cloud, Labels as Words};
use table::Table;
use unrolled::prelude::*;

network! { struct Unit<f64> = 2 -> 1; loss = mse; }

fn main() -> Result<(), Failure> {
    let course = Course::read("normalization", "Draws data before and after normalizing.")?;
    let table = Table::diabetes()?;
    // From milligrams of cholesterol a decilitre to millimoles a litre.
    let blood = |row: &Vec<f64>| [row[5], row[6]].map(|mg| mg / 38.67);
    let original: Vec<[f64; 2]> = table.inputs[..200].iter().map(blood).collect();
    let [(a, s), (b, t)] = moments(&original);
    let centred: Vec<_> = original.iter().map(|[x, y]| [x - a, y - b]).collect();
    let normalized: Vec<_> = centred.iter().map(|[x, y]| [x / s, y / t]).collect();
    let progress: Vec<[f64; 1]> = table.targets[..200].iter().map(|&y| [y]).collect();
    let progress = Standardizer::fit(&progress)?.transform(&progress)?;

    println!("                     means   deviations   above the least loss");
    let (mut clouds, mut lefts) = (Vec::new(), Vec::new());
    for (title, rows) in [
        ("original data", &original),
        ("zero-centred data", &centred),
        ("normalized data", &normalized),
    ] {
        let [(a, s), (b, t)] = moments(rows);
        let left = above_the_least(rows, &progress)?;
        println!("{title:18} {a:5.2} {b:5.2}  {s:5.2} {t:5.2}  {left:21.1e}");
        let horizontal = [(a - 2.0 * s, b), (a + 2.0 * s, b)];
        let vertical = [(a, b - 2.0 * t), (a, b + 2.0 * t)];
        clouds.push(Cloud {
            labels: Words::new(title, "LDL cholesterol", "HDL cholesterol"),
            points: rows.iter().map(|&[x, y]| (x, y)).collect(),
            extent: [horizontal, vertical],
        });
        lefts.push(left);
    }
    let path = course.out.join("normalization");
    plot::clouds(&path, "Normalizing the inputs", 7.0, &clouds)?;
    println!("The three pictures: {}.svg (and .png)", path.display());
    assert!(lefts[1] < 0.01 * lefts[0] && lefts[2] < 0.01 * lefts[1]);
    Ok(())
}

/// Mean and deviation of each column.
fn moments(rows: &[[f64; 2]]) -> [(f64, f64); 2] {
    [0, 1].map(|j| {
        let mean = |f: &dyn Fn(f64) -> f64| {
            rows.iter().map(|row| f(row[j])).sum::<f64>() / rows.len() as f64
        };
        let middle = mean(&|x| x);
        (middle, mean(&|x| (x - middle).powi(2)).sqrt())
    })
}

/// How far from its least value gradient descent leaves the loss.
fn above_the_least(x: &[[f64; 2]], y: &[[f64; 1]]) -> Result<f64, Failure> {
    let n = x.len();
    let least = FullBatch::new(Lbfgs::default()).fit(&mut Unit::zeros(), x, y)?;
    let mut best = f64::INFINITY;
    for rate in (0..24).map(|power| 0.5_f64.powf(0.5 * f64::from(power))) {
        let trainer = Trainer::new(Sgd::new(rate)).epochs(21).batch_size(n);
        let history = trainer.fit(&mut Unit::zeros(), x, y)?;
        best = best.min(history.epochs[20].training_loss);
    }
    Ok((best - least.value / n as f64).max(0.0))
}
