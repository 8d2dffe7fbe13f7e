//! `standardize` and `unstandardize`: a network that scales its own data is the same network fed with
//! data that a [`Standardizer`] has scaled.

mod support;

use support::{DRAW, Given, assert_close, numbers, to_f64, to_rows};
use unrolled::full_batch::{BatchLoss, Method};
use unrolled::prelude::*;
use unrolled::train::fit_scaling;

network! { struct Inside<f64> = 3 -> standardize -> tanh(4) -> bn -> 2 -> unstandardize; }
network! { struct Outside<f64> = 3 -> tanh(4) -> bn -> 2; }
network! { struct InsideF32 = 3 -> standardize -> tanh(4) -> bn -> 2 -> unstandardize; }

network! {
    struct InsideNormal<f64> = 3 -> standardize -> dropout(0.7) -> tanh(4) -> 4 -> unstandardize;
    loss = gaussian_nll;
}
network! { struct OutsideNormal<f64> = 3 -> dropout(0.7) -> tanh(4) -> 4; loss = gaussian_nll; }

network! { struct InputsAlone<f64> = 3 -> standardize -> tanh(4) -> 2; loss = cross_entropy; }
network! { struct OutputsAlone<f64> = 3 -> skip(tanh(3)) -> 2 -> unstandardize -> [2]; loss = huber; }

/// Columns of very different places and spreads; the last one of the inputs is constant.
fn data(rows: usize) -> (Vec<[f64; 3]>, Vec<[f64; 2]>) {
    let x: Vec<[f64; 3]> = to_rows(&numbers(1, 3 * rows));
    let y: Vec<[f64; 2]> = to_rows(&numbers(2, 2 * rows));
    let x = x.iter().map(|x| [1e3 + 20.0 * x[0], 1e-3 * x[1], -7.5]);
    let y = y.iter().map(|y| [300.0 + 40.0 * y[0], 0.01 * y[1]]);
    (x.collect(), y.collect())
}

/// The rows as a standardizer leaves them that was fitted on them.
fn standard<const P: usize>(rows: &[[f64; P]]) -> Vec<[f64; P]> {
    let standard = Standardizer::fit(rows).expect("finite rows");
    standard.transform(rows).expect("finite rows")
}

/// Loss and gradient of both networks from one start, the outside one on scaled data.
#[track_caller]
fn check_gradient<N, M>(inside_tolerance: f64)
where
    N: Network<Scalar = f64, Input = [f64; 3], Target = [f64; 2]>,
    M: Network<Scalar = f64, Input = [f64; 3], Target = [f64; 2]>,
{
    let (x, y) = data(67);
    let mut inside = N::init(Init::default(), 7);
    let mut outside = M::init(Init::default(), 7);
    outside
        .parameters_mut()
        .copy_from_slice(inside.parameters());
    fit_scaling(&mut inside, &x, &y).expect("finite rows");
    let outside = Given {
        network: outside,
        inputs: standard(&x),
        targets: standard(&y),
    };
    let inside = Given {
        network: inside,
        inputs: x,
        targets: y,
    };
    for isa in Isa::available() {
        let (mut inside, mut outside) = (inside.clone(), outside.clone());
        let (loss, gradient) = inside.gradient(isa);
        let (expected_loss, expected) = outside.gradient(isa);
        assert_close("the loss", &[loss], &[expected_loss], inside_tolerance);
        assert_close("the gradient", &gradient, &expected, inside_tolerance);
        let (loss, expected) = (inside.loss(isa), outside.loss(isa));
        assert_close(
            "the prediction's loss",
            &[loss],
            &[expected],
            inside_tolerance,
        );
    }
}

/// The same divisions of the same `f64` numbers; what differs is how a loop is fused.
#[test]
fn the_gradient_is_that_of_scaled_data() {
    check_gradient::<Inside, Outside>(1e-14);
    check_gradient::<InsideNormal, OutsideNormal>(1e-14);
}

/// Slope by slope against the central difference of the loss: error h² and ε·L/h, both about 1e-10.
#[test]
fn the_gradient_is_that_of_the_loss() {
    fn check<N: Network<Scalar = f64, Input = [f64; 3], Target = [f64; 2]>>() {
        let (x, y) = data(9);
        let mut network = N::init(Init::default(), 3);
        fit_scaling(&mut network, &x, &y).expect("finite rows");
        let classes: Vec<[f64; 2]> = (0..9)
            .map(|i| [f64::from(i % 2), f64::from(1 - i % 2)])
            .collect();
        let targets = if N::LOSS == "cross_entropy" {
            classes
        } else {
            y
        };
        let mut given = Given {
            network,
            inputs: x,
            targets,
        };
        let isa = Isa::best();
        let (_, gradient) = given.gradient(isa);
        let h = 1e-5;
        let mut slope = |k: usize| {
            let theta = given.network.parameters()[k];
            let mut at = |value| {
                given.network.parameters_mut()[k] = value;
                given.gradient(isa).0
            };
            let slope = (at(theta + h) - at(theta - h)) / (2.0 * h);
            at(theta);
            slope
        };
        let expected: Vec<_> = (0..N::PARAMETERS).map(&mut slope).collect();
        assert_close(N::NAME, &gradient, &expected, 1e-8);
    }
    check::<Inside>();
    check::<InsideNormal>();
    check::<InputsAlone>();
    check::<OutputsAlone>();
}

/// After training, the two networks have the same parameters, and predictions are in the targets'
/// own units: those of the outside network, unscaled by the standardizer's inverse.
#[test]
fn training_is_that_on_scaled_data() {
    let (x, y) = data(40);
    let trainer = || {
        Trainer::new(Adam::new(0.01))
            .epochs(5)
            .batch_size(8)
            .seed(1)
    };
    let (mut inside, mut outside) = (
        Inside::init(Init::default(), 7),
        Outside::init(Init::default(), 7),
    );
    outside
        .parameters_mut()
        .copy_from_slice(inside.parameters());
    let history = trainer().fit(&mut inside, &x, &y).unwrap();
    let expected = trainer()
        .fit(&mut outside, &standard(&x), &standard(&y))
        .unwrap();
    // Twenty-five steps of Adam on equal gradients up to rounding.
    assert_close(
        "parameters",
        inside.parameters(),
        outside.parameters(),
        1e-10,
    );
    let losses = |history: &History| {
        history
            .epochs
            .iter()
            .map(|e| e.training_loss)
            .collect::<Vec<_>>()
    };
    assert_close("losses", &losses(&history), &losses(&expected), 1e-10);

    let found = inside.predict_rows(&x).unwrap();
    let scaled = outside.predict_rows(&standard(&x)).unwrap();
    let expected = Standardizer::fit(&y).unwrap().inverse(&scaled).unwrap();
    assert_close(
        "predictions",
        found.as_flattened(),
        expected.as_flattened(),
        1e-10,
    );
    // Far from standard units: the first target is near 300.
    assert!(found.iter().all(|f| (f[0] - 300.0).abs() < 200.0));
    assert_eq!(inside.forward(&[x[0]]), [found[0]]);
}

/// The mean and the deviation of a normal distribution both have the target's unit.
#[test]
fn a_predicted_deviation_has_the_targets_unit() {
    let (x, y) = data(20);
    let mut network = InsideNormal::zeros();
    fit_scaling(&mut network, &x, &y).unwrap();
    let standard = Standardizer::fit(&y).unwrap();
    let [f] = network.forward(&[x[0]]);
    // All parameters zero: standard mean 0 and standard log-deviation 0.
    assert_close("means", &f[..2], standard.mean(), 1e-15);
    let deviations = [f[2].exp(), f[3].exp()];
    assert_close("deviations", &deviations, standard.deviation(), 1e-14);
}

#[track_caller]
fn fitted(network: &Inside, x: &[[f64; 3]], y: &[[f64; 2]]) {
    let (x, y) = (Standardizer::fit(x).unwrap(), Standardizer::fit(y).unwrap());
    assert_eq!(network.input_mean()[..], *x.mean());
    assert_eq!(network.input_deviation()[..], *x.deviation());
    assert_eq!(network.target_mean()[..], *y.mean());
    assert_eq!(network.target_deviation()[..], *y.deviation());
}

/// Rows that are split off, or given for validation, have no part in the constants.
#[test]
fn training_rows_alone_count() {
    let (x, y) = data(40);
    let trainer = || Trainer::new(Sgd::new(0.01)).epochs(1).batch_size(8).seed(5);
    let mut network = Inside::zeros();
    trainer()
        .validation_split(0.25)
        .fit(&mut network, &x, &y)
        .unwrap();
    let train = split(40, Share::Fraction(0.25), Share::Rows(0), 5)
        .unwrap()
        .train;
    fitted(
        &network,
        &gather(&x, &train).unwrap(),
        &gather(&y, &train).unwrap(),
    );

    let mut network = Inside::zeros();
    let far: Vec<[f64; 3]> = x.iter().map(|x| x.map(|x| x + 50.0)).collect();
    trainer()
        .validation(&far, &y)
        .fit(&mut network, &x, &y)
        .unwrap();
    fitted(&network, &x, &y);
}

/// What was fitted, or set by hand, stays when training goes on; what is new is fitted.
#[test]
fn fitted_once() {
    let (x, y) = data(40);
    let far: Vec<[f64; 3]> = x.iter().map(|x| x.map(|x| 3.0 * x)).collect();
    let train = |network: &mut Inside, x: &[[f64; 3]]| {
        let trainer = Trainer::new(Sgd::new(0.01)).epochs(1);
        trainer.fit(network, x, &y).unwrap()
    };
    let mut network = Inside::zeros();
    train(&mut network, &x);
    train(&mut network, &far);
    fitted(&network, &x, &y);
    fit_scaling(&mut network, &far, &y).unwrap();
    fitted(&network, &far, &y);

    let mut network = Inside::zeros();
    *network.input_mean_mut() = [1000.0, 0.0, 0.0];
    train(&mut network, &x);
    assert_eq!(*network.input_mean(), [1000.0, 0.0, 0.0]);
    assert_eq!(*network.input_deviation(), [1.0; 3]);
    assert_eq!(
        network.target_mean()[..],
        *Standardizer::fit(&y).unwrap().mean()
    );

    Init::default().fill(1, &mut network);
    train(&mut network, &far);
    fitted(&network, &far, &y);
}

/// A run that diverges at once leaves the network as it was, its constants included.
#[test]
fn divergence_restores_the_constants() {
    let (x, y) = data(40);
    let mut network = Inside::init(Init::default(), 1);
    let before = network.clone();
    let history = Trainer::new(Sgd::new(1e300))
        .fit(&mut network, &x, &y)
        .unwrap();
    assert!(matches!(
        history.stopped,
        unrolled::train::Stopped::Diverged { restored: None, .. }
    ));
    assert_eq!(network.statistics(), before.statistics());
}

network! {
    struct InsideSmooth<f64> = 3 -> standardize -> tanh(4) -> 2 -> unstandardize;
    derive(HessianVectorProduct, Jacobian);
}
network! {
    struct OutsideSmooth<f64> = 3 -> tanh(4) -> 2;
    derive(HessianVectorProduct, Jacobian);
}

/// Full-batch methods fit the constants too, minimize the same loss, and leave a network that predicts
/// in the targets' own units.
#[track_caller]
fn check_full_batch<M>(method: M)
where
    M: Copy
        + for<'d> Method<BatchLoss<'d, InsideSmooth>>
        + for<'d> Method<BatchLoss<'d, OutsideSmooth>>,
{
    let (x, y) = data(40);
    let mut inside = InsideSmooth::init(Init::default(), 7);
    let mut outside = OutsideSmooth::zeros();
    outside
        .parameters_mut()
        .copy_from_slice(inside.parameters());
    let fit = || FullBatch::new(method).cycles(10);
    let found = fit().fit(&mut inside, &x, &y).unwrap();
    let expected = fit()
        .fit(&mut outside, &standard(&x), &standard(&y))
        .unwrap();
    // Ten cycles of equal numbers up to rounding.
    assert_close("E", &[found.value], &[expected.value], 1e-10);
    let parameters = [inside.parameters(), outside.parameters()];
    assert_close("parameters", parameters[0], parameters[1], 1e-8);
    let standards = (
        Standardizer::fit(&x).unwrap(),
        Standardizer::fit(&y).unwrap(),
    );
    assert_eq!(inside.input_mean()[..], *standards.0.mean());
    assert_eq!(inside.input_deviation()[..], *standards.0.deviation());
    assert_eq!(inside.target_mean()[..], *standards.1.mean());
    assert_eq!(inside.target_deviation()[..], *standards.1.deviation());
    let found = inside.predict_rows(&x).unwrap();
    let scaled = outside.predict_rows(&standard(&x)).unwrap();
    let expected = standards.1.inverse(&scaled).unwrap();
    let (found, expected) = (found.as_flattened(), expected.as_flattened());
    assert_close("predictions", found, expected, 1e-8);
}

#[test]
fn full_batch_methods_see_standard_units() {
    check_full_batch(Scg::default());
    check_full_batch(Scg::default().exact());
    check_full_batch(Lbfgs::default());
    check_full_batch(LevenbergMarquardt::default());
}

/// Without fitting, the layers change nothing.
#[test]
fn new_layers_are_the_identity() {
    let given = Given::<Outside>::random(20, 1);
    let mut network = Inside::zeros();
    network
        .parameters_mut()
        .copy_from_slice(given.network.parameters());
    // Both networks' bn with new statistics.
    let plain = {
        let mut plain = Outside::zeros();
        plain
            .parameters_mut()
            .copy_from_slice(given.network.parameters());
        plain
    };
    let found = network.predict_rows(&given.inputs).unwrap();
    assert_eq!(found, plain.predict_rows(&given.inputs).unwrap());
}

/// `f32` loses what its inputs have lost: 1000 ± 20 in steps of 6e-5 of which 3e-6 of a deviation.
#[test]
fn in_f32() {
    let (x, y) = data(67);
    let mut double = Inside::init(Init::default(), 7);
    fit_scaling(&mut double, &x, &y).unwrap();
    let mut single = InsideF32::init(Init::default(), 7);
    let (x32, y32): (Vec<[f32; 3]>, Vec<[f32; 2]>) = x
        .iter()
        .zip(&y)
        .map(|(x, y)| (x.map(|x| x as f32), y.map(|y| y as f32)))
        .unzip();
    fit_scaling(&mut single, &x32, &y32).unwrap();
    let double = Given {
        network: double,
        inputs: x,
        targets: y,
    }
    .gradient(Isa::best());
    let single = Given {
        network: single,
        inputs: x32,
        targets: y32,
    }
    .gradient(Isa::best());
    assert_close("gradient", &single.1, &double.1, 1e-4);
    assert!(single.0 > 0.0);
}

/// Only batch normalization needs two rows and tells training from prediction.
#[test]
fn scaling_is_no_batch_statistic() {
    assert_eq!((InputsAlone::LEAST_BATCH, Inside::LEAST_BATCH), (1, 2));
    const { assert!(!InputsAlone::TRAINING_DIFFERS && Inside::TRAINING_DIFFERS) };
    assert_eq!(
        (InputsAlone::STATISTICS, Inside::STATISTICS),
        (6, 6 + 8 + 4)
    );
    let mut network = OutputsAlone::zeros();
    fit_scaling(&mut network, &[[1.0, 2.0, 3.0]], &[[5.0, 6.0]]).unwrap();
    let mut gradient = [0.0; OutputsAlone::PARAMETERS];
    network
        .gradient(
            Isa::best(),
            &[[1.0, 2.0, 3.0]],
            &[[5.0, 6.0]],
            DRAW,
            &mut Workspace::new(),
            &mut gradient,
        )
        .unwrap();
    // One row: mean 5 and 6, deviation 1; zero parameters predict the mean.
    assert_eq!(network.forward(&[[0.0; 3]]), [[5.0, 6.0]]);
    assert_eq!(gradient, [0.0; OutputsAlone::PARAMETERS]);
}

/// Parameters and statistics are all there is to save.
#[test]
fn saved_and_restored() {
    let (x, y) = data(40);
    let mut network = Inside::init(Init::default(), 1);
    Trainer::new(Adam::new(0.01))
        .epochs(2)
        .fit(&mut network, &x, &y)
        .unwrap();
    let saved = (to_f64(network.parameters()), to_f64(network.statistics()));
    let mut restored = Inside::zeros();
    restored.parameters_mut().copy_from_slice(&saved.0);
    restored.statistics_mut().copy_from_slice(&saved.1);
    assert_eq!(restored.predict(&x).unwrap(), network.predict(&x).unwrap());
}

#[test]
fn refusals() {
    let mut network = Inside::zeros();
    let (x, mut y) = data(3);
    let error = fit_scaling(&mut network, &x[..2], &y).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the inputs have 2 rows, but the targets have 3; they must pair up one to one"
    );
    (y[0][0], y[1][0]) = (f64::MAX, f64::MIN);
    assert!(matches!(
        fit_scaling(&mut network, &x, &y),
        Err(Error::Setting { .. })
    ));
    assert_eq!(network.statistics(), Inside::zeros().statistics());
}
