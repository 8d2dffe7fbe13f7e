//! Back-propagation by hand: the lecture's formulas, written out, beside the generated code and finite
//! differences.
//!
//! `cargo run --release --example by_hand`
//!
//! The lecture counts from 0 what is counted from 1 here: its W₀ is W₁, its G₀ is G₁.

use ndarray::{Array2, Axis, arr1, arr2};
use unrolled::prelude::*;

network! {
    struct Small<f64> = 2 -> tanh(3) -> 1;
    derive(Signals);
}

fn main() -> Result<(), Error> {
    let inputs = [[0.5, -1.0], [1.5, 0.3], [-0.7, 0.8], [0.1, -0.2]];
    let targets = [[0.3], [-0.6], [0.9], [0.2]];
    let net = Small::init(Init::default(), 1);
    let (x, y) = (arr2(&inputs), arr2(&targets));
    let (w1, b1, w2, b2) = (net.w1(), net.b1(), net.w2(), net.b2());
    let (w1, b1, w2, b2) = (arr2(w1), arr1(b1), arr2(w2), arr1(b2));

    // Forward: A₁ = tanh(X W₁ + b₁), F = A₁ W₂ + b₂.
    let a1 = (x.dot(&w1) + b1).mapv(f64::tanh);
    let f = a1.dot(&w2) + b2;
    // Backward: G₂ = F − Y, G₁ = (1 − A₁ ⊙ A₁) ⊙ (G₂ W₂ᵀ).
    let g2 = f - y;
    let g1 = (1.0 - &a1 * &a1) * g2.dot(&w2.t());
    // ∂L/∂W = Aᵀ G and ∂L/∂b = 1ᵀ G.
    let (dw1, dw2) = (x.t().dot(&g1), a1.t().dot(&g2));
    let row_sum = |g: &Array2<f64>| g.sum_axis(Axis(0)).insert_axis(Axis(0));
    let (db1, db2) = (row_sum(&g1), row_sum(&g2));

    println!("{}", Small::EQUATIONS);
    let signals = net.signals(&inputs, &targets, Draw::default())?;
    for (name, by_hand) in [("a1", &a1), ("g2", &g2), ("g1", &g1)] {
        let generated = signals.get(name).expect("a layer's values");
        compare(name, by_hand.iter(), generated.iter(), 1e-14);
    }

    let (isa, draw, mut workspace) = (Isa::detect()?, Draw::default(), Workspace::new());
    let mut gradient = [0.0; Small::PARAMETERS];
    let mut copy = net.clone();
    copy.gradient(isa, &inputs, &targets, draw, &mut workspace, &mut gradient)?;
    let by_hand = || dw1.iter().chain(&db1).chain(&dw2).chain(&db2);
    compare("dw1, db1, dw2, db2", by_hand(), gradient.iter(), 1e-14);

    let mut loss = |index: usize, by: f64| {
        let mut moved = net.clone();
        moved.parameters_mut()[index] += by;
        moved.loss(isa, &inputs, &targets, &mut workspace)
    };
    let step = 1e-5; // the error is of the order of its square
    let mut differences = [0.0; Small::PARAMETERS];
    for (index, slope) in differences.iter_mut().enumerate() {
        *slope = (loss(index, step)? - loss(index, -step)?) / (2.0 * step);
    }
    compare("differences", by_hand(), differences.iter(), 1e-9);
    Ok(())
}

/// Prints two lists beside each other and asserts that they agree.
fn compare<'a>(
    name: &str,
    by_hand: impl Iterator<Item = &'a f64>,
    other: impl Iterator<Item = &'a f64>,
    tolerance: f64,
) {
    println!("{name}: by hand, and not");
    for (a, b) in by_hand.zip(other) {
        println!("{a:>16.12} {b:>16.12}");
        assert!((a - b).abs() <= tolerance, "{name} is {b}, by hand {a}");
    }
}
