//! Generated networks against the dynamic baseline: two programs that share no line of arithmetic.
//!
//! The baseline's backward passes are written by hand, its products come from `matrixmultiply`, its
//! elementary functions from std. Every line below is a declaration and the same network as a list of
//! the baseline's layers; both start from the same parameters and must agree on predictions, loss,
//! gradient, moved running statistics and, after twenty steps of Adam, on parameters, in `f64` and
//! in `f32`. Dropout masks are drawn as generated code draws them and handed to the baseline.
//!
//! Adam divides the gradient by its own size, which turns rounding errors into steps of full length
//! where the derivative is zero in theory, as for a bias under batch normalization. With ε = 10⁻³
//! in both programs such derivatives count as what they are.

mod support;

use baseline::Loss::*;
use baseline::{
    Float, Loss, Spec, batch_norm, dense, dropout, elu, gelu, leaky_relu, lecun_tanh, relu, selu,
    sigmoid, silu, sin, skip, softplus, softsign, tanh,
};
use ndarray::Array2;
use support::{DRAW, Given, Training, assert_close, to_f64};
use unrolled::math::Real;
use unrolled::network::{Draw, Network, Row};
use unrolled::optim::Adam;
use unrolled::simd::{Isa, Program, Simd};

/// The widest dropout layer below.
const WIDEST_MASK: usize = 64;
const RATE: f64 = 0.01;
const EPSILON: f64 = 1e-3;
const STEPS: u64 = 20;

/// How far, normwise, two right programs may be apart.
#[derive(Clone, Copy)]
struct Tolerance {
    /// Predictions, the loss, running statistics.
    forward: f64,
    /// The gradient, which passes through every layer twice.
    gradient: f64,
    /// The parameters after [`STEPS`] steps.
    parameters: f64,
}

/// Sums of up to some thousand terms in different orders, elementary functions within some ulps.
const DOUBLE: Tolerance = Tolerance {
    forward: 1e-12,
    gradient: 1e-11,
    parameters: 1e-11,
};
/// Likewise, 2²⁹ times as coarse; a parameter moves by a hundredth a step at most, so an error in
/// the gradient enters the parameters reduced.
const SINGLE: Tolerance = Tolerance {
    forward: 1e-5,
    gradient: 1e-4,
    parameters: 1e-5,
};

/// The baseline's network for the same data.
struct Twin<T> {
    network: baseline::Network<T>,
    adam: baseline::Adam<T>,
    inputs: Array2<T>,
    targets: Array2<T>,
}

impl<T: Float + Real> Twin<T> {
    fn new<N: Network<Scalar = T>>(given: &Given<N>, layers: Vec<Spec>, loss: Loss) -> Self {
        let mut network = baseline::Network::new(N::INPUTS, layers, loss).expect("a chain");
        network
            .set_parameters(given.network.parameters())
            .expect("the same parameters");
        network
            .set_statistics(given.network.statistics())
            .expect("the same statistics");
        let mut adam = baseline::Adam::new(RATE);
        adam.epsilon = EPSILON;
        Self {
            network,
            adam,
            inputs: Row::into_array2(given.inputs.clone()),
            targets: Row::into_array2(given.targets.clone()),
        }
    }

    /// Takes the masks that generated code draws.
    fn draw(&mut self, draw: Draw) {
        // Dropout layers count from 0 there and from 1 here.
        self.network
            .set_masks(Box::new(move |number, keep, width, mask| {
                for (row, mask) in mask.chunks_mut(width).enumerate() {
                    let row = Isa::best().run(MaskRow {
                        draw,
                        layer: number as u32 + 1,
                        keep,
                        row,
                    });
                    for (m, drawn) in mask.iter_mut().zip(&row[..width]) {
                        *m = T::of(*drawn);
                    }
                }
            }));
    }

    fn gradient(&mut self, draw: Draw) -> (f64, Vec<f64>) {
        self.draw(draw);
        let (x, t) = (self.inputs.view(), self.targets.view());
        let loss = self.network.gradient(x, t).expect("rows that pair up");
        (Real::to_f64(loss), to_f64(&self.network.gradients()))
    }

    fn step(&mut self, draw: Draw) {
        self.draw(draw);
        let (x, t) = (self.inputs.view(), self.targets.view());
        self.network
            .step(x, t, &mut self.adam)
            .expect("rows that pair up");
    }

    fn predict(&mut self, outputs: usize) -> Vec<f64> {
        let mut y = Array2::zeros((self.inputs.nrows(), outputs));
        self.network
            .predict_into(self.inputs.view(), y.view_mut())
            .expect("as many outputs as inputs");
        y.iter().map(|&y| Real::to_f64(y)).collect()
    }

    fn loss(&mut self) -> f64 {
        let (x, t) = (self.inputs.view(), self.targets.view());
        Real::to_f64(self.network.loss(x, t).expect("rows that pair up"))
    }
}

/// One row of a dropout mask, in generated code's own numbers.
struct MaskRow {
    draw: Draw,
    layer: u32,
    keep: f64,
    row: usize,
}

impl Program for MaskRow {
    type Output = [f64; WIDEST_MASK];

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> [f64; WIDEST_MASK] {
        let mut mask = [[0.0; WIDEST_MASK]];
        unrolled::mask::fill(simd, self.draw, self.layer, self.keep, self.row, &mut mask);
        mask[0]
    }
}

#[track_caller]
fn check<N>(rows: usize, layers: Vec<Spec>, loss: Loss, tolerance: Tolerance)
where
    N: Network,
    N::Scalar: Float,
{
    let given = Given::<N>::random(rows, 3);
    for isa in Isa::available() {
        let mut twin = Twin::new(&given, layers.clone(), loss);
        let mut given = given.clone();
        let of = |what: &str| format!("{what} on {}", isa.name());
        let close = |what: &str, found: &[f64], expected: &[f64], tolerance: f64| {
            assert_close(&of(what), found, expected, tolerance);
        };
        let outputs = twin.predict(N::OUTPUTS);
        close(
            "prediction",
            &given.predict(isa),
            &outputs,
            tolerance.forward,
        );
        close(
            "loss",
            &[given.loss(isa)],
            &[twin.loss()],
            tolerance.forward,
        );

        let (loss, gradient) = given.gradient(isa);
        let (twin_loss, twin_gradient) = twin.gradient(DRAW);
        close("training loss", &[loss], &[twin_loss], tolerance.forward);
        close("gradient", &gradient, &twin_gradient, tolerance.gradient);
        if N::STATISTICS > 0 {
            let moved = to_f64(given.network.statistics());
            let twin_moved = to_f64(&twin.network.statistics());
            close("statistics", &moved, &twin_moved, tolerance.forward);
        }
    }
    check_training(given, layers, loss, tolerance);
}

#[track_caller]
fn check_training<N>(given: Given<N>, layers: Vec<Spec>, loss: Loss, tolerance: Tolerance)
where
    N: Network,
    N::Scalar: Float,
{
    let mut twin = Twin::new(&given, layers, loss);
    let start = to_f64(given.network.parameters());
    let mut training = Training::new(given, Adam::new(RATE).epsilon(EPSILON), Isa::best());
    for step in 0..STEPS {
        training.step();
        twin.step(Draw { step, ..DRAW });
    }
    let parameters = to_f64(training.given.network.parameters());
    let twin_parameters = to_f64(&twin.network.parameters());
    assert_close(
        "parameters",
        &parameters,
        &twin_parameters,
        tolerance.parameters,
    );
    let moved = support::distance(&parameters, &start);
    assert!(moved > 1e-3, "the parameters moved by {moved:e} only");
}

/// Declarations with the same layers as the baseline lists them, and a number of rows.
macro_rules! twins {
    ($($name:ident: { $($declaration:tt)* } = $loss:expr, $rows:literal rows, [$($layer:expr),*];)*) => {$(
        #[test]
        fn $name() {
            unrolled::network! { struct Double<f64> = $($declaration)*; }
            unrolled::network! { struct Single<f32> = $($declaration)*; }
            check::<Double>($rows, vec![$($layer),*], $loss, DOUBLE);
            check::<Single>($rows, vec![$($layer),*], $loss, SINGLE);
        }
    )*};
}

// W1 to W6 are the benchmark's workloads; the two wide ones see few rows here, since this is a debug
// build.
twins! {
    w1: { 2 -> tanh(50) -> 1 }
        = SumSquares, 32 rows, [dense(50), tanh(), dense(1)];
    w2: { 2 -> tanh(50) -> tanh(50) -> tanh(50) -> tanh(50) -> 1; loss = mse }
        = Mse, 70 rows,
        [dense(50), tanh(), dense(50), tanh(), dense(50), tanh(), dense(50), tanh(), dense(1)];
    w3: { 784 -> relu(128) -> relu(64) -> 10; loss = cross_entropy }
        = CrossEntropy, 6 rows, [dense(128), relu(), dense(64), relu(), dense(10)];
    w4: { 64 -> tanh(64) -> tanh(64) -> 64; loss = mse }
        = Mse, 65 rows, [dense(64), tanh(), dense(64), tanh(), dense(64)];
    w5: { 4 -> tanh(32) -> tanh(16) -> 4 }
        = SumSquares, 200 rows, [dense(32), tanh(), dense(16), tanh(), dense(4)];
    w6: { 512 -> relu(512) -> relu(512) -> 10; loss = cross_entropy }
        = CrossEntropy, 2 rows, [dense(512), relu(), dense(512), relu(), dense(10)];
    linear: { 3 -> 2 }
        = SumSquares, 5 rows, [dense(2)];
    hero: { 2 -> tanh(50) -> dropout(0.8) -> bn -> 1 }
        = SumSquares, 130 rows, [dense(50), tanh(), dropout(0.8), batch_norm(), dense(1)];
    noisy: { 4 -> dropout(drop = 0.25) -> gelu(20) -> dropout(0.5) -> gelu(20) -> dropout(0.9) -> 2; loss = mae }
        = Mae, 67 rows,
        [dropout(0.75), dense(20), gelu(), dropout(0.5), dense(20), gelu(), dropout(0.9), dense(2)];
    normalized: { 3 -> bn -> 10 -> bn -> silu -> 7 -> bn(eps = 0.001, momentum = 0.3) -> 2; loss = huber(delta = 0.4) }
        = Huber { delta: 0.4 }, 66 rows, [
            batch_norm(), dense(10), batch_norm(), silu(), dense(7),
            Spec::BatchNorm { eps: 0.001, momentum: 0.3 }, dense(2)
        ];
    residual: { 3 -> elu(8) -> skip(selu(5) -> dropout(0.6) -> 8) -> skip(bn -> softplus) -> 4; loss = cross_entropy }
        = CrossEntropy, 40 rows, [
            dense(8), elu(), skip(vec![dense(5), selu(), dropout(0.6), dense(8)]),
            skip(vec![batch_norm(), softplus()]), dense(4)
        ];
    nested: { 3 -> 6 -> skip(tanh(6) -> skip(dropout(0.5) -> sin(6)) -> bn) -> 1; loss = binary_cross_entropy }
        = BinaryCrossEntropy, 30 rows, [
            dense(6),
            skip(vec![dense(6), tanh(), skip(vec![dropout(0.5), dense(6), sin()]), batch_norm()]),
            dense(1)
        ];
    deviations: { 4 -> softsign(9) -> lecun_tanh(6) -> 6; loss = gaussian_nll }
        = GaussianNll, 20 rows, [dense(9), softsign(), dense(6), lecun_tanh(), dense(6)];
    labels: { 5 -> leaky_relu(33) -> sigmoid(7) -> 3; loss = binary_cross_entropy }
        = BinaryCrossEntropy, 65 rows, [dense(33), leaky_relu(), dense(7), sigmoid(), dense(3)];
    narrow: { 1 -> tanh(1) -> tanh(1) -> 1; loss = mse }
        = Mse, 2 rows, [dense(1), tanh(), dense(1), tanh(), dense(1)];
    odd: { 7 -> sin(17) -> bn -> dropout(0.7) -> elu(31) -> 3; loss = mse }
        = Mse, 129 rows,
        [dense(17), sin(), batch_norm(), dropout(0.7), dense(31), elu(), dense(3)];
}
