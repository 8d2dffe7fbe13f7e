//! burn with its Flex backend: a module, automatic differentiation and burn's Adam.

use burn::module::Module;
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use workloads::{Layer, Loss, Peer, Workload, report};

/// The modules that have parameters or draw masks; what lies between them is listed apart.
#[derive(Module, Debug)]
struct Network {
    dense: Vec<Linear>,
    norms: Vec<BatchNorm>,
    dropout: Dropout,
}

struct Burn {
    network: Option<Network>,
    layers: Vec<Layer>,
    optimizer: ModuleOptimizer,
    rate: f64,
    x: Tensor<2>,
    targets: Targets,
    loss: Option<Tensor<1>>,
}

enum Targets {
    Mse(Tensor<2>),
    SumSquares(Tensor<2>),
    Classes(CrossEntropyLoss, Tensor<1, Int>),
}

impl Peer for Burn {
    fn start(workload: &Workload, rate: f64) -> Self {
        let device = Device::flex().autodiff();
        let matrix = |values, columns| {
            let data = TensorData::new(values, [workload.rows, columns]);
            Tensor::<2>::from_data(data, &device)
        };
        let y = || matrix(workload.y(), workload.outputs());
        Self {
            network: Some(network(workload, &device)),
            layers: workload.layers.clone(),
            optimizer: AdamConfig::new().with_epsilon(1e-8).init(),
            rate,
            x: matrix(workload.x(), workload.inputs),
            targets: match workload.loss {
                Loss::Mse => Targets::Mse(y()),
                Loss::SumSquares => Targets::SumSquares(y()),
                Loss::CrossEntropy => {
                    let classes: Vec<i64> = workload.classes().into_iter().map(i64::from).collect();
                    Targets::Classes(
                        CrossEntropyLossConfig::new().init(&device),
                        Tensor::from_data(TensorData::new(classes, [workload.rows]), &device),
                    )
                }
            },
            loss: None,
        }
    }

    fn step(&mut self) {
        let network = self.network.take().expect("a step puts the network back");
        let f = forward(&network, &self.layers, self.x.clone());
        let loss = mean_loss(&self.targets, f);
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        self.network = Some(self.optimizer.step(self.rate, network, gradients));
        self.loss = Some(loss);
    }

    fn loss(&self) -> f32 {
        let loss = self.loss.clone().expect("a step went before");
        loss.into_scalar::<f32>()
    }
}

fn network(workload: &Workload, device: &Device) -> Network {
    let (mut dense, mut norms, mut keep) = (Vec::new(), Vec::new(), 1.0);
    let mut width = workload.inputs;
    for layer in &workload.layers {
        match *layer {
            Layer::Dense(units) => {
                dense.push(LinearConfig::new(width, units).init(device));
                width = units;
            }
            Layer::BatchNorm => norms.push(BatchNormConfig::new(width).init(device)),
            Layer::Dropout(kept) => keep = kept,
            Layer::Tanh | Layer::Relu => {}
        }
    }
    Network {
        dense,
        norms,
        dropout: DropoutConfig::new(1.0 - keep).init(),
    }
}

fn forward(network: &Network, layers: &[Layer], x: Tensor<2>) -> Tensor<2> {
    let (mut dense, mut norms) = (network.dense.iter(), network.norms.iter());
    layers.iter().fold(x, |x, layer| match layer {
        Layer::Dense(_) => dense.next().expect("one a layer").forward(x),
        Layer::BatchNorm => norms.next().expect("one a layer").forward(x),
        Layer::Dropout(_) => network.dropout.forward(x),
        Layer::Tanh => activation::tanh(x),
        Layer::Relu => activation::relu(x),
    })
}

fn mean_loss(targets: &Targets, f: Tensor<2>) -> Tensor<1> {
    match targets {
        Targets::Mse(y) => MseLoss::new().forward(f, y.clone(), Reduction::Mean),
        Targets::SumSquares(y) => {
            let rows = y.dims()[0] as f32;
            let d = f - y.clone();
            (d.clone() * d).sum() * (0.5 / rows)
        }
        Targets::Classes(loss, classes) => loss.forward(f, classes.clone()),
    }
}

fn main() {
    report::<Burn>(
        "burn",
        "0.22.1",
        "Flex backend, simd, gemm with AVX-512, fat LTO, native",
    );
}
