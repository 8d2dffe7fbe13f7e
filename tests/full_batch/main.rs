//! Full-batch methods on generated networks.

mod netlab;
#[path = "../support/mod.rs"]
mod support;

use support::{Given, assert_close, to_f64};
use unrolled::derivatives::{HessianVectorProduct, Jacobian};
use unrolled::full_batch::{BatchLoss, FiniteDifference, HalfSquares, Method, Objective};
use unrolled::prelude::*;

network! {
    struct Three<f64> = 1 -> tanh(3) -> 1;
    derive(HessianVectorProduct, Jacobian);
}

/// Bishop's ten points of a noisy sinusoid, x = k/9, with the six decimals of his file.
fn points() -> ([[f64; 1]; 10], [[f64; 1]; 10]) {
    let t = [
        0.349486, 0.830839, 1.007332, 0.971507, 0.133066, 0.166823, -0.848307, -0.445686,
        -0.563567, 0.261502,
    ];
    let x = |k: usize| (k as f64 / 9.0 * 1e6).round() / 1e6;
    (std::array::from_fn(|k| [x(k)]), t.map(|t| [t]))
}

/// w_k = ½ sin k in Netlab's packing.
fn start() -> Three {
    let packed: Vec<f64> = (1..=10).map(|k| 0.5 * f64::from(k).sin()).collect();
    let mut network = Three::zeros();
    let parameters = support::netlab::unpacked([1, 3, 1], &packed);
    network.parameters_mut().copy_from_slice(&parameters);
    network
}

/// Tolerances of 0: as many cycles as asked for.
fn netlabs_scg() -> Scg {
    Scg::default().tolerances(0.0, 0.0)
}

/// Differences over σ = 1e-6 know the curvature to about 1e-6 of it. So do the values of ten cycles, and
/// β is the same but for what it takes from a negative curvature.
#[test]
fn exact_curvature_leads_the_same_way() {
    let (x, t) = points();
    let differences = FullBatch::new(netlabs_scg().sigma(1e-6))
        .cycles(10)
        .fit(&mut start(), &x, &t)
        .expect("a fit");
    let exact = FullBatch::new(netlabs_scg().exact())
        .cycles(10)
        .fit(&mut start(), &x, &t)
        .expect("a fit");
    for (exact, differences) in exact.cycles.iter().zip(&differences.cycles) {
        let off = (exact.value / differences.value - 1.0).abs();
        assert!(off < 1e-5, "{off}: {exact:?} {differences:?}");
    }
    assert!(exact.evaluations.products > 0);
    assert_eq!(differences.evaluations.products, 0);
    // The gradients that probed are gone.
    let saved = differences.evaluations.gradients - exact.evaluations.gradients;
    assert_eq!(saved, exact.evaluations.products);
}

/// With a weight decay the minimum is well conditioned, and these starts all lead to the same one.
/// 1e-6: SCG stops where steps of 1e-6 gain less than 1e-9.
#[test]
fn the_methods_agree_on_the_minimum() {
    fn minimum<M>(method: M, seed: u64) -> f64
    where
        M: for<'d> Method<BatchLoss<'d, Three>>,
    {
        let (x, t) = points();
        FullBatch::new(method)
            .alpha(0.01)
            .cycles(1000)
            .fit(&mut Three::init(Init::default(), seed), &x, &t)
            .expect("a fit")
            .value
    }
    let scg = Scg::default().tolerances(1e-6, 1e-9);
    for seed in [0, 1, 3, 5] {
        let lbfgs = minimum(Lbfgs::default().tolerances(1e-7, 0.0), seed);
        assert!(lbfgs < 0.430752, "{lbfgs}");
        for (name, value) in [
            ("SCG", minimum(scg, seed)),
            ("exact SCG", minimum(scg.exact(), seed)),
            (
                "Levenberg-Marquardt",
                minimum(LevenbergMarquardt::default(), seed),
            ),
        ] {
            let off = (value / lbfgs - 1.0).abs();
            assert!(off < 1e-6, "{name} from {seed}: {value}, L-BFGS {lbfgs}");
        }
    }
}

/// ½ Σ r² is the loss and Jᵀr its gradient, over a number of rows that is no multiple of anything: two
/// orders of the same sums. 1e-12 and 1e-5 are some thousand roundings of the scalar.
#[track_caller]
fn residuals_make_the_loss<N: Jacobian>(tolerance: f64) {
    let given = Given::<N>::random(37, 1);
    let parameters = to_f64(given.network.parameters());
    let mut loss = BatchLoss::new(&given.network, &given.inputs, &given.targets).expect("a loss");
    let (mut expected, mut found) = (parameters.clone(), parameters.clone());
    let value = loss.gradient(&parameters, &mut expected).expect("a loss");
    let mut squares = HalfSquares(loss);
    let half = squares.gradient(&parameters, &mut found).expect("squares");
    assert_close(&format!("{}: E", N::NAME), &[half], &[value], tolerance);
    assert_close(&format!("{}: Jᵀr", N::NAME), &found, &expected, tolerance);
}

#[test]
fn residuals_are_scaled_as_the_loss_asks() {
    network! { struct Sum<f64> = 3 -> tanh(4) -> 2; derive(Jacobian); }
    network! { struct Mean<f64> = 3 -> tanh(4) -> 3; loss = mse; derive(Jacobian); }
    network! { struct Single<f32> = 3 -> tanh(4) -> 3; loss = mse; derive(Jacobian); }
    network! {
        struct Units<f64> = 3 -> standardize -> tanh(4) -> 2 -> unstandardize;
        derive(Jacobian);
        loss = mse;
    }
    residuals_make_the_loss::<Three>(1e-12);
    residuals_make_the_loss::<Sum>(1e-12);
    residuals_make_the_loss::<Mean>(1e-12);
    residuals_make_the_loss::<Single>(1e-5);
    residuals_make_the_loss::<Units>(1e-12);
}

/// Whatever the formula of a loss that the declaration spells out, its name is not a built-in one's.
#[test]
fn losses_not_known_as_sums_of_squares_are_refused() {
    macro_rules! refused {
        ($($name:literal, $outputs:literal, { $($loss:tt)* })*) => {$({
            network! {
                struct Net<f64> = 1 -> tanh(3) -> $outputs;
                $($loss)*;
                derive(Jacobian);
            }
            let mut given = Given::<Net>::random(5, 1);
            let before = given.network.parameters().to_vec();
            let found = FullBatch::new(LevenbergMarquardt::default())
                .fit(&mut given.network, &given.inputs, &given.targets);
            assert_eq!(found, Err(Error::NotSumOfSquares { loss: $name }));
            assert_eq!(given.network.parameters(), before);
        })*};
    }
    refused! {
        "mae", 1, { loss = mae }
        "huber", 1, { loss = huber }
        "cross_entropy", 2, { loss = cross_entropy }
        "binary_cross_entropy", 1, { loss = binary_cross_entropy }
        "gaussian_nll", 2, { loss = gaussian_nll }
        "loss(f, y)", 1, { loss(f, y) = 0.5 * powi(f - y, 2) }
        "loss(sum_squares, mse)", 1, { loss(sum_squares, mse) = powi(sum_squares - mse, 4) }
        "loss(a, b; y, z)", 2, { loss(a, b; y, z) = powi(a - y, 2) * powi(b - z, 2) }
    }
}

/// In `f32` the loss has seven digits: the methods get as far as these go, and end with a reason.
#[test]
fn in_single_precision() {
    let (x, t) = points();
    let (x, t) = (
        x.map(|x| x.map(|x| x as f32)),
        t.map(|t| t.map(|t| t as f32)),
    );
    let fit = |history: Result<FullBatchHistory, Error>| {
        let history = history.expect("a fit");
        println!(
            "{} {} {:?}",
            history.value, history.stopped, history.evaluations
        );
        assert!(history.value < 0.25, "{}", history.value);
        assert!(
            history.stopped.reason != StopReason::Cycles,
            "{}",
            history.stopped
        );
    };
    let net = || network!(1 -> tanh(3) -> 1; seed = 2; derive(HessianVectorProduct, Jacobian));
    fit(FullBatch::new(Lbfgs::default())
        .cycles(1000)
        .fit(&mut net(), &x, &t));
    let scg = Scg {
        curvature: FiniteDifference { sigma: 1e-2 },
        ..Scg::default()
    };
    fit(FullBatch::new(scg).cycles(1000).fit(&mut net(), &x, &t));
    let exact = Scg::default().exact();
    fit(FullBatch::new(exact).cycles(1000).fit(&mut net(), &x, &t));
    fit(FullBatch::new(LevenbergMarquardt::default())
        .cycles(1000)
        .fit(&mut net(), &x, &t));
}

/// What every method says to these rows and cycles.
#[track_caller]
fn refused_by_all<N>(x: &[[f64; 1]], t: &[[f64; 1]], cycles: usize, sentence: &str)
where
    N: HessianVectorProduct<Scalar = f64, Input = [f64; 1], Target = [f64; 1]> + Jacobian,
{
    let mut net = N::zeros();
    net.parameters_mut().fill(0.25);
    for found in [
        FullBatch::new(Scg::default())
            .cycles(cycles)
            .fit(&mut net, x, t),
        FullBatch::new(Scg::default().exact())
            .cycles(cycles)
            .fit(&mut net, x, t),
        FullBatch::new(Lbfgs::default())
            .cycles(cycles)
            .fit(&mut net, x, t),
        FullBatch::new(LevenbergMarquardt::default())
            .cycles(cycles)
            .fit(&mut net, x, t),
    ] {
        assert_eq!(found.expect_err("refused").to_string(), sentence);
    }
    assert!(net.parameters().iter().all(|&p| p == 0.25));
}

#[test]
fn networks_whose_training_differs_are_refused() {
    network! {
        struct Dropped<f64> = 1 -> tanh(3) -> dropout(0.5) -> 1;
        derive(HessianVectorProduct, Jacobian);
    }
    network! {
        struct Normed<f64> = 1 -> tanh(3) -> bn -> 1;
        derive(HessianVectorProduct, Jacobian);
    }
    let (x, t) = points();
    let sentence = |name| {
        format!(
            "{name} has dropout or batch normalization, so its training loss is not one fixed \
             function, which full-batch methods minimize; leave these layers out, or use a Trainer"
        )
    };
    refused_by_all::<Dropped>(&x, &t, 10, &sentence("Dropped"));
    refused_by_all::<Normed>(&x, &t, 10, &sentence("Normed"));
}

/// `dropout(1)` changes nothing, so there is nothing to refuse.
#[test]
fn keeping_all_units_is_no_dropout() {
    network! { struct Kept<f64> = 1 -> tanh(3) -> dropout(1) -> 1; }
    let ((x, t), mut plain, mut kept) = (points(), start(), Kept::zeros());
    kept.parameters_mut().copy_from_slice(plain.parameters());
    let fit = || FullBatch::new(Lbfgs::default()).cycles(5);
    let expected = fit().fit(&mut plain, &x, &t);
    assert_eq!(fit().fit(&mut kept, &x, &t), expected);
    assert_eq!(kept.parameters(), plain.parameters());
}

#[test]
fn unusable_rows_and_cycles_are_refused() {
    let (x, t) = points();
    let empty = "there are no rows in the inputs; give at least one";
    refused_by_all::<Three>(&[], &[], 10, empty);
    let zero = "number of cycles is 0, but must be at least 1";
    refused_by_all::<Three>(&x, &t, 0, zero);
    let mut holes = t;
    holes[7] = [f64::NAN];
    let nan = "the targets hold NaN at row 7, column 0; remove or impute it first";
    refused_by_all::<Three>(&x, &holes, 10, nan);
}
