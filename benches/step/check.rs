//! Both sides must compute the same, or comparing their times says nothing.

use crate::contestants::Training;
use crate::workloads::{Inference, Suite};
use std::error::Error;
use unrolled::optim::Adam;

/// Steps that both sides take.
const STEPS: usize = 3;

/// What two correct `f32` computations may differ by, relative to the length of the vector: both sum
/// up to 784 products, in different orders, and have elementary functions of a few ulp. At most
/// 1.6e-6 was seen on any instruction set; this leaves a reserve of ten. A dropout kept at 0.79 instead
/// of 0.8 is off by 1e-2, a wrong activation by 1e-1.
const TOLERANCE: f64 = 2e-5;

/// Compares losses, parameters and predictions of the whole suite.
///
/// # Errors
/// The first pair that differs.
pub fn suite(suite: &mut Suite) -> Result<(), Box<dyn Error>> {
    for workload in &mut suite.workloads {
        let (ours, baseline) = (workload.ours.as_mut(), workload.baseline.as_mut());
        training(workload.name, ours, baseline)?;
    }
    for inference in &mut suite.inferences {
        prediction(inference)?;
    }
    Ok(())
}

/// Losses, and how far the parameters have moved, after each of a few steps.
///
/// # Errors
/// A difference.
pub fn training(
    name: &str,
    ours: &mut dyn Training,
    baseline: &mut dyn Training,
) -> Result<(), String> {
    // With the usual ε of 1e-8 a first step goes by the sign of the gradient, and where that is zero
    // but for rounding, so would the sign be noise. A large ε makes it smooth in the gradient.
    let adam = Adam::new(0.01).epsilon(1e-2);
    let start = begin(ours, adam);
    begin(baseline, adam);
    for step in 1..=STEPS {
        let (found, expected) = (ours.step(), baseline.step());
        let what = format!("{name}, step {step}");
        agree(&format!("{what}: loss"), &[found], &[expected])?;
        let found = moved(&start, &ours.parameters());
        let expected = moved(&start, &baseline.parameters());
        agree(&format!("{what}: movement"), &found, &expected)?;
    }
    println!("{name}: training agrees");
    Ok(())
}

fn begin(side: &mut dyn Training, adam: Adam) -> Vec<f32> {
    side.restart_with(adam);
    side.parameters()
}

fn moved(start: &[f32], now: &[f32]) -> Vec<f32> {
    now.iter()
        .zip(start)
        .map(|(now, start)| now - start)
        .collect()
}

fn prediction(inference: &mut Inference) -> Result<(), String> {
    let what = format!("{}, prediction of {}", inference.name, inference.batch);
    agree(
        &what,
        &inference.ours.outputs(),
        &inference.baseline.outputs(),
    )?;
    println!("{what} agrees");
    Ok(())
}

/// ‖found − expected‖ ≤ [`TOLERANCE`] ‖expected‖ with ‖expected‖ > 0, by the Euclidean norm.
fn agree(what: &str, found: &[f32], expected: &[f32]) -> Result<(), String> {
    if found.len() != expected.len() {
        let (found, expected) = (found.len(), expected.len());
        return Err(format!(
            "{what}: {found} numbers, the baseline has {expected}"
        ));
    }
    let squared = |sum: f64, x: f64| sum + x * x;
    let differences = found
        .iter()
        .zip(expected)
        .map(|(&f, &e)| f64::from(f) - f64::from(e));
    let difference = differences.fold(0.0, squared).sqrt();
    let length = expected
        .iter()
        .map(|&e| f64::from(e))
        .fold(0.0, squared)
        .sqrt();
    // Written so that NaN does not pass.
    if length > 0.0 && difference <= TOLERANCE * length {
        return Ok(());
    }
    Err(format!(
        "{what}: off from the baseline by {difference:e} of {length:e}"
    ))
}
