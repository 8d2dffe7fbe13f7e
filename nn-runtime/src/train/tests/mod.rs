//! The trainer against a network written by hand, whose every batch is on record.

use std::ops::ControlFlow;

use ndarray::{Array1, Array2, s};

use super::mock::Linear;
use super::*;
use crate::data::shuffle::epoch_order;
use crate::data::{Labels, Share, gather, split};
use crate::error::Error;
use crate::network::{Draw, Network};
use crate::optim::{Adam, Clip, Penalty, Plateau, Schedule, Sgd};

mod endings;
mod observers;
mod orders;
mod refusals;

/// n rows of y = 2 x₁ − 3 x₂ + ½ + `slip`, no two alike.
fn data(n: usize, slip: f64) -> (Vec<[f64; 2]>, Vec<[f64; 1]>) {
    let x: Vec<[f64; 2]> = (0..n)
        .map(|i| [(1.3 * i as f64).sin(), (0.7 * i as f64).cos()])
        .collect();
    let y = x
        .iter()
        .map(|x| [2.0 * x[0] - 3.0 * x[1] + 0.5 + slip])
        .collect();
    (x, y)
}

fn trainer<'o>(epochs: usize) -> Trainer<'o, Sgd> {
    Trainer::new(Sgd::new(0.1))
        .epochs(epochs)
        .batch_size(8)
        .seed(7)
}

/// Everything in a history but the clock.
fn timeless(history: &History) -> History {
    let mut history = history.clone();
    for epoch in &mut history.epochs {
        epoch.seconds = 0.0;
    }
    history
}

/// The state of a fresh network after `epochs` epochs of `trainer`, which is how an epoch's state is
/// told from another's.
fn state_after(epochs: usize, batch_size: usize) -> Linear {
    let (x, y) = data(20, 0.0);
    let mut network = Linear::zeros();
    if epochs > 0 {
        trainer(epochs)
            .batch_size(batch_size)
            .fit(&mut network, &x, &y)
            .unwrap();
    }
    network
}

#[track_caller]
fn same_state(found: &Linear, expected: &Linear) {
    assert_eq!(found.parameters(), expected.parameters());
    assert_eq!(found.statistics(), expected.statistics());
}

fn stop_after(last: usize) -> impl Observer {
    move |epoch: &Epoch| {
        if epoch.epoch == last {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

#[test]
fn converges() {
    let (x, y) = data(50, 0.0);
    let mut network = Linear::<1>::zeros();
    let history = trainer(200).fit(&mut network, &x, &y).unwrap();
    assert_eq!(history.stopped, Stopped::Epochs { epochs: 200 });
    assert_eq!((history.epochs.len(), history.steps), (200, 1400));
    assert_eq!(history.kept_epoch, Some(200));
    // Data without noise: every step contracts the error, here by 0.9 or better an epoch.
    for (found, expected) in network.parameters().iter().zip([2.0, -3.0, 0.5]) {
        assert!(
            (found - expected).abs() < 1e-6,
            "{:?}",
            network.parameters()
        );
    }
}

/// The loop written plainly: same batches, same sums, no trainer.
#[test]
fn equals_a_plain_loop() {
    let (x, y) = data(21, 0.0);
    let mut network = Linear::<1>::zeros();
    let history = trainer(3).fit(&mut network, &x, &y).unwrap();

    let mut theta = [0.0; 3];
    let mut order = vec![0; x.len()];
    for epoch in 0..3 {
        epoch_order(7, epoch, &mut order);
        let mut loss = 0.0;
        for batch in order.chunks(8) {
            let mut g = [0.0; 3];
            for &i in batch {
                let e = theta[0] * x[i][0] + theta[1] * x[i][1] + theta[2] - y[i][0];
                loss += 0.5 * e * e;
                g = [g[0] + e * x[i][0], g[1] + e * x[i][1], g[2] + e];
            }
            for (t, g) in theta.iter_mut().zip(g) {
                *t -= 0.1 * g / batch.len() as f64;
            }
        }
        // A few dozen roundings of numbers near 1, in another order.
        let found = history.epochs[epoch as usize].training_loss;
        assert!((found - loss / 21.0).abs() < 1e-13);
    }
    for (found, expected) in network.parameters().iter().zip(theta) {
        assert!((found - expected).abs() < 1e-13);
    }

    // The running statistics have seen the same batches.
    let mut mean = 0.0;
    for batch in network.batches() {
        let batch_mean = batch.inputs.iter().map(|x| x[0]).sum::<f64>() / batch.inputs.len() as f64;
        mean += 0.1 * (batch_mean - mean);
    }
    assert!(mean != 0.0 && (network.statistics()[0] - mean).abs() < 1e-15);
}

#[track_caller]
fn batches<const LEAST: usize>(rows: usize, size: usize, expected: &[usize]) {
    let (x, y) = data(rows, 0.0);
    let mut network = Linear::<LEAST>::zeros();
    trainer(2)
        .batch_size(size)
        .fit(&mut network, &x, &y)
        .unwrap();
    let batches = network.batches();
    let lengths: Vec<_> = batches.iter().map(|b| b.inputs.len()).collect();
    assert_eq!(lengths, [expected, expected].concat());
    for (step, batch) in batches.iter().enumerate() {
        let step = step as u64;
        assert_eq!(batch.draw, Draw { seed: 7, step });
    }
    for epoch in batches.chunks(expected.len()) {
        let mut seen: Vec<([f64; 2], [f64; 1])> = epoch
            .iter()
            .flat_map(|b| b.inputs.iter().copied().zip(b.targets.iter().copied()))
            .collect();
        let mut all: Vec<_> = x.iter().copied().zip(y.iter().copied()).collect();
        for rows in [&mut seen, &mut all] {
            rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
        }
        assert_eq!(seen, all, "every row once, with its own target");
    }
    assert_ne!(
        batches[0],
        batches[expected.len()],
        "a new order every epoch"
    );
}

#[test]
fn every_row_is_used_once_an_epoch() {
    batches::<1>(8, 4, &[4, 4]);
    batches::<1>(10, 4, &[4, 4, 2]);
    batches::<1>(9, 4, &[4, 4, 1]);
    batches::<2>(9, 4, &[4, 5]);
    batches::<2>(10, 4, &[4, 4, 2]);
    batches::<1>(5, 32, &[5]);
    batches::<2>(5, usize::MAX, &[5]);
    batches::<2>(7, 2, &[2, 2, 3]);
}

#[test]
fn same_seed_same_bits() {
    let (x, y) = data(30, 0.0);
    let run = |seed| {
        let mut network = Linear::<1>::zeros();
        let trainer = Trainer::new(Adam::default())
            .epochs(5)
            .batch_size(7)
            .seed(seed);
        let history = trainer
            .validation_split(0.2)
            .fit(&mut network, &x, &y)
            .unwrap();
        (
            network.parameters().to_vec(),
            network.batches(),
            timeless(&history),
        )
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3).0, run(4).0);
}

#[track_caller]
fn rates(schedule: Schedule, epochs: usize, expected: &[f64]) {
    let (x, y) = data(20, 0.0);
    let (xv, yv) = data(20, 1e9); // hopeless: never improves by a relative 1e-4
    let history = trainer(epochs)
        .schedule(schedule)
        .validation(&xv, &yv)
        .fit(&mut Linear::<1>::zeros(), &x, &y)
        .unwrap();
    let found: Vec<f64> = history.epochs.iter().map(|e| e.rate).collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-15, "{found} {expected}"); // a product or two
    }
}

#[test]
fn the_rate_follows_the_schedule() {
    rates(Schedule::constant(), 2, &[0.1, 0.1]);
    rates(Schedule::step(2, 0.5), 5, &[0.1, 0.1, 0.05, 0.05, 0.025]);
    rates(Schedule::constant().warm_up(6), 3, &[0.05, 0.1, 0.1]);
    let plateau = Plateau {
        patience: 1,
        factor: 0.5,
        ..Plateau::default()
    };
    rates(Schedule::plateau(plateau), 5, &[0.1, 0.1, 0.1, 0.05, 0.05]);
}

/// One step on all rows from zero parameters: ½ mean y² and the mean gradient −mean(y·[x, 1]).
#[track_caller]
fn one_step(trainer: Trainer<'_, Sgd>, shortened: impl Fn([f64; 3]) -> [f64; 3]) {
    let (x, y) = data(20, 0.0);
    let mut network = Linear::<1>::zeros();
    network.parameters_mut().copy_from_slice(&[1.0, -2.0, 3.0]);
    let mut g = [0.0; 3];
    let mut loss = 0.0;
    for (x, y) in x.iter().zip(&y) {
        let e = x[0] - 2.0 * x[1] + 3.0 - y[0];
        loss += 0.5 * e * e / 20.0;
        g = [
            g[0] + e * x[0] / 20.0,
            g[1] + e * x[1] / 20.0,
            g[2] + e / 20.0,
        ];
    }
    let history = trainer
        .epochs(1)
        .batch_size(20)
        .fit(&mut network, &x, &y)
        .unwrap();
    // Twenty terms near 1.
    assert!((history.epochs[0].training_loss - loss).abs() < 1e-14);
    let moved = shortened(g);
    for (i, start) in [1.0, -2.0, 3.0].into_iter().enumerate() {
        assert!((network.parameters()[i] - (start - 0.1 * moved[i])).abs() < 1e-14);
    }
}

#[test]
fn one_step_by_hand() {
    let norm = |g: [f64; 3]| g.iter().map(|g| g * g).sum::<f64>().sqrt();
    one_step(trainer(1), |g| g);
    one_step(trainer(1).clip(Clip::Norm(0.5)), |g| {
        assert!(norm(g) > 0.5);
        g.map(|each| each * 0.5 / norm(g))
    });
    one_step(trainer(1).clip(Clip::Value(0.25)), |g| {
        assert!(g.iter().any(|g| g.abs() > 0.25));
        g.map(|g| g.clamp(-0.25, 0.25))
    });
    // ∂P/∂θ at weights 1 and −2; the bias is left alone.
    one_step(trainer(1).penalty(Penalty::l2(0.3)), |g| {
        [g[0] + 0.3, g[1] - 0.6, g[2]]
    });
    one_step(trainer(1).penalty(Penalty::l1(0.3)), |g| {
        [g[0] + 0.3, g[1] - 0.3, g[2]]
    });
}

#[test]
fn the_reported_norm_is_that_before_clipping() {
    let (x, y) = data(20, 0.0);
    let norms = |trainer: Trainer<'_, Sgd>| {
        let mut network = Linear::<1>::zeros();
        trainer
            .batch_size(20)
            .fit(&mut network, &x, &y)
            .unwrap()
            .epochs[0]
            .gradient_norm
    };
    let free = norms(trainer(1));
    assert!(free > 0.5);
    assert_eq!(norms(trainer(1).clip(Clip::Norm(0.01))), free);
}

#[test]
fn rows_split_off_are_not_trained_on() {
    let (x, y) = data(40, 0.0);
    let mut network = Linear::<1>::zeros();
    let history = trainer(1)
        .validation_split(0.25)
        .fit(&mut network, &x, &y)
        .unwrap();
    let parts = split(40, Share::Fraction(0.25), Share::Rows(0), 7).unwrap();
    let seen: Vec<[f64; 2]> = network
        .batches()
        .into_iter()
        .flat_map(|b| b.inputs)
        .collect();
    assert_eq!(seen.len(), 30);
    let held_out = gather(&x, &parts.validation).unwrap();
    assert!(held_out.iter().all(|row| !seen.contains(row)));

    let loss: f64 = parts
        .validation
        .iter()
        .map(|&i| 0.5 * (network.predict(&x[i..=i]).unwrap()[[0, 0]] - y[i][0]).powi(2) / 10.0)
        .sum();
    // Ten terms near 1, summed and divided in another order.
    assert!((history.epochs[0].validation_loss.unwrap() - loss).abs() < 1e-14);
}

#[test]
fn data_come_in_any_form() {
    let (x, y) = data(20, 0.0);
    let expected = state_after(3, 8);
    let table = Array2::from_shape_fn((20, 3), |(i, j)| match j {
        0 | 1 => x[i][j],
        _ => y[i][0],
    });
    let column = Array1::from_iter(y.iter().map(|y| y[0]));
    let (inputs, target) = (table.slice(s![.., ..2]), table.slice(s![.., 2]));
    type Fit<'a> = &'a dyn Fn(Trainer<'static, Sgd>, &mut Linear) -> Result<History, Error>;
    let fit = |f: Fit| {
        let mut network = Linear::zeros();
        f(trainer(3), &mut network).unwrap();
        same_state(&network, &expected);
    };
    fit(&|t, n| t.fit(n, &x[..], &y[..]));
    fit(&|t, n| t.fit(n, &inputs, &target));
    fit(&|t, n| t.fit(n, &inputs.to_owned(), &column));
    fit(&|t, n| t.fit(n, &x, &column.view().insert_axis(ndarray::Axis(1))));
    fit(&|t, n| t.validation(&inputs, &target).fit(n, &x, &y));

    let labels = [0, 1].repeat(10);
    let mut network = Linear::<1>::zeros();
    trainer(1).fit(&mut network, &x, &Labels(&labels)).unwrap();
    assert!(
        network
            .batches()
            .iter()
            .flat_map(|b| &b.targets)
            .all(|y| [[0.0], [1.0]].contains(y))
    );
}
