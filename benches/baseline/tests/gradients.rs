//! Every backward pass against central differences, in f64.

use baseline::{
    Activation, Error, Loss, Network, Spec, batch_norm, dense, dropout, elu, relu, silu, skip, tanh,
};
use ndarray::{Array2, ArrayView2};

/// A number in (−1, 1) that looks random and is the same everywhere.
fn number(i: usize) -> f64 {
    (i as f64 * 12.9898 + 4.1414).sin() * 0.97
}

fn matrix(rows: usize, columns: usize, first: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| number(first + i * columns + j))
}

/// Targets of the kind the loss wants.
fn targets(loss: Loss, rows: usize, columns: usize) -> Array2<f64> {
    match loss {
        Loss::CrossEntropy => {
            let class = |i| (7 * i + 3) % columns;
            Array2::from_shape_fn((rows, columns), |(i, j)| f64::from(j == class(i)))
        }
        Loss::BinaryCrossEntropy => {
            Array2::from_shape_fn((rows, columns), |(i, j)| f64::from((i + j) % 3 == 0))
        }
        Loss::GaussianNll => matrix(rows, columns / 2, 400),
        _ => matrix(rows, columns, 400),
    }
}

/// A mask that depends on the place alone, so that every pass sees the same one.
fn fixed_mask(layer: usize, keep: f64, _width: usize, mask: &mut [f64]) {
    for (i, m) in mask.iter_mut().enumerate() {
        let kept = number(31 * layer + i).abs() < keep;
        *m = if kept { 1.0 / keep } else { 0.0 };
    }
}

fn network(inputs: usize, layers: Vec<Spec>, loss: Loss) -> Network<f64> {
    let mut net = Network::new(inputs, layers, loss).unwrap();
    net.set_masks(Box::new(fixed_mask));
    let parameters: Vec<_> = (0..net.len()).map(|i| number(i + 900)).collect();
    net.set_parameters(&parameters).unwrap();
    net
}

/// The gradient by central differences of the loss that `gradient` returns.
fn differences(net: &mut Network<f64>, x: ArrayView2<f64>, t: ArrayView2<f64>) -> Vec<f64> {
    let start = net.parameters();
    let mut at = |i: usize, offset: f64| {
        let mut moved = start.clone();
        moved[i] += offset;
        net.set_parameters(&moved).unwrap();
        net.gradient(x, t).unwrap()
    };
    // ε^⅓ balances the O(h²) truncation against the ε/h rounding.
    let h = 6e-6;
    let slopes = (0..start.len()).map(|i| (at(i, h) - at(i, -h)) / (2.0 * h));
    slopes.collect()
}

fn norm(x: impl IntoIterator<Item = f64>) -> f64 {
    x.into_iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// ‖g − differences‖ ≤ 1e-7 ‖g‖ (differences reach 1e-10; the rest is margin), with all but a few
/// entries of g different from zero.
#[track_caller]
fn check(inputs: usize, layers: Vec<Spec>, loss: Loss) {
    let text = format!("{layers:?} under {loss:?}");
    let mut net = network(inputs, layers, loss);
    let rows = 7;
    let x = matrix(rows, inputs, 0) * 1.7;
    let mut y = Array2::zeros((rows, 4));
    net.predict_into(x.view(), y.view_mut()).unwrap();
    let t = targets(loss, rows, 4);

    net.gradient(x.view(), t.view()).unwrap();
    let gradient = net.gradients();
    let expected = differences(&mut net, x.view(), t.view());
    let error = norm(gradient.iter().zip(&expected).map(|(g, d)| g - d));
    let size = norm(gradient.iter().copied());
    assert!(error <= 1e-7 * size, "{text}: {error:e} of {size:e}");
    let zeros = gradient.iter().filter(|g| g.abs() < 1e-9 * size).count();
    // A bias straight under batch normalization has no influence: those zeros are right.
    assert!(3 * zeros <= gradient.len(), "{text}: {zeros} zeros");
    assert!(size > 0.0, "{text}");
}

const LOSSES: [Loss; 7] = [
    Loss::SumSquares,
    Loss::Mse,
    Loss::Mae,
    Loss::Huber { delta: 0.5 },
    Loss::CrossEntropy,
    Loss::BinaryCrossEntropy,
    Loss::GaussianNll,
];

#[test]
fn every_activation() {
    for &activation in Activation::ALL {
        let layer = || Spec::Activation(activation);
        check(3, vec![dense(5), layer(), dense(4)], Loss::SumSquares);
        check(3, vec![dense(4), layer()], Loss::GaussianNll);
    }
}

#[test]
fn every_loss() {
    for loss in LOSSES {
        check(3, vec![dense(4)], loss);
        check(3, vec![dense(6), tanh(), dense(4)], loss);
        check(3, vec![dense(6), batch_norm(), elu(), dense(4)], loss);
    }
}

#[test]
fn batch_norm_everywhere() {
    check(3, vec![batch_norm(), dense(4)], Loss::Mse);
    check(3, vec![dense(4), tanh(), batch_norm()], Loss::Mse);
    check(
        3,
        vec![
            dense(5),
            batch_norm(),
            tanh(),
            dense(5),
            batch_norm(),
            silu(),
            dense(4),
        ],
        Loss::CrossEntropy,
    );
}

#[test]
fn dropout_with_a_fixed_mask() {
    check(3, vec![dense(6), tanh(), dropout(0.7), dense(4)], Loss::Mse);
    check(
        3,
        vec![
            dropout(0.8),
            dense(6),
            relu(),
            dropout(0.6),
            batch_norm(),
            dense(4),
        ],
        Loss::Mse,
    );
}

#[test]
fn skips() {
    let inner = || vec![dense(6), tanh(), batch_norm(), dense(3)];
    check(3, vec![skip(inner()), tanh(), dense(4)], Loss::Mse);
    check(
        3,
        vec![dense(3), skip(vec![silu(), skip(inner())]), dense(4)],
        Loss::Mse,
    );
    check(
        3,
        vec![dense(4), skip(vec![skip(vec![dense(4)]), dropout(0.9)])],
        Loss::Mse,
    );
}

/// Inference against the training pass of the same network where both mean the same, in pieces
/// and row by row.
#[test]
fn inference_equals_the_training_pass() {
    let layers = vec![
        dense(9),
        tanh(),
        skip(vec![dense(5), relu(), dense(9)]),
        dropout(1.0),
        dense(4),
    ];
    let mut net = network(3, layers, Loss::SumSquares);
    let (x, zeros) = (matrix(1100, 3, 0), Array2::zeros((1100, 4)));
    let mut all = Array2::from_elem((1100, 4), f64::NAN);
    net.predict_into(x.view(), all.view_mut()).unwrap();
    let expected = net.gradient(x.view(), zeros.view()).unwrap();
    // With zero targets the loss is ½ Σ F²; sums of 4400 terms agree to a few ulp.
    let found = 0.5 * all.iter().map(|f| f * f).sum::<f64>();
    assert!((found - expected).abs() <= 1e-13 * expected);
    let loss = net.loss(x.view(), zeros.view()).unwrap();
    assert!((loss - expected).abs() <= 1e-13 * expected);
    for (x, expected) in x.rows().into_iter().zip(all.rows()) {
        let mut one = Array2::from_elem((1, 4), f64::NAN);
        let x = x.insert_axis(ndarray::Axis(0));
        net.predict_into(x, one.view_mut()).unwrap();
        // One row takes another product than a tile: the sums run in another order.
        assert!((&one.row(0) - &expected).iter().all(|d| d.abs() <= 1e-14));
    }
}

/// The f32 network against the f64 one on the same numbers.
#[test]
fn single_precision_follows_double() {
    let layers = vec![dense(20), batch_norm(), silu(), dense(4)];
    let mut double = network(3, layers.clone(), Loss::Huber { delta: 0.5 });
    let mut single = Network::<f32>::new(3, layers, Loss::Huber { delta: 0.5 }).unwrap();
    let narrow = |x: Vec<f64>| x.into_iter().map(|x| x as f32).collect::<Vec<_>>();
    single.set_parameters(&narrow(double.parameters())).unwrap();
    let (x, t) = (matrix(64, 3, 0), matrix(64, 4, 300));
    let (x32, t32) = (x.mapv(|x| x as f32), t.mapv(|t| t as f32));
    let expected = double.gradient(x.view(), t.view()).unwrap();
    let found = single.gradient(x32.view(), t32.view()).unwrap();
    // Rounding of 64-row sums in f32: √64 · 20 · 6e-8, rounded up.
    assert!((f64::from(found) - expected).abs() <= 1e-5 * expected);
    let pairs = single.gradients().into_iter().zip(double.gradients());
    let error = norm(pairs.map(|(s, d)| f64::from(s) - d));
    assert!(error <= 1e-5 * norm(double.gradients()));
}

#[test]
fn random_masks_keep_the_asked_share() {
    let mut masks = baseline::random_masks::<f64>(3);
    let mut mask = vec![f64::NAN; 100_000];
    masks(0, 0.8, 1000, &mut mask);
    let kept = mask.iter().filter(|&&m| m == 1.0 / 0.8).count();
    let dropped = mask.iter().filter(|&&m| m == 0.0).count();
    assert_eq!(kept + dropped, mask.len());
    // Five standard deviations of a binomial: 5 √(100000 · 0.8 · 0.2) = 632.
    assert!(kept.abs_diff(80_000) < 632, "{kept}");
    masks(0, 1.0, 1000, &mut mask);
    assert!(mask.iter().all(|&m| m == 1.0));
}

#[track_caller]
fn refused(inputs: usize, layers: Vec<Spec>, loss: Loss, expected: &Error) {
    let found = Network::<f64>::new(inputs, layers, loss).err();
    assert_eq!(found.as_ref(), Some(expected));
}

#[test]
fn bad_networks_are_refused() {
    let setting = |name, value, range| Error::Setting { name, value, range };
    let mse = Loss::Mse;
    refused(2, vec![], mse, &Error::NoLayers);
    refused(2, vec![skip(vec![])], mse, &Error::NoLayers);
    refused(0, vec![dense(1)], mse, &Error::NoUnits);
    refused(2, vec![dense(0)], mse, &Error::NoUnits);
    let (inputs, outputs) = (2, 3);
    let skipped = Error::Skip { inputs, outputs };
    refused(2, vec![skip(vec![dense(3)])], mse, &skipped);
    let keep = |value| setting("keep", value, "in (0, 1]");
    refused(2, vec![dropout(0.0)], mse, &keep(0.0));
    refused(2, vec![dropout(1.5)], mse, &keep(1.5));
    let norm = |eps, momentum| vec![Spec::BatchNorm { eps, momentum }];
    let eps = setting("eps", 0.0, "positive and finite");
    refused(2, norm(0.0, 0.1), mse, &eps);
    let momentum = setting("momentum", -0.1, "in [0, 1]");
    refused(2, norm(1e-5, -0.1), mse, &momentum);
    let delta = setting("delta", 0.0, "positive and finite");
    refused(2, vec![dense(1)], Loss::Huber { delta: 0.0 }, &delta);
    refused(2, vec![dense(3)], Loss::GaussianNll, &Error::OddWidth(3));
}

#[test]
fn bad_batches_are_refused() {
    let mut net = network(2, vec![dense(3), batch_norm()], Loss::Mse);
    let before = (net.parameters(), net.statistics());
    let (x, t) = (matrix(4, 2, 0), matrix(4, 3, 50));
    let shape = |what, found, expected| Error::Shape {
        what,
        found,
        expected,
    };
    let wide = net.gradient(t.view(), t.view());
    assert_eq!(wide, Err(shape("the input", (4, 3), (4, 2))));
    let short = net.gradient(x.view(), t.slice(ndarray::s![..3, ..]));
    assert_eq!(short, Err(shape("the target", (3, 3), (4, 3))));
    let one = ndarray::s![..1, ..];
    let (rows, least) = (1, 2);
    let small = net.gradient(x.slice(one), t.slice(one));
    assert_eq!(small, Err(Error::BatchTooSmall { rows, least }));
    let columns = matrix(2, 4, 0);
    let transposed = net.gradient(columns.t(), t.view());
    assert_eq!(transposed, Err(Error::Layout("the input")));
    let mut narrow = Array2::zeros((4, 2));
    let output = net.predict_into(x.view(), narrow.view_mut());
    assert_eq!(output, Err(shape("the output", (4, 2), (4, 3))));
    let flat = net.set_parameters(&[0.0; 3]);
    assert_eq!(flat, Err(shape("the parameters", (1, 3), (1, 15))));
    let flat = net.set_statistics(&[0.0; 3]);
    assert_eq!(flat, Err(shape("the statistics", (1, 3), (1, 6))));
    assert_eq!(before, (net.parameters(), net.statistics()));
}
