//! Every method against minima that were published.

use super::functions::{ALL, Function};
use crate::full_batch::{
    Damping, FullBatch, FullBatchHistory, HalfSquares, Lbfgs, LevenbergMarquardt, Method, Scg,
};

/// The paper prints six digits: 1e-5 of a minimum. Where it is 0, 1e-10: at the minimum of Powell's function
/// the Hessian is singular, so that slopes of 1e-8 leave 1e-11.
#[track_caller]
fn check(function: Function, history: &FullBatchHistory, most: usize) {
    let name = function.name;
    let found = 2.0 * history.value;
    let off = (found - function.minimum).abs();
    println!(
        "{name}: {found} {} {:?}",
        history.stopped, history.evaluations
    );
    assert!(
        off <= 1e-5 * function.minimum + 1e-10,
        "{name}: {found}, but {} was published; {}",
        function.minimum,
        history.stopped
    );
    assert!(history.cycles.len() <= most, "{name}: {}", history.stopped);
    // Never upwards.
    let before = std::iter::once(history.initial_value);
    let before = before.chain(history.cycles.iter().map(|cycle| cycle.value));
    for (before, cycle) in before.zip(&history.cycles) {
        assert!(cycle.value <= before, "{name}: {cycle:?}");
    }
}

fn minimize(function: Function, method: impl Method<HalfSquares<Function>>) -> FullBatchHistory {
    let mut x = function.start.to_vec();
    FullBatch::new(method)
        .cycles(5000)
        .minimize(&mut HalfSquares(function), &mut x)
        .unwrap()
}

#[test]
fn lbfgs() {
    for function in ALL {
        for memory in [3, 10] {
            let method = Lbfgs::default().memory(memory).tolerances(1e-10, 0.0);
            check(function, &minimize(function, method), 200);
        }
    }
}

#[test]
fn scaled_conjugate_gradient() {
    for function in ALL {
        let method = Scg::default().tolerances(1e-9, 1e-14);
        check(function, &minimize(function, method), 5000);
    }
}

/// Most take less than twenty cycles. Large residuals make the method linear at the minimum of Brown and
/// Dennis, which takes hundreds.
#[test]
fn levenberg_marquardt() {
    for mut function in ALL {
        for damping in [Damping::Scaled, Damping::Identity] {
            let mut x = function.start.to_vec();
            let history = FullBatch::new(LevenbergMarquardt::default().damping(damping))
                .cycles(1000)
                .minimize(&mut function, &mut x)
                .unwrap();
            check(function, &history, 500);
        }
    }
}
