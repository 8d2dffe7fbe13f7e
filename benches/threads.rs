//! What a second thread gains.
//!
//! ```text
//! cargo bench --bench threads --features rayon                 measure and print
//! cargo bench --bench threads --features rayon -- --threads 4  … with up to four threads
//! ```
//!
//! Times whole epochs of the trainer, without threads and with 1, 2, … of them, in turns, and prints
//! medians over the rounds. Without `--bench`, which cargo passes when it benchmarks, one short
//! round runs and nothing is said about its times.

use std::process::ExitCode;
use std::time::Instant;
use unrolled::network::Row;
use unrolled::prelude::*;

network! { struct W2 = 2 -> tanh(50) -> tanh(50) -> tanh(50) -> tanh(50) -> 1; loss = mse; }
network! { struct W3 = 784 -> relu(128) -> relu(64) -> 10; loss = cross_entropy; }
network! { struct W6 = 512 -> relu(512) -> relu(512) -> 10; loss = cross_entropy; }

/// How long to measure.
struct Effort {
    threads: usize,
    rounds: usize,
    /// Least seconds of a fit.
    block: f64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let threads = arguments
        .iter()
        .position(|argument| argument == "--threads");
    let threads = match threads.map(|at| arguments.get(at + 1).map(|text| text.parse())) {
        None => 2,
        Some(Some(Ok(threads))) if threads > 0 => threads,
        Some(_) => {
            eprintln!("threads: --threads wants a number, at least 1");
            return ExitCode::FAILURE;
        }
    };
    let is_measuring = arguments.iter().any(|argument| argument == "--bench");
    let (rounds, block) = if is_measuring { (15, 0.2) } else { (1, 0.0) };
    let effort = Effort {
        threads,
        rounds,
        block,
    };
    println!("network  rows  threads  step (µs)  speed-up over none");
    let measured = row::<W2>(256, &effort)
        .and(row::<W3>(64, &effort))
        .and(row::<W6>(256, &effort));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("threads: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures one network on batches of so many rows.
fn row<N: Network<Scalar = f32>>(rows: usize, effort: &Effort) -> Result<(), Error> {
    const BATCHES: usize = 10;
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for i in 0..BATCHES * rows {
        let (mut input, mut target) = (N::Input::ZERO, N::Target::ZERO);
        for (j, x) in input.as_mut_slice().iter_mut().enumerate() {
            *x = ((i * 31 + j * 17) as f32).sin();
        }
        target.as_mut_slice()[i % N::TARGETS] = 1.0;
        inputs.push(input);
        targets.push(target);
    }
    let fit = |threads: usize, epochs: usize| {
        let trainer = Trainer::new(Adam::new(1e-6))
            .batch_size(rows)
            .epochs(epochs);
        let trainer = match threads {
            0 => trainer,
            threads => trainer.threads(threads),
        };
        let mut network = N::init(Init::default(), 1);
        let start = Instant::now();
        trainer.fit(&mut network, &inputs, &targets)?;
        Ok::<_, Error>(start.elapsed().as_secs_f64() / (epochs * BATCHES) as f64)
    };
    let epochs = (effort.block / (fit(0, 3)? * BATCHES as f64))
        .ceil()
        .max(1.0) as usize;
    let mut times = vec![Vec::new(); effort.threads + 1];
    for _ in 0..effort.rounds {
        for (threads, times) in times.iter_mut().enumerate() {
            times.push(fit(threads, epochs)?);
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    for (threads, time) in medians.iter().enumerate() {
        let (name, micro, gain) = (N::NAME, time * 1e6, medians[0] / time);
        println!("{name:<7}  {rows:>4}  {threads:>7}  {micro:>9.1}  {gain:>8.2}");
    }
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
