//! What is checked of every network.

use crate::support::{Given, assert_close, distance, norm};
use unrolled::network::Network;
use unrolled::simd::Isa;

/// h of the difference quotient. Its error is of the order h⁴ from the formula and ε·L/h, about
/// 1e-10, from rounding. It has to be small because of functions with kinks: the data are fixed,
/// and with [`SEED`] nothing in any network lies within 2h of one.
const STEP: f64 = 1e-5;
const SEED: u64 = 1;
/// Rows under differences.
const FEW: usize = 7;
/// Rows under `f32`: more than a tile.
const MANY: usize = 67;

/// Where theory says zero: batch normalization takes away what is added to a whole column, so
/// nothing depends on a shift that reaches it through affine layers and skips alone.
const ZERO: [(&str, &[&str]); 5] = [
    ("::bn_before", &["b1"]),
    ("::identity::bn_after", &["b1"]),
    ("::normalized_often", &["b1", "b2"]),
    ("::normalized_twice", &["beta1", "b2"]),
    ("::skip_with_everything", &["b2"]),
];

/// Checks the network at `path`, declared in both scalar types.
#[track_caller]
pub fn check<D, S>(path: &str)
where
    D: Network<Scalar = f64>,
    S: Network<Scalar = f32>,
{
    let mut given = Given::<D>::random(FEW, SEED);
    let expected = difference(&mut given);
    let zero = zero_tensors(path);
    for isa in Isa::available() {
        let (_, gradient) = given.clone().gradient(isa);
        let what = format!("{path} on {}", isa.name());
        assert_close(&what, &gradient, &expected, 1e-8);
        check_tensors::<D>(&what, &gradient, &expected, zero);
    }
    for isa in Isa::available() {
        let (double_loss, double) = Given::<D>::random(MANY, SEED).gradient(isa);
        let (single_loss, single) = Given::<S>::random(MANY, SEED).gradient(isa);
        let what = format!("{path} in f32 on {}", isa.name());
        assert_close(&what, &single, &double, 1e-4);
        assert_close(&what, &[single_loss], &[double_loss], 1e-4);
    }
}

/// Every tensor by itself: none hides behind another one's size, and none is vacuously right.
#[track_caller]
fn check_tensors<D: Network>(what: &str, gradient: &[f64], expected: &[f64], zero: &[&str]) {
    for tensor in D::TENSORS {
        let (found, expected) = (&gradient[tensor.range()], &expected[tensor.range()]);
        let share = norm(found) / norm(gradient);
        let name = tensor.name;
        if zero.contains(&name) {
            assert!(share <= 1e-13, "{what}: ∂L/∂{name} is {share:e} of all");
        } else {
            assert!(share >= 1e-4, "{what}: ∂L/∂{name} is {share:e} of all");
            let off = distance(found, expected);
            assert!(off <= 1e-6, "{what}: ∂L/∂{name} is off by {off:e}");
        }
    }
}

fn zero_tensors(path: &str) -> &'static [&'static str] {
    let listed = ZERO.iter().find(|(ending, _)| path.ends_with(ending));
    listed.map_or(&[], |(_, tensors)| tensors)
}

/// (8 (L(θ+h) − L(θ−h)) − (L(θ+2h) − L(θ−2h))) / 12h for every parameter.
fn difference<D: Network<Scalar = f64>>(given: &mut Given<D>) -> Vec<f64> {
    let isa = Isa::best();
    let mut loss_at = |index: usize, value: f64| {
        given.network.parameters_mut()[index] = value;
        given.gradient(isa).0
    };
    let start = Given::<D>::random(1, SEED).network;
    let slope = |(index, &theta): (usize, &f64)| {
        let mut pair = |h: f64| loss_at(index, theta + h) - loss_at(index, theta - h);
        let slope = (8.0 * pair(STEP) - pair(2.0 * STEP)) / (12.0 * STEP);
        loss_at(index, theta);
        slope
    };
    start.parameters().iter().enumerate().map(slope).collect()
}
