//! The order in which rows are visited.
//!
//! Fisher and Yates's shuffle over ChaCha8, with every step spelled out here, so that an order is a
//! function of the seed alone, on every machine and in every release:
//!
//! * the cipher's 256-bit key is the seed, then the purpose, both as 64-bit little-endian numbers,
//!   then zeros; the cipher's stream number is the epoch. So an epoch's order depends on (seed,
//!   epoch) and on no earlier epoch, and a run can be resumed at any of them;
//! * a number below n comes from a 64-bit word w as ⌊w·n / 2⁶⁴⌋. Of the 2⁶⁴ words, each result owns
//!   ⌊2⁶⁴/n⌋ or one more; the surplus words are those whose low half w·n mod 2⁶⁴ lies below
//!   2⁶⁴ mod n, and they are drawn again (Lemire 2019), which makes the n results equally likely.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// What random numbers are for; different purposes never share any.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// The order of rows within an epoch.
    Epoch = 1,
    /// Splits into training, validation and test rows, and folds.
    Split = 2,
    /// How often an epoch visits a row.
    Emphasis = 3,
}

/// The generator of one (seed, purpose, stream).
pub(crate) fn generator(seed: u64, purpose: Purpose, stream: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
    let mut generator = ChaCha8Rng::from_seed(key);
    generator.set_stream(stream);
    generator
}

/// A number in 0..n, each equally likely; n > 0.
pub(crate) fn below(generator: &mut impl Rng, n: u64) -> u64 {
    loop {
        let product = u128::from(generator.next_u64()) * u128::from(n);
        let low = product as u64;
        // 2⁶⁴ mod n is below n, so its division is seldom needed.
        if low >= n || low >= n.wrapping_neg() % n {
            return (product >> 64) as u64;
        }
    }
}

/// Puts `items` into a random order, each equally likely.
pub(crate) fn shuffle<T>(generator: &mut impl Rng, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        let chosen = below(generator, last as u64 + 1) as usize;
        items.swap(last, chosen);
    }
}

/// Fills `order` with the row numbers 0, 1, …, `order.len()` − 1 in the order of one epoch.
pub fn epoch_order(seed: u64, epoch: u64, order: &mut [usize]) {
    for (i, row) in order.iter_mut().enumerate() {
        *row = i;
    }
    shuffle(&mut generator(seed, Purpose::Epoch, epoch), order);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(seed: u64, epoch: u64, rows: usize) -> Vec<usize> {
        let mut order = vec![usize::MAX; rows];
        epoch_order(seed, epoch, &mut order);
        order
    }

    #[track_caller]
    fn golden(seed: u64, epoch: u64, expected: &[usize]) {
        assert_eq!(order(seed, epoch, expected.len()), expected);
    }

    /// Expected orders come from the algorithm above written out in Python, cipher included.
    #[test]
    fn orders_never_change() {
        golden(0, 0, &[]);
        golden(7, 0, &[0]);
        golden(0, 0, &[0, 3, 7, 6, 5, 1, 4, 8, 9, 2]);
        golden(7, 0, &[3, 5, 6, 1, 7, 2, 4, 9, 0, 8]);
        golden(7, 1, &[9, 8, 0, 1, 5, 4, 2, 3, 7, 6]);
        golden(u64::MAX, 1000, &[8, 6, 4, 9, 2, 7, 1, 5, 3, 0]);
    }

    #[test]
    fn every_row_once() {
        for rows in [1, 2, 3, 100, 1797] {
            let mut sorted = order(3, 5, rows);
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..rows));
        }
    }

    #[test]
    fn epochs_and_seeds_differ() {
        let first = order(7, 0, 50);
        assert_ne!(first, order(7, 1, 50));
        assert_ne!(first, order(8, 0, 50));
        assert_eq!(first, order(7, 0, 50));
    }

    /// Counts of n equally likely results, each expected `mean` times: the largest deviation of
    /// up to 24 of them stays below 5 standard deviations except once in 70 000 runs, and the seed
    /// is fixed.
    #[track_caller]
    fn uniform(counts: &[u32], mean: f64) {
        for &count in counts {
            assert!(
                (f64::from(count) - mean).abs() < 5.0 * mean.sqrt(),
                "{counts:?}"
            );
        }
    }

    #[test]
    fn all_orders_of_four_are_equally_likely() {
        let mut counts = [0; 24];
        for epoch in 0..24_000 {
            let o = order(1, epoch, 4);
            let rank = |i: usize| o[i + 1..].iter().filter(|&&later| later < o[i]).count();
            counts[6 * rank(0) + 2 * rank(1) + rank(2)] += 1;
        }
        uniform(&counts, 1000.0);
    }

    #[test]
    fn bounded_numbers_are_unbiased() {
        let mut generator = generator(2, Purpose::Split, 0);
        // With n = 3·2⁶² a plain ⌊w·n / 2⁶⁴⌋ would hit every third result twice as often.
        let n = 3 << 62;
        let mut counts = [0; 3];
        for _ in 0..30_000 {
            counts[(below(&mut generator, n) % 3) as usize] += 1;
        }
        uniform(&counts, 10_000.0);
        assert_eq!(below(&mut generator, 1), 0);
    }
}
