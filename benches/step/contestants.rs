//! The two sides of every comparison: the generated network, and the dynamic baseline.

use crate::measure::Contestant;
use crate::networks::Twin;
use ndarray::Array2;
use std::hint::black_box;
use unrolled::init::Init;
use unrolled::network::{Draw, Network, Row};
use unrolled::optim::{Adam, AdamState, Optimizer, Step};
use unrolled::simd::Isa;
use unrolled::workspace::{Aligned, Workspace};

/// Why no step fails here.
const FITS: &str = "rows, slices and settings were made for this network";

/// Something that can be trained, one step after the other on the same batch.
pub trait Training: Contestant {
    /// Back to the start, with these settings of Adam.
    fn restart_with(&mut self, adam: Adam);
    /// One step; the loss before it, summed over the rows.
    fn step(&mut self) -> f32;
    /// All parameters, flat.
    fn parameters(&mut self) -> Vec<f32>;
}

/// Something that predicts the same batch again and again.
pub trait Prediction: Contestant {
    /// All outputs, row by row.
    fn outputs(&mut self) -> Vec<f32>;
}

/// Adam as it is timed: the usual settings, but a rate so small that in a block of 100 000 steps
/// on one batch no unit dies and no gradient becomes denormal.
fn timed() -> Adam {
    Adam::new(1e-6)
}

/// Rows, targets and initial parameters, the same for both sides.
pub struct Data {
    /// How many rows.
    pub rows: usize,
    inputs: Vec<f32>,
    targets: Vec<f32>,
    parameters: Vec<f32>,
}

impl Data {
    /// Numbers in (−1, 1) that look random; under cross-entropy the targets are one-hot rows.
    pub fn new<N: Network<Scalar = f32>>(rows: usize) -> Self {
        let one_hot = |i: usize| f32::from(u8::from(i % N::TARGETS == i / N::TARGETS % N::TARGETS));
        let targets = match N::LOSS {
            "cross_entropy" => (0..rows * N::TARGETS).map(one_hot).collect(),
            _ => numbers(2, rows * N::TARGETS),
        };
        Self {
            rows,
            inputs: numbers(1, rows * N::INPUTS),
            targets,
            parameters: N::init(Init::default(), 1).parameters().to_vec(),
        }
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

fn rows_of<R: Row<Scalar = f32>>(flat: &[f32]) -> Vec<R> {
    let row = |values: &[f32]| {
        let mut row = R::ZERO;
        row.as_mut_slice().copy_from_slice(values);
        row
    };
    flat.chunks(R::WIDTH).map(row).collect()
}

fn matrix(rows: usize, flat: &[f32]) -> Array2<f32> {
    let shape = (rows, flat.len() / rows);
    Array2::from_shape_vec(shape, flat.to_vec()).expect(FITS)
}

/// Training of the generated network: `gradient`, then Adam with scale 1/n.
pub struct Ours<N: Network> {
    isa: Isa,
    start: N,
    network: N,
    inputs: Vec<N::Input>,
    targets: Vec<N::Target>,
    adam: Adam,
    state: AdamState<f32>,
    gradient: Aligned<f32>,
    workspace: Workspace<f32>,
    draw: Draw,
}

impl<N: Network<Scalar = f32>> Ours<N> {
    /// Ready to start on this data.
    pub fn new(isa: Isa, data: &Data) -> Self {
        let mut start = N::zeros();
        start.parameters_mut().copy_from_slice(&data.parameters);
        Self {
            isa,
            network: start.clone(),
            start,
            inputs: rows_of(&data.inputs),
            targets: rows_of(&data.targets),
            adam: timed(),
            state: prepared::<N>(timed()),
            gradient: Aligned::zeros(N::PARAMETERS),
            workspace: Workspace::new(),
            draw: Draw::default(),
        }
    }
}

fn prepared<N: Network<Scalar = f32>>(adam: Adam) -> AdamState<f32> {
    adam.prepare(N::TENSORS).expect(FITS)
}

impl<N: Network<Scalar = f32>> Training for Ours<N> {
    fn restart_with(&mut self, adam: Adam) {
        self.network = self.start.clone();
        self.adam = adam;
        self.state = prepared::<N>(adam);
        self.draw = Draw::default();
    }

    fn step(&mut self) -> f32 {
        let Self {
            isa,
            network,
            gradient,
            workspace,
            draw,
            ..
        } = self;
        let (inputs, targets) = (black_box(&self.inputs), black_box(&self.targets));
        let loss = network
            .gradient(*isa, inputs, targets, *draw, workspace, gradient)
            .expect(FITS);
        draw.step += 1;
        let step = Step {
            isa: *isa,
            rate: self.adam.rate,
            scale: 1.0 / inputs.len() as f64,
        };
        let parameters = network.parameters_mut();
        self.adam
            .step(&mut self.state, step, parameters, gradient)
            .expect(FITS);
        loss
    }

    fn parameters(&mut self) -> Vec<f32> {
        self.network.parameters().to_vec()
    }
}

impl<N: Network<Scalar = f32>> Contestant for Ours<N> {
    fn restart(&mut self) {
        self.restart_with(timed());
    }

    fn run(&mut self, times: usize) {
        for _ in 0..times {
            black_box(self.step());
        }
    }
}

/// Training of the dynamic network.
pub struct Baseline {
    network: baseline::Network<f32>,
    start: Vec<f32>,
    inputs: Array2<f32>,
    targets: Array2<f32>,
    adam: baseline::Adam<f32>,
}

impl Baseline {
    /// Ready to start on this data.
    pub fn new(network: baseline::Network<f32>, data: &Data) -> Self {
        let mut baseline = Self {
            network,
            start: data.parameters.clone(),
            inputs: matrix(data.rows, &data.inputs),
            targets: matrix(data.rows, &data.targets),
            adam: baseline::Adam::default(),
        };
        baseline.restart();
        baseline
    }
}

impl Training for Baseline {
    fn restart_with(&mut self, adam: Adam) {
        self.network.set_parameters(&self.start).expect(FITS);
        self.adam = baseline::Adam::new(adam.rate);
        self.adam.epsilon = adam.epsilon;
    }

    fn step(&mut self) -> f32 {
        let (inputs, targets) = (black_box(&self.inputs), black_box(&self.targets));
        self.network
            .step(inputs.view(), targets.view(), &mut self.adam)
            .expect(FITS)
    }

    fn parameters(&mut self) -> Vec<f32> {
        self.network.parameters()
    }
}

impl Contestant for Baseline {
    fn restart(&mut self) {
        self.restart_with(timed());
    }

    fn run(&mut self, times: usize) {
        for _ in 0..times {
            black_box(self.step());
        }
    }
}

/// Prediction of a batch into memory that is there, with scratch memory that is there.
pub struct OursBatch<N: Network> {
    isa: Isa,
    network: N,
    inputs: Vec<N::Input>,
    outputs: Vec<N::Output>,
    workspace: Workspace<f32>,
}

impl<N: Network<Scalar = f32>> OursBatch<N> {
    /// Ready to predict these rows.
    pub fn new(isa: Isa, data: &Data) -> Self {
        Self {
            isa,
            network: N::init(Init::default(), 1),
            inputs: rows_of(&data.inputs),
            outputs: vec![N::Output::ZERO; data.rows],
            workspace: Workspace::new(),
        }
    }
}

impl<N: Network<Scalar = f32>> Contestant for OursBatch<N> {
    fn run(&mut self, times: usize) {
        for _ in 0..times {
            let (inputs, outputs) = (black_box(&self.inputs), &mut self.outputs);
            self.network
                .predict_into(self.isa, inputs, outputs, &mut self.workspace)
                .expect(FITS);
            black_box(&self.outputs);
        }
    }
}

impl<N: Network<Scalar = f32>> Prediction for OursBatch<N> {
    fn outputs(&mut self) -> Vec<f32> {
        self.run(1);
        let rows = self.outputs.iter();
        rows.flat_map(|row| row.as_slice()).copied().collect()
    }
}

/// Prediction of one row by the generated `forward`: arrays in, arrays out.
pub struct OursRow<N: Network> {
    network: N,
    input: [N::Input; 1],
}

impl<N: Twin> OursRow<N> {
    /// Ready to predict the first row.
    pub fn new(data: &Data) -> Self {
        Self {
            network: N::init(Init::default(), 1),
            input: [rows_of(&data.inputs)[0]],
        }
    }
}

impl<N: Twin> Contestant for OursRow<N> {
    fn run(&mut self, times: usize) {
        for _ in 0..times {
            black_box(self.network.forward_row(black_box(&self.input)));
        }
    }
}

impl<N: Twin> Prediction for OursRow<N> {
    fn outputs(&mut self) -> Vec<f32> {
        let [output] = self.network.forward_row(&self.input);
        output.as_slice().to_vec()
    }
}

/// Prediction by the dynamic network, in place where it can.
pub struct BaselineBatch {
    network: baseline::Network<f32>,
    inputs: Array2<f32>,
    outputs: Array2<f32>,
}

impl BaselineBatch {
    /// Ready to predict these rows.
    pub fn new(mut network: baseline::Network<f32>, data: &Data) -> Self {
        network.set_parameters(&data.parameters).expect(FITS);
        let columns = data.targets.len() / data.rows;
        Self {
            network,
            inputs: matrix(data.rows, &data.inputs),
            outputs: Array2::zeros((data.rows, columns)),
        }
    }
}

impl Contestant for BaselineBatch {
    fn run(&mut self, times: usize) {
        for _ in 0..times {
            let inputs = black_box(&self.inputs).view();
            self.network
                .predict_into(inputs, self.outputs.view_mut())
                .expect(FITS);
            black_box(&self.outputs);
        }
    }
}

impl Prediction for BaselineBatch {
    fn outputs(&mut self) -> Vec<f32> {
        self.run(1);
        self.outputs.iter().copied().collect()
    }
}
