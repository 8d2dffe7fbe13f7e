//! Writes the random formulas that `tests/random_formulas` runs through compiled code.
//!
//! `UPDATE_RANDOM_FORMULAS=1 cargo test -p nn-macros compiled_formulas` writes them anew.

use super::hyperdual::Part;
use super::random_formulas::{Sample, allowed, derivatives, graph_values, samples};
use std::collections::BTreeSet;
use std::path::Path;

const FORMULAS: usize = 220;

const HEAD: &str = "\
//! Written by `UPDATE_RANDOM_FORMULAS=1 cargo test -p nn-macros compiled_formulas`.
//!
//! A formula, its point and a direction; then what hyper-dual numbers say and how far off that may
//! be: the value, the derivatives by x and y, and their change along the direction.

formulas! {
";

/// A formula of x, y and z, each of which a loss must use, and with derivatives by x and y.
fn suits(sample: &Sample) -> bool {
    let moves = |i: usize| sample.derivatives[i].first[0].sum != 0.0;
    let text = &sample.text;
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let words: BTreeSet<_> = words.collect();
    text.len() <= 200
        && moves(0)
        && moves(1)
        && ["x", "y", "z"].iter().all(|name| words.contains(name))
}

/// Two lines: what is computed, and what is expected.
fn entry(index: usize, sample: &Sample) -> [String; 2] {
    let (point, [dx, dy, _]) = (sample.point, sample.direction);
    let direction = [dx, dy, 0.0];
    let expected = derivatives(&sample.formula, &point, &direction);
    let [gradient, products] = graph_values(&sample.text, &point, &direction);
    // The runtime's functions are off by up to 5 ulp where the witness counts 1.
    let mut numbers = vec![(sample.value.value, 8.0 * sample.value.error + 1e-300)];
    let mut push = |part: Part, error: f64, tolerance| {
        numbers.push((part.sum, allowed(8.0 * error, part, tolerance)));
    };
    (0..2).for_each(|i| push(expected[i].first[0], gradient[i].error, 1e-10));
    (0..2).for_each(|i| push(expected[i].second, products[i].error, 1e-8));
    let numbers = numbers.iter();
    let numbers: Vec<_> = numbers
        .map(|(value, off)| format!("({value:?}, {off:.1e})"))
        .collect();
    [
        format!(
            "    f{index:03}: {{ {} }} at {point:?}, [{dx:?}, {dy:?}],\n",
            sample.text
        ),
        format!("        is [{}];\n", numbers.join(", ")),
    ]
}

/// The committed formulas are those that are generated now. The expected numbers are not compared:
/// their last digits depend on the system's mathematical library.
#[test]
fn the_committed_ones_are_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/random_formulas/generated.rs");
    let mut seen = BTreeSet::new();
    let chosen = samples(3).filter(|sample| suits(sample) && seen.insert(sample.text.clone()));
    let entries = chosen.take(FORMULAS).enumerate();
    let entries: Vec<_> = entries.map(|(i, sample)| entry(i, &sample)).collect();
    if std::env::var_os("UPDATE_RANDOM_FORMULAS").is_some() {
        let text = format!("{HEAD}{}}}\n", entries.concat().concat());
        std::fs::write(&path, text).expect("a writable checkout");
    }
    let committed = std::fs::read_to_string(&path).expect("a file to compare with");
    let committed = committed.lines().filter(|line| line.contains(" at "));
    let expected: Vec<_> = entries.iter().map(|[line, _]| line.trim_end()).collect();
    let committed: Vec<_> = committed.collect();
    assert!(
        committed == expected,
        "tests/random_formulas/generated.rs is out of date; write it anew with \
         UPDATE_RANDOM_FORMULAS=1"
    );
}
