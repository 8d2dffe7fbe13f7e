//! The losses, summed over the rows, with their gradients by the network's output.
//!
//! Every loss goes over the batch twice: first the values are written where the gradient will
//! stand, and summed there by ndarray's unrolled sum; then the gradient takes their place. Both
//! loops vectorize, which one loop with a running sum would not.

use ndarray::aview1;

use crate::activation::{sigmoid, softplus};
use crate::{Error, Float};

/// ½ ln 2π.
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;

/// What is minimized. F is the network's output, Y the target; all are sums over the rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// ½ Σ (F − Y)².
    SumSquares,
    /// (F − Y)², the mean over a row's columns.
    Mse,
    /// |F − Y|, the mean over a row's columns; slope 0 at 0.
    Mae,
    /// ½ d² for |d| = |F − Y| up to δ, δ (|d| − ½ δ) beyond (Huber 1964); the mean over a row's
    /// columns.
    Huber {
        /// Where the square becomes a line; positive.
        delta: f64,
    },
    /// −Σ Y ln softmax F; targets are one-hot rows (or probabilities).
    CrossEntropy,
    /// −Y ln σ(F) − (1 − Y) ln(1 − σ(F)), the mean over a row's columns.
    BinaryCrossEntropy,
    /// −ln N(Y; μ, eˢ) summed over columns: the first half of F is μ, the second half s.
    GaussianNll,
}

impl Loss {
    /// How many target columns belong to so many output columns.
    pub(crate) fn targets(self, outputs: usize) -> Result<usize, Error> {
        match self {
            Self::Huber { delta } if !(delta > 0.0 && delta.is_finite()) => Err(Error::Setting {
                name: "delta",
                value: delta,
                range: "positive and finite",
            }),
            Self::GaussianNll if !outputs.is_multiple_of(2) => Err(Error::OddWidth(outputs)),
            Self::GaussianNll => Ok(outputs / 2),
            _ => Ok(outputs),
        }
    }

    /// The loss of `f` (n x columns); `g` receives its gradient.
    pub(crate) fn evaluate<T: Float>(self, f: &[T], t: &[T], columns: usize, g: &mut [T]) -> T {
        let (half, two) = (T::of(0.5), T::of(2.0));
        let mean = T::of(1.0 / columns as f64);
        match self {
            Self::SumSquares => residuals(f, t, g, half, |d| d * d, |d| two * d),
            Self::Mse => residuals(f, t, g, mean, |d| d * d, |d| two * d),
            Self::Mae => residuals(f, t, g, mean, |d| d.abs(), sign),
            Self::Huber { delta } => {
                let delta = T::of(delta);
                let slope = |d| huber_slope(d, delta);
                residuals(f, t, g, mean, |d| huber(d, delta), slope)
            }
            Self::BinaryCrossEntropy => {
                let value = |f, t| softplus(f) - t * f;
                elements(f, t, g, mean, value, |f, t| sigmoid(f) - t)
            }
            Self::CrossEntropy => rows(f, t, g, (columns, columns), cross_entropy),
            Self::GaussianNll => rows(f, t, g, (columns, columns / 2), gaussian_nll),
        }
    }
}

/// A loss that is `weight` times a sum over elements.
fn elements<T: Float>(
    f: &[T],
    t: &[T],
    g: &mut [T],
    weight: T,
    value: impl Fn(T, T) -> T,
    slope: impl Fn(T, T) -> T,
) -> T {
    for ((g, &f), &t) in g.iter_mut().zip(f).zip(t) {
        *g = value(f, t);
    }
    let sum = aview1(g).sum();
    for ((g, &f), &t) in g.iter_mut().zip(f).zip(t) {
        *g = weight * slope(f, t);
    }
    weight * sum
}

/// `elements` for a function of d = f − t alone.
fn residuals<T: Float>(
    f: &[T],
    t: &[T],
    g: &mut [T],
    weight: T,
    value: impl Fn(T) -> T,
    slope: impl Fn(T) -> T,
) -> T {
    elements(f, t, g, weight, |f, t| value(f - t), |f, t| slope(f - t))
}

/// A loss that is a sum over rows of the given output and target widths.
fn rows<T: Float>(
    f: &[T],
    t: &[T],
    g: &mut [T],
    (outputs, targets): (usize, usize),
    row: impl Fn(&[T], &[T], &mut [T]) -> T,
) -> T {
    let pairs = f.chunks_exact(outputs).zip(t.chunks_exact(targets));
    let rows = pairs.zip(g.chunks_exact_mut(outputs));
    rows.fold(T::zero(), |sum, ((f, t), g)| sum + row(f, t, g))
}

fn huber<T: Float>(d: T, delta: T) -> T {
    let (size, half) = (d.abs(), T::of(0.5));
    if size > delta {
        delta * (size - half * delta)
    } else {
        half * d * d
    }
}

fn huber_slope<T: Float>(d: T, delta: T) -> T {
    if d.abs() > delta { delta * sign(d) } else { d }
}

/// −1, 0 or 1.
fn sign<T: Float>(x: T) -> T {
    if x == T::zero() { x } else { x.signum() }
}

/// One row: Σ t (m + ln Σ e^(f − m) − f) with m the largest f.
fn cross_entropy<T: Float>(f: &[T], t: &[T], g: &mut [T]) -> T {
    let largest = f.iter().fold(T::neg_infinity(), |m, &f| m.max(f));
    g.iter_mut()
        .zip(f)
        .for_each(|(g, &f)| *g = (f - largest).exp());
    let sum = aview1(g).sum();
    let total = aview1(t).sum();
    let log = largest + sum.ln();
    for (g, &t) in g.iter_mut().zip(t) {
        *g = *g / sum * total - t;
    }
    t.iter()
        .zip(f)
        .fold(T::zero(), |loss, (&t, &f)| loss + t * (log - f))
}

/// One row: Σ ½ z² + s + ½ ln 2π with z = (t − μ)/eˢ.
fn gaussian_nll<T: Float>(f: &[T], t: &[T], g: &mut [T]) -> T {
    let (mean, log) = f.split_at(t.len());
    let (dmean, dlog) = g.split_at_mut(t.len());
    let mut loss = T::zero();
    let columns = mean.iter().zip(log).zip(t);
    for ((dmean, dlog), ((&mean, &s), &t)) in dmean.iter_mut().zip(dlog).zip(columns) {
        let inverse = (-s).exp();
        let z = (t - mean) * inverse;
        *dmean = -z * inverse;
        *dlog = T::one() - z * z;
        loss += T::of(0.5) * z * z + s + T::of(HALF_LN_TAU);
    }
    loss
}
