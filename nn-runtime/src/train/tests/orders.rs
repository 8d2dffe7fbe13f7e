//! Which rows an epoch visits, and which an optimizer is shown before it.

use std::sync::{Arc, Mutex};

use super::*;
use crate::data::emphasis::emphasizing_order;
use crate::network::Tensor;
use crate::optim::{Optimizer, Step, Survey};
use crate::simd::Isa;
use crate::train::mock::Poison;
use crate::workspace::Workspace;

/// The rows that an epoch visits, in their order.
fn visited(network: &Linear, epoch: usize, batches: usize) -> Vec<[f64; 2]> {
    let all = network.batches();
    let epoch = all.chunks(batches).nth(epoch).unwrap_or_default();
    epoch
        .iter()
        .flat_map(|batch| batch.inputs.clone())
        .collect()
}

/// Every epoch goes by the losses of predictions at its start.
#[test]
fn emphasis_follows_the_losses_at_the_start_of_the_epoch() {
    let (x, y) = data(21, 0.0);
    let order = Order::Emphasizing { weight: 0.8 };
    let mut network = Linear::<1>::zeros();
    trainer(3).order(order).fit(&mut network, &x, &y).unwrap();
    for epoch in 0..3 {
        let mut before = Linear::<1>::zeros();
        if epoch > 0 {
            trainer(epoch)
                .order(order)
                .fit(&mut before, &x, &y)
                .unwrap();
        }
        let errors = before.predict(&x).unwrap();
        let losses = errors
            .iter()
            .zip(&y)
            .map(|(f, [y])| 0.5 * (f - y) * (f - y));
        let losses: Vec<_> = losses.collect();
        let mut expected = [0; 21];
        emphasizing_order(7, epoch as u64, 0.8, &losses, &mut expected);
        let expected: Vec<_> = expected.iter().map(|&row| x[row]).collect();
        assert_eq!(visited(&network, epoch, 3), expected);
    }
}

#[test]
fn without_weight_and_by_default_every_row_is_visited_once() {
    let run = |order: Option<Order>| {
        let (x, y) = data(20, 0.0);
        let mut network = Linear::<1>::zeros();
        let trainer = trainer(4).validation_split(0.2);
        let trainer = match order {
            Some(order) => trainer.order(order),
            None => trainer,
        };
        let history = trainer.fit(&mut network, &x, &y).unwrap();
        (network.batches(), timeless(&history))
    };
    assert_eq!(run(Some(Order::Shuffled)), run(None));
    assert_eq!(run(Some(Order::Emphasizing { weight: 0.0 })), run(None));
    assert_ne!(run(Some(Order::Emphasizing { weight: 0.5 })).0, run(None).0);
}

/// Nineteen rows on a line, and one far off it, which no line through the others comes near.
#[test]
fn rare_rows_come_forward() {
    let (x, mut y) = data(20, 0.0);
    y[4][0] += 10.0;
    let visits = |order| {
        let mut network = Linear::<1>::zeros();
        trainer(100).order(order).fit(&mut network, &x, &y).unwrap();
        let batches = network.batches();
        let inputs = batches.iter().flat_map(|batch| &batch.inputs);
        inputs.filter(|input| **input == x[4]).count()
    };
    assert_eq!(visits(Order::Shuffled), 100);
    // Were the others without error, it would have ½ + ½ · 20 = 10.5 of an epoch's 20 visits.
    let emphasized = visits(Order::Emphasizing { weight: 0.5 });
    assert!((400..=1050).contains(&emphasized), "{emphasized}");
}

#[test]
fn losses_that_are_not_finite_end_training() {
    let (x, y) = data(20, 0.0);
    let mut network = Linear::<1>::poisoned(Poison::Validation(0));
    let trainer = trainer(5).order(Order::Emphasizing { weight: 0.5 });
    let history = trainer.fit(&mut network, &x, &y).unwrap();
    let expected = Stopped::Diverged {
        epoch: 2,
        step: 3,
        quantity: Quantity::TrainingLoss,
        restored: Some(1),
    };
    assert_eq!(history.stopped, expected);
}

/// Keeps what it is shown, and never moves.
#[derive(Clone)]
struct Watchful {
    rows: usize,
    seen: Arc<Mutex<Vec<Vec<[f64; 2]>>>>,
}

impl Optimizer<f64> for Watchful {
    type State = ();
    fn rate(&self) -> f64 {
        1.0
    }
    fn prepare(&self, _tensors: &[Tensor]) -> Result<(), Error> {
        Ok(())
    }
    fn step(&self, _: &mut (), _: Step, _: &mut [f64], _: &[f64]) -> Result<(), Error> {
        Ok(())
    }
}

impl Survey<Linear> for Watchful {
    fn survey_rows(&self) -> usize {
        self.rows
    }
    fn survey(
        &self,
        _: &mut (),
        _: Isa,
        _: &Linear,
        (inputs, targets): (&[[f64; 2]], &[[f64; 1]]),
        _: &mut Workspace<f64>,
    ) -> Result<(), Error> {
        assert_eq!(inputs.len(), targets.len());
        self.seen.lock().unwrap().push(inputs.to_vec());
        Ok(())
    }
}

/// Of the rows that the epoch visits, the first.
#[test]
fn optimizers_survey_the_rows_that_come_first() {
    let (x, y) = data(20, 0.0);
    for rows in [0, 1, 7, 20, 1000] {
        let seen = Arc::default();
        let optimizer = Watchful { rows, seen };
        let mut network = Linear::zeros();
        let trainer = Trainer::new(optimizer.clone()).epochs(3).batch_size(8);
        trainer.fit(&mut network, &x, &y).unwrap();
        let seen = optimizer.seen.lock().unwrap();
        assert_eq!(seen.len(), if rows == 0 { 0 } else { 3 });
        for (epoch, seen) in seen.iter().enumerate() {
            assert_eq!(seen[..], visited(&network, epoch, 3)[..rows.min(20)]);
        }
    }
}
