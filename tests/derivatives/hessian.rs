//! Hessian-vector products.

use crate::support::{Given, assert_close, numbers, to_f64, to_rows};
use crate::{ROWS, SEED, difference};
use unrolled::derivatives::HessianVectorProduct;
use unrolled::math::Real;
use unrolled::network::Network;
use unrolled::simd::Isa;
use unrolled::workspace::Workspace;

/// L, ∂L/∂θ and (∂²L/∂θ²) v.
pub fn product<N: HessianVectorProduct>(
    given: &Given<N>,
    isa: Isa,
    vector: &[f64],
) -> (f64, Vec<f64>, Vec<f64>) {
    let vector = to_rows::<[N::Scalar; 1]>(vector);
    let not_yet = N::Scalar::from_f64(f64::NAN);
    let mut gradient = vec![not_yet; N::PARAMETERS];
    let mut product = gradient.clone();
    let loss = given.network.hessian_vector_product(
        isa,
        &given.inputs,
        &given.targets,
        vector.as_flattened(),
        &mut Workspace::new(),
        &mut gradient,
        &mut product,
    );
    let loss = loss.expect("rows that pair up").to_f64();
    (loss, to_f64(&gradient), to_f64(&product))
}

/// The network with θ + by · v.
fn moved<N: Network<Scalar = f64>>(given: &Given<N>, vector: &[f64], by: f64) -> Given<N> {
    let mut given = given.clone();
    for (theta, v) in given.network.parameters_mut().iter_mut().zip(vector) {
        *theta += by * v;
    }
    given
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub fn check<D, S>(name: &str)
where
    D: HessianVectorProduct<Scalar = f64>,
    S: HessianVectorProduct<Scalar = f32>,
{
    let [u, v] = [5, 6].map(|seed| numbers(seed, D::PARAMETERS));
    for rows in ROWS {
        let (double, single) = (
            Given::<D>::random(rows, SEED),
            Given::<S>::random(rows, SEED),
        );
        let gradient_at = |by| product(&moved(&double, &v, by), Isa::best(), &v).1;
        let expected = difference(gradient_at);
        for isa in Isa::available() {
            let what = format!("{name}, {rows} rows, {}", isa.name());
            let (loss, gradient, hv) = product(&double, isa, &v);
            // Four-point differences of a gradient: h⁴ from the formula, ε/h from rounding.
            assert_zero_or_close(&format!("{what}: Hv"), &hv, &expected, 1e-8);
            assert_close(&format!("{what}: L"), &[loss], &[double.loss(isa)], 1e-13);
            let slope = difference(|by| vec![moved(&double, &v, by).loss(isa)]);
            assert_close(
                &format!("{what}: v·∂L"),
                &[dot(&v, &gradient)],
                &slope,
                1e-7,
            );
            let (_, _, hu) = product(&double, isa, &u);
            symmetric(&what, &u, &v, &hu, &hv);
            linear(&double, isa, &what, (&u, &hu), (&v, &hv));
            let (loss_32, gradient_32, hv_32) = product(&single, isa, &v);
            assert_close(&format!("{what}: L in f32"), &[loss_32], &[loss], 1e-5);
            assert_close(&format!("{what}: ∂L in f32"), &gradient_32, &gradient, 1e-4);
            assert_zero_or_close(&format!("{what}: Hv in f32"), &hv_32, &hv, 1e-4);
        }
    }
}

/// As [`assert_close`], but of a Hessian that is zero, as under `mae`, the product must be.
#[track_caller]
fn assert_zero_or_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    if expected.iter().all(|x| x.abs() < 1e-12) {
        assert!(found.iter().all(|x| x.abs() < 1e-12), "{what}: {found:?}");
    } else {
        assert_close(what, found, expected, tolerance);
    }
}

/// u·(H v) = v·(H u), up to rounding on the scale of |u| |H v|.
#[track_caller]
fn symmetric(what: &str, u: &[f64], v: &[f64], hu: &[f64], hv: &[f64]) {
    let norm = |x: &[f64]| dot(x, x).sqrt();
    let (left, right) = (dot(u, hv), dot(v, hu));
    let scale = norm(u) * norm(hv) + norm(v) * norm(hu);
    assert!(
        (left - right).abs() <= 1e-12 * scale,
        "{what}: {left} {right}"
    );
}

/// H (2u − v) = 2 H u − H v.
#[track_caller]
fn linear<D: HessianVectorProduct<Scalar = f64>>(
    given: &Given<D>,
    isa: Isa,
    what: &str,
    (u, hu): (&[f64], &[f64]),
    (v, hv): (&[f64], &[f64]),
) {
    let combine =
        |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| 2.0 * a - b).collect() };
    let (_, _, found) = product(given, isa, &combine(u, v));
    assert_zero_or_close(&format!("{what}: H(2u−v)"), &found, &combine(hu, hv), 1e-11);
}
