//! Moments, precisions and likelihoods against plain twins and closed forms. Networks that sample
//! are tested where there are generated ones, in the facade's `tests/monte_carlo.rs`.

use super::*;
use crate::data::Standardizer;
use crate::metrics::{gaussian_log_likelihood, predictive_log_likelihood};

/// T passes of n rows around `offset`, no two values alike.
fn passes(count: usize, rows: usize, offset: f64) -> Vec<Vec<[f64; 2]>> {
    let value = |t: usize, i: usize, j: usize| {
        offset + i as f64 + (1.3 * t as f64 + 0.7 * i as f64).sin() * (1 + j) as f64
    };
    let pass = |t| {
        (0..rows)
            .map(|i| std::array::from_fn(|j| value(t, i, j)))
            .collect()
    };
    (0..count).map(pass).collect()
}

fn samples(count: usize, rows: usize, offset: f64) -> PredictiveSamples<[f64; 2]> {
    PredictiveSamples::new(passes(count, rows, offset)).expect("passes of equal length")
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs();
    assert!(
        error <= tolerance * expected.abs().max(1.0),
        "{found} for {expected}"
    );
}

#[test]
fn samples_by_pass_and_by_row() {
    let (passes, samples) = (passes(5, 3, 0.0), samples(5, 3, 0.0));
    assert_eq!((samples.count(), samples.rows()), (5, 3));
    assert!(samples.passes().eq(&passes));
    for i in 0..3 {
        assert!(samples.of_row(i).eq(passes.iter().map(|pass| &pass[i])));
    }
    assert_eq!(samples.of_row(3).count(), 0);
}

/// Against two passes over the numbers. An offset of a million costs those six digits of the 16
/// that the samples themselves lost, no more.
#[test]
fn moments_against_a_plain_twin() {
    for (offset, tolerance) in [(0.0, 1e-14), (1e6, 1e-9)] {
        let (samples, plain) = (samples(7, 3, offset), passes(7, 3, offset));
        let Predictive { mean, variance } = samples.moments();
        for i in 0..3 {
            for j in 0..2 {
                let y: Vec<f64> = plain.iter().map(|pass| pass[i][j]).collect();
                let expected = y.iter().sum::<f64>() / 7.0;
                close(mean[i][j], expected, 1e-14);
                let squares = y.iter().map(|y| (y - expected).powi(2)).sum::<f64>();
                close(variance[i][j], squares / 7.0, tolerance);
            }
        }
    }
}

#[test]
fn equal_samples_have_no_variance() {
    let samples = PredictiveSamples::new(vec![vec![[0.1_f32, 1e9]]; 3]).expect("equal");
    let Predictive { mean, variance } = samples.moments();
    assert_eq!((mean, variance), (vec![[0.1, 1e9]], vec![[0.0, 0.0]]));
}

#[test]
fn noise_adds_to_the_variance() {
    let silent = samples(7, 3, 0.0).moments();
    let noisy = silent
        .clone()
        .with_precision(4.0)
        .expect("a positive precision");
    assert_eq!(noisy.mean, silent.mean);
    for (noisy, silent) in noisy.variance.iter().zip(&silent.variance) {
        assert_eq!(*noisy, silent.map(|v| v + 0.25));
    }
    for (deviation, variance) in noisy.deviation().iter().zip(&noisy.variance) {
        assert_eq!(*deviation, variance.map(f64::sqrt));
    }
}

/// Moments of samples brought back, and moments brought back, agree up to rounding.
#[test]
fn back_to_the_units_of_the_data() {
    let standard = Standardizer::fit(&[[1.0, 10.0], [3.0, 50.0], [4.0, 20.0]]).expect("finite");
    let standardized = samples(7, 3, 0.0);
    let before = standardized.moments().unstandardize(&standard);
    let after = standardized.unstandardize(&standard).moments();
    for i in 0..3 {
        for j in 0..2 {
            close(before.mean[i][j], after.mean[i][j], 1e-14);
            close(before.variance[i][j], after.variance[i][j], 1e-13);
        }
    }
}

/// ln (1/T) Σ N(y | y_t, 1/τ), as it is written.
fn plain_log_likelihood(passes: &[Vec<[f64; 2]>], targets: &[[f64; 2]], precision: f64) -> f64 {
    let density = |y: f64, mean: f64| {
        (precision / std::f64::consts::TAU).sqrt() * (-0.5 * precision * (y - mean).powi(2)).exp()
    };
    let row = |i: usize| {
        let joint = |pass: &Vec<[f64; 2]>| -> f64 {
            (0..2).map(|j| density(targets[i][j], pass[i][j])).product()
        };
        (passes.iter().map(joint).sum::<f64>() / passes.len() as f64).ln()
    };
    (0..targets.len()).map(row).sum::<f64>() / targets.len() as f64
}

#[test]
fn log_likelihood_against_a_plain_twin() {
    let targets = [[0.3, -0.2], [1.5, 0.1], [2.0, 3.0]];
    for precision in [0.025, 0.75, 10.0] {
        let found = predictive_log_likelihood(&samples(9, 3, 0.0), &targets, precision);
        let expected = plain_log_likelihood(&passes(9, 3, 0.0), &targets, precision);
        close(found.expect("valid"), expected, 1e-14);
    }
}

/// One sample is one normal distribution.
#[test]
fn log_likelihood_of_one_sample() {
    let targets = [[0.3, -0.2], [1.5, 0.1], [2.0, 3.0]];
    let found = predictive_log_likelihood(&samples(1, 3, 0.0), &targets, 4.0);
    let mean = samples(1, 3, 0.0).moments().mean;
    let expected = gaussian_log_likelihood(&mean, &[[0.25; 2]; 3], &targets);
    close(found.expect("valid"), expected.expect("valid"), 1e-15);
}

/// Where every density underflows, the nearest sample decides: −τ/2 d² − ln T + ½ ln τ/2π.
#[test]
fn log_likelihood_far_from_all_samples() {
    let samples = PredictiveSamples::new([vec![[0.0]], vec![[1.0]]]).expect("equal");
    let found = predictive_log_likelihood(&samples, &[[1001.0]], 2.0).expect("valid");
    let expected = -1e6 - 2.0_f64.ln() - 0.5 * std::f64::consts::PI.ln();
    close(found, expected, 1e-15);
    let found = predictive_log_likelihood(&samples, &[[f64::INFINITY]], 2.0);
    assert_eq!(found, Ok(f64::NEG_INFINITY));
    let broken = PredictiveSamples::new([vec![[f64::NAN]], vec![[1.0]]]).expect("equal");
    let found = predictive_log_likelihood(&broken, &[[1.0]], 2.0).expect("valid");
    assert!(found.is_nan());
}

/// The authors' numbers for yacht: dropout 0.01, τ 0.54, l 0.1 (their program's `reg`).
#[test]
fn precision_and_weight_decay_are_inverses() {
    let prior = Prior {
        keep: 1.0 - 0.01,
        length_scale: 0.1,
    };
    let decay = prior
        .weight_decay(277, 0.541869562034)
        .expect("valid settings");
    let expected = 0.1 * 0.1 * (1.0 - 0.01) / (2.0 * 277.0 * 0.541869562034);
    close(decay / expected, 1.0, 1e-15);
    let precision = prior.precision(277, decay).expect("valid settings");
    close(precision, 0.541869562034, 1e-15);
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: &str) {
    assert_eq!(result.unwrap_err().to_string(), expected);
}

#[test]
fn refusals() {
    let samples = samples(2, 1, 0.0);
    let range = "but must be finite and positive";
    for (value, shown) in [(0.0, "0"), (-1.0, "-1"), (f64::NAN, "NaN")] {
        let message = format!("precision is {shown}, {range}");
        refused(
            predictive_log_likelihood(&samples, &[[0.0; 2]], value),
            &message,
        );
        refused(samples.moments().with_precision(value), &message);
        let prior = Prior {
            keep: 0.5,
            length_scale: 1.0,
        };
        refused(prior.weight_decay(10, value), &message);
        let message = format!("weight decay is {shown}, {range}");
        refused(prior.precision(10, value), &message);
    }
    refused(
        predictive_log_likelihood(&samples, &[[0.0; 2]; 3], 1.0),
        "the samples have 1 rows, but the targets have 3; they must pair up one to one",
    );
}

#[test]
fn refusals_of_priors() {
    let decay = |keep, length_scale, rows| {
        let prior = Prior { keep, length_scale };
        prior.weight_decay(rows, 1.0)
    };
    for (keep, shown) in [(0.0, "0"), (1.5, "1.5"), (f64::NAN, "NaN")] {
        let message = format!("probability to keep is {shown}, but must be above 0 and at most 1");
        refused(decay(keep, 1.0, 10), &message);
    }
    refused(
        decay(0.5, 0.0, 10),
        "length scale is 0, but must be finite and positive",
    );
    refused(
        decay(0.5, 1.0, 0),
        "number of rows is 0, but must be finite and positive",
    );
}

#[test]
fn refusals_of_passes() {
    let none: [Vec<[f64; 1]>; 0] = [];
    refused(
        PredictiveSamples::new(none),
        "there are no rows in the samples; give at least one",
    );
    refused(
        PredictiveSamples::<[f64; 1]>::new([vec![]]),
        "there are no rows in the passes; give at least one",
    );
    refused(
        PredictiveSamples::new([vec![[0.0]; 2], vec![[0.0]; 3]]),
        "the first pass's outputs have 2 rows, but the outputs of a later one have 3; they must \
         pair up one to one",
    );
}
