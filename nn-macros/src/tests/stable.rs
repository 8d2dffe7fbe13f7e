//! Every built-in activation and loss far out: the generated code, in both scalar types, gives a
//! finite value and a finite gradient at ±1e4 and on both sides of where `exp` overflows.
//!
//! A value that is finite in theory may still come out as NaN, for instance where a selection's
//! other branch overflows and is multiplied by zero. So what is checked is the whole gradient of a
//! network, not the formula alone; and that both scalar types agree on it.

use crate::formula::builtin::{ACTIVATIONS, LOSSES};
use unrolled::math::Real;
use unrolled::network::{Draw, Network, Row};
use unrolled::simd::Isa;
use unrolled::workspace::Workspace;

/// Exact in both scalar types. `exp` overflows behind 88.7 (`f32`) and 709.8 (`f64`); its
/// reciprocal vanishes behind 103.97 and 745.1.
const FAR: [f64; 12] = [
    0.0, 0.5, 30.0, 88.5, 89.0, 103.0, 104.0, 709.5, 710.0, 745.0, 746.0, 1e4,
];

/// Both signs of each.
fn far() -> impl Iterator<Item = f64> + Clone {
    FAR.into_iter().flat_map(|x| [x, -x])
}

/// The loss, the output and the gradient of a network at one row.
fn run<N: Network>(parameters: &[f64], input: &[f64], target: &[f64]) -> Vec<f64> {
    fn row<R: Row>(values: &[f64]) -> R {
        let mut row = R::ZERO;
        for (to, &from) in row.as_mut_slice().iter_mut().zip(values) {
            *to = R::Scalar::from_f64(from);
        }
        row
    }
    let mut network = N::zeros();
    for (to, &from) in network.parameters_mut().iter_mut().zip(parameters) {
        *to = N::Scalar::from_f64(from);
    }
    let (inputs, targets) = ([row::<N::Input>(input)], [row::<N::Target>(target)]);
    let mut outputs = [N::Output::ZERO];
    let mut gradient = vec![N::Scalar::ZERO; N::PARAMETERS];
    let (isa, mut workspace) = (Isa::best(), Workspace::new());
    network
        .predict_into(isa, &inputs, &mut outputs, &mut workspace)
        .expect("a prediction");
    let draw = Draw { seed: 1, step: 1 };
    let loss = network
        .gradient(isa, &inputs, &targets, draw, &mut workspace, &mut gradient)
        .expect("a gradient");
    let values = [loss].into_iter().chain(gradient);
    let values = values.chain(outputs[0].as_slice().to_vec());
    values.map(Real::to_f64).collect()
}

/// Finite in both types, and the same up to what `f32` can tell: 1e-5 of the value, or of 1 where
/// it is small.
#[track_caller]
fn check(what: &str, single: &[f64], double: &[f64]) {
    for (s, d) in single.iter().zip(double) {
        assert!(s.is_finite(), "{what} in f32: {single:?}");
        assert!(d.is_finite(), "{what} in f64: {double:?}");
        let off = (s - d).abs() / d.abs().max(1.0);
        assert!(off <= 1e-5, "{what}: {single:?} in f32, {double:?} in f64");
    }
}

/// f = a(x + 0) + 0 under ½ (f − y)², at y = 0.
fn check_activation<Single: Network, Double: Network>(name: &str) {
    for x in far() {
        let parameters = [1.0, 0.0, 1.0, 0.0];
        check(
            &format!("{name} at {x}"),
            &run::<Single>(&parameters, &[x], &[0.0]),
            &run::<Double>(&parameters, &[x], &[0.0]),
        );
    }
}

/// Classes, and values.
const TARGETS: [[f64; 2]; 4] = [[0.0, 1.0], [1.0, 0.0], [1e4, -1e4], [-1e4, 1e4]];

/// Both outputs are the inputs.
fn check_loss<Single: Network, Double: Network>(name: &str) {
    // The second output of gaussian_nll is ln σ: with a residual of 2e4, (d/σ)² times an input of
    // 1e4 passes the largest f32 at ln σ = −30, and that is its true value.
    let least = if name == "gaussian_nll" { -29.0 } else { -1e4 };
    let is_classes = name.ends_with("cross_entropy");
    for a in far() {
        for b in far().filter(|&b| b >= least) {
            for y in &TARGETS[..if is_classes { 2 } else { 4 }] {
                let parameters = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
                let y = &y[..Double::TARGETS];
                check(
                    &format!("{name} at {a}, {b} for {y:?}"),
                    &run::<Single>(&parameters, &[a, b], y),
                    &run::<Double>(&parameters, &[a, b], y),
                );
            }
        }
    }
}

/// A test for every name, and the list of the names.
macro_rules! each {
    ($check:ident, $list:ident; $($name:ident)*; $($declaration:tt)*) => {
        const $list: &[&str] = &[$(stringify!($name)),*];
        each! { @declare $check; ($($name)*); $($declaration)* }
    };
    (@declare $check:ident; ($($name:ident)*); activation) => {$(
        #[test]
        fn $name() {
            unrolled::network! { struct Single<f32> = 1 -> $name(1) -> 1; }
            unrolled::network! { struct Double<f64> = 1 -> $name(1) -> 1; }
            $check::<Single, Double>(stringify!($name));
        }
    )*};
    (@declare $check:ident; ($($name:ident)*); loss) => {$(
        #[test]
        fn $name() {
            unrolled::network! { struct Single<f32> = 2 -> 2; loss = $name; }
            unrolled::network! { struct Double<f64> = 2 -> 2; loss = $name; }
            $check::<Single, Double>(stringify!($name));
        }
    )*};
}

each! {
    check_activation, CHECKED_ACTIVATIONS;
    identity tanh sigmoid relu leaky_relu elu selu gelu gelu_tanh silu softplus softsign sin
    lecun_tanh;
    activation
}

each! {
    check_loss, CHECKED_LOSSES;
    sum_squares mse mae huber cross_entropy binary_cross_entropy gaussian_nll;
    loss
}

#[test]
fn nothing_is_left_out() {
    let activations: Vec<_> = ACTIVATIONS.iter().map(|entry| entry.name).collect();
    let losses: Vec<_> = LOSSES.iter().map(|entry| entry.name).collect();
    assert_eq!(activations, CHECKED_ACTIVATIONS);
    assert_eq!(losses, CHECKED_LOSSES);
}
