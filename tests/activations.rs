//! Activations as a network computes them in `f32`, value and derivative, against references in `f64`
//! on every instruction set.
//!
//! A network of one unit with weight 1 and bias 0 is its activation, and the derivative of its output
//! by its input is what training multiplies with. Values are held to units in the last place.
//! Derivatives are held to the same number of units, but not of units smaller than those of 1: tanh′
//! is computed as 1 − a² from the activation a that the forward pass keeps, so that near saturation it
//! is as exact as a is, and no more.
//!
//! The sweeps here are coarse. All finite `f32` take some minutes a function:
//!
//! ```sh
//! cargo test --release --test activations -- --ignored --nocapture
//! ```

use unrolled::derivatives::InputJacobian;
use unrolled::prelude::*;

network! { struct Exp = 1 -> e(1); let e(x) = exp(x); derive(InputJacobian); }
network! { struct Tanh = 1 -> tanh(1); derive(InputJacobian); }
network! { struct Sigmoid = 1 -> sigmoid(1); derive(InputJacobian); }
network! { struct Softplus = 1 -> softplus(1); derive(InputJacobian); }
network! { struct Gelu = 1 -> gelu(1); derive(InputJacobian); }

/// What a network is held to.
struct Claim {
    name: &'static str,
    /// Units in the last place, at a given x.
    bound: fn(f64) -> f64,
    value: fn(f64) -> f64,
    derivative: fn(f64) -> f64,
    /// Whether the function never falls: then its values never fall by more than the bound.
    rises: bool,
}

fn sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// Φ, the distribution function of the normal.
fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

const EXP: Claim = Claim {
    name: "exp",
    bound: |_| 3.0,
    value: f64::exp,
    derivative: f64::exp,
    rises: true,
};
const TANH: Claim = Claim {
    name: "tanh",
    bound: |_| 3.0,
    value: f64::tanh,
    derivative: |x| x.cosh().powi(-2),
    rises: true,
};
const SIGMOID: Claim = Claim {
    name: "sigmoid",
    bound: |_| 3.0,
    value: sigmoid,
    derivative: |x| sigmoid(x) * sigmoid(-x),
    rises: true,
};
const SOFTPLUS: Claim = Claim {
    name: "softplus",
    bound: |_| 2.5,
    value: |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
    derivative: sigmoid,
    rises: true,
};
const GELU: Claim = Claim {
    name: "gelu",
    // The factor 1/√2 and its product with x are rounded, 1.5 half units together; far to the left
    // Φ(x) changes by x² times as much. erfc there is within 5 units; right of 0 it is near 2.
    bound: |x| if x < 0.0 { 5.0 + 1.5 * x * x } else { 3.0 },
    value: |x| x * normal(x),
    derivative: |x| normal(x) + x * (-0.5 * x * x).exp() * 0.3989422804014327,
    rises: false,
};

/// The distance in units in the last place of the `f32` numbers around `of`, which are no smaller than
/// those around `least`.
fn ulps(found: f32, expected: f64, least: f64) -> f64 {
    if expected.abs() > f64::from(f32::MAX) {
        return if found.is_infinite() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let size = expected.abs().max(least).max(f64::from(f32::MIN_POSITIVE));
    let exponent = ((size.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    (f64::from(found) - expected).abs() / 2f64.powi(exponent - 23)
}

/// The greatest errors of a sweep, each with where it was.
#[derive(Default, Clone, Copy)]
struct Worst {
    value: (f64, f32),
    derivative: (f64, f32),
}

/// Value and derivative of finite numbers in ascending order of their bits.
fn check_some<N>(net: &N, claim: &Claim, isa: Isa, x: &[[f32; 1]], worst: &mut Worst)
where
    N: InputJacobian + Network<Scalar = f32, Input = [f32; 1], Output = [f32; 1]>,
{
    let mut values = vec![[0.0]; x.len()];
    let mut derivatives = vec![0.0; x.len()];
    net.input_jacobian(isa, x, &mut Workspace::new(), &mut values, &mut derivatives)
        .expect("as many outputs as inputs");
    let mut previous: Option<f32> = None;
    for ((&[x], &[value]), &derivative) in x.iter().zip(&values).zip(&derivatives) {
        let (wide, name, isa) = (f64::from(x), claim.name, isa.name());
        let bound = (claim.bound)(wide);
        let off = ulps(value, (claim.value)(wide), 0.0) / bound;
        let slope_off = ulps(derivative, (claim.derivative)(wide), 1.0) / bound;
        assert!(off <= 1.0, "{name}({x:?}) on {isa} is {value:?}");
        assert!(
            slope_off <= 1.0,
            "{name}′({x:?}) on {isa} is {derivative:?}"
        );
        // Negative numbers descend as their bits ascend.
        if let Some(previous) = previous.filter(|_| claim.rises && value.is_finite()) {
            let (low, high) = if x > 0.0 {
                (previous, value)
            } else {
                (value, previous)
            };
            let fall = ulps(low.max(high), f64::from(high), 0.0);
            assert!(
                fall <= bound,
                "{name} falls by {fall} ulp at {x:?} on {isa}"
            );
        }
        previous = Some(value);
        if off * bound > worst.value.0 {
            worst.value = (off * bound, x);
        }
        if slope_off * bound > worst.derivative.0 {
            worst.derivative = (slope_off * bound, x);
        }
    }
}

/// Every `stride`-th finite number, on two threads: the positive ones and the negative ones.
#[track_caller]
fn check<N>(claim: &Claim, stride: u32)
where
    N: InputJacobian + Network<Scalar = f32, Input = [f32; 1], Output = [f32; 1]> + Sync,
{
    let mut net = N::zeros();
    net.parameters_mut()[0] = 1.0;
    let half = |sign: u32, isa: Isa| {
        let mut worst = Worst::default();
        let infinite = f32::INFINITY.to_bits();
        for first in (0..infinite).step_by(8192 * stride as usize) {
            let chunk = (first..infinite).step_by(stride as usize).take(8192);
            let x: Vec<_> = chunk.map(|bits| [f32::from_bits(sign | bits)]).collect();
            check_some(&net, claim, isa, &x, &mut worst);
        }
        worst
    };
    for isa in Isa::available() {
        let both = std::thread::scope(|scope| {
            [0, 1 << 31]
                .map(|sign| scope.spawn(move || half(sign, isa)))
                .map(|half| half.join().expect("the claim holds"))
        });
        for Worst { value, derivative } in both {
            let (name, isa) = (claim.name, isa.name());
            println!(
                "{name} on {isa}: {:.2} ulp at {:?}, derivative {:.2} at {:?}",
                value.0, value.1, derivative.0, derivative.1
            );
            assert!(value.0 > 0.0, "some result is rounded");
        }
    }
}

/// The sweep of a debug build is coarser.
const STRIDE: u32 = if cfg!(debug_assertions) {
    49_999
} else {
    4_999
};

macro_rules! claims {
    ($($network:ident $claim:ident $some:ident $all:ident;)*) => {$(
        #[test]
        fn $some() {
            check::<$network>(&$claim, STRIDE);
        }

        #[test]
        #[ignore = "all finite numbers: half an hour, run with --release"]
        fn $all() {
            check::<$network>(&$claim, 1);
        }
    )*};
}

claims! {
    Exp EXP exp_and_derivative all_of_exp;
    Tanh TANH tanh_and_derivative all_of_tanh;
    Sigmoid SIGMOID sigmoid_and_derivative all_of_sigmoid;
    Softplus SOFTPLUS softplus_and_derivative all_of_softplus;
    Gelu GELU gelu_and_derivative all_of_gelu;
}
