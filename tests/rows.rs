//! What must not depend on how many rows there are, and what the wrong number of rows gets.
//!
//! Every output element is one chain of operations whose order is fixed by the network's widths, so a
//! row has the same bits wherever it stands: alone, in a tile, in the last short tile. Sets that fuse
//! multiply-adds run the same chains, so they train to the same bits; the portable code rounds
//! products and differs in the last places.

mod support;

use support::{DRAW, Given, Training, assert_close, norm};
use unrolled::error::Error;
use unrolled::network;
use unrolled::network::{Network, Row};
use unrolled::optim::{Adam, Optimizer};
use unrolled::simd::Isa;
use unrolled::workspace::Workspace;

network! { struct Hero<f32> = 2 -> tanh(50) -> dropout(0.8) -> bn -> 1; }
network! { struct Deep<f32> = 3 -> gelu(17) -> silu(16) -> elu(33) -> 2; loss = mse; }
network! { struct Classes<f32> = 20 -> relu(64) -> bn -> relu(31) -> 10; loss = cross_entropy; }
network! {
    struct Residual<f64> = 5 -> bn -> softplus(7) -> skip(sin(9) -> dropout(0.5) -> bn -> 7) -> 4;
    loss = gaussian_nll;
}
network! { struct Plain<f64> = 4 -> sigmoid(19) -> lecun_tanh(8) -> 3; loss = huber; }

/// Many more than a tile, and no multiple of one.
const ROWS: usize = 10_000;

/// Predicts all rows at once and each row by itself, through both doors.
#[track_caller]
fn check_alone<N: Network>(forward: fn(&N, N::Input) -> N::Output) {
    let given = Given::<N>::random(ROWS, 1);
    for isa in Isa::available() {
        let together = given.predict(isa);
        let mut workspace = Workspace::new();
        let mut alone = [N::Output::ZERO];
        for (i, (input, expected)) in given
            .inputs
            .iter()
            .zip(together.chunks(N::OUTPUTS))
            .enumerate()
        {
            given
                .network
                .predict_into(isa, &[*input], &mut alone, &mut workspace)
                .expect("one row");
            assert_bits(&format!("row {i} on {}", isa.name()), &alone[0], expected);
            if isa == Isa::best() {
                let found = forward(&given.network, *input);
                assert_bits(&format!("forward of row {i}"), &found, expected);
            }
        }
        assert!(norm(&together) > 0.0);
    }
}

/// Exactly equal, NaN to nothing.
#[track_caller]
fn assert_bits<R: Row>(what: &str, found: &R, expected: &[f64]) {
    let found = support::to_f64(found.as_slice());
    let same = |(f, e): (&f64, &f64)| f.is_finite() && f.to_bits() == e.to_bits();
    assert!(
        found.len() == expected.len() && found.iter().zip(expected).all(same),
        "{what}: {found:?}, expected {expected:?}"
    );
}

#[test]
fn a_row_alone_is_the_row_of_a_batch() {
    check_alone::<Hero>(|network, input| network.forward(&[input])[0]);
    check_alone::<Deep>(|network, input| network.forward(&[input])[0]);
    check_alone::<Classes>(|network, input| network.forward(&[input])[0]);
    check_alone::<Residual>(|network, input| network.forward(&[input])[0]);
    check_alone::<Plain>(|network, input| network.forward(&[input])[0]);
}

/// Batches below, at and above a tile predict the same bits as one long batch.
#[track_caller]
fn check_counts<N: Network>() {
    let given = Given::<N>::random(1000, 1);
    for isa in Isa::available() {
        let all = given.predict(isa);
        for rows in [1, 2, 63, 64, 65, 127, 128, 129, 1000] {
            let mut outputs = vec![N::Output::ZERO; rows];
            given
                .network
                .predict_into(
                    isa,
                    &given.inputs[..rows],
                    &mut outputs,
                    &mut Workspace::new(),
                )
                .expect("as many outputs as inputs");
            let what = format!("{rows} rows on {}", isa.name());
            for (found, expected) in outputs.iter().zip(all.chunks(N::OUTPUTS)) {
                assert_bits(&what, found, expected);
            }
        }
    }
}

#[test]
fn any_number_of_rows() {
    check_counts::<Hero>();
    check_counts::<Deep>();
    check_counts::<Classes>();
    check_counts::<Residual>();
    check_counts::<Plain>();
}

/// Without batch statistics, loss and gradient are sums over rows: those of a batch are those of its
/// rows, one by one.
#[test]
fn a_gradient_is_the_sum_over_rows() {
    for rows in [1, 63, 64, 65, 1000] {
        let given = Given::<Plain>::random(rows, 1);
        for isa in Isa::available() {
            let (loss, gradient) = given.clone().gradient(isa);
            let (mut losses, mut gradients) = (0.0, vec![0.0; Plain::PARAMETERS]);
            for (input, target) in given.inputs.iter().zip(&given.targets) {
                let mut one = Given {
                    network: given.network.clone(),
                    inputs: vec![*input],
                    targets: vec![*target],
                };
                let (loss, gradient) = one.gradient(isa);
                losses += loss;
                gradients
                    .iter_mut()
                    .zip(gradient)
                    .for_each(|(sum, g)| *sum += g);
            }
            // Up to a thousand terms in f64, in another order.
            assert_close("loss", &[loss], &[losses], 1e-13);
            assert_close("gradient", &gradient, &gradients, 1e-12);
        }
    }
}

/// Predicting no rows into no rows is nothing to do; at the door, and for training, it is a mistake.
#[test]
fn no_rows() {
    let mut network = Hero::init(Default::default(), 1);
    let mut workspace = Workspace::new();
    let mut gradient = vec![0.0; Hero::PARAMETERS];
    let isa = Isa::best();
    let empty = Error::Empty { what: "inputs" };
    let predicted = network.predict_into(isa, &[], &mut [], &mut workspace);
    assert_eq!(predicted, Ok(()));
    assert_eq!(network.forward(&[]), [[0.0; 1]; 0]);

    let no_inputs: &[[f32; 2]] = &[];
    assert_eq!(network.predict(no_inputs), Err(empty.clone()));
    let loss = network.loss(isa, &[], &[], &mut workspace);
    assert_eq!(loss, Err(empty.clone()));
    let loss = network.gradient(isa, &[], &[], DRAW, &mut workspace, &mut gradient);
    assert_eq!(loss, Err(empty));
}

/// Twenty steps on every set that fuses multiply-adds, from the same start.
#[track_caller]
fn check_same_bits<N: Network>(optimizer: impl Optimizer<N::Scalar>) {
    let fused = ["avx2", "avx512", "neon"];
    let mut sets = Isa::available();
    sets.retain(|isa| fused.contains(&isa.name()));
    let trained = sets.iter().map(|&isa| {
        let given = Given::<N>::random(70, 1);
        let mut training = Training::new(given, optimizer.clone(), isa);
        let mut losses: Vec<_> = (0..20).map(|_| training.step()).collect();
        let network = training.given.network;
        losses.extend(support::to_f64(network.parameters()));
        losses.extend(support::to_f64(network.statistics()));
        losses.into_iter().map(f64::to_bits).collect::<Vec<_>>()
    });
    let trained: Vec<_> = trained.collect();
    if trained.len() < 2 {
        println!("skipped: fewer than two sets that fuse multiply-adds");
    }
    for (isa, bits) in sets.iter().zip(&trained).skip(1) {
        let (first, name) = (sets[0].name(), isa.name());
        assert!(*bits == trained[0], "{}: {name} is not {first}", N::NAME);
    }
}

#[test]
fn instruction_sets_train_to_the_same_bits() {
    check_same_bits::<Hero>(Adam::default());
    check_same_bits::<Deep>(Adam::default());
    check_same_bits::<Classes>(Adam::default());
    check_same_bits::<Residual>(Adam::default());
    check_same_bits::<Plain>(Adam::default());
}

/// Arguments that do not fit, and the error for each: nothing is written then.
#[test]
fn arguments_that_do_not_fit() {
    let mut given = Given::<Hero>::random(8, 1);
    let before = given.clone();
    let (isa, mut workspace) = (Isa::best(), Workspace::new());
    let rows = |left, left_rows, right, right_rows| Error::RowCount {
        left,
        left_rows,
        right,
        right_rows,
    };
    let length = |found| Error::Length {
        what: "gradient",
        found,
        expected: Hero::PARAMETERS,
    };
    let (x, t) = (&given.inputs, &given.targets);
    let mut check = |inputs: usize, targets: usize, numbers: usize, error: Error| {
        let mut gradient = vec![0.25; numbers];
        let (x, t) = (&x[..inputs], &t[..targets]);
        let result = given
            .network
            .gradient(isa, x, t, DRAW, &mut workspace, &mut gradient);
        assert_eq!(result, Err(error));
        assert!(gradient.iter().all(|&g| g == 0.25));
    };
    check(8, 7, Hero::PARAMETERS, rows("inputs", 8, "targets", 7));
    check(7, 8, Hero::PARAMETERS, rows("inputs", 7, "targets", 8));
    check(0, 8, Hero::PARAMETERS, rows("inputs", 0, "targets", 8));
    check(8, 8, Hero::PARAMETERS + 1, length(Hero::PARAMETERS + 1));
    check(8, 8, Hero::PARAMETERS - 1, length(Hero::PARAMETERS - 1));
    check(8, 8, 0, length(0));
    check(
        1,
        1,
        Hero::PARAMETERS,
        Error::BatchTooSmall { rows: 1, least: 2 },
    );
    check(0, 0, Hero::PARAMETERS, Error::Empty { what: "inputs" });

    let network = &given.network;
    let loss = network.loss(isa, &x[..3], &t[..2], &mut workspace);
    assert_eq!(loss, Err(rows("inputs", 3, "targets", 2)));
    let mut outputs = [[0.25]; 2];
    let predicted = network.predict_into(isa, &x[..3], &mut outputs, &mut workspace);
    assert_eq!(predicted, Err(rows("inputs", 3, "outputs", 2)));
    assert_eq!(outputs, [[0.25]; 2]);
    assert_eq!(network.parameters(), before.network.parameters());
    assert_eq!(network.statistics(), before.network.statistics());
}
