//! Every optimizer against its formula written out naively, on every instruction set.

use super::*;
use crate::network::Gain;

/// One tensor of `n` parameters.
pub(super) fn tensors(n: usize) -> [Tensor; 1] {
    [Tensor {
        name: "w1",
        role: Role::Weight(Gain::Glorot),
        rows: 1,
        columns: n,
        offset: 0,
    }]
}

/// Weights, biases, γ, weights: 6 + 3 + 3 + 2 numbers.
const MIXED: [Tensor; 4] = [
    Tensor {
        name: "w1",
        role: Role::Weight(Gain::He),
        rows: 2,
        columns: 3,
        offset: 0,
    },
    Tensor {
        name: "b1",
        role: Role::Bias,
        rows: 1,
        columns: 3,
        offset: 6,
    },
    Tensor {
        name: "gamma1",
        role: Role::Scale,
        rows: 1,
        columns: 3,
        offset: 9,
    },
    Tensor {
        name: "w2",
        role: Role::Weight(Gain::He),
        rows: 2,
        columns: 1,
        offset: 12,
    },
];

/// Unremarkable numbers in (−1, 1), none of them zero.
fn numbers(n: usize, phase: f64) -> Vec<f64> {
    (0..n)
        .map(|i| ((i as f64 + 1.0) * 1.7 + phase).sin())
        .collect()
}

fn rounded<T: Real>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&x| T::from_f64(x)).collect()
}

/// Five steps of `optimizer` on n parameters, the gradient of the first row scaled by 1/4.
fn five_steps<T: Real, O: Optimizer<T>>(optimizer: &O, isa: Isa, n: usize) -> Vec<T> {
    let mut theta = rounded(&numbers(n, 0.3));
    let mut state = optimizer.prepare(&tensors(n)).expect("valid settings");
    for t in 0..5 {
        let gradient: Vec<T> = rounded(&numbers(n, f64::from(t)));
        let step = Step {
            isa,
            rate: optimizer.rate() / f64::from(t + 1),
            scale: 0.25,
        };
        optimizer
            .step(&mut state, step, &mut theta, &gradient)
            .expect("equal lengths");
    }
    theta
}

/// The same five steps of one parameter at a time, in `f64`. `rule` moves θ by one step:
/// (θ, g, η, t, memory).
fn naive(n: usize, rate: f64, rule: impl Fn(&mut f64, f64, f64, i32, &mut [f64; 3])) -> Vec<f64> {
    let mut theta = numbers(n, 0.3);
    for (i, theta) in theta.iter_mut().enumerate() {
        let mut memory = [0.0; 3];
        for t in 0..5 {
            let g = 0.25 * numbers(n, f64::from(t))[i];
            rule(theta, g, rate / f64::from(t + 1), t + 1, &mut memory);
        }
    }
    theta
}

/// 1e-14 in f64 and 2e-6 in f32: five steps of about ten roundings each on numbers up to 1, and
/// under AMSGrad and Adam steps of up to 0.1.
#[track_caller]
fn check<O: Optimizer<f64> + Optimizer<f32>>(
    optimizer: O,
    rule: impl Fn(&mut f64, f64, f64, i32, &mut [f64; 3]),
) {
    for n in [0, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 64, 65, 130] {
        let expected = naive(n, Optimizer::<f64>::rate(&optimizer), &rule);
        let portable32: Vec<f32> = five_steps(&optimizer, Isa::available()[0], n);
        let portable64: Vec<f64> = five_steps(&optimizer, Isa::available()[0], n);
        for i in 0..n {
            let (single, double, exact) = (portable32[i], portable64[i], expected[i]);
            assert!(
                (double - exact).abs() <= 1e-14,
                "n = {n}, {i}: {double} for {exact}"
            );
            assert!(
                (f64::from(single) - exact).abs() <= 2e-6,
                "n = {n}, {i}: {single} for {exact}"
            );
        }
        for isa in Isa::available() {
            let name = isa.name();
            let single: Vec<f32> = five_steps(&optimizer, isa, n);
            let double: Vec<f64> = five_steps(&optimizer, isa, n);
            assert_eq!(single, portable32, "f32 bits on {name}, n = {n}");
            assert_eq!(double, portable64, "f64 bits on {name}, n = {n}");
        }
    }
}

#[test]
fn sgd() {
    check(Sgd::new(0.1), |theta, g, eta, _, _| *theta -= eta * g);
    check(Sgd::new(0.1).weight_decay(0.3), |theta, g, eta, _, _| {
        *theta -= eta * (g + 0.3 * *theta)
    });
    check(
        Sgd::new(0.1).momentum(0.9).weight_decay(0.3),
        |theta, g, eta, t, [b, ..]| {
            let g = g + 0.3 * *theta;
            *b = if t == 1 { g } else { 0.9 * *b + g };
            *theta -= eta * *b;
        },
    );
    check(Sgd::new(0.1).nesterov(0.9), |theta, g, eta, t, [b, ..]| {
        *b = if t == 1 { g } else { 0.9 * *b + g };
        *theta -= eta * (g + 0.9 * *b);
    });
}

#[test]
fn rmsprop() {
    let optimizer = RmsProp::new(0.01)
        .decay(0.8)
        .epsilon(1e-3)
        .momentum(0.5)
        .weight_decay(0.1);
    check(optimizer, |theta, g, eta, _, [v, b, _]| {
        let g = g + 0.1 * *theta;
        *v = 0.8 * *v + 0.2 * g * g;
        *b = 0.5 * *b + g / (v.sqrt() + 1e-3);
        *theta -= eta * *b;
    });
}

/// Adam as in the paper: m̂ and v̂ first, then the step.
fn adam(g: f64, t: i32, [m, v, largest]: &mut [f64; 3], second_moment: SecondMoment) -> f64 {
    *m = 0.8 * *m + 0.2 * g;
    *v = 0.95 * *v + 0.05 * g * g;
    *largest = largest.max(*v);
    let v = match second_moment {
        SecondMoment::Latest => *v,
        SecondMoment::Largest => *largest,
    };
    let (m, v) = (*m / (1.0 - 0.8_f64.powi(t)), v / (1.0 - 0.95_f64.powi(t)));
    m / (v.sqrt() + 1e-4)
}

#[test]
fn adam_and_amsgrad() {
    let optimizer = Adam::new(0.1)
        .betas(0.8, 0.95)
        .epsilon(1e-4)
        .weight_decay(0.1);
    check(optimizer, |theta, g, eta, t, memory| {
        *theta -= eta * adam(g + 0.1 * *theta, t, memory, SecondMoment::Latest);
    });
    check(optimizer.amsgrad(), |theta, g, eta, t, memory| {
        *theta -= eta * adam(g + 0.1 * *theta, t, memory, SecondMoment::Largest);
    });
}

#[test]
fn adamw() {
    let optimizer = AdamW::new(0.1)
        .betas(0.8, 0.95)
        .epsilon(1e-4)
        .weight_decay(0.1);
    check(optimizer, |theta, g, eta, t, memory| {
        *theta *= 1.0 - eta * 0.1;
        *theta -= eta * adam(g, t, memory, SecondMoment::Latest);
    });
    check(optimizer.amsgrad(), |theta, g, eta, t, memory| {
        *theta *= 1.0 - eta * 0.1;
        *theta -= eta * adam(g, t, memory, SecondMoment::Largest);
    });
}

/// With a gradient of zero only the weight decay moves anything, and it moves what it covers.
#[track_caller]
fn check_covers(optimizer: impl Optimizer<f64>, moved: [bool; 4]) {
    let start = numbers(14, 0.3);
    let mut theta = start.clone();
    let mut state = optimizer.prepare(&MIXED).expect("valid settings");
    let step = Step {
        isa: Isa::best(),
        rate: 0.1,
        scale: 1.0,
    };
    optimizer
        .step(&mut state, step, &mut theta, &[0.0; 14])
        .expect("equal lengths");
    for (tensor, moved) in MIXED.iter().zip(moved) {
        for i in tensor.range() {
            assert_eq!(theta[i] != start[i], moved, "{}, {i}", tensor.name);
        }
    }
}

#[test]
fn weight_decay_can_leave_biases_alone() {
    let (all, weights) = ([true; 4], [true, false, false, true]);
    check_covers(Sgd::new(0.1).weight_decay(0.5), all);
    check_covers(
        Sgd::new(0.1).weight_decay(0.5).covers(Covers::Weights),
        weights,
    );
    check_covers(
        RmsProp::new(0.1).weight_decay(0.5).covers(Covers::Weights),
        weights,
    );
    check_covers(
        Adam::new(0.1).weight_decay(0.5).covers(Covers::Weights),
        weights,
    );
    check_covers(AdamW::new(0.1).weight_decay(0.5), all);
    check_covers(
        AdamW::new(0.1).weight_decay(0.5).covers(Covers::Weights),
        weights,
    );
}

#[track_caller]
fn check_stretches(decay: f64, covers: Covers, expected: &[(Range<usize>, f64)]) {
    let stretches = Stretches::new(&MIXED, decay, covers);
    let found: Vec<_> = stretches
        .stretches
        .iter()
        .map(|s| (s.range.clone(), s.decay))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(stretches.parameters, 14);
}

#[test]
fn neighbours_that_decay_alike_are_one_stretch() {
    check_stretches(0.5, Covers::All, &[(0..14, 0.5)]);
    check_stretches(0.0, Covers::Weights, &[(0..14, 0.0)]);
    check_stretches(
        0.5,
        Covers::Weights,
        &[(0..6, 0.5), (6..12, 0.0), (12..14, 0.5)],
    );
}

#[track_caller]
fn check_refused<T: Real>(optimizer: impl Optimizer<T>, setting: &str) {
    match optimizer.prepare(&MIXED) {
        Err(Error::Setting { name, .. }) => assert_eq!(name, setting),
        other => panic!("{setting} was not refused: {other:?}"),
    }
}

#[test]
fn invalid_settings_are_refused_before_work_starts() {
    for rate in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        check_refused::<f64>(Sgd::new(rate), "learning rate");
        check_refused::<f64>(RmsProp::new(rate), "learning rate");
        check_refused::<f64>(Adam::new(rate), "learning rate");
        check_refused::<f64>(AdamW::new(rate), "learning rate");
    }
    for beta in [1.0, -0.1, f64::NAN] {
        check_refused::<f64>(Sgd::new(0.1).momentum(beta), "momentum");
        check_refused::<f64>(Sgd::new(0.1).nesterov(beta), "momentum");
        check_refused::<f64>(RmsProp::new(0.1).decay(beta), "decay");
        check_refused::<f64>(RmsProp::new(0.1).momentum(beta), "momentum");
        check_refused::<f64>(Adam::new(0.1).betas(beta, 0.9), "beta1");
        check_refused::<f64>(AdamW::new(0.1).betas(0.9, beta), "beta2");
    }
    check_refused::<f64>(Sgd::new(0.1).weight_decay(-1.0), "weight decay");
    check_refused::<f64>(AdamW::new(0.1).weight_decay(f64::NAN), "weight decay");
    check_refused::<f64>(RmsProp::new(0.1).epsilon(0.0), "epsilon");
    // Fine in f64, but zero, one and infinite in f32.
    check_refused::<f32>(Adam::new(0.1).epsilon(1e-60), "epsilon");
    check_refused::<f32>(Adam::new(0.1).betas(0.9, 1.0 - 1e-12), "beta2");
    check_refused::<f32>(Sgd::new(1e60), "learning rate");
}

#[track_caller]
fn check_length_refused(optimizer: impl Optimizer<f64>, n: usize, m: usize, expected: Error) {
    let mut state = optimizer.prepare(&MIXED).expect("valid settings");
    let mut theta = vec![1.0; n];
    let step = Step {
        isa: Isa::best(),
        rate: 0.1,
        scale: 1.0,
    };
    let found = optimizer.step(&mut state, step, &mut theta, &vec![1.0; m]);
    assert_eq!(found, Err(expected));
    assert_eq!(theta, vec![1.0; n]);
}

#[test]
fn wrong_lengths_are_refused_and_nothing_moves() {
    let parameters = Error::Length {
        what: "parameters",
        found: 13,
        expected: 14,
    };
    let gradient = Error::Length {
        what: "gradient",
        found: 15,
        expected: 14,
    };
    check_length_refused(Sgd::new(0.1).momentum(0.9), 13, 14, parameters.clone());
    check_length_refused(RmsProp::new(0.1), 14, 15, gradient.clone());
    check_length_refused(Adam::new(0.1).amsgrad(), 14, 15, gradient);
    check_length_refused(AdamW::new(0.1), 13, 14, parameters);
}

#[track_caller]
fn check_foreign_state<O: Optimizer<f64>>(prepared: O, stepped: O) {
    let mut state = prepared.prepare(&MIXED).expect("valid settings");
    let step = Step {
        isa: Isa::best(),
        rate: 0.1,
        scale: 1.0,
    };
    let found = stepped.step(&mut state, step, &mut [1.0; 14], &[1.0; 14]);
    assert!(
        matches!(
            found,
            Err(Error::Length {
                found: 0,
                expected: 14,
                ..
            })
        ),
        "{found:?}"
    );
}

#[test]
fn a_state_without_the_momentum_is_refused() {
    check_foreign_state(Sgd::new(0.1), Sgd::new(0.1).nesterov(0.9));
    check_foreign_state(Adam::new(0.1), Adam::new(0.1).amsgrad());
    check_foreign_state(AdamW::new(0.1), AdamW::new(0.1).amsgrad());
}
