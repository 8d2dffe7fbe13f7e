//! A network written by hand, for tests: f = x w + b with ½Σ(f − y)², and running means of its inputs
//! as if it had batch normalization. It records what it was asked to do, and can be told to fail.

use std::sync::{Arc, Mutex};

use crate::error::Error;
use crate::network::{Draw, Gain, Layer, Network, Role, Tensor};
use crate::simd::Isa;
use crate::workspace::Workspace;

/// `LEAST` is the smallest batch it trains on.
#[derive(Debug, Clone)]
pub(crate) struct Linear<const LEAST: usize = 1> {
    parameters: [f64; 3],
    statistics: [f64; 2],
    /// What goes wrong. Copies of a network share their log.
    pub(crate) poison: Poison,
    pub(crate) log: Arc<Mutex<Vec<Batch>>>,
}

/// One training pass.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Batch {
    pub(crate) draw: Draw,
    pub(crate) inputs: Vec<[f64; 2]>,
    pub(crate) targets: Vec<[f64; 1]>,
}

/// What is NaN from the training pass with this number on (from 0), or in validations after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Poison {
    Nothing,
    Loss(usize),
    Gradient(usize),
    Statistics(usize),
    Validation(usize),
}

impl<const LEAST: usize> Linear<LEAST> {
    pub(crate) fn poisoned(poison: Poison) -> Self {
        Self {
            poison,
            ..Self::zeros()
        }
    }

    pub(crate) fn batches(&self) -> Vec<Batch> {
        self.log.lock().unwrap().clone()
    }

    fn output(&self, x: &[f64; 2]) -> f64 {
        let [w1, w2, b] = self.parameters;
        x[0] * w1 + x[1] * w2 + b
    }
}

const fn tensor(name: &'static str, role: Role, shape: [usize; 2], offset: usize) -> Tensor {
    Tensor {
        name,
        role,
        rows: shape[0],
        columns: shape[1],
        offset,
    }
}

impl<const LEAST: usize> Network for Linear<LEAST> {
    type Scalar = f64;
    type Input = [f64; 2];
    type Output = [f64; 1];
    type Target = [f64; 1];
    const NAME: &'static str = "Linear";
    const LOSS: &'static str = "sum_squares";
    const TRAINING_FLOP: usize = 4;
    const PREDICTION_FLOP: usize = 2;
    const PARAMETERS: usize = 3;
    const STATISTICS: usize = 2;
    const TRAINING_DIFFERS: bool = false;
    const LEAST_BATCH: usize = LEAST;
    const WORKSPACE_BYTES: usize = 64;
    const WORKSPACE_BYTES_PER_ROW: usize = 0;
    const TENSORS: &'static [Tensor] = &[
        tensor("w1", Role::Weight(Gain::Glorot), [2, 1], 0),
        tensor("b1", Role::Bias, [1, 1], 2),
    ];
    const STATISTIC_TENSORS: &'static [Tensor] = &[tensor("mean1", Role::Mean, [1, 2], 0)];
    const LAYERS: &'static [Layer] = &[Layer {
        name: "1",
        width: 1,
        parameters: 3,
    }];
    const EQUATIONS: &'static str = "F = X W₁ + b₁";

    fn zeros() -> Self {
        Self {
            parameters: [0.0; 3],
            statistics: [0.0; 2],
            poison: Poison::Nothing,
            log: Arc::default(),
        }
    }
    fn parameters(&self) -> &[f64] {
        &self.parameters
    }
    fn parameters_mut(&mut self) -> &mut [f64] {
        &mut self.parameters
    }
    fn statistics(&self) -> &[f64] {
        &self.statistics
    }
    fn statistics_mut(&mut self) -> &mut [f64] {
        &mut self.statistics
    }

    fn gradient(
        &mut self,
        _isa: Isa,
        inputs: &[[f64; 2]],
        targets: &[[f64; 1]],
        draw: Draw,
        _workspace: &mut Workspace<f64>,
        gradient: &mut [f64],
    ) -> Result<f64, Error> {
        assert!(inputs.len() >= LEAST && inputs.len() == targets.len());
        let step = self.log.lock().unwrap().len();
        self.log.lock().unwrap().push(Batch {
            draw,
            inputs: inputs.to_vec(),
            targets: targets.to_vec(),
        });
        gradient.fill(0.0);
        let mut loss = 0.0;
        for (x, y) in inputs.iter().zip(targets) {
            let g = self.output(x) - y[0];
            loss += 0.5 * g * g;
            for (sum, x) in gradient.iter_mut().zip([x[0], x[1], 1.0]) {
                *sum += g * x;
            }
        }
        for (j, mean) in self.statistics.iter_mut().enumerate() {
            let batch = inputs.iter().map(|x| x[j]).sum::<f64>() / inputs.len() as f64;
            *mean += 0.1 * (batch - *mean);
        }
        match self.poison {
            Poison::Loss(from) if step >= from => return Ok(f64::NAN),
            Poison::Gradient(from) if step >= from => gradient[1] = f64::NAN,
            Poison::Statistics(from) if step >= from => self.statistics[1] = f64::NAN,
            _ => {}
        }
        Ok(loss)
    }

    fn loss(
        &self,
        _isa: Isa,
        inputs: &[[f64; 2]],
        targets: &[[f64; 1]],
        _workspace: &mut Workspace<f64>,
    ) -> Result<f64, Error> {
        let steps = self.log.lock().unwrap().len();
        if matches!(self.poison, Poison::Validation(from) if steps > from) {
            return Ok(f64::NAN);
        }
        let squares = inputs
            .iter()
            .zip(targets)
            .map(|(x, y)| (self.output(x) - y[0]).powi(2));
        Ok(0.5 * squares.sum::<f64>())
    }

    fn predict_into(
        &self,
        _isa: Isa,
        inputs: &[[f64; 2]],
        outputs: &mut [[f64; 1]],
        _workspace: &mut Workspace<f64>,
    ) -> Result<(), Error> {
        for (x, f) in inputs.iter().zip(outputs) {
            *f = [self.output(x)];
        }
        Ok(())
    }
}
