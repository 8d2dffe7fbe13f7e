//! Jacobians by the parameters and by the inputs.

use crate::support::{Given, assert_close, flat, to_f64};
use crate::{ROWS, SEED, difference};
use unrolled::derivatives::{InputJacobian, Jacobian};
use unrolled::math::Real;
use unrolled::network::{Network, Row};
use unrolled::simd::Isa;
use unrolled::workspace::Workspace;

/// F and ∂F/∂θ.
fn by_parameters<N: Jacobian>(given: &Given<N>, isa: Isa) -> (Vec<f64>, Vec<f64>) {
    let rows = given.inputs.len();
    let mut outputs = vec![N::Output::ZERO; rows];
    let mut jacobian = vec![N::Scalar::from_f64(f64::NAN); rows * N::OUTPUTS * N::PARAMETERS];
    let mut workspace = Workspace::new();
    given
        .network
        .jacobian(
            isa,
            &given.inputs,
            &mut workspace,
            &mut outputs,
            &mut jacobian,
        )
        .expect("as many outputs as inputs");
    (flat(&outputs), to_f64(&jacobian))
}

/// F and ∂F/∂X.
fn by_inputs<N: InputJacobian>(given: &Given<N>, isa: Isa) -> (Vec<f64>, Vec<f64>) {
    let rows = given.inputs.len();
    let mut outputs = vec![N::Output::ZERO; rows];
    let mut jacobian = vec![N::Scalar::from_f64(f64::NAN); rows * N::OUTPUTS * N::INPUTS];
    let mut workspace = Workspace::new();
    given
        .network
        .input_jacobian(
            isa,
            &given.inputs,
            &mut workspace,
            &mut outputs,
            &mut jacobian,
        )
        .expect("as many outputs as inputs");
    (flat(&outputs), to_f64(&jacobian))
}

/// The columns of a Jacobian, one function each, as its rows.
fn transposed(columns: &[Vec<f64>]) -> Vec<f64> {
    let row = |i: usize| columns.iter().map(move |column| column[i]);
    (0..columns[0].len()).flat_map(row).collect()
}

/// Differences of all outputs by every parameter.
fn differences_by_parameters<N: Network<Scalar = f64>>(given: &Given<N>) -> Vec<f64> {
    let by = |index: usize| {
        difference(|by| {
            let mut given = given.clone();
            given.network.parameters_mut()[index] += by;
            given.predict(Isa::best())
        })
    };
    transposed(&(0..N::PARAMETERS).map(by).collect::<Vec<_>>())
}

/// Differences of all outputs by every column of the inputs: rows do not depend on each other.
fn differences_by_inputs<N: Network<Scalar = f64>>(given: &Given<N>) -> Vec<f64> {
    let by = |column: usize| {
        difference(|by| {
            let mut given = given.clone();
            for input in &mut given.inputs {
                input.as_mut_slice()[column] += by;
            }
            given.predict(Isa::best())
        })
    };
    transposed(&(0..N::INPUTS).map(by).collect::<Vec<_>>())
}

pub fn check<D, S>(name: &str)
where
    D: Jacobian<Scalar = f64> + InputJacobian,
    S: Jacobian<Scalar = f32> + InputJacobian,
{
    for rows in ROWS {
        let (double, single) = (
            Given::<D>::random(rows, SEED),
            Given::<S>::random(rows, SEED),
        );
        let expected = [
            differences_by_parameters(&double),
            differences_by_inputs(&double),
        ];
        for isa in Isa::available() {
            let found = [by_parameters(&double, isa), by_inputs(&double, isa)];
            let found_32 = [by_parameters(&single, isa), by_inputs(&single, isa)];
            let predicted = double.predict(isa);
            for ((what, expected), (double, single)) in ["∂F/∂θ", "∂F/∂X"]
                .iter()
                .zip(&expected)
                .zip(found.iter().zip(&found_32))
            {
                let what = format!("{name}, {rows} rows, {}: {what}", isa.name());
                assert_close(&what, &double.1, expected, 1e-8);
                assert_eq!(double.0, predicted, "{what}: the predictions, to the bit");
                assert_close(&format!("{what} in f32"), &single.1, &double.1, 1e-4);
                assert_close(&format!("{what}: F in f32"), &single.0, &double.0, 1e-4);
            }
        }
    }
}

unrolled::network! {
    struct Two<f64> = 2 -> tanh(3) -> 2;
    derive(Jacobian, InputJacobian);
}

/// A slice of the wrong length is refused, and nothing is written.
#[test]
fn wrong_lengths() {
    let given = Given::<Two>::random(3, SEED);
    let (net, inputs) = (&given.network, &given.inputs);
    let (mut outputs, mut jacobian) = ([[7.0; 2]; 3], vec![7.0; 3 * 2 * Two::PARAMETERS]);
    let mut workspace = Workspace::new();
    let error = net.jacobian(
        Isa::best(),
        inputs,
        &mut workspace,
        &mut outputs,
        &mut jacobian[1..],
    );
    let message = "the jacobian has length 101, but 102 is needed";
    assert_eq!(error.unwrap_err().to_string(), message);
    let error = net.input_jacobian(
        Isa::best(),
        inputs,
        &mut workspace,
        &mut outputs[..2],
        &mut jacobian[..12],
    );
    let message = "the inputs have 3 rows, but the outputs have 2; they must pair up one to one";
    assert_eq!(error.unwrap_err().to_string(), message);
    assert_eq!(outputs, [[7.0; 2]; 3]);
    assert!(jacobian.iter().all(|&x| x == 7.0));
}
