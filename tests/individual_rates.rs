//! The stochastic diagonal Levenberg-Marquardt method on networks whose curvature is known.

mod support;

use support::{Given, assert_close, to_f64};
use unrolled::math::Real;
use unrolled::optim::{Step, Survey};
use unrolled::prelude::*;

network! {
    struct Linear<f64> = 3 -> 1;
    derive(DiagonalCurvature);
}

network! {
    struct Double<f64> = 4 -> tanh(9) -> 2;
    derive(DiagonalCurvature);
}

network! {
    struct Single<f32> = 4 -> tanh(9) -> 2;
    derive(DiagonalCurvature);
}

const RATE: f64 = 0.3;

/// The mean over the rows, of which this is the sum.
fn mean_curvature<N: DiagonalCurvature>(given: &Given<N>) -> Vec<f64> {
    let mut sum = vec![N::Scalar::ZERO; N::PARAMETERS];
    let Given {
        network,
        inputs,
        targets,
    } = given;
    network
        .diagonal_curvature(
            Isa::best(),
            inputs,
            targets,
            &mut Workspace::new(),
            &mut sum,
        )
        .expect("rows that pair up");
    let rows = inputs.len() as f64;
    to_f64(&sum).into_iter().map(|h| h / rows).collect()
}

/// Two rows on each axis, at ±s: the Hessian of the mean loss is diagonal, s²/3 along the weights and 1
/// along the bias. So with ε = 1 and next to no damping one step leads to the minimum, however far
/// apart the scales are. The error is μ/h, here below 1e-9, of the way.
#[test]
fn one_step_solves_a_quadratic_with_a_diagonal_hessian() {
    let scales = [0.1, 1.0, 30.0];
    let (truth, bias) = ([50.0, -2.0, 0.3], 0.7);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (axis, scale) in scales.into_iter().enumerate() {
        for sign in [1.0, -1.0] {
            let mut row = [0.0; 3];
            row[axis] = sign * scale;
            x.push(row);
            y.push([row[axis] * truth[axis] + bias]);
        }
    }
    let mut net = Linear::zeros();
    let optimizer = DiagonalLevenbergMarquardt::new(1.0).damping(1e-12);
    let trainer = Trainer::new(optimizer).epochs(1).batch_size(6);
    trainer.fit(&mut net, &x, &y).expect("good data");
    let expected = [&truth[..], &[bias]].concat();
    assert_close("minimum", net.parameters(), &expected, 1e-9);
}

/// Three surveys of different networks and rows, then a step, written out: but for some dozen roundings
/// of the same scalar type.
#[track_caller]
fn check<N: DiagonalCurvature>(tolerance: f64) {
    let gamma = 0.25;
    let optimizer = DiagonalLevenbergMarquardt::new(RATE)
        .damping(0.05)
        .weight(gamma);
    let surveyed: Vec<_> = [3, 70, 1]
        .into_iter()
        .zip(10..)
        .map(|(rows, seed)| Given::<N>::random(rows, seed))
        .collect();
    let mut average = mean_curvature(&surveyed[0]);
    for given in &surveyed[1..] {
        for (average, h) in average.iter_mut().zip(mean_curvature(given)) {
            *average = (1.0 - gamma) * *average + gamma * h;
        }
    }
    let mut given = Given::<N>::random(20, 5);
    let gradient: Vec<_> = given.gradient(Isa::best()).1;
    let start = to_f64(given.network.parameters());
    let expected: Vec<_> = (0..N::PARAMETERS)
        .map(|k| start[k] - RATE / (average[k] + 0.05) * gradient[k] / 20.0)
        .collect();

    let gradient: Vec<_> = gradient.into_iter().map(N::Scalar::from_f64).collect();
    for isa in Isa::available() {
        let mut state = Optimizer::<N::Scalar>::prepare(&optimizer, N::TENSORS).expect("valid");
        let mut workspace = Workspace::new();
        for given in &surveyed {
            let rows = (&given.inputs[..], &given.targets[..]);
            let network = &given.network;
            optimizer
                .survey(&mut state, isa, network, rows, &mut workspace)
                .expect("rows that pair up");
        }
        let mut parameters = given.network.parameters().to_vec();
        let step = Step {
            isa,
            rate: RATE,
            scale: 1.0 / 20.0,
        };
        optimizer
            .step(&mut state, step, &mut parameters, &gradient)
            .expect("equal lengths");
        assert_close("⟨h⟩", &to_f64(state.curvature()), &average, tolerance);
        assert_close("θ", &to_f64(&parameters), &expected, tolerance);
    }
}

#[test]
fn running_average_and_step() {
    check::<Double>(1e-13);
    check::<Single>(1e-5);
}

/// Inputs whose deviations are 1, 30 and 0.03. No single rate suits all weights: the best of a dozen
/// leaves far more of the loss than individual ones.
#[test]
fn badly_scaled_inputs() {
    let given = Given::<Linear>::random(200, 3);
    let scale = |row: &[f64; 3]| [row[0], 30.0 * row[1], 0.03 * row[2]];
    let x: Vec<_> = given.inputs.iter().map(scale).collect();
    let y: Vec<_> = x
        .iter()
        .map(|x| [x[0] + x[1] / 30.0 + x[2] / 0.03 + 0.5])
        .collect();
    fn loss<O: Survey<Linear>>(optimizer: O, x: &[[f64; 3]], y: &[[f64; 1]]) -> f64 {
        let mut net = Linear::zeros();
        let trainer = Trainer::new(optimizer)
            .epochs(10)
            .batch_size(10)
            .validation(x, y);
        let history = trainer.fit(&mut net, x, y).expect("good data");
        history
            .epochs
            .last()
            .map_or(f64::INFINITY, Epoch::watched_loss)
    }
    let sgd = (-12..0).map(|power| loss(Sgd::new(2_f64.powi(power)), &x, &y));
    let sgd = sgd.fold(f64::INFINITY, f64::min);
    let individual = DiagonalLevenbergMarquardt::new(0.1).damping(1e-5);
    let individual = loss(individual, &x, &y);
    assert!(
        individual < 0.01 * sgd,
        "{individual}, and SGD at best {sgd}"
    );
}

#[track_caller]
fn refused(optimizer: DiagonalLevenbergMarquardt, expected: &str) {
    let mut net = Single::zeros();
    let error = Trainer::new(optimizer).fit(&mut net, &[[0.1; 4]], &[[0.2; 2]]);
    assert_eq!(error.expect_err("out of range").to_string(), expected);
    assert!(net.parameters().iter().all(|&parameter| parameter == 0.0));
}

#[test]
fn settings_out_of_range() {
    let method = DiagonalLevenbergMarquardt::default();
    let rate = "learning rate is 0, but must be positive and finite";
    refused(DiagonalLevenbergMarquardt::new(0.0), rate);
    // Zero in f32.
    let damping = "damping is 0.0000000000000000000000000000000000000000000000000001, but must be positive and finite";
    refused(method.damping(1e-52), damping);
    let damping = "damping is -1, but must be positive and finite";
    refused(method.damping(-1.0), damping);
    for (weight, value) in [(0.0, "0"), (1.1, "1.1"), (f64::NAN, "NaN")] {
        let expected = format!("weight of a survey is {value}, but must be above 0 and at most 1");
        refused(method.weight(weight), &expected);
    }
    refused(
        method.rows(0),
        "rows of a survey is 0, but must be at least 1",
    );
}
