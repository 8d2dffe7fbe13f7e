//! Monte Carlo dropout against all masks there are.
//!
//! A network with k random units has 2ᵏ masks of known probability, so the moments of its outputs
//! are finite sums. What `predict_mc` finds must lie within four standard errors of them: σ/√T for
//! a mean, σ² √((κ − 1)/T) for a variance, with the exact kurtosis κ.

mod support;

use support::Given;
use unrolled::data::Rows;
use unrolled::error::Error;
use unrolled::monte_carlo::MonteCarlo;
use unrolled::network;
use unrolled::network::{Draw, Network};
use unrolled::simd::Isa;
use unrolled::workspace::Workspace;

network! { struct Tiny<f64> = 2 -> dropout(0.9) -> tanh(3) -> dropout(0.6) -> 2; }
network! { struct Linear<f64> = 3 -> dropout(0.8) -> 1; }
network! { struct Normalized<f64> = 2 -> tanh(4) -> bn -> dropout(0.5) -> 1; }
network! {
    struct Deep<f32> = 5 -> dropout(0.95) -> relu(33) -> bn -> skip(dropout(0.7) -> silu(9) -> 33)
        -> dropout(0.5) -> 3;
}

const SAMPLES: usize = 20_000;

/// Mean, variance and fourth central moment of values with these probabilities.
fn exact(values: &[(f64, f64)]) -> [f64; 3] {
    let expect = |f: &dyn Fn(f64) -> f64| values.iter().map(|&(p, y)| p * f(y)).sum::<f64>();
    let mean = expect(&|y| y);
    let central = |n| expect(&|y| (y - mean).powi(n));
    [mean, central(2), central(4)]
}

/// Sampled moments within four standard errors of the exact ones.
#[track_caller]
fn check_moments(mean: f64, variance: f64, exact: [f64; 3]) {
    let [m, v, fourth] = exact;
    let z = [
        (mean - m) / (v / SAMPLES as f64).sqrt(),
        (variance - v) / ((fourth - v * v) / SAMPLES as f64).sqrt(),
    ];
    assert!(
        z.iter().all(|z| z.abs() <= 4.0),
        "mean {mean} for {m}, variance {variance} for {v}: {z:.1?} standard errors off"
    );
}

/// Every mask of N units with its probability, as factors 0 and 1/keep.
fn masks<const N: usize>(keep: f64) -> impl Iterator<Item = (f64, [f64; N])> {
    (0..1_u32 << N).map(move |bits| {
        let kept = |unit| bits >> unit & 1 == 1;
        let count = bits.count_ones() as i32;
        let probability = keep.powi(count) * (1.0 - keep).powi(N as i32 - count);
        let factor = |unit| if kept(unit) { 1.0 / keep } else { 0.0 };
        (probability, std::array::from_fn(factor))
    })
}

#[test]
fn moments_are_those_of_all_masks() {
    let Given {
        network, inputs, ..
    } = Given::<Tiny>::random(3, 1);
    let output = |x: &[f64; 2], m1: &[f64; 2], m2: &[f64; 3], k: usize| {
        let hidden = |j: usize| {
            let sum = (0..2).map(|i| x[i] * m1[i] * network.w1()[i][j]);
            m2[j] * (sum.sum::<f64>() + network.b1()[j]).tanh()
        };
        (0..3).map(|j| hidden(j) * network.w2()[j][k]).sum::<f64>() + network.b2()[k]
    };
    let found = network
        .predict_mc(&inputs, SAMPLES, 7)
        .expect("valid inputs");
    for (i, x) in inputs.iter().enumerate() {
        for k in 0..2 {
            let mut values = Vec::new();
            for (p1, m1) in masks::<2>(0.9) {
                values.extend(masks::<3>(0.6).map(|(p2, m2)| (p1 * p2, output(x, &m1, &m2, k))));
            }
            assert_eq!(values.len(), 32);
            check_moments(found.mean[i][k], found.variance[i][k], exact(&values));
        }
    }
}

/// Of a linear network with dropout on its inputs the moments are known in closed form: the mean is
/// the prediction, the variance Σ (xⱼ wⱼ)² (1 − p)/p.
#[test]
fn moments_of_a_linear_network() {
    let Given {
        network, inputs, ..
    } = Given::<Linear>::random(4, 2);
    let predicted = network.predict_rows(&inputs).expect("valid inputs");
    let found = network
        .predict_mc(&inputs, SAMPLES, 7)
        .expect("valid inputs");
    for (i, x) in inputs.iter().enumerate() {
        let terms = || (0..3).map(|j| x[j] * network.w1()[j][0]);
        let values: Vec<_> = masks::<3>(0.8)
            .map(|(p, m)| {
                let sum = terms().zip(m).map(|(term, m)| term * m).sum::<f64>();
                (p, sum + network.b1()[0])
            })
            .collect();
        let moments = exact(&values);
        let variance = terms().map(|term| term * term * (1.0 - 0.8) / 0.8).sum();
        // The enumeration and the closed form are the same numbers up to rounding.
        for (closed, enumerated) in [(predicted[i][0], moments[0]), (variance, moments[1])] {
            assert!(
                (closed - enumerated).abs() <= 1e-14,
                "{closed} {enumerated}"
            );
        }
        check_moments(found.mean[i][0], found.variance[i][0], moments);
    }
}

/// Behind batch normalization with its running statistics: dropout right before a linear layer
/// leaves the prediction as the mean, which batch statistics would not.
#[test]
fn batch_normalization_uses_its_running_statistics() {
    let Given {
        network, inputs, ..
    } = Given::<Normalized>::random(3, 3);
    let s = |j: usize| network.gamma1()[j] / (network.statistics()[4 + j] + 1e-5).sqrt();
    let normal = |x: &[f64; 2], j: usize| {
        let sum = (0..2).map(|i| x[i] * network.w1()[i][j]).sum::<f64>() + network.b1()[j];
        (sum.tanh() - network.statistics()[j]) * s(j) + network.beta1()[j]
    };
    let found = network
        .predict_mc(&inputs, SAMPLES, 7)
        .expect("valid inputs");
    for (i, x) in inputs.iter().enumerate() {
        let output = |m: [f64; 4]| {
            let terms = (0..4).map(|j| m[j] * normal(x, j) * network.w2()[j][0]);
            terms.sum::<f64>() + network.b2()[0]
        };
        let values: Vec<_> = masks(0.5).map(|(p, m)| (p, output(m))).collect();
        check_moments(found.mean[i][0], found.variance[i][0], exact(&values));
    }
}

/// Pass t is what training would see of a batch of one row at step t: the same masks, so the same
/// loss, up to the order of additions.
#[test]
fn a_pass_draws_the_masks_of_a_training_step() {
    let Given {
        mut network,
        inputs,
        targets,
    } = Given::<Tiny>::random(1, 4);
    let samples = network.sample_mc(&inputs, 50, 11).expect("valid inputs");
    let (isa, mut workspace) = (Isa::best(), Workspace::new());
    let mut gradient = vec![0.0; Tiny::PARAMETERS];
    let mut losses = Vec::new();
    for (pass, step) in samples.passes().zip(0..) {
        let draw = Draw { seed: 11, step };
        let loss = network
            .gradient(isa, &inputs, &targets, draw, &mut workspace, &mut gradient)
            .expect("valid data");
        let squares = (0..2).map(|k| (pass[0][k] - targets[0][k]).powi(2));
        let expected = 0.5 * squares.sum::<f64>();
        assert!((loss - expected).abs() <= 1e-14, "{loss} for {expected}");
        losses.push(loss);
    }
    assert!(losses.iter().any(|&loss| loss != losses[0]));
}

/// Bit for bit: a row's samples depend on seed, pass and row alone, on every instruction set.
#[test]
fn a_row_has_the_same_samples_alone_and_in_a_batch() {
    let Given {
        network, inputs, ..
    } = Given::<Deep>::random(300, 5);
    let whole = network.sample_mc(&inputs, 3, 7).expect("valid inputs");
    for row in [0, 1, 130, 299] {
        let alone = network.sample_mc(&[inputs[row]], 3, 7);
        let alone = alone.expect("valid inputs");
        assert!(alone.of_row(0).eq(whole.of_row(row)), "row {row}");
    }
    let draw = Draw { seed: 7, step: 2 };
    let last = whole.passes().last().expect("three passes");
    for isa in Isa::available() {
        let mut outputs = vec![[f32::NAN; 3]; 300];
        network
            .sample_into(isa, &inputs, draw, &mut outputs, &mut Workspace::new())
            .expect("as many outputs");
        // The last product is 33 wide and the elementary functions differ by their rounding.
        let close = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-4 * b.abs().max(1.0);
        let pairs = outputs.as_flattened().iter().zip(last.as_flattened());
        assert!(pairs.into_iter().all(close), "{}", isa.name());
    }
}

#[test]
fn the_seed_decides() {
    let Given {
        network, inputs, ..
    } = Given::<Deep>::random(20, 6);
    let predict = |seed| network.predict_mc(&inputs, 10, seed).expect("valid inputs");
    assert_eq!(predict(1), predict(1));
    assert_ne!(predict(1).mean, predict(2).mean);
    let samples = network.sample_mc(&inputs, 10, 1).expect("valid inputs");
    assert_eq!((samples.count(), samples.rows()), (10, 20));
    assert_eq!(samples.moments(), predict(1));
    let mut passes = samples.passes();
    assert_ne!(passes.next(), passes.next());
}

#[track_caller]
fn refused(inputs: &(impl Rows<[f64; 3]> + ?Sized), samples: usize, expected: &str) {
    let network = Linear::zeros();
    let error = network.predict_mc(inputs, samples, 1).expect_err("refused");
    assert_eq!(error.to_string(), expected);
    let error = network.sample_mc(inputs, samples, 1).expect_err("refused");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn refusals() {
    refused(
        &[[0.0; 3]],
        0,
        "number of samples is 0, but must be at least 1",
    );
    refused(
        &[] as &[[f64; 3]],
        1,
        "there are no rows in the inputs; give at least one",
    );
    refused(
        &[[0.0, f64::NAN, 0.0]],
        1,
        "the inputs hold NaN at row 0, column 1; remove or impute it first",
    );
    let short = Linear::zeros().sample_into(
        Isa::best(),
        &[[0.0; 3]; 2],
        Draw::default(),
        &mut [[0.0]],
        &mut Workspace::new(),
    );
    assert!(matches!(short, Err(Error::RowCount { .. })), "{short:?}");
}
