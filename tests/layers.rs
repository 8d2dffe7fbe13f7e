//! Layers one by one and the signals between them, against each other, against the whole network's
//! gradient and against differences.

use unrolled::layers::{LayerAt, LayerView};
use unrolled::prelude::*;

unrolled::network! {
    /// Every kind of layer, also those that change nothing.
    struct All<f64> = 3 -> tanh(7) -> dropout(0.7) -> bn -> skip(sigmoid(4) -> dropout(0.5) -> 7)
        -> identity -> [7] -> dropout(1) -> 2;
    derive(Layers, Signals);
}

unrolled::network! {
    struct Single = 3 -> relu(40) -> softsign(17) -> 4;
    loss = cross_entropy;
    derive(Signals, Layers);
}

unrolled::network! {
    struct Scaled<f64> = 3 -> standardize -> tanh(4) -> 2 -> unstandardize;
    derive(Layers, Signals);
}

const DRAW: Draw = Draw { seed: 3, step: 9 };

/// Numbers in (−1, 1): multiples of the golden ratio.
fn rows<const N: usize>(count: usize, start: f64) -> Vec<[f64; N]> {
    let number = |i: usize| (start + 0.618_033_988_749_895 * i as f64).fract() * 2.0 - 1.0;
    (0..count)
        .map(|row| std::array::from_fn(|column| number(row * N + column)))
        .collect()
}

fn network() -> All {
    let mut net = All::init(Init::default(), 4);
    // Biases, scales and shifts that are not all alike.
    for (i, parameter) in net.parameters_mut().iter_mut().enumerate() {
        *parameter += 0.1 * (i as f64).sin();
    }
    net
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    assert!(scale > 0.0, "nothing to compare: all zero");
    for (found, expected) in found.iter().zip(expected) {
        let off = (found - expected).abs() / scale;
        assert!(
            off <= tolerance,
            "{found}, expected {expected}: off by {off:e}"
        );
    }
}

/// Forward through all layers: what goes into each of them, and F.
struct Chain {
    x: Vec<[f64; 3]>,
    h1: Vec<[f64; 7]>,
    a1: Vec<[f64; 7]>,
    d1: Vec<[f64; 7]>,
    z1: Vec<[f64; 7]>,
    r1: Vec<[f64; 7]>,
    same: Vec<[f64; 7]>,
    kept: Vec<[f64; 7]>,
    f: Vec<[f64; 2]>,
}

fn chain(net: &All, x: &[[f64; 3]]) -> Result<Chain, Error> {
    let h1 = net.layer1().forward(x)?;
    let a1 = net.layer2().forward(&h1)?;
    let d1 = net.layer3().draw(DRAW).forward(&a1)?;
    let z1 = net.layer4().forward(&d1)?;
    let r1 = net.layer5().draw(DRAW).forward(&z1)?;
    let same = net.layer6().forward(&r1)?;
    let kept = net.layer7().forward(&same)?;
    let f = net.layer8().forward(&kept)?;
    let x = x.to_vec();
    Ok(Chain {
        x,
        h1,
        a1,
        d1,
        z1,
        r1,
        same,
        kept,
        f,
    })
}

/// Rows below, at and above a tile, which is 128 rows high.
const BATCHES: [usize; 4] = [2, 5, 128, 131];

#[test]
fn layers_compose_to_the_gradient_and_the_signals() -> Result<(), Error> {
    for count in BATCHES {
        let (x, y) = (rows::<3>(count, 0.1), rows::<2>(count, 0.7));
        let net = network();
        let c = chain(&net, &x)?;
        let g2: Vec<[f64; 2]> =
            c.f.iter()
                .zip(&y)
                .map(|(f, y)| [f[0] - y[0], f[1] - y[1]])
                .collect();
        let (dkept, (dw4, db4)) = net.layer8().backward(&c.kept, &g2)?;
        let (dsame, ()) = net.layer7().backward(&c.same, &dkept)?;
        let (dr1, ()) = net.layer6().backward(&c.r1, &dsame)?;
        let (dz1, (dw2, db2, dw3, db3)) = net.layer5().draw(DRAW).backward(&c.z1, &dr1)?;
        let (dd1, (dgamma1, dbeta1)) = net.layer4().backward(&c.d1, &dz1)?;
        let (da1, ()) = net.layer3().draw(DRAW).backward(&c.a1, &dd1)?;
        let (g1, ()) = net.layer2().backward(&c.h1, &da1)?;
        let (_, (dw1, db1)) = net.layer1().backward(&c.x, &g1)?;
        let composed = [
            dw1.as_flattened(),
            &db1[..],
            &dgamma1[..],
            &dbeta1[..],
            dw2.as_flattened(),
            &db2[..],
            dw3.as_flattened(),
            &db3[..],
            dw4.as_flattened(),
            &db4[..],
        ]
        .concat();

        let mut gradient = vec![0.0; All::PARAMETERS];
        let isa = Isa::detect()?;
        let mut workspace = Workspace::new();
        let loss = net
            .clone()
            .gradient(isa, &x, &y, DRAW, &mut workspace, &mut gradient)?;
        // The same sums in another order, in f64, over at most 131 rows.
        close(&composed, &gradient, 1e-12);

        let before = net.statistics().to_vec();
        let signals = net.signals(&x, &y, DRAW)?;
        assert_eq!(net.statistics(), before, "looking changes nothing");
        close(&[signals.loss()], &[loss], 1e-13);
        let values = [
            ("h1", c.h1.as_flattened()),
            ("a1", c.a1.as_flattened()),
            ("d1", c.d1.as_flattened()),
            ("z1", c.z1.as_flattened()),
            ("r1", c.r1.as_flattened()),
            ("f", c.f.as_flattened()),
            ("g2", &[]),
            ("dr1", dr1.as_flattened()),
            ("dz1", dz1.as_flattened()),
            ("dd1", dd1.as_flattened()),
            ("da1", da1.as_flattened()),
            ("g1", g1.as_flattened()),
        ];
        for (name, expected) in values
            .into_iter()
            .filter(|(_, expected)| !expected.is_empty())
        {
            let found = signals
                .get(name)
                .unwrap_or_else(|| panic!("there is no {name}"));
            let found: Vec<f64> = found.iter().copied().collect();
            close(&found, expected, 1e-12);
        }
    }
    Ok(())
}

/// The loss of what goes into a layer.
type Loss<'a> = &'a dyn Fn(&[[f64; 7]]) -> Result<f64, Error>;

/// ∂L by an element of what goes into the layers from the third on, by central differences.
#[test]
fn adjoints_are_slopes_of_the_loss() -> Result<(), Error> {
    let (x, y) = (rows::<3>(5, 0.1), rows::<2>(5, 0.7));
    let net = network();
    let c = chain(&net, &x)?;
    let loss = |f: Vec<[f64; 2]>| -> f64 {
        let squares = f
            .iter()
            .zip(&y)
            .map(|(f, y)| (f[0] - y[0]).powi(2) + (f[1] - y[1]).powi(2));
        0.5 * squares.sum::<f64>()
    };
    let from_z1 = |z1: &[[f64; 7]]| -> Result<f64, Error> {
        let r1 = net.layer5().draw(DRAW).forward(z1)?;
        Ok(loss(net.layer8().forward(&r1)?))
    };
    let from_a1 = |a1: &[[f64; 7]]| -> Result<f64, Error> {
        let d1 = net.layer3().draw(DRAW).forward(a1)?;
        from_z1(&net.layer4().forward(&d1)?)
    };
    let signals = net.signals(&x, &y, DRAW)?;
    let check = |name: &str, at: &[[f64; 7]], loss: Loss<'_>| {
        let mut slopes = Vec::new();
        for (row, column) in (0..5).flat_map(|row| (0..7).map(move |column| (row, column))) {
            let mut moved = at.to_vec();
            // The error of a central difference is some 1e-10 times the third derivative.
            let mut at = |by: f64| {
                moved[row][column] = at[row][column] + by;
                loss(&moved)
            };
            slopes.push((at(1e-5)? - at(-1e-5)?) / 2e-5);
        }
        let found = signals
            .get(name)
            .expect("a signal")
            .iter()
            .copied()
            .collect::<Vec<_>>();
        close(&found, &slopes, 1e-8);
        Ok::<_, Error>(())
    };
    check("dz1", &c.z1, &from_z1)?;
    check("da1", &c.a1, &from_a1)
}

/// The layers at the two ends: (X − mean) / deviation, whose slope is 1/deviation, and its inverse.
#[test]
fn scaling_layers_are_layers() -> Result<(), Error> {
    let (x, y) = (rows::<3>(40, 0.1), rows::<2>(40, 0.7));
    let mut net = Scaled::init(Init::default(), 4);
    unrolled::train::fit_scaling(&mut net, &x, &y)?;
    let (inputs, targets) = (Standardizer::fit(&x)?, Standardizer::fit(&y)?);
    let standard = net.layer1().forward(&x)?;
    let expected = inputs.transform(&x)?;
    close(standard.as_flattened(), expected.as_flattened(), 1e-14);
    let (dx, ()) = net.layer1().backward(&x, &[[1.0; 3]; 40])?;
    close(&dx[39], &net.input_deviation().map(f64::recip), 1e-14);

    let a1 = net.layer3().forward(&net.layer2().forward(&standard)?)?;
    let h2 = net.layer4().forward(&a1)?;
    let f = net.layer5().forward(&h2)?;
    let expected = targets.inverse(&h2)?;
    close(f.as_flattened(), expected.as_flattened(), 1e-14);
    close(
        f.as_flattened(),
        net.predict_rows(&x)?.as_flattened(),
        1e-14,
    );
    let (dh2, ()) = net.layer5().backward(&h2, &[[1.0; 2]; 40])?;
    close(&dh2[39], net.target_deviation(), 1e-14);

    // The loss compares without units: G₂ = F̃ − Ỹ.
    let signals = net.signals(&x, &y, DRAW)?;
    let standard = targets.transform(&y)?;
    let differences = h2.as_flattened().iter().zip(standard.as_flattened());
    let differences: Vec<f64> = differences.map(|(f, y)| f - y).collect();
    let found: Vec<f64> = signals
        .get("g2")
        .expect("a signal")
        .iter()
        .copied()
        .collect();
    close(&found, &differences, 1e-13);
    Ok(())
}

#[test]
fn a_tensor_under_two_names_is_kept_once() {
    // H₃ ends the skip: the derivatives by it and by the sum R₁ are the same tensor.
    let find = |name: &str| {
        All::SIGNALS
            .iter()
            .find(|signal| signal.name == name)
            .expect("a signal")
    };
    assert!(All::SIGNALS.iter().any(|signal| signal.name == "h3"));
    assert_eq!(find("g3").offset, find("dr1").offset);
    assert_ne!(find("h3").offset, find("r1").offset);
    assert!(find("a2").asymptotes == [Some(0.0), Some(1.0)]);
    let relu = Single::SIGNALS.iter().find(|signal| signal.name == "a1");
    assert_eq!(relu.expect("a signal").asymptotes, [Some(0.0), None]);
}

#[test]
fn single_precision_agrees_with_its_own_layers() -> Result<(), Error> {
    let narrow = |row: [f64; 3]| row.map(|x| x as f32);
    let x: Vec<[f32; 3]> = rows::<3>(50, 0.3).into_iter().map(narrow).collect();
    let labels: Vec<usize> = (0..50).map(|i| i % 4).collect();
    let net = Single::init(Init::default(), 1);
    let signals = net.signals(&x, &Labels(&labels), Draw::default())?;
    let h1 = net.layer1().forward(&x)?;
    let a1 = net.layer2().forward(&h1)?;
    let f = net
        .layer5()
        .forward(&net.layer4().forward(&net.layer3().forward(&a1)?)?)?;
    let same = |name: &str, expected: &[f32]| {
        let found = signals.get(name).expect("a signal");
        assert!(
            found
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-5)
        );
    };
    same("a1", a1.as_flattened());
    same("f", f.as_flattened());
    Ok(())
}

#[track_caller]
fn refused<T>(found: Result<T, Error>, expected: &str) {
    assert_eq!(
        found.err().map(|error| error.to_string()).as_deref(),
        Some(expected)
    );
}

#[test]
fn refusals() {
    let net = network();
    fn view<N: LayerAt<K>, const K: usize>(view: LayerView<'_, N, K>) -> LayerView<'_, N, K> {
        view
    }
    refused(
        view(net.layer1()).forward(&[]),
        "there are no rows in the inputs; give at least one",
    );
    refused(
        net.layer4().forward(&[[0.0; 7]]),
        "a batch of 1 row under batch normalization has no variance; use at least 2 rows",
    );
    refused(
        net.layer1().backward(&[[0.0; 3]; 2], &[[0.0; 7]]),
        "the inputs have 2 rows, but the derivatives have 1; they must pair up one to one",
    );
    refused(
        net.signals(&[[0.0; 3]], &[[0.0; 2]], DRAW),
        "a batch of 1 row under batch normalization has no variance; use at least 2 rows",
    );
    let mut values = [0.0; 3];
    let isa = Isa::best();
    let mut workspace = Workspace::new();
    let (x, y) = ([[0.0; 3]; 2], [[0.0; 2]; 2]);
    let needed = 2 * All::SIGNAL_WIDTH;
    refused(
        net.signals_into(isa, &x, &y, DRAW, &mut workspace, &mut values),
        &format!("the slice of values has length 3, but {needed} is needed"),
    );
}

#[test]
fn a_study_watches_training() -> Result<(), Error> {
    let x = rows::<3>(40, 0.2);
    let x: Vec<[f32; 3]> = x.into_iter().map(|row| row.map(|x| x as f32)).collect();
    let labels: Vec<usize> = (0..40).map(|i| i % 4).collect();
    let mut net = Single::init(Init::default(), 1);
    let targets = Labels(&labels);
    let mut study = Study::new(&x, &targets)?.every(2).bins(10);
    let trainer = || Trainer::new(Sgd::new(0.1)).epochs(5).seed(3);
    let mut alone = net.clone();
    trainer().fit(&mut alone, &x, &targets)?;
    trainer().watch(&mut study).fit(&mut net, &x, &targets)?;
    assert_eq!(
        net.parameters(),
        alone.parameters(),
        "looking changes nothing"
    );

    let epochs: Vec<_> = study
        .snapshots()
        .iter()
        .map(|snapshot| snapshot.epoch)
        .collect();
    assert_eq!(epochs, [0, 2, 4]);
    let [first, .., last] = study.snapshots() else {
        panic!("three snapshots")
    };
    assert!(last.loss < first.loss);
    for (layer, later) in first.layers.iter().zip(&last.layers) {
        assert_eq!(layer.histogram.total(), 40 * layer.signal.width as u64);
        assert_eq!(layer.histogram.outside(), [0, 0]);
        assert_eq!(layer.histogram.bounds(), later.histogram.bounds());
    }
    // softsign's slope is never small for inputs of order 1, and half of relu's units are off.
    let off = first
        .get("a1")
        .and_then(|layer| layer.saturated)
        .expect("relu saturates");
    assert!((0.3..0.9).contains(&off), "{off}");
    assert!(
        first
            .get("h1")
            .is_some_and(|layer| layer.saturated.is_none())
    );
    assert!(first.to_string().contains("∂L/∂A₁"));
    Ok(())
}
