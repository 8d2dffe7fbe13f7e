//! The methods on a network's loss: here a linear one, f = x w + b, whose least squares are known in
//! closed form. Generated networks are tested where the macro is.

use crate::error::Error;
use crate::full_batch::{FullBatch, FullBatchHistory, Lbfgs, Scg, StopReason};
use crate::network::Network;
use crate::optim::Covers;
use crate::train::mock::Linear;

/// t = 2 x₁ − 3 x₂ + ½, to the last digit but one.
fn rows() -> (Vec<[f64; 2]>, Vec<[f64; 1]>) {
    let inputs: Vec<[f64; 2]> = (0..20)
        .map(|i| [f64::from(i % 5) - 2.0, f64::from(i / 5) - 1.0])
        .collect();
    let targets = inputs
        .iter()
        .map(|[a, b]| [2.0 * a - 3.0 * b + 0.5])
        .collect();
    (inputs, targets)
}

/// 1e-6: SCG's tolerances of 1e-8 on a Hessian of about 20.
#[track_caller]
fn fits(history: Result<FullBatchHistory, Error>, network: &Linear) {
    let history = history.unwrap();
    println!("{}", history.stopped);
    assert!(history.value < 1e-10, "{}", history.stopped);
    for (found, expected) in network.parameters().iter().zip([2.0, -3.0, 0.5]) {
        assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
    }
}

#[test]
fn every_method_fits() {
    let (x, t) = rows();
    let scg = Scg::default().tolerances(1e-8, 1e-8);
    let mut net = Linear::zeros();
    fits(FullBatch::new(scg).fit(&mut net, &x, &t), &net);
    let mut net = Linear::zeros();
    fits(FullBatch::new(Lbfgs::default()).fit(&mut net, &x, &t), &net);
}

/// The ridge's closed form for a bias alone: all inputs 0, so b = Σt / (n + α), to rounding over a few
/// cycles, 1e-9.
#[test]
fn alpha_belongs_to_the_sum() {
    let x = vec![[0.0, 0.0]; 4];
    let t = [[1.0], [2.0], [3.0], [4.0]];
    for (covers, b) in [(Covers::All, 10.0 / 6.5), (Covers::Weights, 2.5)] {
        let mut net = Linear::<1>::zeros();
        let history = FullBatch::new(Lbfgs::default().tolerances(1e-10, 0.0))
            .alpha(2.5)
            .covers(covers)
            .fit(&mut net, &x, &t)
            .unwrap();
        assert!(
            (net.parameters()[2] - b).abs() < 1e-9,
            "{:?}",
            net.parameters()
        );
        let loss: f64 = t.iter().map(|[t]| 0.5 * (b - t) * (b - t)).sum();
        let penalty = if covers == Covers::All {
            1.25 * b * b
        } else {
            0.0
        };
        assert!((history.value - loss - penalty).abs() < 1e-9);
    }
}

#[test]
fn bad_data_are_refused_and_the_network_left_alone() {
    let (x, mut t) = rows();
    let mut net = Linear::<1>::zeros();
    net.parameters_mut().fill(0.25);
    let mut refused = |x: &[[f64; 2]], t: &[[f64; 1]]| {
        let found = FullBatch::new(Scg::default()).fit(&mut net, x, t);
        assert_eq!(net.parameters(), [0.25; 3]);
        found.unwrap_err().to_string()
    };
    assert_eq!(
        refused(&[], &[]),
        "there are no rows in the inputs; give at least one"
    );
    assert!(refused(&x[..3], &t).contains("must pair up"));
    t[7] = [f64::NAN];
    assert!(refused(&x, &t).contains("NaN at row 7, column 0"));
}

#[test]
fn the_history_adds_up() {
    let (x, t) = rows();
    let mut net = Linear::<1>::zeros();
    let history = FullBatch::new(Scg::default())
        .fit(&mut net, &x, &t)
        .unwrap();
    assert_eq!(
        history.initial_value,
        t.iter().map(|[t]| 0.5 * t * t).sum::<f64>()
    );
    let last = history.cycles.last().unwrap();
    assert_eq!(
        (last.cycle, last.value),
        (history.stopped.cycle, history.value)
    );
    assert_eq!(last.evaluations, history.evaluations);
    assert!(history.cycles.iter().all(|cycle| cycle.damping.is_some()));
    assert!(!matches!(history.stopped.reason, StopReason::Cycles));
}
