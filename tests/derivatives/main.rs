//! The derivatives that a declaration asks for, against differences, identities and each other.
//!
//! The networks are of the kinds of the zoo, each declared in `f64` and in `f32`.

mod curvature;
mod hessian;
mod jacobian;
#[path = "../support/mod.rs"]
mod support;

/// Declarations, each with a name and its tests.
macro_rules! networks {
    ($($name:ident: { $($declaration:tt)* })*) => {$(
        mod $name {
            unrolled::network! {
                pub struct Double<f64> = $($declaration)*;
                derive(HessianVectorProduct, Jacobian, InputJacobian, DiagonalCurvature);
            }
            unrolled::network! {
                pub struct Single<f32> = $($declaration)*;
                derive(DiagonalCurvature, InputJacobian, Jacobian, HessianVectorProduct,);
            }

            #[test]
            fn hessian_vector_product() {
                crate::hessian::check::<Double, Single>(stringify!($name));
            }

            #[test]
            fn jacobians() {
                crate::jacobian::check::<Double, Single>(stringify!($name));
            }

            #[test]
            fn diagonal_curvature() {
                crate::curvature::check::<Double, Single>(stringify!($name));
            }
        }
    )*};
}

/// h of the difference quotients. What they are off by is of the order h⁴ from the formula and ε/h,
/// about 1e-11, from rounding.
const STEP: f64 = 1e-5;
const SEED: u64 = 1;
/// Batch sizes around a tile.
const ROWS: [usize; 6] = [1, 2, 7, 127, 128, 131];

/// (8 (f(h) − f(−h)) − (f(2h) − f(−2h))) / 12h
fn difference(f: impl Fn(f64) -> Vec<f64>) -> Vec<f64> {
    let [a, b, c, d] = [STEP, -STEP, 2.0 * STEP, -2.0 * STEP].map(f);
    let quotient = |i: usize| (8.0 * (a[i] - b[i]) - (c[i] - d[i])) / (12.0 * STEP);
    (0..a.len()).map(quotient).collect()
}

networks! {
    linear: { 3 -> 2; loss = sum_squares }
    sinusoid: { 1 -> tanh(10) -> 1; loss = sum_squares }
    deep: { 2 -> tanh(3) -> sigmoid(4) -> softplus(3) -> 2; loss = mse }
    classifier: { 3 -> gelu(5) -> 4; loss = cross_entropy }
    binary: { 3 -> silu(4) -> 1; loss = binary_cross_entropy }
    deviations: { 2 -> sin(4) -> elu(3) -> 4; loss = gaussian_nll }
    kinked: { 3 -> relu(5) -> leaky_relu(4) -> 2; loss = huber }
    absolute: { 2 -> selu(3) -> lecun_tanh(3) -> 2; loss = mae }
    hero: { 2 -> tanh(7) -> dropout(0.8) -> bn -> 1; loss = sum_squares }
    normalized: { 3 -> bn -> 4 -> bn -> gelu_tanh -> 2; loss = mse }
    residual: { 2 -> 3 -> skip(tanh(4) -> skip(silu) -> 3) -> skip(bn -> softsign) -> 2; loss = cross_entropy }
    scaled: { 3 -> standardize -> tanh(4) -> 2 -> unstandardize; loss = mse }
    wide: { 5 -> tanh(17) -> relu(9) -> 3; loss = cross_entropy }
    learnable: { 3 -> swish(4) -> 2; let swish(x; a = 1) = x * sigmoid(a * x); loss = mse }
    own_loss: { 3 -> tanh(4) -> 3; loss(mu, nu, s; y, z) = (powi(y - mu, 2) + powi(z - nu, 2)) * exp(-s) + s }
}
