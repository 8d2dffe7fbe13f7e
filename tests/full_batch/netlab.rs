//! Scaled conjugate gradient against Netlab's own runs.

use crate::support::{assert_close, netlab};
use crate::{netlabs_scg, points, start};
use unrolled::full_batch::{BatchLoss, Objective, TwiceDifferentiable};
use unrolled::prelude::*;

/// Every cycle of Netlab's run: the value to 1e-10 for ten cycles and 1e-6 for 35, after which
/// rounding, through a curvature from differences, goes its own way. β follows Netlab's rules exactly
/// but where the curvature is in it.
#[track_caller]
fn check_run(file: &str, found: &FullBatchHistory) {
    let Some(cycles) = netlab::rows(&format!("{file}.scg.csv")) else {
        return;
    };
    let both = cycles.len().min(found.cycles.len());
    assert!(both >= 35, "{both} cycles; {}", found.stopped);
    for (recorded, cycle) in cycles.iter().zip(&found.cycles).take(35) {
        assert_eq!(recorded[0], cycle.cycle as f64);
        let tolerance = if cycle.cycle <= 10 { 1e-10 } else { 1e-6 };
        netlab::assert_near(
            &format!("{file}, {cycle:?}"),
            cycle.value,
            recorded[1],
            tolerance,
        );
        let beta = cycle.damping.expect("β");
        netlab::assert_near(
            &format!("{file}, β, {cycle:?}"),
            beta,
            recorded[2],
            1e4 * tolerance,
        );
    }
}

#[test]
fn netlabs_start() {
    let Some(recorded) = netlab::named("prml_1x3x1_linear.init.csv") else {
        return;
    };
    let ((x, t), mut network) = (points(), start());
    let mut gradient = [0.0; 10];
    let loss = network
        .gradient(
            Isa::best(),
            &x,
            &t,
            Draw::default(),
            &mut Workspace::new(),
            &mut gradient,
        )
        .expect("a gradient");
    netlab::assert_near("E", loss, recorded["E0"][0], 1e-10);
    let expected = netlab::unpacked([1, 3, 1], &recorded["grad0"]);
    for (found, expected) in gradient.iter().zip(expected) {
        netlab::assert_near("gradient", *found, expected, 1e-10);
    }
    for ([y], expected) in network.forward(&x).iter().zip(&recorded["y0_rowmajor"]) {
        netlab::assert_near("output", *y, *expected, 1e-10);
    }
}

#[test]
fn netlabs_runs() {
    let (x, t) = points();
    for (file, alpha) in [
        ("prml_1x3x1_linear", 0.0),
        ("prml_1x3x1_linear_alpha0.01", 0.01),
    ] {
        let history = FullBatch::new(netlabs_scg())
            .cycles(200)
            .alpha(alpha)
            .fit(&mut start(), &x, &t)
            .expect("a fit");
        check_run(file, &history);
        let Some(last) = netlab::named(&format!("{file}.final.csv")) else {
            continue;
        };
        println!(
            "{file}: {} after {:?}; Netlab's {:?}",
            history.value, history.evaluations, last["E"]
        );
        assert_eq!(history.evaluations.values as f64, last["nfeval"][0]);
    }
}

#[differentiate]
fn rosenbrock(x: f64, y: f64) -> f64 {
    100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
}

struct Rosenbrock;

impl Objective for Rosenbrock {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Error> {
        Ok(rosenbrock(x[0], x[1]))
    }
    fn gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, Error> {
        let (value, slopes) = rosenbrock_gradient(x[0], x[1]);
        gradient.copy_from_slice(&slopes);
        Ok(value)
    }
}

/// All 48 cycles; the last ones, where E is below 1e-4 and halves its digits, in number alone.
#[test]
fn netlabs_rosenbrock() {
    let mut x = [-1.0, 1.0];
    let history = FullBatch::new(netlabs_scg())
        .minimize(&mut Rosenbrock, &mut x)
        .expect("a minimum");
    check_run("rosenbrock", &history);
    assert_eq!(history.cycles.len(), 48, "{}", history.stopped);
    assert!(
        matches!(history.stopped.reason, StopReason::Gradient { .. }),
        "{}",
        history.stopped
    );
    assert!(history.value < 1e-18);
}

/// The Hessian column by column, and a product, at the start of both runs.
#[test]
fn netlabs_hessian() {
    for (file, alpha) in [
        ("prml_1x3x1_linear", 0.0),
        ("prml_1x3x1_linear_alpha0.01", 0.01),
    ] {
        let Some(recorded) = netlab::named(&format!("{file}.init.csv")) else {
            return;
        };
        let ((x, t), network) = (points(), start());
        let mut loss = BatchLoss::new(&network, &x, &t).expect("usable data");
        let mut product = |vector: &[f64]| {
            let mut product = [f64::NAN; 10];
            loss.hessian_vector_product(network.parameters(), vector, &mut product)
                .expect("a product");
            // The penalty's share, which is not the network's.
            std::array::from_fn::<_, 10, _>(|k| product[k] + alpha * vector[k])
        };
        // 1e-10 of the largest element: small ones are differences of large ones.
        let mut check = |what: &str, vector: &[f64], expected: &[f64]| {
            let expected = netlab::unpacked([1, 3, 1], expected);
            assert_close(
                &format!("{file}, {what}"),
                &product(vector),
                &expected,
                1e-10,
            );
        };
        let vector = netlab::unpacked([1, 3, 1], &recorded["v"]);
        check("Hv", &vector, &recorded["Hv0"]);
        for k in 0..10 {
            let mut unit = [0.0; 10];
            unit[k] = 1.0;
            let row = format!("H0_row{}", k + 1);
            // One input and one output: both packings have the same order, so unit vectors as well.
            check(&row, &unit, &recorded[&row]);
        }
    }
}
