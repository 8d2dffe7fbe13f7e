//! The outside references: files next to the repository, in `../shared/data`.

use super::{Given, to_rows};
use serde_json::Value;
use std::path::Path;
use unrolled::network::{Network, Role, Tensor};

/// A file of the references; where their folder is absent, `None` and a printed reason.
pub fn read(file: &str) -> Option<Value> {
    Some(serde_json::from_str(&text(file)?).expect("JSON"))
}

/// Likewise, as it is.
pub fn text(file: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !folder.is_dir() {
        println!("skipped: there is no folder {}", folder.display());
        return None;
    }
    let path = folder.join(file);
    Some(std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// The numbers of a nested array, in order.
pub fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

/// PyTorch's named tensors as our flat slice. It calls the k-th affine layer `lk` and the k-th batch
/// normalization `bnk`, and its weights are outputs x inputs.
pub fn tensors(named: &Value, tensors: &[Tensor]) -> Vec<f64> {
    let one = |tensor: &Tensor| {
        let number = tensor.name.trim_start_matches(char::is_alphabetic);
        let values = flat(&named[torch_name(tensor.role, number)]);
        match tensor.role {
            Role::Weight(_) => transposed(&values, tensor.columns, tensor.rows),
            _ => values,
        }
    };
    tensors.iter().flat_map(one).collect()
}

fn torch_name(role: Role, number: &str) -> String {
    match role {
        Role::Weight(_) => format!("l{number}.weight"),
        Role::Bias => format!("l{number}.bias"),
        Role::Scale => format!("bn{number}.weight"),
        Role::Shift => format!("bn{number}.bias"),
        Role::Mean => format!("bn{number}.running_mean"),
        Role::Variance => format!("bn{number}.running_var"),
        role => panic!("PyTorch has no {role:?}"),
    }
}

/// The transpose of a row-major matrix.
pub fn transposed(values: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    assert_eq!(values.len(), rows * columns);
    let row = |j: usize| (0..rows).map(move |i| values[i * columns + j]);
    (0..columns).flat_map(row).collect()
}

/// The network, inputs `x` and targets `t` that a run started from.
pub fn start<N: Network>(run: &Value) -> Given<N> {
    let mut network = N::zeros();
    let parameters = to_rows::<[N::Scalar; 1]>(&tensors(&run["init_values"], N::TENSORS));
    network
        .parameters_mut()
        .copy_from_slice(parameters.as_flattened());
    Given {
        network,
        inputs: to_rows(&flat(&run["x"])),
        targets: to_rows(&flat(&run["t"])),
    }
}

/// |found − expected| ≤ 1e-12 (1 + |expected|), element by element: two programs that sum in
/// different orders, in `f64`.
#[track_caller]
pub fn assert_near(what: &str, found: &[f64], expected: &[f64]) {
    assert_near_above(1.0, what, found, expected);
}

/// |found − expected| ≤ 1e-12 (floor + |expected|), element by element.
#[track_caller]
pub fn assert_near_above(floor: f64, what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        let near = (f - e).abs() <= 1e-12 * (floor + e.abs());
        assert!(near, "{what}[{i}]: {f:e}, expected {e:e}");
    }
}
