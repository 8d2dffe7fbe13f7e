//! Monte Carlo dropout on tables of the UCI repository, by the protocol of Gal's clean run.
//!
//! For every split: inputs and target are standardized with the training rows' mean and deviation;
//! one hidden relu layer of 50 with dropout on its inputs and its outputs; Adam, batches of 128;
//! weight decay l²p/(2nτ) with l = 0.01 beside the mean squared error. The probability to keep p
//! and the precision τ are those of a grid under which the validation rows, the last fifth of the
//! training rows, are likeliest. With these a network is trained on all training rows, and the test
//! rows are used once, with that one.

use std::path::Path;

use super::cli::{Effort, Failure};
use super::table::{Table, Validation, read_file};
use unrolled::prelude::*;

/// A table, and what others have found on it: mean and standard error over the 20 splits.
struct Benchmark {
    name: &'static str,
    /// Of the paper, then of the authors' clean run, a grid search.
    rmse: [(f64, f64); 2],
    log_likelihood: [(f64, f64); 2],
}

const BENCHMARKS: [Benchmark; 3] = [
    Benchmark {
        name: "yacht",
        rmse: [(1.11, 0.09), (0.666, 0.049)],
        log_likelihood: [(-1.55, 0.03), (-1.250, 0.015)],
    },
    Benchmark {
        name: "energy",
        rmse: [(1.66, 0.04), (0.539, 0.014)],
        log_likelihood: [(-1.99, 0.02), (-1.212, 0.005)],
    },
    Benchmark {
        name: "concrete",
        rmse: [(5.23, 0.12), (4.826, 0.161)],
        log_likelihood: [(-3.04, 0.02), (-2.937, 0.025)],
    },
];

/// How long to train, and how often to sample.
#[derive(Debug, Clone, Copy)]
struct Budget {
    epochs: usize,
    samples: usize,
}

/// Runs the benchmarks in a folder of folders, prints them beside what others have found, and fails
/// where they are worse than the clean run by more than its standard error. A quick run is yacht alone,
/// on two splits and with half the epochs; it is held to the paper.
pub(crate) fn evaluate(folder: &Path, effort: Effort) -> Result<(), Failure> {
    let (benchmarks, splits, budget, (rival, bar)) = match effort {
        Effort::Full => (
            &BENCHMARKS[..],
            usize::MAX,
            (4000, 10_000),
            ("clean run", 1),
        ),
        Effort::Quick => (&BENCHMARKS[..1], 2, (2000, 500), ("paper", 0)),
    };
    let (epochs, samples) = budget;
    println!("{:25}{:<16}{:<16}paper", "", "here", "clean run");
    let mut short = Vec::new();
    for benchmark in benchmarks {
        let &Benchmark {
            name,
            rmse,
            log_likelihood,
        } = benchmark;
        let scores = run(&folder.join(name), splits, Budget { epochs, samples })?;
        let error = line(name, "RMSE", &scores, |s| s.rmse, rmse);
        let likelihood = line(
            "",
            "log-likelihood",
            &scores,
            |s| s.log_likelihood,
            log_likelihood,
        );
        let (most, least) = (rmse[bar], log_likelihood[bar]);
        let good = error <= most.0 + most.1 && likelihood >= least.0 - least.1;
        if !good {
            short.push(name);
        }
    }
    match short.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "worse than the {rival} by more than its standard error: {}",
            short.join(", ")
        ))),
    }
}

/// Prints mean and standard error of one of the scores beside those of others; the mean.
fn line(
    table: &str,
    name: &str,
    scores: &[Score],
    of: impl Fn(&Score) -> f64,
    others: [(f64, f64); 2],
) -> f64 {
    let n = scores.len() as f64;
    let mean = scores.iter().map(&of).sum::<f64>() / n;
    let squares: f64 = scores.iter().map(|score| (of(score) - mean).powi(2)).sum();
    let error = (squares / (n - 1.0) / n).sqrt();
    let cell = |(mean, error): (f64, f64)| format!("{mean:.3} ± {error:.3}");
    let [paper, clean] = others.map(cell);
    println!(
        "{table:<9} {name:<14} {:<15} {clean:<15} {paper}",
        cell((mean, error))
    );
    mean
}

/// What the test rows of one split say.
struct Score {
    rmse: f64,
    log_likelihood: f64,
}

/// The probabilities to keep are part of a network's type: so here is a network for each, and for
/// each number of inputs.
macro_rules! run_with_inputs {
    ($table:ident, $found:ident, $splits:ident, $taus:ident, $budget:ident: $($inputs:literal)*) => {
        match $found {
            $($inputs => run_splits($table, $splits, &run_with_inputs!(@networks $inputs), $taus, $budget),)*
            found => Err(Failure::new(format!(
                "{} has {found} inputs, but this example is compiled for 6 or 8",
                $table.name
            ))),
        }
    };
    (@networks $inputs:literal) => {
        run_with_inputs!(@keeps $inputs 0.995 0.99 0.95 0.9)
    };
    (@keeps $inputs:literal $($keep:literal)*) => {
        [$({
            network! {
                struct Regressor = $inputs -> dropout($keep) -> relu(50) -> dropout($keep) -> 1;
                loss = mse;
            }
            ($keep, train::<Regressor, $inputs> as Train<$inputs>)
        }),*]
    };
}

fn run(folder: &Path, splits: usize, budget: Budget) -> Result<Vec<Score>, Failure> {
    let table = &Table::read_validating(folder, Validation::Last)?;
    let taus = &precisions(&folder.join("meta.json"))?;
    let splits = &table.splits[..splits.min(table.splits.len())];
    let found = table.inputs[0].len();
    run_with_inputs!(table, found, splits, taus, budget: 6 8)
}

/// The precisions to choose from: `tau_grid` of the table's description.
fn precisions(path: &Path) -> Result<Vec<f64>, Failure> {
    let wrong = |what: &str| Failure::new(format!("{}: {what}", path.display()));
    let meta: serde_json::Value =
        serde_json::from_str(&read_file(path)?).map_err(|error| wrong(&error.to_string()))?;
    let grid = meta["tau_grid"].as_array().filter(|grid| !grid.is_empty());
    let grid = grid.ok_or_else(|| wrong("`tau_grid` must list precisions"))?;
    let number = |value: &serde_json::Value| {
        let tau = value.as_f64().filter(|&tau| tau > 0.0);
        tau.ok_or_else(|| wrong(&format!("the precision {value} is not a positive number")))
    };
    grid.iter().map(number).collect()
}

/// A part of a table: rows of inputs and targets.
struct Part<const K: usize> {
    inputs: Vec<[f32; K]>,
    targets: Vec<[f32; 1]>,
}

/// Trains a network on a part with a prior and a precision.
type Train<const K: usize> = fn(&Part<K>, Prior, f64, usize, u64) -> Result<Sampler<K>, Failure>;

/// Samples predictions for rows of inputs, in the target's own units.
type Sampler<const K: usize> =
    Box<dyn Fn(&[[f32; K]], usize) -> Result<PredictiveSamples<[f32; 1]>, Error>>;

/// All splits, as many at a time as there are processors.
fn run_splits<const K: usize>(
    table: &Table,
    splits: &[Split],
    networks: &[(f64, Train<K>)],
    taus: &[f64],
    budget: Budget,
) -> Result<Vec<Score>, Failure> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let each = splits.len().div_ceil(workers);
    let one = |(seed, split): (u64, &Split)| run_split(table, split, networks, taus, budget, seed);
    let numbered: Vec<_> = (0..).zip(splits).collect();
    std::thread::scope(|scope| {
        let parts = numbered.chunks(each);
        let threads: Vec<_> = parts
            .map(|part| {
                scope.spawn(move || part.iter().copied().map(one).collect::<Result<Vec<_>, _>>())
            })
            .collect();
        let mut scores = Vec::new();
        for thread in threads {
            let found = thread
                .join()
                .map_err(|_| Failure::new("a thread panicked"))?;
            scores.extend(found?);
        }
        Ok(scores)
    })
}

/// One point of the grid.
struct Choice<const K: usize> {
    train: Train<K>,
    keep: f64,
    tau: f64,
}

impl<const K: usize> Choice<K> {
    fn train(&self, part: &Part<K>, budget: Budget, seed: u64) -> Result<Sampler<K>, Failure> {
        let prior = Prior {
            keep: self.keep,
            length_scale: 0.01,
        };
        (self.train)(part, prior, self.tau, budget.epochs, seed)
    }
}

/// The point of the grid that the validation rows like best, trained on all training rows, on the
/// test rows.
fn run_split<const K: usize>(
    table: &Table,
    split: &Split,
    networks: &[(f64, Train<K>)],
    taus: &[f64],
    budget: Budget,
    seed: u64,
) -> Result<Score, Failure> {
    let part = |rows: &[usize]| Part {
        inputs: rows
            .iter()
            .map(|&i| std::array::from_fn(|j| table.inputs[i][j] as f32))
            .collect(),
        targets: rows.iter().map(|&i| [table.targets[i] as f32]).collect(),
    };
    let [training, validation, test] =
        [&split.train, &split.validation, &split.test].map(|rows| part(rows));
    let mut best: Option<(f64, Choice<K>)> = None;
    for &(keep, train) in networks {
        for &tau in taus {
            let choice = Choice { train, keep, tau };
            let sampler = choice.train(&training, budget, seed)?;
            let samples = sampler(&validation.inputs, budget.samples)?;
            let likelihood = predictive_log_likelihood(&samples, &validation.targets, tau)?;
            if best.as_ref().is_none_or(|(most, _)| likelihood > *most) {
                best = Some((likelihood, choice));
            }
        }
    }
    let (_, choice) = best.ok_or_else(|| Failure::new("an empty grid"))?;
    let all = part(&[&split.train[..], &split.validation[..]].concat());
    let sampler = choice.train(&all, budget, seed)?;
    let samples = sampler(&test.inputs, budget.samples)?;
    Ok(Score {
        rmse: rmse(&samples.moments().mean, &test.targets)?,
        log_likelihood: predictive_log_likelihood(&samples, &test.targets, choice.tau)?,
    })
}

fn train<N, const K: usize>(
    part: &Part<K>,
    prior: Prior,
    tau: f64,
    epochs: usize,
    seed: u64,
) -> Result<Sampler<K>, Failure>
where
    N: MonteCarlo<Input = [f32; K], Output = [f32; 1], Target = [f32; 1]>,
{
    let inputs = Standardizer::fit(&part.inputs)?;
    let targets = Standardizer::fit(&part.targets)?;
    let decay = prior.weight_decay(part.inputs.len(), tau)?;
    let mut network = N::init(Init::glorot_uniform(), seed);
    Trainer::new(Adam::new(0.001))
        .epochs(epochs)
        .batch_size(128)
        .seed(seed)
        .penalty(Penalty::l2(2.0 * decay)) // of which P has one half
        .fit(
            &mut network,
            &inputs.transform(&part.inputs)?,
            &targets.transform(&part.targets)?,
        )?;
    Ok(Box::new(move |rows, samples| {
        let samples = network.sample_mc(&inputs.transform(rows)?, samples, seed)?;
        Ok(samples.unstandardize(&targets))
    }))
}
