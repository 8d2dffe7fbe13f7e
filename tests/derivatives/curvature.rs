//! The approximate diagonal of the Hessian.

use crate::hessian::product;
use crate::support::{Given, assert_close, to_f64};
use crate::{ROWS, SEED};
use unrolled::derivatives::{DiagonalCurvature, HessianVectorProduct};
use unrolled::math::Real;
use unrolled::simd::Isa;
use unrolled::workspace::Workspace;

/// L and the approximate ∂²L/∂θₖ².
fn curvature<N: DiagonalCurvature>(given: &Given<N>, isa: Isa) -> (f64, Vec<f64>) {
    let mut curvature = vec![N::Scalar::from_f64(f64::NAN); N::PARAMETERS];
    let loss = given.network.diagonal_curvature(
        isa,
        &given.inputs,
        &given.targets,
        &mut Workspace::new(),
        &mut curvature,
    );
    (
        loss.expect("rows that pair up").to_f64(),
        to_f64(&curvature),
    )
}

/// What holds of every network: none is negative, and neither the scalar type nor the instruction
/// set nor the cut into tiles matters.
pub fn check<D, S>(name: &str)
where
    D: DiagonalCurvature<Scalar = f64>,
    S: DiagonalCurvature<Scalar = f32>,
{
    for rows in ROWS {
        let (double, single) = (
            Given::<D>::random(rows, SEED),
            Given::<S>::random(rows, SEED),
        );
        let mut by_row = vec![0.0; D::PARAMETERS];
        for row in 0..rows {
            let mut one = double.clone();
            (one.inputs, one.targets) = (vec![double.inputs[row]], vec![double.targets[row]]);
            for (sum, part) in by_row.iter_mut().zip(curvature(&one, Isa::best()).1) {
                *sum += part;
            }
        }
        for isa in Isa::available() {
            let what = format!("{name}, {rows} rows, {}", isa.name());
            let (loss, found) = curvature(&double, isa);
            assert!(found.iter().all(|&x| x >= 0.0), "{what}: {found:?}");
            assert_close(&format!("{what}: L"), &[loss], &[double.loss(isa)], 1e-13);
            let (_, single) = curvature(&single, isa);
            if D::LOSS == "mae" {
                assert!(found.iter().all(|&x| x == 0.0), "{what}: {found:?}");
                continue;
            }
            assert_close(&what, &found, &by_row, 1e-12);
            assert_close(&format!("{what} in f32"), &single, &found, 1e-4);
        }
    }
}

macro_rules! without_hidden_layer {
    ($($name:ident: { $($declaration:tt)* })*) => {$(
        mod $name {
            unrolled::network! {
                pub struct Linear<f64> = $($declaration)*;
                derive(DiagonalCurvature, HessianVectorProduct);
            }

            /// Without a hidden layer nothing is left out: the diagonal of the true Hessian.
            #[test]
            fn is_exact() {
                super::is_exact::<Linear>(stringify!($name));
            }
        }
    )*};
}

without_hidden_layer! {
    sum_squares: { 3 -> 2; loss = sum_squares }
    mse: { 3 -> 4; loss = mse }
    huber: { 3 -> 2; loss = huber(delta = 0.5) }
    cross_entropy: { 3 -> 4; loss = cross_entropy }
    two_classes: { 1 -> 2; loss = cross_entropy }
    binary_cross_entropy: { 3 -> 2; loss = binary_cross_entropy }
    gaussian_nll: { 3 -> 4; loss = gaussian_nll }
    one_deviation: { 2 -> 2; loss = gaussian_nll }
    own_units: { 3 -> standardize -> 2 -> unstandardize; loss = mse }
    own_deviations: { 3 -> 4 -> unstandardize; loss = gaussian_nll }
    own: { 3 -> 2; loss(mu, s; y) = powi(y - mu, 2) * exp(-s) + s }
    own_mean: { 2 -> 3; loss(f, y) = mean(powi(f - y, 4)) }
}

/// Against the Hessian's diagonal, element by element from products with unit vectors.
#[track_caller]
fn is_exact<N>(name: &str)
where
    N: DiagonalCurvature<Scalar = f64> + HessianVectorProduct,
{
    let given = Given::<N>::random(9, SEED);
    let element = |k: usize| {
        let mut unit = vec![0.0; N::PARAMETERS];
        unit[k] = 1.0;
        product(&given, Isa::best(), &unit).2[k]
    };
    let expected: Vec<_> = (0..N::PARAMETERS).map(element).collect();
    for isa in Isa::available() {
        // Two formulas for the same numbers, in f64.
        assert_close(name, &curvature(&given, isa).1, &expected, 1e-12);
    }
}

unrolled::network! {
    struct Lecture<f64> = 2 -> silu(3) -> 2;
    derive(DiagonalCurvature);
}

/// A hidden layer in plain loops, after LeCun et al. (1998), section 7.4.
#[test]
fn two_layers_by_hand() {
    let given = Given::<Lecture>::random(5, SEED);
    let net = &given.network;
    let (w1, b1, w2) = (net.w1(), net.b1(), net.w2());
    let mut by_w1 = [[0.0; 3]; 2];
    let mut by_b1 = [0.0; 3];
    let mut by_w2 = [[0.0; 2]; 3];
    let mut by_b2 = [0.0; 2];
    for x in &given.inputs {
        for j in 0..3 {
            let h = x[0] * w1[0][j] + x[1] * w1[1][j] + b1[j];
            let sigma = 1.0 / (1.0 + (-h).exp());
            let (a, slope) = (h * sigma, sigma + h * sigma * (1.0 - sigma));
            let mut of_a = 0.0;
            for k in 0..2 {
                by_w2[j][k] += a * a; // ∂²L/∂F² = 1
                of_a += w2[j][k] * w2[j][k];
            }
            let of_h = slope * slope * of_a;
            by_b1[j] += of_h;
            by_w1[0][j] += x[0] * x[0] * of_h;
            by_w1[1][j] += x[1] * x[1] * of_h;
        }
        by_b2 = by_b2.map(|sum| sum + 1.0);
    }
    let expected = [by_w1.as_flattened(), &by_b1, by_w2.as_flattened(), &by_b2].concat();
    for isa in Isa::available() {
        assert_close(isa.name(), &curvature(&given, isa).1, &expected, 1e-12);
    }
}
