//! Training on several threads: the same bits for any number of them, and the same numbers but for
//! rounding as without.

use unrolled::prelude::*;

network! {
    /// Everything that draws numbers or needs the whole batch.
    struct Regression<f64> = 3 -> tanh(6) -> dropout(0.8) -> bn -> skip(silu(6) -> bn) -> relu(4) -> 2;
}

network! {
    struct Classifier = 4 -> dropout(0.9) -> relu(8) -> bn -> tanh(6) -> 3;
    loss = cross_entropy;
}

network! {
    /// Larger than a megabyte: longer blocks.
    struct Wide<f64> = 3 -> tanh(400) -> tanh(400) -> 2;
    loss = mse;
}

/// Rows of inputs and targets that no two rows share.
fn rows<const K: usize, const P: usize>(count: usize) -> (Vec<[f64; K]>, Vec<[f64; P]>) {
    let wave = |i: usize, j: usize| (0.37 * i as f64 + 1.7 * j as f64).sin();
    let input = |i| std::array::from_fn(|j| wave(i, j));
    let target = |i| std::array::from_fn(|j| wave(3 * i + 1, j + 5));
    (0..count).map(|i| (input(i), target(i))).unzip()
}

/// The parameters and statistics after a fit.
fn trained<N, X, T>(trainer: Trainer<'_, Adam>, seed: u64, x: &X, t: &T) -> Vec<N::Scalar>
where
    N: Network,
    X: Rows<N::Input>,
    T: Rows<N::Target>,
{
    let mut network = N::init(Init::default(), seed);
    let history = trainer.seed(seed).fit(&mut network, x, t);
    history.expect("the data are fine");
    [network.parameters(), network.statistics()].concat()
}

/// 200 steps: 50 epochs of four batches, the last one short.
fn two_hundred_steps() -> Trainer<'static, Adam> {
    Trainer::new(Adam::new(0.01)).epochs(50).batch_size(150)
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let (x, t) = rows::<3, 2>(550);
    for seed in 0..5 {
        let fit = |threads| {
            trained::<Regression, _, _>(two_hundred_steps().threads(threads), seed, &x, &t)
        };
        let alone: Vec<_> = fit(1).into_iter().map(f64::to_bits).collect();
        for threads in [2, 3, 4, 8, 16] {
            let together: Vec<_> = fit(threads).into_iter().map(f64::to_bits).collect();
            assert!(alone == together, "{threads} threads, seed {seed}");
        }
    }
}

/// Also where the order goes by the losses of all rows, and there are fewer of them than threads.
#[test]
fn an_emphasizing_order_is_the_same_for_any_number_of_threads() {
    for count in [5, 550] {
        let (x, t) = rows::<3, 2>(count);
        let fit = |threads| {
            let trainer = two_hundred_steps().epochs(10);
            let trainer = trainer.order(Order::Emphasizing { weight: 0.7 });
            trained::<Regression, _, _>(trainer.threads(threads), 1, &x, &t)
        };
        let alone: Vec<_> = fit(1).into_iter().map(f64::to_bits).collect();
        for threads in [2, 3, 16] {
            let together: Vec<_> = fit(threads).into_iter().map(f64::to_bits).collect();
            assert!(alone == together, "{threads} threads, {count} rows");
        }
    }
}

#[test]
fn labels_and_single_precision_give_the_same_bits() {
    let (x, _) = rows::<4, 1>(550);
    let x: Vec<[f32; 4]> = x.into_iter().map(|row| row.map(|x| x as f32)).collect();
    let labels: Vec<usize> = (0..550).map(|i| i % 3).collect();
    let labels = Labels(&labels);
    for seed in 0..2 {
        let fit = |threads| {
            trained::<Classifier, _, _>(two_hundred_steps().threads(threads), seed, &x, &labels)
        };
        let alone: Vec<_> = fit(1).into_iter().map(f32::to_bits).collect();
        for threads in [2, 3, 4, 8, 16] {
            let together: Vec<_> = fit(threads).into_iter().map(f32::to_bits).collect();
            assert!(alone == together, "{threads} threads, seed {seed}");
        }
    }
}

/// One step along the gradient, with threads and without: sums of a few hundred terms in another
/// order differ by some units in the last place, and there is no cancellation to speak of. Says
/// whether they differ at all.
#[track_caller]
fn differs_in_rounding_only<N>(count: usize) -> bool
where
    N: Network<Scalar = f64, Input = [f64; 3], Target = [f64; 2]>,
{
    let (x, t) = rows::<3, 2>(count);
    let step = |threads: Option<usize>| {
        let mut network = N::init(Init::default(), 1);
        let trainer = Trainer::new(Sgd::new(0.1)).epochs(1).batch_size(count);
        let trainer = match threads {
            Some(threads) => trainer.threads(threads),
            None => trainer,
        };
        trainer
            .fit(&mut network, &x, &t)
            .expect("the data are fine");
        [network.parameters(), network.statistics()].concat()
    };
    let (plain, blocks) = (step(None), step(Some(3)));
    for (plain, blocks) in plain.iter().zip(&blocks) {
        assert!(
            (plain - blocks).abs() <= 1e-13 * plain.abs().max(1.0),
            "{plain} {blocks}"
        );
    }
    plain != blocks
}

/// And no rounding while the batch is one block.
#[test]
fn blocks_change_rounding_only() {
    for count in [2, 31, 32, 47, 48, 63] {
        assert!(!differs_in_rounding_only::<Regression>(count), "{count}");
    }
    for count in [64, 95, 96, 256, 1000] {
        assert!(differs_in_rounding_only::<Regression>(count), "{count}");
    }
    for count in [100, 191] {
        assert!(!differs_in_rounding_only::<Wide>(count), "{count}");
    }
    for count in [192, 256] {
        assert!(differs_in_rounding_only::<Wide>(count), "{count}");
    }
}

#[test]
fn numbers_of_threads_that_make_no_sense() {
    let (x, t) = rows::<3, 2>(10);
    for threads in [0, 1025] {
        let mut network = Regression::init(Init::default(), 1);
        let before = network.parameters().to_vec();
        let error = Trainer::new(Adam::default())
            .threads(threads)
            .fit(&mut network, &x, &t)
            .expect_err("that number is out of range");
        assert_eq!(
            error.to_string(),
            format!("number of threads is {threads}, but must be from 1 to 1024")
        );
        assert_eq!(network.parameters(), before);
    }
}
