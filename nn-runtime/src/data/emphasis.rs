//! An order that visits rows with a large loss more often.
//!
//! LeCun, Bottou, Orr and Müller (1998), section 4.2: what a network gets wrong tells it most, so
//! such samples, and with them those of rare classes, are presented more often. They give no formula.
//! Here an epoch of n visits goes, on average, to row i
//!
//! ```text
//! vᵢ = 1 − λ + λ eᵢ/ē      eᵢ = Lᵢ − minⱼ Lⱼ,  ē = (1/n) Σⱼ eⱼ
//! ```
//!
//! times, so that a visit is one to row i with probability vᵢ/n. Losses are compared by how far they
//! lie above the smallest, so constants in a loss, and losses below zero, change nothing.
//!
//! The visits are drawn systematically: the vᵢ lie end to end on a line of length n, and one random
//! offset u in [0, 1) puts a comb with the teeth u, u + 1, …, u + n − 1 on it; every tooth is a visit
//! to the row on whose piece it falls. So the average is exact, and the number of a row's visits is
//! ⌊vᵢ⌋ or ⌈vᵢ⌉. With λ = 0 it is 1.

use rand::Rng;

use super::shuffle::{Purpose, generator, shuffle};

/// Fills `order` with the visits of one epoch, in random order. `losses` has the finite loss of every
/// row, as many as there are visits; `weight` is λ in [0, 1].
///
/// With λ = 0, or with losses that are all the same, it is the order of
/// [`epoch_order`](super::shuffle::epoch_order).
pub fn emphasizing_order(seed: u64, epoch: u64, weight: f64, losses: &[f64], order: &mut [usize]) {
    let offset = unit(&mut generator(seed, Purpose::Emphasis, epoch));
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let excess = losses.iter().map(|loss| loss - least);
    let mean = excess.clone().map(|e| e / losses.len() as f64).sum::<f64>();
    let (mut placed, mut reach, mut last) = (0, 0.0, 0);
    for (row, excess) in excess.enumerate() {
        let share = if mean > 0.0 { excess / mean } else { 1.0 };
        reach += 1.0 - weight + weight * share;
        while placed < order.len() && placed as f64 + offset < reach {
            order[placed] = row;
            (placed, last) = (placed + 1, row);
        }
    }
    // The pieces' sum may be rounded below the last tooth.
    order[placed..].fill(last);
    shuffle(&mut generator(seed, Purpose::Epoch, epoch), order);
}

/// A number in [0, 1), a multiple of 2⁻⁵³.
fn unit(generator: &mut impl Rng) -> f64 {
    (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::super::shuffle::epoch_order;
    use super::*;

    /// How often each row is visited in an epoch.
    fn visits(epoch: u64, weight: f64, losses: &[f64]) -> Vec<u32> {
        let mut order = vec![usize::MAX; losses.len()];
        emphasizing_order(3, epoch, weight, losses, &mut order);
        let mut visits = vec![0; losses.len()];
        order.into_iter().for_each(|row| visits[row] += 1);
        visits
    }

    /// A row is visited `expected` times on average, and ⌊expected⌋ or ⌈expected⌉ times an epoch. So
    /// the mean of 4000 epochs has a deviation of at most ½/√4000; five of them are not exceeded once
    /// in a million runs, and the seed is fixed.
    #[track_caller]
    fn on_average(weight: f64, losses: &[f64], expected: &[f64]) {
        let mut sums = vec![0; losses.len()];
        for epoch in 0..4000 {
            for ((sum, visits), expected) in sums
                .iter_mut()
                .zip(visits(epoch, weight, losses))
                .zip(expected)
            {
                let found = f64::from(visits);
                assert!((expected.floor()..=expected.ceil()).contains(&found));
                *sum += visits;
            }
        }
        for (sum, expected) in sums.iter().zip(expected) {
            let mean = f64::from(*sum) / 4000.0;
            let off = (mean - expected).abs();
            assert!(off < 5.0 * 0.5 / 4000_f64.sqrt(), "{mean}, not {expected}");
        }
    }

    #[test]
    fn visits_follow_the_loss() {
        // Excess 0, 1, 2, 5 with mean 2.
        let losses = [1.0, 2.0, 3.0, 6.0];
        on_average(1.0, &losses, &[0.0, 0.5, 1.0, 2.5]);
        on_average(0.5, &losses, &[0.5, 0.75, 1.0, 1.75]);
        on_average(0.0, &losses, &[1.0; 4]);
        // Neither a constant nor the sign matters.
        on_average(1.0, &[-6.0, -5.0, -4.0, -1.0], &[0.0, 0.5, 1.0, 2.5]);
        on_average(0.7, &[4.0; 3], &[1.0; 3]);
        // One row of a rare class among many that are right.
        let mut losses = [0.1; 50];
        losses[31] = 5.1;
        let mut expected = [0.2; 50];
        expected[31] = 0.2 + 0.8 * 50.0;
        on_average(0.8, &losses, &expected);
    }

    #[test]
    fn without_weight_it_is_the_plain_order() {
        let losses: Vec<_> = (0..100).map(|i| f64::from(i * i)).collect();
        let (mut plain, mut order) = ([0; 100], [0; 100]);
        for epoch in 0..20 {
            epoch_order(7, epoch, &mut plain);
            emphasizing_order(7, epoch, 0.0, &losses, &mut order);
            assert_eq!(order, plain);
            emphasizing_order(7, epoch, 1.0, &[2.5; 100], &mut order);
            assert_eq!(order, plain);
        }
    }

    /// Visits to the same row lie anywhere in the epoch: on average in its middle, to within five
    /// deviations of the mean of 2000 epochs' first places (at most half the epoch each).
    #[test]
    fn visits_are_shuffled() {
        let losses: Vec<_> = (0..21).map(f64::from).collect();
        let mut order = [0; 21];
        let place = |epoch| {
            emphasizing_order(1, epoch, 1.0, &losses, &mut order);
            order.iter().position(|&row| row == 10).unwrap_or(0) as f64
        };
        let mean = (0..2000).map(place).sum::<f64>() / 2000.0;
        assert!((mean - 10.0).abs() < 5.0 * 10.0 / 2000_f64.sqrt(), "{mean}");
    }

    #[test]
    fn unusual_losses_leave_no_place_empty() {
        for losses in [
            &[][..],
            &[3.0],
            &[0.0, f64::MAX],
            &[0.0, 5e-324, 0.0],
            &[1e-300; 7],
        ] {
            for epoch in 0..50 {
                assert_eq!(visits(epoch, 1.0, losses).len(), losses.len());
            }
        }
    }
}
