//! Generated networks against numbers that PyTorch 1.13 computed in `f64`.
//!
//! The files lie next to the repository; where their folder is absent, these tests say so and pass.
//! One file has no test of its own here: `dropout_fixed_mask.json` records a mask, and generated code
//! draws its masks itself, from a counter. The chain closes through the dynamic baseline: *its* tests
//! feed it the recorded mask and find PyTorch's loss and gradient, and `baseline.rs` here feeds it
//! the masks that generated code draws and finds what generated code computes. The initializers'
//! closed forms are checked at length where the initializers are; here, that a declared activation
//! picks the right one.

mod support;

use serde_json::Value;
use support::reference::{self, assert_near, assert_near_above, flat, start, transposed};
use support::{Given, Training, norm, to_rows};
use unrolled::init::Init;
use unrolled::network;
use unrolled::network::Network;
use unrolled::optim::{Adam, AdamW, Optimizer, Sgd};
use unrolled::simd::Isa;

/// A network that is one activation, and its values at all points of the grid.
macro_rules! check_activation {
    ($grid:ident, $recorded:literal, floor $floor:literal, $($declaration:tt)*) => {{
        network! { struct Activation<f64> = $($declaration)*; }
        check_activation::<Activation>(&$grid, $recorded, $floor);
    }};
}

#[track_caller]
fn check_activation<N: Network<Scalar = f64>>(grid: &Value, recorded: &str, floor: f64) {
    let mut network = N::zeros();
    for tensor in N::TENSORS.iter().filter(|t| t.name.starts_with('w')) {
        // ln σ(x) = −softplus(−x), so that one is declared with two affine layers.
        let weight = if recorded == "log_sigmoid" { -1.0 } else { 1.0 };
        network.parameters_mut()[tensor.range()].fill(weight);
    }
    let given = Given {
        network,
        inputs: to_rows(&flat(&grid["z"])),
        targets: Vec::new(),
    };
    for isa in Isa::available() {
        let what = format!("{recorded} on {}", isa.name());
        let expected = flat(&grid[recorded]);
        assert_near_above(floor, &what, &given.predict(isa), &expected);
    }
}

/// Relative to the value alone, down to e⁻³⁰. Only the two forms of gelu have a floor: PyTorch takes a
/// number near one from one there, and its own tail has no digits left.
#[test]
fn activations() {
    let Some(grid) = reference::read("pytorch_mlp_ref/activations.json") else {
        return;
    };
    assert_eq!(grid.as_object().expect("a table").len(), 12);
    check_activation!(grid, "tanh", floor 0.0, 1 -> tanh(1));
    check_activation!(grid, "sigmoid", floor 0.0, 1 -> sigmoid(1));
    check_activation!(grid, "relu", floor 0.0, 1 -> relu(1));
    check_activation!(grid, "elu", floor 0.0, 1 -> elu(1));
    check_activation!(grid, "selu", floor 0.0, 1 -> selu(1));
    check_activation!(grid, "gelu_erf", floor 1.0, 1 -> gelu(1));
    check_activation!(grid, "gelu_tanh", floor 1.0, 1 -> gelu_tanh(1));
    check_activation!(grid, "softplus", floor 0.0, 1 -> softplus(1));
    check_activation!(grid, "silu", floor 0.0, 1 -> silu(1));
    check_activation!(grid, "leaky_relu_0.01", floor 0.0, 1 -> leaky_relu(1));
    check_activation!(grid, "log_sigmoid", floor 0.0, 1 -> softplus(1) -> 1);
}

/// A recorded run: first gradient, every loss, the parameters and statistics after some steps, and
/// predictions at the end.
#[track_caller]
fn check_run<N: Network<Scalar = f64>>(run: &Value, optimizer: impl Optimizer<f64>) {
    for isa in Isa::available() {
        let mut training = Training::new(start::<N>(run), optimizer.clone(), isa);
        let rows = training.given.inputs.len() as f64;
        for (i, at) in run["steps"].as_array().expect("steps").iter().enumerate() {
            assert_eq!(at["step"], i + 1);
            let loss = training.step() / rows;
            assert_near("loss", &[loss], &flat(&at["loss_before_step"]));
            if i == 0 {
                let mean: Vec<_> = training.gradient.iter().map(|g| g / rows).collect();
                let expected = reference::tensors(&run["step0"]["grads"], N::TENSORS);
                assert_near("gradient", &mean, &expected);
            }
            let network = &training.given.network;
            if at["params"].is_object() {
                let expected = reference::tensors(&at["params"], N::TENSORS);
                assert_near("parameters", network.parameters(), &expected);
            }
            if at["buffers"].is_object() {
                let expected = reference::tensors(&at["buffers"], N::STATISTIC_TENSORS);
                assert_near("statistics", network.statistics(), &expected);
            }
        }
        let expected = flat(&run["final_eval_output"]);
        assert_near("prediction", &training.given.predict(isa), &expected);
    }
}

#[test]
fn two_hundred_steps_of_adam() {
    network! { struct Yacht<f64> = 6 -> tanh(8) -> tanh(5) -> 1; loss = mse; }
    if let Some(run) = reference::read("pytorch_mlp_ref/tanh_mse_adam.json") {
        assert_eq!(run["steps"].as_array().map(Vec::len), Some(200));
        check_run::<Yacht>(&run, Adam::new(0.01));
    }
}

#[test]
fn fifty_steps_of_momentum_under_batch_norm() {
    network! { struct Yacht<f64> = 6 -> 5 -> bn -> tanh -> 4 -> bn -> relu -> 1; loss = mse; }
    if let Some(run) = reference::read("pytorch_mlp_ref/bn_tanh_relu_sgdm.json") {
        assert_eq!(run["steps"].as_array().map(Vec::len), Some(50));
        check_run::<Yacht>(&run, Sgd::new(0.05).momentum(0.9));
    }
}

/// Batch normalization of recorded rows x, and its derivatives for a recorded ∂L/∂y.
///
/// The rows enter as weights: the inputs are the identity matrix, so W₁ = x makes the hidden layer x
/// and ∂L/∂W₁ its derivative. W₂ = I passes the result on, and ½ Σ (F − Y)² with Y = F − G has the
/// derivative G.
#[test]
fn batch_norm() {
    network! { struct Lone<f64> = 7 -> 3 -> bn -> 3; loss = sum_squares; }
    let Some(run) = reference::read("pytorch_mlp_ref/batchnorm1d_forward_backward.json") else {
        return;
    };
    let [x, gamma, beta] = ["x", "gamma", "beta"].map(|name| flat(&run[name]));
    let identity = |n: usize| (0..n * n).map(move |k| f64::from(u8::from(k % (n + 1) == 0)));
    let parameters = [
        &x[..],
        &[0.0; 3],
        &gamma,
        &beta,
        &identity(3).collect::<Vec<_>>(),
        &[0.0; 3],
    ];
    let mut network = Lone::zeros();
    network
        .parameters_mut()
        .copy_from_slice(&parameters.concat());
    let y = flat(&run["y_train"]);
    let upstream = flat(&run["upstream_grad"]);
    let targets: Vec<_> = y.iter().zip(&upstream).map(|(y, g)| y - g).collect();
    let given = Given {
        network,
        inputs: to_rows(&identity(7).collect::<Vec<_>>()),
        targets: to_rows(&targets),
    };
    for isa in Isa::available() {
        let mut trained = given.clone();
        let (loss, gradient) = trained.gradient(isa);
        // Only where F is the recorded y is F − Y the recorded G, and the loss this one.
        assert_near("loss", &[loss], &[0.5 * norm(&upstream).powi(2)]);
        let [w1, b1, dgamma, dbeta] = [0, 1, 2, 3].map(|i| &gradient[Lone::TENSORS[i].range()]);
        assert_near("∂L/∂x", w1, &flat(&run["grad_x"]));
        assert_near("∂L/∂b", b1, &[0.0; 3]);
        assert_near("∂L/∂γ", dgamma, &flat(&run["grad_gamma"]));
        assert_near("∂L/∂β", dbeta, &flat(&run["grad_beta"]));
        let moved = ["running_mean_after_1", "running_var_after_1_unbiased"];
        let moved = moved.map(|name| flat(&run[name])).concat();
        assert_near("statistics", trained.network.statistics(), &moved);
        assert_near("prediction", &trained.predict(isa), &flat(&run["y_eval"]));
    }
}

/// PyTorch's own test of its optimizers: 1001 steps that minimize the sum of the outputs.
///
/// That sum is no declared loss, but its derivative by F is 1, and so is that of ½ Σ (F − Y)² with
/// Y = F − 1. Unlike the optimizers' own test, the gradient is that of generated code.
#[test]
fn ten_optimizer_settings() {
    let Some(file) = reference::read("pytorch_optim_baseline/optim_baseline.json") else {
        return;
    };
    assert_eq!(
        file["cases"].as_object().map(serde_json::Map::len),
        Some(10)
    );
    let (adam, adamw, sgd) = (Adam::new(1.0), AdamW::new(1.0), Sgd::new(0.1));
    let decayed = adam.weight_decay(1e-2);
    let amsgrad = adam.weight_decay(1e-6).amsgrad();
    let momentum = sgd.weight_decay(1e-2).momentum(0.9);
    let nesterov = sgd.weight_decay(1e-6).nesterov(0.9);
    check_samples(&file, "Adam", adam);
    check_samples(&file, "Adam_with_weight_decay", decayed);
    check_samples(&file, "Adam_with_weight_decay_and_amsgrad", amsgrad);
    check_samples(&file, "AdamW", adamw);
    check_samples(&file, "AdamW_without_weight_decay", adamw.weight_decay(0.0));
    check_samples(&file, "AdamW_with_amsgrad", adamw.amsgrad());
    check_samples(&file, "SGD", sgd);
    check_samples(&file, "SGD_with_weight_decay", sgd.weight_decay(1e-2));
    check_samples(&file, "SGD_with_weight_decay_and_momentum", momentum);
    check_samples(
        &file,
        "SGD_with_weight_decay_and_nesterov_momentum",
        nesterov,
    );
}

#[track_caller]
fn check_samples(file: &Value, name: &str, optimizer: impl Optimizer<f64>) {
    network! { struct Sum<f64> = 2 -> sigmoid(3) -> sigmoid(1); loss = sum_squares; }
    // PyTorch's tensors in order: weights (outputs x inputs) and biases of both layers.
    let flat_parameters = |[w1, b1, w2, b2]: [&Value; 4]| {
        [transposed(&flat(w1), 3, 2), flat(b1), flat(w2), flat(b2)].concat()
    };
    let initial = &file["initial_full_precision_recovered"];
    let names = ["0.weight", "0.bias", "2.weight", "2.bias"];
    let mut network = Sum::zeros();
    network
        .parameters_mut()
        .copy_from_slice(&flat_parameters(names.map(|name| &initial[name])));
    let given = Given {
        network,
        inputs: vec![[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]],
        targets: Vec::new(),
    };
    let isa = Isa::best();
    let mut training = Training::new(given, optimizer, isa);
    let samples = file["cases"][name]["expected"].as_array().expect("samples");
    assert_eq!(samples.len(), 11);
    for t in 1..=1001 {
        let outputs = training.given.predict(isa);
        training.given.targets = outputs.iter().map(|f| [f - 1.0]).collect();
        training.scaled_step(1.0);
        if t % 100 == 1 {
            let sample = &samples[t / 100];
            let expected = flat_parameters([0, 1, 2, 3].map(|i| &sample[i]));
            let found = training.given.network.parameters();
            assert_near(&format!("{name}, step {t}"), found, &expected);
        }
    }
}

/// The weights fill the recorded interval, and no more.
#[test]
fn initializer_bounds() {
    network! { struct Wide<f64> = 100 -> tanh(50) -> 3; }
    network! { struct Rectified<f64> = 100 -> relu(50) -> 3; }
    let Some(forms) = reference::read("pytorch_mlp_ref/init_closed_forms.json") else {
        return;
    };
    let number = |name: &str| forms[name].as_f64().expect("a number");
    // Ours has no factor for the steepness of tanh, PyTorch's has 5/3.
    let glorot = number("xavier_uniform(100->50,tanh) bound") * 3.0 / 5.0;
    let he = number("kaiming_uniform(fan_in=100,relu) bound");
    check_bound(&Wide::init(Init::default(), 1), glorot);
    check_bound(&Rectified::init(Init::default(), 1), he);
}

#[track_caller]
fn check_bound<N: Network<Scalar = f64>>(network: &N, bound: f64) {
    let weights = &network.parameters()[N::TENSORS[0].range()];
    let largest = weights.iter().fold(0.0_f64, |m, w| m.max(w.abs()));
    // Of 5000 uniform numbers, none is in the outer hundredth with probability 1e-22.
    assert!(
        (0.99 * bound..=bound).contains(&largest),
        "the largest weight is {largest}, the bound {bound}"
    );
}
