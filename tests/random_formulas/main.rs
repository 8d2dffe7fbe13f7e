//! Random formulas through compiled code: value, gradient and Hessian-vector product of what
//! `network!` generates, against hyper-dual numbers that never saw the compiler.
//!
//! A formula of x, y and z is the loss of a network whose two outputs are x and y, its biases, and
//! whose target is z. The formulas and what is expected of them are in `generated.rs`, which
//! `nn-macros/src/tests/compiled_formulas.rs` writes.

use unrolled::derivatives::HessianVectorProduct;
use unrolled::network::Row;
use unrolled::simd::Isa;
use unrolled::workspace::Workspace;

/// What is expected, and how far off it may be.
type Expected = (f64, f64);

#[track_caller]
fn check<N>(point: [f64; 3], direction: [f64; 2], expected: [Expected; 5])
where
    N: HessianVectorProduct<Scalar = f64>,
{
    let [x, y, z] = point;
    let mut network = N::zeros();
    network.parameters_mut().copy_from_slice(&[0.0, 0.0, x, y]);
    let vector = [0.0, 0.0, direction[0], direction[1]];
    let mut target = N::Target::ZERO;
    target.as_mut_slice()[0] = z;
    let (inputs, targets) = ([N::Input::ZERO], [target]);
    for isa in Isa::available() {
        let (mut gradient, mut product) = ([f64::NAN; 4], [f64::NAN; 4]);
        let loss = network
            .hessian_vector_product(
                isa,
                &inputs,
                &targets,
                &vector,
                &mut Workspace::new(),
                &mut gradient,
                &mut product,
            )
            .expect("a row and its target");
        let found = [loss, gradient[2], gradient[3], product[2], product[3]];
        for (found, (value, off)) in found.into_iter().zip(expected) {
            let is_close = (found - value).abs() <= off;
            assert!(
                is_close,
                "{found}, expected {value} within {off} on {isa:?}"
            );
        }
    }
}

macro_rules! formulas {
    ($($name:ident: { $($formula:tt)* } at $point:expr, $direction:expr, is $expected:expr;)*) => {$(
        #[test]
        fn $name() {
            unrolled::network! {
                struct Generated<f64> = 1 -> 2;
                loss(x, y; z) = $($formula)*;
                derive(HessianVectorProduct);
            }
            super::check::<Generated>($point, $direction, $expected);
        }
    )*};
}

#[allow(clippy::approx_constant, reason = "π/4 comes out of an atan")]
mod generated;
