//! Early stopping: a network that is too large for its data learns them by heart unless it is stopped.
//!
//! Predicts how far diabetes gets within a year, for 442 patients, with 200 hidden units where a
//! handful would do. The training error falls and falls; the error on patients that training has not
//! seen falls, too, and then rises: there the network begins to learn noise. Early stopping keeps the
//! parameters of the lowest validation error.

mod cli;
mod plot;
mod table;

use cli::{Course, Failure};
use table::Table;
use unrolled::prelude::*;

network! {
    struct Patient = 10 -> tanh(100) -> tanh(100) -> 1;
    loss = mse;
}

fn main() -> Result<(), Failure> {
    let course = Course::read(
        "early_stopping",
        "Trains a network to the end and one with early stopping, and compares them.",
    )?;
    let epochs = course.effort(400, 150);
    let table = Table::diabetes()?;
    let (x, y) = standardized(&table)?;
    let split = &table.splits[0];
    let part = |rows| Ok::<_, Error>((gather(&x, rows)?, gather(&y, rows)?));
    let (x, y) = part(&split.train)?;
    let (x_validation, y_validation) = part(&split.validation)?;
    let (x_test, y_test) = part(&split.test)?;

    let trainer = || {
        let trainer = Trainer::new(Adam::new(0.001)).epochs(epochs);
        trainer.validation(&x_validation, &y_validation)
    };
    let mut to_the_end = Patient::init(Init::default(), 1);
    let mut stopped = to_the_end.clone();
    let whole = trainer().fit(&mut to_the_end, &x, &y)?;
    let rule = EarlyStopping::patience(30);
    let history = trainer().early_stopping(rule).fit(&mut stopped, &x, &y)?;
    println!("With early stopping, training {}.", history.stopped);

    let test = |net: &Patient| rmse(&net.predict_rows(&x_test)?, &y_test);
    let (late, early) = (test(&to_the_end)?, test(&stopped)?);
    println!("RMSE on {} test patients, in deviations:", y_test.len());
    println!("  after {epochs} epochs     {late:.3}");
    println!("  with early stopping  {early:.3}");
    let path = course.out.join("early-stopping");
    plot::learning(&path, "Where to stop", "mean squared error", &whole)?;
    println!("Both errors by epoch: {}.svg (and .png)", path.display());

    let best = whole.best().expect("there were epochs");
    let last = whole.epochs.last().expect("there were epochs");
    let learned = last.training_loss / best.training_loss;
    let unseen = last.watched_loss() / best.watched_loss();
    assert!(learned < 0.8, "training goes on learning");
    assert!(unseen > 1.2, "but not for unseen patients");
    assert!(early < late, "stopping early predicts better");
    Ok(())
}

type Rows<const N: usize> = Vec<[f32; N]>;

/// Inputs and targets with mean 0 and deviation 1 on the rows to train on.
fn standardized(table: &Table) -> Result<(Rows<10>, Rows<1>), Error> {
    let row = |row: &Vec<f64>| std::array::from_fn(|j| row[j] as f32);
    let x: Rows<10> = table.inputs.iter().map(row).collect();
    let y: Rows<1> = table.targets.iter().map(|&y| [y as f32]).collect();
    let train = &table.splits[0].train;
    let x = Standardizer::fit(&gather(&x, train)?)?.transform(&x)?;
    let y = Standardizer::fit(&gather(&y, train)?)?.transform(&y)?;
    Ok((x, y))
}
