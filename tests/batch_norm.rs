//! Batch normalization: what the compiler derives against what its paper prints.
//!
//! Ioffe and Szegedy (2015) write the backward pass of their Algorithm 1 as a chain of formulas by
//! hand. Here it comes out of the rules for sums, products and powers. To see every ∂ℓ/∂xᵢ the rows
//! enter as weights: with the identity matrix as inputs W₁ = x makes the hidden layer x, and ∂L/∂W₁
//! is its derivative. W₂ = I passes the result on, and ½ Σ (F − Y)² with Y = F − G hands back any G.

mod support;

use support::{DRAW, Given, assert_close, numbers, to_rows};
use unrolled::error::Error;
use unrolled::network;
use unrolled::network::Network;
use unrolled::simd::Isa;
use unrolled::workspace::Workspace;

/// The rows m; more than a tile, so that the statistics are sums over several.
const M: usize = 90;
/// Columns.
const P: usize = 3;
const EPS: f64 = 0.01;
const MOMENTUM: f64 = 0.3;

network! { struct Lone<f64> = 90 -> 3 -> bn(eps = 0.01, momentum = 0.3) -> 3; loss = sum_squares; }

/// A column of a batch, and what the paper computes of it.
struct Column {
    mean: f64,
    variance: f64,
    y: Vec<f64>,
    dx: Vec<f64>,
    dgamma: f64,
    dbeta: f64,
}

/// Algorithm 1 and the six formulas behind it, for one column, in the lecture's order.
fn paper(x: &[f64], dy: &[f64], gamma: f64, beta: f64) -> Column {
    let m = x.len() as f64;
    let mean = x.iter().sum::<f64>() / m;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / m;
    let root = (variance + EPS).sqrt();
    let x_hat: Vec<_> = x.iter().map(|x| (x - mean) / root).collect();

    let dx_hat: Vec<_> = dy.iter().map(|dy| dy * gamma).collect();
    let terms = dx_hat.iter().zip(x);
    let dvariance: f64 = terms
        .map(|(d, x)| d * (x - mean) * -0.5 * (variance + EPS).powf(-1.5))
        .sum();
    let dmean = dx_hat.iter().map(|d| d * (-1.0 / root)).sum::<f64>()
        + dvariance * x.iter().map(|x| -2.0 * (x - mean)).sum::<f64>() / m;
    let through_all = |(d, x): (&f64, &f64)| {
        d * (1.0 / root) + dvariance * (2.0 * (x - mean) / m) + dmean * (1.0 / m)
    };
    Column {
        mean,
        variance,
        y: x_hat.iter().map(|x_hat| gamma * x_hat + beta).collect(),
        dx: dx_hat.iter().zip(x).map(through_all).collect(),
        dgamma: dy.iter().zip(&x_hat).map(|(dy, x_hat)| dy * x_hat).sum(),
        dbeta: dy.iter().sum(),
    }
}

/// Random rows x, scales, shifts, upstream derivatives, and the paper's results by column.
struct Case {
    x: Vec<f64>,
    gamma: [f64; P],
    beta: [f64; P],
    dy: Vec<f64>,
    columns: Vec<Column>,
}

impl Case {
    /// Every column with another mean and deviation, all of them around `offset`.
    fn random(offset: f64) -> Self {
        let spread = |(k, u): (usize, &f64)| offset + (k % P) as f64 + [2.0, 0.5, 0.1][k % P] * u;
        let x: Vec<_> = numbers(1, M * P).iter().enumerate().map(spread).collect();
        let dy = numbers(2, M * P);
        let (gamma, beta) = ([1.3, -0.4, 0.7], [0.2, 0.5, -1.0]);
        let of = |values: &[f64], j: usize| values.iter().skip(j).step_by(P).copied().collect();
        let columns = (0..P).map(|j| {
            let (x, dy): (Vec<_>, Vec<_>) = (of(&x, j), of(&dy, j));
            paper(&x, &dy, gamma[j], beta[j])
        });
        Self {
            columns: columns.collect(),
            x,
            gamma,
            beta,
            dy,
        }
    }

    /// A value of every row and column, row-major.
    fn rows(&self, of: impl Fn(&Column, usize) -> f64) -> Vec<f64> {
        let of = &of;
        let row = |i: usize| self.columns.iter().map(move |column| of(column, i));
        (0..M).flat_map(row).collect()
    }

    fn by_column(&self, of: impl Fn(&Column) -> f64) -> Vec<f64> {
        self.columns.iter().map(of).collect()
    }

    /// The network whose hidden layer is x, with targets that make ∂L/∂F = dy.
    fn given(&self) -> Given<Lone> {
        let y = self.rows(|column, i| column.y[i]);
        let targets: Vec<_> = y.iter().zip(&self.dy).map(|(y, dy)| y - dy).collect();
        let mut network = Lone::zeros();
        network
            .w1_mut()
            .copy_from_slice(&to_rows::<[f64; P]>(&self.x));
        *network.gamma1_mut() = self.gamma;
        *network.beta1_mut() = self.beta;
        *network.w2_mut() = identity();
        Given {
            network,
            inputs: identity::<M>().to_vec(),
            targets: to_rows(&targets),
        }
    }
}

fn identity<const N: usize>() -> [[f64; N]; N] {
    std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))))
}

/// The derived derivatives are the paper's, for columns around this offset.
#[track_caller]
fn check_derivatives(offset: f64, tolerance: f64) {
    let case = Case::random(offset);
    for isa in Isa::available() {
        let (loss, gradient) = case.given().gradient(isa);
        let of = |index: usize| &gradient[Lone::TENSORS[index].range()];
        let [dx, db, dgamma, dbeta] = [0, 1, 2, 3].map(of);
        let expected = case.rows(|column, i| column.dx[i]);
        assert_close("∂ℓ/∂x", dx, &expected, tolerance);
        let expected = case.by_column(|column| column.dgamma);
        assert_close("∂ℓ/∂γ", dgamma, &expected, tolerance);
        let expected = case.by_column(|column| column.dbeta);
        assert_close("∂ℓ/∂β", dbeta, &expected, tolerance);
        // ½ Σ dy² only where training normalized with the batch's statistics.
        let expected = 0.5 * support::norm(&case.dy).powi(2);
        assert_close("the loss", &[loss], &[expected], tolerance);
        // What is added to a whole column is taken away again.
        let rest = support::norm(db);
        assert!(rest <= tolerance * support::norm(dx), "∂ℓ/∂b is {rest:e}");
    }
}

#[test]
fn derivatives_are_the_papers() {
    // f64 sums of 90 terms, in another order.
    check_derivatives(0.0, 1e-12);
}

/// Far from zero E[x²] − E[x]² would lose eight digits here; the variance is summed in a second
/// pass instead, and all that is lost is what x itself has lost: 1e4 · 2⁻⁵³ against a deviation of
/// 0.06.
#[test]
fn a_far_mean_costs_no_digits_but_those_of_the_data() {
    check_derivatives(1e4, 1e-10);
}

/// Training moves the running statistics by the momentum, and prediction uses nothing else.
#[test]
fn prediction_uses_running_statistics() {
    let case = Case::random(0.0);
    let m = M as f64;
    for isa in Isa::available() {
        let mut given = case.given();
        let (mut mean, mut variance) = (vec![0.0; P], vec![1.0; P]);
        for _ in 0..3 {
            given.gradient(isa);
            for (j, column) in case.columns.iter().enumerate() {
                let unbiased = column.variance * m / (m - 1.0);
                mean[j] = (1.0 - MOMENTUM) * mean[j] + MOMENTUM * column.mean;
                variance[j] = (1.0 - MOMENTUM) * variance[j] + MOMENTUM * unbiased;
            }
            let moved = given.network.statistics();
            let expected = [&mean[..], &variance].concat();
            assert_close("running statistics", moved, &expected, 1e-13);

            let normalized = case.x.iter().enumerate().map(|(k, x)| {
                let j = k % P;
                case.gamma[j] * (x - mean[j]) / (variance[j] + EPS).sqrt() + case.beta[j]
            });
            let expected: Vec<_> = normalized.collect();
            assert_close("prediction", &given.predict(isa), &expected, 1e-12);
        }
    }
}

/// One row has no variance: refused before anything is touched. Predicting one row is fine.
#[test]
fn a_batch_of_one_row_is_refused() {
    let mut given = Case::random(0.0).given();
    given.inputs.truncate(1);
    given.targets.truncate(1);
    let before = given.clone();
    let mut gradient = vec![0.25; Lone::PARAMETERS];
    let (isa, mut workspace) = (Isa::best(), Workspace::new());
    let result = given.network.gradient(
        isa,
        &given.inputs,
        &given.targets,
        DRAW,
        &mut workspace,
        &mut gradient,
    );
    assert_eq!(result, Err(Error::BatchTooSmall { rows: 1, least: 2 }));
    assert_eq!(given.network.parameters(), before.network.parameters());
    assert_eq!(given.network.statistics(), before.network.statistics());
    assert_eq!(gradient, vec![0.25; Lone::PARAMETERS]);

    assert!(given.predict(isa).iter().all(|y| y.is_finite()));
    assert!(given.loss(isa).is_finite());
}
