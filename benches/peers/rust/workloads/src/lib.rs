//! The workloads, and how a peer is timed: `../python/workloads.py` in Rust.
//!
//! A step is forward, loss, backward and Adam with exact division and square root, in `f32`, on one
//! core, on one batch that stays in memory. Losses are means over the batch.

use cpu_time::ProcessTime;
use std::hint::black_box;
use std::time::Duration;

/// The smallest time of a block.
const BLOCK: Duration = Duration::from_millis(100);
/// How many blocks the median is taken of.
const ROUNDS: usize = 7;
/// A rate so small that thousands of steps on one batch leave no unit dead and no gradient denormal.
const RATE: f64 = 1e-6;

/// A network and its batch.
pub struct Workload {
    /// Its name.
    pub name: &'static str,
    /// Rows of the batch.
    pub rows: usize,
    /// Columns of the inputs.
    pub inputs: usize,
    /// The layers.
    pub layers: Vec<Layer>,
    /// The loss.
    pub loss: Loss,
}

/// One layer.
#[derive(Clone, Copy)]
pub enum Layer {
    /// X W + b with this many units.
    Dense(usize),
    /// tanh.
    Tanh,
    /// relu.
    Relu,
    /// Inverted dropout with this probability to **keep**.
    Dropout(f64),
    /// Batch normalization.
    BatchNorm,
}

/// A loss, the mean over rows.
#[derive(Clone, Copy, PartialEq)]
pub enum Loss {
    /// The mean square over a row's columns.
    Mse,
    /// Half the sum of squares over a row's columns.
    SumSquares,
    /// Softmax cross-entropy; targets are classes.
    CrossEntropy,
}

/// A framework with a network and a batch.
pub trait Peer {
    /// The network at its start, with Adam at this rate.
    fn start(workload: &Workload, rate: f64) -> Self;
    /// One training step.
    fn step(&mut self);
    /// The loss before the last step.
    fn loss(&self) -> f32;
}

/// All workloads.
pub fn workloads() -> Vec<Workload> {
    use Layer::{BatchNorm, Dense, Dropout, Relu, Tanh};
    use Loss::{CrossEntropy, Mse, SumSquares};
    let tanh = |units: usize, times: usize| [Dense(units), Tanh].repeat(times);
    let relu = |units: usize, times: usize| [Dense(units), Relu].repeat(times);
    let workload = |name, rows, inputs, layers: &[&[Layer]], loss| Workload {
        name,
        rows,
        inputs,
        layers: layers.concat(),
        loss,
    };
    let small = [&tanh(32, 1)[..], &tanh(16, 1), &[Dense(4)]];
    vec![
        workload("W1", 32, 2, &[&tanh(50, 1), &[Dense(1)]], Mse),
        workload(
            "W1d",
            32,
            2,
            &[&tanh(50, 1), &[Dropout(0.8), BatchNorm, Dense(1)]],
            Mse,
        ),
        workload("W2", 256, 2, &[&tanh(50, 4), &[Dense(1)]], Mse),
        workload(
            "W3",
            64,
            784,
            &[&relu(128, 1), &relu(64, 1), &[Dense(10)]],
            CrossEntropy,
        ),
        workload("W4", 128, 64, &[&tanh(64, 2), &[Dense(64)]], Mse),
        workload("W5", 200, 4, &small, SumSquares),
        workload("W5f", 10_000, 4, &small, SumSquares),
        workload("W6", 256, 512, &[&relu(512, 2), &[Dense(10)]], CrossEntropy),
    ]
}

impl Workload {
    /// Columns of the outputs.
    pub fn outputs(&self) -> usize {
        let dense = |layer: &Layer| match layer {
            Layer::Dense(units) => Some(*units),
            _ => None,
        };
        self.layers
            .iter()
            .filter_map(dense)
            .last()
            .unwrap_or(self.inputs)
    }

    /// The inputs, row by row, in (−1, 1).
    pub fn x(&self) -> Vec<f32> {
        numbers(1, self.rows * self.inputs)
    }

    /// The targets of a regression, row by row, in (−1, 1).
    pub fn y(&self) -> Vec<f32> {
        numbers(2, self.rows * self.outputs())
    }

    /// The targets of a classification.
    pub fn classes(&self) -> Vec<u32> {
        (0..self.rows)
            .map(|row| (row % self.outputs()) as u32)
            .collect()
    }
}

/// Numbers in (−1, 1) from a linear congruential generator's upper bits.
fn numbers(seed: u64, length: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    };
    (0..length).map(|_| next()).collect()
}

/// Times all workloads and prints the result as JSON.
pub fn report<P: Peer>(peer: &str, version: &str, settings: &str) {
    let line = |workload: &Workload| {
        assert!(learns::<P>(workload), "{} does not learn", workload.name);
        let time = seconds::<P>(workload) * 1e6;
        format!(r#"  {{"name": "{}", "us": {time:.3}}}"#, workload.name)
    };
    let lines: Vec<_> = workloads().iter().map(line).collect();
    println!(
        "{{\n \"peer\": \"{peer}\",\n \"version\": \"{version}\",\n \"settings\": \"{settings}\",\n \
         \"workloads\": [\n{}\n ]\n}}",
        lines.join(",\n")
    );
}

/// Whether the loss falls over many steps: a step that does not train must not be timed.
fn learns<P: Peer>(workload: &Workload) -> bool {
    let mut peer = P::start(workload, 1e-3);
    let losses: Vec<f32> = (0..100)
        .map(|_| {
            peer.step();
            peer.loss()
        })
        .collect();
    losses[90..].iter().sum::<f32>() < losses[..10].iter().sum()
}

/// Seconds of processor time for a step, the median over blocks. On one core that is what the wall
/// clock would show were the core not shared.
fn seconds<P: Peer>(workload: &Workload) -> f64 {
    let block = |count: usize| {
        let mut peer = P::start(workload, RATE);
        (0..count / 50 + 1).for_each(|_| peer.step());
        let start = ProcessTime::now();
        (0..count).for_each(|_| peer.step());
        let time = start.elapsed();
        black_box(peer.loss());
        time
    };
    let mut count = 1;
    let mut time = block(count);
    while time < BLOCK / 8 {
        count *= 2;
        time = block(count);
    }
    let count = (1.05 * count as f64 * BLOCK.as_secs_f64() / time.as_secs_f64()).ceil() as usize;
    let mut times: Vec<_> = (0..ROUNDS).map(|_| block(count)).collect();
    times.sort();
    times[ROUNDS / 2].as_secs_f64() / count as f64
}
