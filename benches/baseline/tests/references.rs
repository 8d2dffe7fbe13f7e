//! The numbers that PyTorch 1.13 computed in f64, and batch normalization against its paper.
//!
//! The references lie outside the repository; where the folder is absent, these tests say so.

use std::path::PathBuf;

use baseline::{Activation, Adam, Loss, Network, Spec, batch_norm, dense, dropout, relu, tanh};
use ndarray::Array2;
use serde_json::Value;

/// One file of the references, or `None` (and a printed reason) where the folder is absent.
fn reference(name: &str) -> Option<Value> {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !data.is_dir() {
        println!("skipped: {} is absent", data.display());
        return None;
    }
    let path = data.join("pytorch_mlp_ref").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).unwrap())
}

/// The numbers of a nested array, in order.
fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn matrix(value: &Value) -> Array2<f64> {
    let values = flat(value);
    let rows = value.as_array().unwrap().len();
    Array2::from_shape_vec((rows, values.len() / rows), values).unwrap()
}

/// PyTorch's named tensors in the flat order: its weights are outputs x inputs.
fn flat_tensors(tensors: &Value, names: &Value) -> Vec<f64> {
    let names = names.as_object().unwrap().keys();
    let mut names: Vec<_> = names.map(String::as_str).collect();
    // l1, bn1, l2 …: by number, the layer before its normalization, the weight before the bias.
    names.sort_by_key(|name| {
        let (layer, tensor) = name.split_once('.').unwrap();
        let number = layer.trim_start_matches(char::is_alphabetic).to_owned();
        (number, layer.starts_with("bn"), tensor == "bias")
    });
    let tensors = names.into_iter().map(|name| &tensors[name]);
    let tensors = tensors.map(|tensor| match tensor[0].is_array() {
        true => matrix(tensor).t().iter().copied().collect(),
        false => flat(tensor),
    });
    tensors.collect::<Vec<_>>().concat()
}

/// |found − expected| ≤ 1e-12 (1 + |expected|): both sides are f64 with sums in different orders.
#[track_caller]
fn close(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        let near = (f - e).abs() <= 1e-12 * (1.0 + e.abs());
        assert!(near, "{what}[{i}]: {f:e}, expected {e:e}");
    }
}

#[test]
fn activations() {
    let Some(grid) = reference("activations.json") else {
        return;
    };
    let check = |activation, name: &str| {
        let mut net = Network::new(1, vec![Spec::Activation(activation)], Loss::Mse).unwrap();
        let z = flat(&grid["z"]);
        let mut y = Array2::zeros((z.len(), 1));
        let z = Array2::from_shape_vec((z.len(), 1), z).unwrap();
        net.predict_into(z.view(), y.view_mut()).unwrap();
        close(name, y.as_slice().unwrap(), &flat(&grid[name]));
    };
    check(Activation::Tanh, "tanh");
    check(Activation::Sigmoid, "sigmoid");
    check(Activation::Relu, "relu");
    check(Activation::LeakyRelu, "leaky_relu_0.01");
    check(Activation::Elu, "elu");
    check(Activation::Selu, "selu");
    check(Activation::Gelu, "gelu_erf");
    check(Activation::Silu, "silu");
    check(Activation::Softplus, "softplus");
}

#[test]
fn tanh_mse_adam() {
    let Some(run) = reference("tanh_mse_adam.json") else {
        return;
    };
    let layers = vec![dense(8), tanh(), dense(5), tanh(), dense(1)];
    let mut net = Network::new(6, layers, Loss::Mse).unwrap();
    let names = &run["init_values"];
    net.set_parameters(&flat_tensors(names, names)).unwrap();
    let (x, t) = (matrix(&run["x"]), matrix(&run["t"]));
    let rows = x.nrows() as f64;

    let mut output = Array2::zeros((x.nrows(), 1));
    net.predict_into(x.view(), output.view_mut()).unwrap();
    let first = &run["step0"];
    close(
        "output",
        output.as_slice().unwrap(),
        &flat(&first["output"]),
    );
    net.gradient(x.view(), t.view()).unwrap();
    let mean: Vec<_> = net.gradients().iter().map(|g| g / rows).collect();
    close("gradient", &mean, &flat_tensors(&first["grads"], names));

    let mut adam = Adam::new(0.01);
    for (i, at) in run["steps"].as_array().unwrap().iter().enumerate() {
        assert_eq!(at["step"], i + 1);
        let loss = net.step(x.view(), t.view(), &mut adam).unwrap() / rows;
        close("loss", &[loss], &flat(&at["loss_before_step"]));
        if at["params"].is_object() {
            let expected = flat_tensors(&at["params"], names);
            close("parameters", &net.parameters(), &expected);
        }
    }
    net.predict_into(x.view(), output.view_mut()).unwrap();
    let expected = flat(&run["final_eval_output"]);
    close("output", output.as_slice().unwrap(), &expected);
    let loss = net.loss(x.view(), t.view()).unwrap() / rows;
    close("loss", &[loss], &flat(&run["final_eval_loss"]));
}

const BUFFERS: [&str; 4] = [
    "bn1.running_mean",
    "bn1.running_var",
    "bn2.running_mean",
    "bn2.running_var",
];

#[test]
fn bn_tanh_relu_sgdm() {
    let Some(run) = reference("bn_tanh_relu_sgdm.json") else {
        return;
    };
    let layers = vec![
        dense(5),
        batch_norm(),
        tanh(),
        dense(4),
        batch_norm(),
        relu(),
        dense(1),
    ];
    let mut net = Network::new(6, layers, Loss::Mse).unwrap();
    let names = &run["init_values"];
    net.set_parameters(&flat_tensors(names, names)).unwrap();
    let (x, t) = (matrix(&run["x"]), matrix(&run["t"]));
    let rows = x.nrows() as f64;

    let mut velocity = vec![0.0; net.len()];
    for (i, at) in run["steps"].as_array().unwrap().iter().enumerate() {
        assert_eq!(at["step"], i + 1);
        let loss = net.gradient(x.view(), t.view()).unwrap() / rows;
        close("loss", &[loss], &flat(&at["loss_before_step"]));
        let gradient: Vec<_> = net.gradients().iter().map(|g| g / rows).collect();
        if i == 0 {
            let expected = flat_tensors(&run["step0"]["grads"], names);
            close("gradient", &gradient, &expected);
        }
        let mut parameters = net.parameters();
        for ((p, v), g) in parameters.iter_mut().zip(&mut velocity).zip(gradient) {
            *v = 0.9 * *v + g;
            *p -= 0.05 * *v;
        }
        net.set_parameters(&parameters).unwrap();
        if at["params"].is_object() {
            let expected = flat_tensors(&at["params"], names);
            close("parameters", &parameters, &expected);
            let expected = BUFFERS.map(|buffer| flat(&at["buffers"][buffer]));
            close("statistics", &net.statistics(), &expected.concat());
        }
    }
    let mut output = Array2::zeros((x.nrows(), 1));
    net.predict_into(x.view(), output.view_mut()).unwrap();
    let expected = flat(&run["final_eval_output"]);
    close("output", output.as_slice().unwrap(), &expected);
    let loss = net.loss(x.view(), t.view()).unwrap() / rows;
    close("loss", &[loss], &flat(&run["final_eval_loss"]));
}

#[test]
fn dropout_fixed_mask() {
    let Some(run) = reference("dropout_fixed_mask.json") else {
        return;
    };
    let layers = vec![dense(8), tanh(), dropout(0.7), dense(1)];
    let mut net = Network::new(6, layers, Loss::Mse).unwrap();
    let names = &run["init_values"];
    net.set_parameters(&flat_tensors(names, names)).unwrap();
    let recorded = flat(&run["mask_scaled"]);
    net.set_masks(Box::new(move |_, keep, width, mask| {
        assert_eq!((keep, width), (0.7, 8));
        mask.copy_from_slice(&recorded);
    }));
    let (x, t) = (matrix(&run["x"]), matrix(&run["t"]));
    let rows = x.nrows() as f64;
    let loss = net.gradient(x.view(), t.view()).unwrap() / rows;
    close("loss", &[loss], &flat(&run["loss"]));
    let gradient: Vec<_> = net.gradients().iter().map(|g| g / rows).collect();
    close("gradient", &gradient, &flat_tensors(&run["grads"], names));
}

/// Batch normalization of the rows of `x` as a network: its affine layer has the weights W = x, and
/// its input is the identity matrix, so that ∂L/∂W is batch normalization's ∂L/∂x.
fn lone_batch_norm(x: &Array2<f64>, gamma: &[f64], beta: &[f64]) -> Network<f64> {
    let layers = vec![dense(x.ncols()), batch_norm()];
    let mut net = Network::new(x.nrows(), layers, Loss::SumSquares).unwrap();
    let biases = vec![0.0; x.ncols()];
    let weights = x.iter().copied().collect();
    net.set_parameters(&[weights, biases, gamma.to_vec(), beta.to_vec()].concat())
        .unwrap();
    net
}

#[test]
fn batch_norm_of_pytorch() {
    let Some(run) = reference("batchnorm1d_forward_backward.json") else {
        return;
    };
    let (x, y) = (matrix(&run["x"]), matrix(&run["y_train"]));
    let identity = Array2::eye(x.nrows());
    let mut net = lone_batch_norm(&x, &flat(&run["gamma"]), &flat(&run["beta"]));

    // ½ Σ (F − Y)² with Y = F − G has the gradient G.
    let t = &y - &matrix(&run["upstream_grad"]);
    net.gradient(identity.view(), t.view()).unwrap();
    let (mean, variance) = ("running_mean_after_1", "running_var_after_1_unbiased");
    let running = [flat(&run[mean]), flat(&run[variance])].concat();
    close("running statistics", &net.statistics(), &running);
    let parts = ["grad_x", "grad_gamma", "grad_beta"].map(|part| flat(&run[part]));
    let [dx, dgamma, dbeta] = parts;
    let biases = vec![0.0; x.ncols()];
    close(
        "gradient",
        &net.gradients(),
        &[dx, biases, dgamma, dbeta].concat(),
    );

    let mut output = Array2::zeros(x.dim());
    net.predict_into(identity.view(), output.view_mut())
        .unwrap();
    close("y_eval", output.as_slice().unwrap(), &flat(&run["y_eval"]));
    // Where Y is the recorded output, the loss is half the squared distance from it.
    let distance = net.gradient(identity.view(), y.view()).unwrap();
    assert!(distance <= 1e-24, "{distance:e}");
}

/// The chain of formulas in Ioffe and Szegedy (2015), section 3, step by step.
#[test]
fn batch_norm_of_its_paper() {
    let (n, p) = (40, 3);
    let number = |i: usize| (i as f64 * 12.9898 + 4.1414).sin();
    let x = Array2::from_shape_fn((n, p), |(i, j)| 3.0 * number(p * i + j) + j as f64);
    let g = Array2::from_shape_fn((n, p), |(i, j)| number(500 + p * i + j));
    let (gamma, beta) = ([1.3, -0.4, 0.7], [0.2, 0.5, -1.0]);
    let (rows, eps) = (n as f64, 1e-5);

    let (mut y, mut dx) = (x.clone(), x.clone());
    let (mut dgamma, mut dbeta, mut running) = (vec![], vec![], vec![vec![], vec![]]);
    for j in 0..p {
        let (x, g) = (x.column(j), g.column(j));
        let mean = x.sum() / rows;
        let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / rows;
        let deviation = (variance + eps).sqrt();
        let normalized = x.mapv(|x| (x - mean) / deviation);
        y.column_mut(j)
            .assign(&normalized.mapv(|n| gamma[j] * n + beta[j]));

        let dnormalized = g.mapv(|g| g * gamma[j]);
        let centred = x.mapv(|x| x - mean);
        let dvariance = (&dnormalized * &centred).sum() * -0.5 / deviation.powi(3);
        let dmean = -dnormalized.sum() / deviation + dvariance * -2.0 * centred.sum() / rows;
        let from_variance = centred * (dvariance * 2.0 / rows);
        dx.column_mut(j)
            .assign(&(dnormalized / deviation + from_variance + dmean / rows));
        dgamma.push((&g * &normalized).sum());
        dbeta.push(g.sum());
        running[0].push(0.1 * mean);
        running[1].push(0.9 + 0.1 * variance * rows / (rows - 1.0));
    }

    let mut net = lone_batch_norm(&x, &gamma, &beta);
    net.gradient(Array2::eye(n).view(), (&y - &g).view())
        .unwrap();
    close("running statistics", &net.statistics(), &running.concat());
    let dx = dx.into_iter().collect();
    let expected = [dx, vec![0.0; p], dgamma, dbeta].concat();
    close("gradient", &net.gradients(), &expected);
}
