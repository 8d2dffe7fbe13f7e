//! Netlab's recorded runs, in `../shared/data/netlab_scg`.

use std::collections::BTreeMap;

use super::reference;

/// A table with a header, row by row.
pub fn rows(file: &str) -> Option<Vec<Vec<f64>>> {
    let text = reference::text(&format!("netlab_scg/{file}"))?;
    Some(
        text.lines()
            .skip(1)
            .map(|line| numbers(line.split(',')))
            .collect(),
    )
}

/// Lines that begin with a name.
pub fn named(file: &str) -> Option<BTreeMap<String, Vec<f64>>> {
    let text = reference::text(&format!("netlab_scg/{file}"))?;
    let line = |line: &str| {
        let (name, rest) = line.split_once(',').expect("a name and numbers");
        (name.to_owned(), numbers(rest.split(',')))
    };
    Some(text.lines().map(line).collect())
}

fn numbers<'a>(words: impl Iterator<Item = &'a str>) -> Vec<f64> {
    words.map(|word| word.parse().expect("a number")).collect()
}

/// Netlab's packing [w1(:)' b1 w2(:)' b2], matrices column by column, as our flat slice, which has them
/// row by row.
pub fn unpacked([inputs, hidden, outputs]: [usize; 3], packed: &[f64]) -> Vec<f64> {
    let (w1, rest) = packed.split_at(inputs * hidden);
    let (b1, rest) = rest.split_at(hidden);
    let (w2, b2) = rest.split_at(hidden * outputs);
    // A matrix column by column is its transpose row by row.
    let w1 = reference::transposed(w1, hidden, inputs);
    let w2 = reference::transposed(w2, outputs, hidden);
    [w1, b1.to_vec(), w2, b2.to_vec()].concat()
}

#[track_caller]
pub fn assert_near(what: &str, found: f64, expected: f64, tolerance: f64) {
    let off = (found - expected).abs();
    assert!(
        off <= tolerance * expected.abs(),
        "{what}: {found}, but Netlab has {expected}"
    );
}
