//! Automatic differentiation: the lecture's evaluation trace of the normal log-density with numbers,
//! its gradient and Hessian, and Newton's method with them on Rosenbrock's valley.
//!
//! `cargo run --release --example autodiff`

use std::f64::consts::PI;
use unrolled::prelude::*;

/// f(y, μ, σ) = −½ ((y − μ)/σ)² − ln σ − ½ ln 2π
#[differentiate]
fn log_normal(y: f64, mu: f64, sigma: f64) -> f64 {
    -0.5 * ((y - mu) / sigma).powi(2) - sigma.ln() - 0.5 * (2.0 * PI).ln()
}

/// (1 − x)² + 100 (y − x²)² (Rosenbrock 1960).
#[differentiate]
fn rosenbrock(x: f64, y: f64) -> f64 {
    (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
}

/// Half the step of a central difference: its error is of the order of the square.
const STEP: f64 = 1e-5;
/// What derivatives and differences may differ by. The differences are off by h²/6 times a derivative
/// two orders higher, which is about 100 at most: 2e-9.
const TOLERANCE: f64 = 1e-8;

fn main() {
    let at = [1.0, 0.4, 0.8];
    let [y, mu, sigma] = at;
    let trace = log_normal_trace(y, mu, sigma);
    println!("f(y, mu, sigma) at ({y}, {mu}, {sigma}), forward down, adjoints up:\n\n{trace}\n");

    let (value, gradient, hessian) = log_normal_hessian(y, mu, sigma);
    println!("f = {value:.6}\n\n         exact  difference");
    for (i, name) in ["∂f/∂y", "∂f/∂μ", "∂f/∂σ"].iter().enumerate() {
        let difference = central(at, i, |[y, mu, sigma]| log_normal(y, mu, sigma));
        println!("{name}  {:9.6}  {difference:10.6}", gradient[i]);
        assert!((gradient[i] - difference).abs() < TOLERANCE);
        assert!((trace.rows()[i].adjoint - gradient[i]).abs() < 1e-14); // a few roundings
        for j in 0..3 {
            let slope = |[y, mu, sigma]: [f64; 3]| log_normal_gradient(y, mu, sigma).1[j];
            assert!((hessian[i][j] - central(at, i, slope)).abs() < TOLERANCE);
        }
    }
    println!("\nHessian");
    for row in hessian {
        println!("{:9.6} {:9.6} {:9.6}", row[0], row[1], row[2]);
    }

    println!("\nNewton's method in Rosenbrock's valley, from (−1.2, 1):");
    let ([mut x, mut y], mut steps) = ([-1.2, 1.0], 0);
    loop {
        let (value, [a, b], [[p, q], [_, r]]) = rosenbrock_hessian(x, y);
        println!("{steps:2}  f({x:9.6}, {y:9.6}) = {value:.1e}");
        if a.hypot(b) < 1e-12 {
            break;
        }
        let determinant = p * r - q * q;
        x -= (r * a - q * b) / determinant;
        y -= (p * b - q * a) / determinant;
        steps += 1;
        assert!(steps < 10, "Newton needs seven steps from here");
    }
    assert!((x - 1.0).abs() < 1e-12 && (y - 1.0).abs() < 1e-12);
}

/// ∂f/∂xᵢ by a central difference.
fn central(at: [f64; 3], i: usize, f: impl Fn([f64; 3]) -> f64) -> f64 {
    let moved = |by| std::array::from_fn(|j| if i == j { at[j] + by } else { at[j] });
    (f(moved(STEP)) - f(moved(-STEP))) / (2.0 * STEP)
}
