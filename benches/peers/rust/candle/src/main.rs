//! candle on the CPU: tensors, automatic differentiation and candle's AdamW without decay, which is
//! Adam. Run it with `RAYON_NUM_THREADS=1`.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{
    AdamW, BatchNorm, Linear, Module, ModuleT, Optimizer, ParamsAdamW, VarBuilder, VarMap,
    batch_norm, linear, loss, ops,
};
use workloads::{Layer, Loss, Peer, Workload, report};

struct Candle {
    layers: Vec<Step>,
    optimizer: AdamW,
    x: Tensor,
    y: Tensor,
    kind: Loss,
    loss: Option<Tensor>,
}

enum Step {
    Dense(Linear),
    Tanh,
    Relu,
    Dropout(ops::Dropout),
    BatchNorm(BatchNorm),
}

impl Candle {
    fn build(workload: &Workload, rate: f64) -> Result<Self> {
        let (device, variables) = (Device::Cpu, VarMap::new());
        let builder = VarBuilder::from_varmap(&variables, DType::F32, &device);
        let mut width = workload.inputs;
        let layers = workload.layers.iter().enumerate().map(|(i, layer)| {
            let builder = builder.pp(i);
            Ok(match *layer {
                Layer::Dense(units) => {
                    let dense = linear(width, units, builder)?;
                    width = units;
                    Step::Dense(dense)
                }
                Layer::Tanh => Step::Tanh,
                Layer::Relu => Step::Relu,
                Layer::Dropout(keep) => Step::Dropout(ops::Dropout::new(1.0 - keep as f32)),
                Layer::BatchNorm => Step::BatchNorm(batch_norm(width, 1e-5, builder)?),
            })
        });
        let layers = layers.collect::<Result<_>>()?;
        let adam = ParamsAdamW {
            lr: rate,
            weight_decay: 0.0,
            ..ParamsAdamW::default()
        };
        Ok(Self {
            layers,
            optimizer: AdamW::new(variables.all_vars(), adam)?,
            x: Tensor::from_vec(workload.x(), (workload.rows, workload.inputs), &device)?,
            y: match workload.loss {
                Loss::CrossEntropy => Tensor::from_vec(workload.classes(), workload.rows, &device)?,
                _ => Tensor::from_vec(workload.y(), (workload.rows, workload.outputs()), &device)?,
            },
            kind: workload.loss,
            loss: None,
        })
    }

    fn train(&mut self) -> Result<()> {
        let mut f = self.x.clone();
        for layer in &self.layers {
            f = match layer {
                Step::Dense(dense) => dense.forward(&f)?,
                Step::Tanh => f.tanh()?,
                Step::Relu => f.relu()?,
                Step::Dropout(dropout) => dropout.forward(&f, true)?,
                Step::BatchNorm(norm) => norm.forward_t(&f, true)?,
            };
        }
        let loss = match self.kind {
            Loss::Mse => loss::mse(&f, &self.y)?,
            Loss::SumSquares => ((f - &self.y)?.sqr()?.sum_all()? * (0.5 / self.y.dim(0)? as f64))?,
            Loss::CrossEntropy => loss::cross_entropy(&f, &self.y)?,
        };
        self.optimizer.backward_step(&loss)?;
        self.loss = Some(loss);
        Ok(())
    }
}

impl Peer for Candle {
    fn start(workload: &Workload, rate: f64) -> Self {
        Self::build(workload, rate).expect("shapes agree")
    }

    fn step(&mut self) {
        self.train().expect("shapes agree");
    }

    fn loss(&self) -> f32 {
        let loss = self.loss.as_ref().expect("a step went before");
        loss.to_scalar().expect("a loss is one number")
    }
}

fn main() {
    report::<Candle>("candle", "0.11.1", "gemm with AVX-512, fat LTO, native");
}
