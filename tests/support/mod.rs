//! What the tests share: random numbers, networks with data, and how close is close.

#![allow(dead_code)] // every test binary compiles this file for itself and uses a part of it

pub mod netlab;
pub mod reference;

use unrolled::math::Real;
use unrolled::network::{Draw, Network, Role, Row, Tensor};
use unrolled::optim::{Optimizer, Step};
use unrolled::simd::Isa;
use unrolled::workspace::Workspace;

/// The draw of dropout masks wherever a test does not care.
pub const DRAW: Draw = Draw { seed: 5, step: 3 };

/// Numbers in (−1, 1) from splitmix64, rounded to `f32` so that `f32` and `f64` networks get the same.
pub fn numbers(seed: u64, length: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0xd134_2543_de82_ef95);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let uniform = ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
        f64::from((2.0 * uniform - 1.0) as f32)
    };
    (0..length).map(|_| next()).collect()
}

/// A network with rows to train it on.
#[derive(Clone)]
pub struct Given<N: Network> {
    pub network: N,
    pub inputs: Vec<N::Input>,
    pub targets: Vec<N::Target>,
}

impl<N: Network> Given<N> {
    /// Everything random: parameters, running statistics, inputs, and targets that suit the loss.
    /// The same seed gives networks of the same widths the same values.
    pub fn random(rows: usize, seed: u64) -> Self {
        let mut network = N::zeros();
        fill(N::TENSORS, seed + 1, network.parameters_mut());
        fill(N::STATISTIC_TENSORS, seed + 2, network.statistics_mut());
        Self {
            network,
            inputs: to_rows(&numbers(seed + 3, rows * N::INPUTS)),
            targets: targets::<N>(rows, seed + 4),
        }
    }

    /// One training pass: the loss and the gradient, both summed over the rows.
    pub fn gradient(&mut self, isa: Isa) -> (f64, Vec<f64>) {
        let mut gradient = vec![N::Scalar::from_f64(f64::NAN); N::PARAMETERS];
        let loss = self
            .network
            .gradient(
                isa,
                &self.inputs,
                &self.targets,
                DRAW,
                &mut Workspace::new(),
                &mut gradient,
            )
            .expect("rows that pair up");
        (loss.to_f64(), to_f64(&gradient))
    }

    /// The loss of predictions, summed over the rows.
    pub fn loss(&self, isa: Isa) -> f64 {
        self.network
            .loss(isa, &self.inputs, &self.targets, &mut Workspace::new())
            .expect("rows that pair up")
            .to_f64()
    }

    /// The predictions of all rows, flat.
    pub fn predict(&self, isa: Isa) -> Vec<f64> {
        let mut outputs = vec![N::Output::ZERO; self.inputs.len()];
        self.network
            .predict_into(isa, &self.inputs, &mut outputs, &mut Workspace::new())
            .expect("as many outputs as inputs");
        flat(&outputs)
    }
}

/// Training by hand: full batches, the mean gradient, one step after the other.
pub struct Training<N: Network, O: Optimizer<N::Scalar>> {
    pub given: Given<N>,
    /// The gradient of the last step, summed over the rows.
    pub gradient: Vec<N::Scalar>,
    isa: Isa,
    optimizer: O,
    state: O::State,
    workspace: Workspace<N::Scalar>,
    steps: u64,
}

impl<N: Network, O: Optimizer<N::Scalar>> Training<N, O> {
    pub fn new(given: Given<N>, optimizer: O, isa: Isa) -> Self {
        Self {
            given,
            gradient: vec![N::Scalar::ZERO; N::PARAMETERS],
            isa,
            state: optimizer.prepare(N::TENSORS).expect("valid settings"),
            optimizer,
            workspace: Workspace::new(),
            steps: 0,
        }
    }

    /// One step; returns the loss before it, summed over the rows.
    pub fn step(&mut self) -> f64 {
        let scale = 1.0 / self.given.inputs.len() as f64;
        self.scaled_step(scale)
    }

    /// One step along `scale` times the summed gradient.
    pub fn scaled_step(&mut self, scale: f64) -> f64 {
        let Given {
            network,
            inputs,
            targets,
        } = &mut self.given;
        let draw = Draw {
            step: self.steps,
            ..DRAW
        };
        let (workspace, gradient) = (&mut self.workspace, &mut self.gradient);
        let loss = network
            .gradient(self.isa, inputs, targets, draw, workspace, gradient)
            .expect("rows that pair up");
        let step = Step {
            isa: self.isa,
            rate: self.optimizer.rate(),
            scale,
        };
        self.optimizer
            .step(&mut self.state, step, network.parameters_mut(), gradient)
            .expect("a gradient as long as the parameters");
        self.steps += 1;
        loss.to_f64()
    }
}

/// Parameters of about the size they have in practice; variances positive.
fn fill<T: Real>(tensors: &[Tensor], seed: u64, values: &mut [T]) {
    for (value, u) in values.iter_mut().zip(numbers(seed, total(tensors))) {
        *value = T::from_f64(u);
    }
    for tensor in tensors {
        for value in &mut values[tensor.range()] {
            let u = value.to_f64();
            *value = T::from_f64(match tensor.role {
                Role::Scale => 1.0 + 0.5 * u,
                Role::Variance | Role::InputDeviation | Role::TargetDeviation => 0.5 + 0.25 * u,
                _ => u,
            });
        }
    }
}

/// The length of the flat slice that the tensors make up.
pub fn total(tensors: &[Tensor]) -> usize {
    tensors.iter().map(|tensor| tensor.range().len()).sum()
}

/// One-hot rows for classes, 0 or 1 for a binary loss, else any numbers.
fn targets<N: Network>(rows: usize, seed: u64) -> Vec<N::Target> {
    let mut values = numbers(seed, rows * N::TARGETS);
    match N::LOSS {
        "cross_entropy" => {
            for row in values.chunks_mut(N::TARGETS) {
                let class = (row[0].abs() * N::TARGETS as f64) as usize;
                row.fill(0.0);
                row[class] = 1.0;
            }
        }
        "binary_cross_entropy" => {
            for value in &mut values {
                *value = f64::from(u8::from(*value > 0.0));
            }
        }
        _ => {}
    }
    to_rows(&values)
}

/// Flat values as rows.
pub fn to_rows<R: Row>(values: &[f64]) -> Vec<R> {
    let cut = |values: &[f64]| {
        let mut row = R::ZERO;
        for (to, &from) in row.as_mut_slice().iter_mut().zip(values) {
            *to = R::Scalar::from_f64(from);
        }
        row
    };
    values.chunks(R::WIDTH).map(cut).collect()
}

/// Rows as flat values.
pub fn flat<R: Row>(rows: &[R]) -> Vec<f64> {
    rows.iter().flat_map(|row| to_f64(row.as_slice())).collect()
}

pub fn to_f64<T: Real>(values: &[T]) -> Vec<f64> {
    values.iter().map(|value| value.to_f64()).collect()
}

/// ‖x‖₂
pub fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// ‖found − expected‖₂ / ‖expected‖₂; infinite where something is NaN or nothing is to compare.
#[track_caller]
pub fn distance(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let difference: Vec<_> = found.iter().zip(expected).map(|(f, e)| f - e).collect();
    let distance = norm(&difference) / norm(expected);
    if distance.is_nan() {
        f64::INFINITY
    } else {
        distance
    }
}

/// Normwise agreement: one small element among large ones is not looked at alone.
#[track_caller]
pub fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let distance = distance(found, expected);
    assert!(
        distance <= tolerance,
        "{what}: off by {distance:e}, allowed {tolerance:e}\n{found:?}\n{expected:?}"
    );
}
