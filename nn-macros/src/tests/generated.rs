//! Generated code against the interpreter: the same declarations through the macro and through
//! the stages.

use super::support::{Data, assert_close, network};
use crate::ir::interpret::{Given, interpret};
use crate::network::{PassKind, passes};
use unrolled::mask;
use unrolled::network::{Draw, Network};
use unrolled::simd::{Isa, Program, Simd};
use unrolled::workspace::Workspace;

/// Both orders of summation are right; in f64 they differ by some ulps of the largest term.
const TOLERANCE: f64 = 1e-12;
const DRAW: Draw = Draw { seed: 5, step: 3 };

/// The mask that generated code draws.
fn mask_value(layer: u32, keep: f64, row: usize, unit: usize) -> f64 {
    struct Fill(u32, f64, usize);
    impl Program for Fill {
        type Output = [f64; 64];
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> [f64; 64] {
            let mut mask = [[0.0; 64]];
            mask::fill(simd, DRAW, self.0, self.1, self.2, &mut mask);
            mask[0]
        }
    }
    Isa::best().run(Fill(layer, keep, row))[unit]
}

/// Runs a generated network and the interpreter on the same data.
#[track_caller]
fn check<N>(declaration: &str, rows: usize)
where
    N: Network<Scalar = f64>,
{
    let expected = network(declaration);
    let passes = passes(&expected, &[]);
    let [gradient_pass, prediction_pass, loss_pass] =
        [PassKind::Gradient, PassKind::Prediction, PassKind::Loss].map(|kind| &passes[kind]);
    let data = Data::random(&expected, rows, 11);
    let mut net = N::zeros();
    net.parameters_mut()
        .copy_from_slice(&data.parameters.concat());
    net.statistics_mut()
        .copy_from_slice(&data.statistics.concat());
    let inputs = rows_of::<N::Input>(&data.inputs);
    let targets = rows_of::<N::Target>(&data.targets);

    for isa in Isa::available() {
        let mut workspace = Workspace::new();
        let values = data.run(&expected, &prediction_pass.graph);
        let mut outputs = vec![<N::Output as unrolled::network::Row>::ZERO; rows];
        net.predict_into(isa, &inputs, &mut outputs, &mut workspace)
            .expect("a prediction");
        let found: Vec<f64> = outputs.iter().flat_map(flat).collect();
        assert_close(
            &found,
            &values[prediction_pass.outputs[0].id.index()].data,
            TOLERANCE,
        );

        let loss = net
            .loss(isa, &inputs, &targets, &mut workspace)
            .expect("a loss");
        let value = data.scalar(&expected, &loss_pass.graph, loss_pass.outputs[0].id);
        assert_close(&[loss], &[value], TOLERANCE);

        let mut trained = net.clone();
        let mut gradient = vec![f64::NAN; N::PARAMETERS];
        let loss = trained
            .gradient(isa, &inputs, &targets, DRAW, &mut workspace, &mut gradient)
            .expect("a gradient");
        let source = |source| data.source(&expected, source);
        let given = Given {
            rows,
            source: &source,
            mask: &mask_value,
        };
        let values = interpret(&gradient_pass.graph, &given);
        let results: Vec<_> = gradient_pass
            .ids()
            .iter()
            .map(|id| values[id.index()].data.clone())
            .collect();
        let parameters = expected.parameters.len();
        assert_close(&[loss], &results[0], TOLERANCE);
        assert_close(&gradient, &results[1..=parameters].concat(), TOLERANCE);
        if N::STATISTICS > 0 {
            let moved = results[1 + parameters..].concat();
            assert_close(trained.statistics(), &moved, TOLERANCE);
        }
    }
}

fn flat<R: unrolled::network::Row<Scalar = f64>>(row: &R) -> Vec<f64> {
    row.as_slice().to_vec()
}

fn rows_of<R: unrolled::network::Row<Scalar = f64>>(values: &[f64]) -> Vec<R> {
    let cut = |values: &[f64]| {
        let mut row = R::ZERO;
        row.as_mut_slice().copy_from_slice(values);
        row
    };
    values.chunks(R::WIDTH).map(cut).collect()
}

/// One declaration, twice: as tokens for the macro and as text for the stages; at batch sizes
/// below, at and above a tile.
macro_rules! declared {
    ($($name:ident: { $($declaration:tt)* })*) => {$(
        #[test]
        fn $name() {
            unrolled::network! { struct Generated<f64> = $($declaration)*; }
            for rows in [2, 64, 65, 150] {
                check::<Generated>(stringify!($($declaration)*), rows);
            }
        }
    )*};
}

declared! {
    one_layer: { 3 -> 2 }
    one_unit_each: { 1 -> softsign(1) -> 1 }
    hero: { 2 -> tanh(50) -> dropout(0.8) -> bn -> 1 }
    deep: { 2 -> tanh(20) -> relu(17) -> sigmoid(16) -> elu(3) -> 2; loss = mse }
    normalized: { 3 -> bn -> 10 -> bn -> tanh -> 7 -> bn(eps = 0.001, momentum = 0.3) -> silu -> 2 }
    residual: { 3 -> gelu(8) -> skip(tanh(5) -> dropout(keep = 0.5) -> 8) -> skip(bn -> softplus) -> 4; loss = cross_entropy }
    spread: { 4 -> softsign(9) -> lecun_tanh(6) -> 6; loss = gaussian_nll }
    kinked: { 4 -> leaky_relu(9, slope = 0.2) -> selu(6) -> sin(3); loss = huber(delta = 0.4) }
    absolute: { 4 -> gelu_tanh(33) -> identity -> 5; loss = mae }
    labels: { 4 -> relu(33) -> 1; loss = binary_cross_entropy }
    noisy_inputs: { 4 -> dropout(drop = 0.3) -> tanh(12) -> dropout(0.9) -> tanh(12) -> bn -> dropout(0.5) -> 3 }
}
