//! Formulas that a declaration defines: what they compute, and that their derivatives are right.

#[path = "zoo/check.rs"]
mod check;
mod support;

use support::{Given, assert_close, flat};
use unrolled::network;
use unrolled::network::{Network, Role};
use unrolled::prelude::{Adam, Init, Trainer};
use unrolled::simd::Isa;

mod limits {
    pub const DELTA: f32 = 0.75;
    /// Whole numbers do as well.
    pub const POWER: i64 = 3;
}
const SHARE: f64 = 0.125;

/// Declarations in both scalar types, each held against differences of its own loss, as those of
/// the zoo are.
macro_rules! networks {
    ($($name:ident: { $($declaration:tt)* })*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::{SHARE, limits};
            unrolled::network! { pub struct Double<f64> = $($declaration)*; }
            unrolled::network! { pub struct Single<f32> = $($declaration)*; }

            #[test]
            fn gradient() {
                super::check::check::<Double, Single>(module_path!());
            }
        }
    )*};
}

networks! {
    alone: { 2 -> 3 -> swish -> 2; let swish(x) = x * sigmoid(x) }
    calling_each_other: {
        2 -> twice(4) -> wave(3) -> 2;
        let twice(x) = inner(inner(x)) + x.inner();
        let inner(x) = tanh(0.5 * x);
        let wave(x) = silu(x) + elu(x, 0.5) + leaky_relu(x) * sin(x)
    }
    with_parameters: {
        2 -> leaky(4, 0.1) -> leaky(3, slope = 0.2, shift = 0.5) -> 2;
        let leaky(x, slope, shift = 0.1) = max(x, slope * x) + shift * x.cos()
    }
    with_constants: {
        2 -> bent(4) -> 2;
        let bent(x) = tanh(limits::DELTA * x) + SHARE * powi(x, 3) / crate::limits::POWER;
        loss(f, y) = huber_like(f - y);
        let huber_like(d) = if abs(d) < limits::DELTA { 0.5 * d * d } else { abs(d) }
    }
    with_learnables: {
        2 -> prelu(4) -> bn -> prelu -> snake(3) -> 2;
        let prelu(x; a = 0.25) = if x > 0 { x } else { a * x };
        let snake(x; rate = 1.5, share2 = 0.3) = x + share2 * powi(sin(rate * x), 2)
    }
    in_branches: {
        2 -> ramp(5) -> 3;
        let ramp(x) = {
            let t = 0.7 * x + 0.2;
            if t < -0.5 { 0.1 * t } else if t <= 0.5 { let u = t + 0.5; u * u } else { 2 * t }
        }
    }
    with_every_function: {
        2 -> many(6) -> 2;
        let many(x) = {
            let p = 1.5 + powi(x, 2);
            log2(p) + log10(p) + ln(p) + ln_1p(p) + sqrt(p) + powf(p, 1.3) + powi(p, -2)
                + exp(-p) + exp_m1(-p) + atan(x) + 0.1 * sinh(x) + cosh(0.3 * x) + tan(0.1 * x)
                + erf(x) + erfc(x) + log_sigmoid(x) + softplus(x) + clamp(x, -0.4, 0.4)
                + min(x, 0.3) + max(x, -0.3) + sign(x) * x + relu(x) + PI / E
        }
    }
    losses_by_name: {
        2 -> tanh(4) -> 3;
        loss(mu, s, weight; y, z) = 0.5 * powi((y - mu) / exp(s), 2) + s + powi(z - weight, 2)
    }
    losses_with_more_targets: {
        2 -> tanh(4) -> 1;
        loss(f; low, high) = softplus(min(low, high) - f) + softplus(f - max(low, high))
    }
    losses_over_columns: {
        2 -> tanh(4) -> 3;
        loss(f, y) = log_sum_exp(f) - sum(y * f) + 0.1 * mean(powi(f - mean(f), 2))
    }
    losses_with_a_root: { 2 -> tanh(4) -> 3; loss(f, y) = sqrt(0.1 + sum(powi(f - y, 2))) }
}

/// What a network computes on random rows: predictions, loss and gradient, flat.
fn values<N: Network<Scalar = f64>>() -> Vec<f64> {
    let mut given = Given::<N>::random(9, 4);
    let (loss, gradient) = given.gradient(Isa::best());
    let predicted = given.predict(Isa::best());
    [vec![loss], gradient, predicted].concat()
}

/// Bit for bit: they are the same program.
macro_rules! same {
    ($($name:ident: { $($own:tt)* } as { $($built_in:tt)* })*) => {$(
        #[test]
        fn $name() {
            network! { struct Own<f64> = $($own)*; }
            network! { struct BuiltIn<f64> = $($built_in)*; }
            assert_eq!(values::<Own>(), values::<BuiltIn>());
        }
    )*};
}

same! {
    own_silu: { 2 -> own(7) -> 2; let own(x) = x * sigmoid(x) } as { 2 -> silu(7) -> 2 }
    own_tanh: { 2 -> own(7) -> 2; let own(x) = 1.7159 * tanh(0.66666666666666666667 * x) }
        as { 2 -> lecun_tanh(7) -> 2 }
    own_sum_squares: { 2 -> tanh(7) -> 2; loss(f, y) = 0.5 * powi(f - y, 2) }
        as { 2 -> tanh(7) -> 2; loss = sum_squares }
    own_mse: { 2 -> tanh(7) -> 3; loss(f, y) = mean(powi(f - y, 2)) }
        as { 2 -> tanh(7) -> 3; loss = mse }
    own_sum: { 2 -> tanh(7) -> 3; loss(f, y) = sum(abs(f - y)) }
        as { 2 -> tanh(7) -> 3; loss(a, b) = (a - b).abs() }
    own_names: { 1 -> tanh(5) -> 2; loss(a, b; y, z) = abs(a - y) + abs(b - z) }
        as { 1 -> tanh(5) -> 2; loss(f, y) = abs(f - y) }
}

/// A network that only passes a number on: f = x.
macro_rules! passed_on {
    ($name:ident, $($loss:tt)*) => {
        network! { struct $name<f64> = 1 -> 1; $($loss)*; }
        impl $name {
            /// The loss at this output and target, and its derivative by the output.
            fn at(output: f64, target: f64) -> [f64; 2] {
                let mut network = Self::zeros();
                network.b1_mut()[0] = output;
                let mut given = Given {
                    network,
                    inputs: vec![[0.0]],
                    targets: vec![[target]],
                };
                let (loss, gradient) = given.gradient(Isa::best());
                [loss, gradient[1]]
            }
        }
    };
}

/// ln(1 + e²) and σ(2): a widely copied tutorial has another value here.
#[test]
fn cross_entropy_of_a_logit_of_two_against_zero() {
    passed_on!(BuiltIn, loss = binary_cross_entropy);
    passed_on!(Own, loss(f, y) = softplus(f) - y * f);
    for found in [BuiltIn::at(2.0, 0.0), Own::at(2.0, 0.0)] {
        let expected = [(1.0 + 2.0_f64.exp()).ln(), 1.0 / (1.0 + (-2.0_f64).exp())];
        assert_close("ln(1 + e²), σ(2)", &found, &expected, 1e-15);
        assert_eq!(found.map(|value| (value * 1e4).round()), [21269.0, 8808.0]);
    }
}

/// The conventions that src/language.md states.
#[test]
fn derivatives_at_kinks() {
    passed_on!(Abs, loss(f, y) = abs(f - y));
    assert_eq!(Abs::at(1.0, 1.0), [0.0, 0.0]);
    passed_on!(Relu, loss(f, y) = relu(f - y));
    assert_eq!(Relu::at(1.0, 1.0), [0.0, 0.0]);
    passed_on!(Max, loss(f, y) = max(f, y));
    assert_eq!(Max::at(1.0, 1.0), [1.0, 1.0]);
    passed_on!(Min, loss(f, y) = min(y, f));
    assert_eq!(Min::at(1.0, 1.0), [1.0, 0.0]);
    passed_on!(Clamp, loss(f, y) = clamp(f, -1, y));
    assert_eq!(Clamp::at(1.0, 1.0), [1.0, 1.0]);
    passed_on!(If, loss(f, y) = if f < y { 3 * f } else { 2 * f });
    assert_eq!(If::at(1.0, 1.0), [2.0, 2.0]);
}

network! {
    /// Learns the slope on the left.
    struct Learned<f64> = 1 -> 1 -> prelu;
    let prelu(x; a = 0.25) = if x > 0 { x } else { a * x };
}

#[test]
fn a_learnable_starts_at_its_value_and_is_learned() {
    let mut net = Learned::init(Init::default(), 5);
    assert_eq!((net.prelu_a1(), Learned::PARAMETERS), (0.25, 3));
    let tensor = Learned::TENSORS[2];
    assert_eq!(
        (tensor.name, tensor.role),
        ("prelu_a1", Role::Learnable { initial: 0.25 })
    );
    assert_eq!([tensor.rows, tensor.columns], [1, 1]);
    let other = Learned::init(Init::constant(3.0).unwrap().bias(2.0).unwrap(), 6);
    assert_eq!(other.parameters(), [3.0, 2.0, 0.25]);
    assert!(
        Learned::EQUATIONS.contains("∂L/∂prelu_a₁ ="),
        "{}",
        Learned::EQUATIONS
    );
    assert!(Learned::summary().to_string().contains("prelu_a1"));

    // y = x on the right, 0.7 x on the left: w = 1, b = 0, a = 0.7.
    *net.prelu_a1_mut() = 0.1;
    net.w1_mut()[0][0] = 0.9;
    let inputs: Vec<[f64; 1]> = (-20..=20).map(|i| [f64::from(i) / 10.0]).collect();
    let targets: Vec<[f64; 1]> = inputs.iter().map(|[x]| [x.max(0.7 * x)]).collect();
    let trainer = Trainer::new(Adam::new(0.02)).epochs(1500).batch_size(41);
    trainer.fit(&mut net, &inputs, &targets).unwrap();
    assert!((net.prelu_a1() - 0.7).abs() < 1e-3, "{}", net.prelu_a1());
}

#[test]
fn a_declaration_says_what_it_was_given() {
    network! { struct Net = 1 -> swish(5) -> 2; let swish(x, rate = 1) = x * sigmoid(rate * x);
    loss(mu, s; y) = 0.5 * powi((y - mu) / exp(s), 2) + s; }
    assert_eq!(Net::LOSS, "loss(mu, s; y)");
    assert_eq!((Net::OUTPUTS, Net::TARGETS), (2, 1));
    assert_eq!(Net::LAYERS[0].name, "swish(5)");
}

#[test]
fn expressions_define_formulas_too() {
    const BOUND: f64 = 0.5;
    let net = network!(
        2 -> hard(3) -> 1;
        let hard(x) = clamp(x, -BOUND, BOUND);
        loss(f, y) = powi(f - y, 4);
        scalar = f64
    );
    let [[y]] = net.forward(&[[100.0, 100.0]]);
    let expected: f64 = net
        .w2()
        .iter()
        .zip(net.w1()[0])
        .map(|([w], _)| w.abs())
        .sum::<f64>()
        * BOUND;
    assert!(y.abs() <= expected + 1e-15);
}

/// Definitions may stand in front, and in any order.
#[test]
fn order_does_not_matter() {
    network! {
        let outer(x) = inner(x) + 1;
        struct Net<f64> = 1 -> outer(2) -> 1;
        let inner(x) = x / 2
    }
    let mut net = Net::zeros();
    net.w2_mut().fill([1.0]);
    net.b1_mut().fill(4.0);
    assert_eq!(flat(&net.forward(&[[0.0]])), [6.0]);
}
