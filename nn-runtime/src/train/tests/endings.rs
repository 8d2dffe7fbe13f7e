//! How training ends, and which epoch's state the network then holds.

use super::*;
use crate::train::mock::Poison;

/// Validation targets lie half way between the start and where training leads, so the validation
/// loss falls and then rises again.
pub(super) fn half_way() -> (Vec<[f64; 2]>, Vec<[f64; 1]>) {
    let (x, y) = data(20, 0.0);
    (x, y.into_iter().map(|[y]| [0.5 * y]).collect())
}

#[test]
fn early_stopping_restores_the_best() {
    let (x, y) = data(20, 0.0);
    let (xv, yv) = half_way();
    let mut network = Linear::zeros();
    let history = trainer(500)
        .validation(&xv, &yv)
        .early_stopping(EarlyStopping::patience(4))
        .fit(&mut network, &x, &y)
        .unwrap();
    let best = history.best_epoch.unwrap();
    let losses: Vec<f64> = history
        .epochs
        .iter()
        .map(|e| e.validation_loss.unwrap())
        .collect();
    assert!(best > 1 && losses[best - 1] == losses.iter().copied().fold(f64::NAN, f64::min));
    assert_eq!(history.epochs.len(), best + 4);
    assert_eq!(history.kept_epoch, Some(best));
    assert_eq!(
        history.stopped,
        Stopped::Early {
            epoch: best + 4,
            patience: 4,
            best_epoch: best,
            best_loss: losses[best - 1],
        }
    );
    assert_eq!(history.best().unwrap().epoch, best);
    same_state(&network, &state_after(best, 8));
}

#[test]
fn the_best_is_kept_whatever_ends_training() {
    let (x, y) = data(20, 0.0);
    let (xv, yv) = half_way();
    let patient = || {
        trainer(20)
            .validation(&xv, &yv)
            .early_stopping(EarlyStopping::patience(100))
    };
    let mut network = Linear::zeros();
    let history = patient().fit(&mut network, &x, &y).unwrap();
    assert_eq!(history.stopped, Stopped::Epochs { epochs: 20 });
    let best = history.kept_epoch.unwrap();
    assert!(best < 15);
    same_state(&network, &state_after(best, 8));

    let mut network = Linear::zeros();
    let history = patient()
        .observe(stop_after(15))
        .fit(&mut network, &x, &y)
        .unwrap();
    assert_eq!(history.stopped, Stopped::Observer { epoch: 15 });
    same_state(&network, &state_after(best, 8));

    // Without the rule the last epoch is kept, although it is not the best.
    let mut network = Linear::zeros();
    let history = trainer(20)
        .validation(&xv, &yv)
        .fit(&mut network, &x, &y)
        .unwrap();
    assert_eq!(
        (history.best_epoch, history.kept_epoch),
        (Some(best), Some(20))
    );
    same_state(&network, &state_after(20, 8));
}

/// Three steps an epoch: 20 rows in batches of 8.
#[track_caller]
fn diverges(poison: Poison, epoch: usize, step: u64, quantity: Quantity, restored: Option<usize>) {
    let (x, y) = data(20, 0.0);
    let mut network = Linear::poisoned(poison);
    let history = trainer(10)
        .validation(&x, &y)
        .fit(&mut network, &x, &y)
        .unwrap();
    assert_eq!(
        history.stopped,
        Stopped::Diverged {
            epoch,
            step,
            quantity,
            restored,
        }
    );
    assert_eq!(history.epochs.len(), epoch - 1);
    assert_eq!(
        (history.best_epoch, history.kept_epoch),
        (restored, restored)
    );
    assert_eq!(history.steps, step);
    same_state(&network, &state_after(restored.unwrap_or(0), 8));
}

#[test]
fn divergence_restores_the_best() {
    diverges(Poison::Loss(0), 1, 1, Quantity::TrainingLoss, None);
    diverges(Poison::Loss(2), 1, 3, Quantity::TrainingLoss, None);
    diverges(Poison::Loss(7), 3, 8, Quantity::TrainingLoss, Some(2));
    diverges(Poison::Gradient(1), 1, 2, Quantity::Gradient, None);
    diverges(Poison::Gradient(9), 4, 10, Quantity::Gradient, Some(3));
    diverges(Poison::Statistics(4), 2, 6, Quantity::Statistics, Some(1));
    diverges(Poison::Validation(0), 1, 3, Quantity::ValidationLoss, None);
    diverges(
        Poison::Validation(5),
        2,
        6,
        Quantity::ValidationLoss,
        Some(1),
    );
}

#[test]
fn a_rate_that_is_too_high_diverges() {
    let (x, y) = data(20, 0.0);
    let mut network = Linear::<1>::zeros();
    let trainer = Trainer::new(Sgd::new(1e300)).epochs(50).batch_size(20);
    let history = trainer.fit(&mut network, &x, &y).unwrap();
    assert!(
        matches!(history.stopped, Stopped::Diverged { .. }),
        "{}",
        history.stopped
    );
    assert!(network.parameters().iter().all(|p| p.is_finite()));

    // The first step already leads out of the range: only the check after the epoch can see it.
    let y: Vec<[f64; 1]> = y.iter().map(|[y]| [1e20 * y]).collect();
    let mut network = Linear::<1>::zeros();
    let trainer = Trainer::new(Sgd::new(1e300)).batch_size(20);
    let history = trainer.fit(&mut network, &x, &y).unwrap();
    assert_eq!(
        history.stopped,
        Stopped::Diverged {
            epoch: 1,
            step: 1,
            quantity: Quantity::Parameters,
            restored: None,
        }
    );
    same_state(&network, &Linear::zeros());
}
