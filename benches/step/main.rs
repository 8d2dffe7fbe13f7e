//! How fast a training step is: against the processor's own limit and against a dynamic network.
//!
//! ```text
//! cargo bench --bench step                      measure and print
//! cargo bench --bench step -- --json FILE       … and write the numbers
//! cargo bench --bench step -- --only W1,W3      … of these networks
//! cargo bench --bench step -- --isa avx2        … with this instruction set
//! cargo bench --bench step -- --rounds 9        … as medians of nine rounds
//! cargo bench --bench step -- --formulas        formulas of the user's beside the built-in ones
//! cargo bench --bench step -- --instructions    count the instructions of a step, under valgrind
//! cargo bench --bench step -- --quick           check the results instead, and no times
//! ```
//!
//! A step is forward, loss, backward and Adam, `f32`, one core, data in memory. The generated code
//! and the dynamic baseline get the same rows, targets and initial parameters. Everything runs in
//! one process: a round measures the peak, ours and the baseline of every network in blocks of at
//! least 0.1 s, and what is reported are medians over the rounds, so a slow spell of the machine
//! meets all contestants alike. Without `--bench`, which cargo passes when it benchmarks, the
//! results are checked as with `--quick`: so `cargo test --benches` is quick, too.

mod check;
mod contestants;
mod formulas;
mod instructions;
mod measure;
mod networks;
mod options;
mod report;
mod workloads;

use measure::Contestant;
use options::{Mode, Options};
use std::error::Error;
use std::process::ExitCode;
use workloads::Suite;

fn main() -> ExitCode {
    let done = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => run(&options),
        Ok(None) => {
            println!("{}", options::USAGE);
            Ok(())
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("step: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut suite = Suite::new(options.isa);
    suite.keep(&options.only)?;
    match &options.mode {
        Mode::Instructions { record } => instructions::check(*record),
        Mode::Steps { name, count } => instructions::steps(suite, name, *count),
        Mode::Check => {
            suite.share_masks(options.isa);
            check::suite(&mut suite)?;
            formulas::check(options.isa)
        }
        Mode::Formulas { rounds } => {
            formulas::measure(options.isa, *rounds);
            Ok(())
        }
        Mode::Measure { rounds, json } => {
            let report = measured(options, &mut suite, *rounds);
            print!("{report}");
            if let Some(path) = json {
                std::fs::write(path, report.json())
                    .map_err(|error| format!("{}: {error}", path.display()))?;
            }
            Ok(())
        }
    }
}

/// Times the whole suite, the peak before every workload.
fn measured(options: &Options, suite: &mut Suite, rounds: usize) -> report::Report {
    let peak = || Box::new(measure::Peak::new(options.isa));
    let mut peaks: Vec<_> = suite.workloads.iter().map(|_| peak()).collect();
    let mut contestants: Vec<&mut dyn Contestant> = Vec::new();
    for (workload, peak) in suite.workloads.iter_mut().zip(&mut peaks) {
        contestants.push(peak.as_mut());
        contestants.push(workload.ours.as_mut());
        contestants.push(workload.baseline.as_mut());
    }
    for inference in &mut suite.inferences {
        contestants.push(inference.ours.as_mut());
        contestants.push(inference.baseline.as_mut());
    }
    let times = measure::rounds(&mut contestants, rounds);
    let times: Vec<_> = times.into_iter().map(measure::median).collect();
    report::Report::new(options.isa, suite, &times)
}
