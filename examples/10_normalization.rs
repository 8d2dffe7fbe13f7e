//! Normalizing the inputs: centre them, then give every column the deviation 1, as in the lecture's three
//! pictures, on real data: the low- and the high-density lipoproteins of 442 patients.
//!
//! The red lines extend two deviations to either side of the mean: of unequal length for the centred
//! data, of equal length for the normalized. What it is good for, shown below the pictures: how far
//! gradient descent still is from the least squares after 20 epochs, at the best of many rates. The
//! error surface of the original data is a long and narrow valley.

mod cli;
mod plot;
mod table;

use cli::{Course, Failure};
use plot::{Cloud, Labels as Words};
use unrolled::full_batch::FullBatch;
use unrolled::prelude::*;

network! { struct Line<f64> = 2 -> 1; loss = mse; }

/// Milligrams a decilitre of cholesterol in a millimole a litre.
const MMOL: f64 = 38.67;

fn main() -> Result<(), Failure> {
    let course = Course::read(
        "normalization",
        "Centres and normalizes two columns, and draws them.",
    )?;
    let table = table::Table::diabetes()?;
    let original: Vec<[f64; 2]> = table
        .inputs
        .iter()
        .map(|row| [row[5] / MMOL, row[6] / MMOL])
        .collect();
    let targets: Vec<[f64; 1]> = table.targets.iter().map(|&y| [y]).collect();
    let targets = Standardizer::fit(&targets)?.transform(&targets)?;
    let means = moments(&original).map(|(mean, _)| mean);
    let centred: Vec<_> = original
        .iter()
        .map(|[a, b]| [a - means[0], b - means[1]])
        .collect();
    let normalized = Standardizer::fit(&original)?.transform(&original)?;

    let mut clouds = Vec::new();
    for (title, rows) in [
        ("original data", &original),
        ("zero-centred data", &centred),
        ("normalized data", &normalized),
    ] {
        let [(a, s), (b, t)] = moments(rows);
        let left = excess(rows, &targets)?;
        println!("{title}: means {a:.2} {b:.2}, deviations {s:.2} {t:.2}, left {left:.2e}");
        clouds.push(Cloud {
            labels: Words::new(title, "LDL", "HDL"),
            points: rows.iter().map(|&[x, y]| (x, y)).collect(),
            extent: [
                [(a - 2.0 * s, b), (a + 2.0 * s, b)],
                [(a, b - 2.0 * t), (a, b + 2.0 * t)],
            ],
        });
    }
    plot::clouds(
        &course.out.join("normalization"),
        "Normalizing the inputs",
        7.0,
        &clouds,
    )?;
    Ok(())
}

/// Mean and population deviation of either column.
fn moments(rows: &[[f64; 2]]) -> [(f64, f64); 2] {
    let mean = |f: &dyn Fn(&[f64; 2]) -> f64| rows.iter().map(f).sum::<f64>() / rows.len() as f64;
    [0, 1].map(|j| {
        let m = mean(&|row| row[j]);
        (m, mean(&|row| (row[j] - m).powi(2)).sqrt())
    })
}

fn excess(x: &[[f64; 2]], y: &[[f64; 1]]) -> Result<f64, Failure> {
    let mut best = Line::zeros();
    let least = FullBatch::new(Lbfgs::default()).fit(&mut best, x, y)?.value / x.len() as f64;
    let mut left = f64::INFINITY;
    for power in 0..24 {
        let mut net = Line::zeros();
        let rate = 2_f64.powf(-0.5 * f64::from(power));
        Trainer::new(Sgd::new(rate))
            .epochs(20)
            .batch_size(x.len())
            .fit(&mut net, x, y)?;
        let loss = net.loss(Isa::detect()?, x, y, &mut Workspace::new())? / x.len() as f64;
        left = left.min(loss - least);
    }
    Ok(left)
}
