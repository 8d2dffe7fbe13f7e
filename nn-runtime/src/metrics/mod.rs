//! How good predictions are.
//!
//! All of them take slices of rows, compute in `f64` and average: over rows and columns for the
//! errors, over rows for accuracy and the log-likelihoods. A NaN among the predictions shows as a
//! NaN in an error and is refused where a class would have to be read from it.

use crate::error::Error;
use crate::math::Real;
use crate::network::Row;

mod confusion;
mod predictive;

pub use confusion::ConfusionMatrix;
pub use predictive::predictive_log_likelihood;

/// Root of the mean squared error, √(Σ(F − Y)² / (rows · columns)).
///
/// # Errors
/// [`Error::RowCount`], [`Error::Empty`].
pub fn rmse<R: Row>(predictions: &[R], targets: &[R]) -> Result<f64, Error> {
    mean_of(predictions, targets, |error| error * error).map(f64::sqrt)
}

/// Mean absolute error, Σ|F − Y| / (rows · columns).
///
/// # Errors
/// [`Error::RowCount`], [`Error::Empty`].
pub fn mae<R: Row>(predictions: &[R], targets: &[R]) -> Result<f64, Error> {
    mean_of(predictions, targets, f64::abs)
}

/// The coefficient of determination, R² = 1 − Σ(F − Y)² / Σ(Y − Ȳ)².
///
/// Ȳ is each column's own mean; both sums run over all rows and columns, so a column counts by its
/// variance (scikit-learn's `variance_weighted`). 1 is perfect, 0 what predicting the mean gives;
/// there is no lower bound. Where the targets are constant the quotient has no meaning: perfect
/// predictions then score 1 and all others 0 (scikit-learn's convention).
///
/// # Errors
/// [`Error::RowCount`], [`Error::Empty`].
pub fn r2<R: Row>(predictions: &[R], targets: &[R]) -> Result<f64, Error> {
    pair_up(
        ("predictions", predictions.len()),
        ("targets", targets.len()),
    )?;
    let residual = sum_of(predictions, targets, |error| error * error);
    let total: f64 = (0..R::WIDTH).map(|j| scatter(targets, j)).sum();
    Ok(match total {
        0.0 if residual == 0.0 => 1.0,
        0.0 if residual.is_finite() => 0.0,
        _ => 1.0 - residual / total,
    })
}

/// The share of rows whose class, as [`classes`] reads it from the outputs, is the label.
///
/// # Errors
/// [`Error::RowCount`], [`Error::Empty`], [`Error::Label`] for a label that is not a class,
/// [`Error::NotFinite`] for a NaN among the outputs.
pub fn accuracy<R: Row>(outputs: &[R], labels: &[usize]) -> Result<f64, Error> {
    let found = labelled(outputs, labels)?;
    let hits = found
        .iter()
        .zip(labels)
        .filter(|(found, label)| found == label)
        .count();
    Ok(hits as f64 / labels.len() as f64)
}

/// The class of every row: the column of the largest value, the first of several.
///
/// It serves outputs (probabilities or logits) and one-hot targets alike. A row of one column is a
/// binary problem: class 1 if the value is positive, which is right for logits and for targets 0
/// and 1, but not for a probability.
///
/// # Errors
/// [`Error::NotFinite`] for a NaN.
pub fn classes<R: Row>(rows: &[R]) -> Result<Vec<usize>, Error> {
    rows.iter()
        .enumerate()
        .map(|(row, values)| class(row, values.as_slice()))
        .collect()
}

/// Mean over the rows of ln N(y | μ, σ²), the log density of independent normal distributions,
/// summed over the columns: −½ Σ (ln 2πσ² + (y − μ)²/σ²).
///
/// # Errors
/// [`Error::RowCount`], [`Error::Empty`], and [`Error::Setting`] for a variance that is not
/// positive.
pub fn gaussian_log_likelihood<R: Row>(
    means: &[R],
    variances: &[R],
    targets: &[R],
) -> Result<f64, Error> {
    pair_up(("means", means.len()), ("targets", targets.len()))?;
    pair_up(("variances", variances.len()), ("targets", targets.len()))?;
    let mut sum = 0.0;
    for ((mean, variance), target) in means.iter().zip(variances).zip(targets) {
        for j in 0..R::WIDTH {
            let [mean, variance, y] = [mean, variance, target].map(|r| r.as_slice()[j].to_f64());
            if variance.is_nan() || variance <= 0.0 {
                return Err(Error::Setting {
                    name: "variance",
                    value: variance,
                    range: "positive",
                });
            }
            let error = y - mean;
            sum -= 0.5 * (libm::log(core::f64::consts::TAU * variance) + error * error / variance);
        }
    }
    Ok(sum / targets.len() as f64)
}

/// Mean over the rows of ln p(label), where the outputs are **logits** z: p is their softmax, and
/// for one column σ(z) is the probability of class 1. Computed as z − ln Σ exp z, so that no
/// probability underflows. Minus this is the cross-entropy.
///
/// # Errors
/// [`Error::RowCount`], [`Error::Empty`], [`Error::Label`] for a label that is not a class,
/// [`Error::NotFinite`] for a NaN among the outputs.
pub fn class_log_likelihood<R: Row>(logits: &[R], labels: &[usize]) -> Result<f64, Error> {
    labelled(logits, labels)?;
    let sum: f64 = logits
        .iter()
        .zip(labels)
        .map(|(z, &label)| log_softmax(z, label))
        .sum();
    Ok(sum / labels.len() as f64)
}

/// `z[label]` − ln Σ exp z, where a single column z stands for the two logits 0 and z.
fn log_softmax<R: Row>(logits: &R, label: usize) -> f64 {
    let mut z: Vec<f64> = logits.as_slice().iter().map(|z| z.to_f64()).collect();
    if let [z1] = z[..] {
        z = vec![0.0, z1];
    }
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = z.iter().map(|z| libm::exp(z - largest)).sum();
    z[label] - largest - libm::log(sum)
}

/// Softmax of every row of **logits**: the classes' probabilities, which sum to 1. A single column z
/// becomes σ(z) = 1/(1 + e⁻ᶻ), the probability of class 1. Computed from differences to the largest
/// logit, so that nothing overflows.
pub fn probabilities<R: Row>(logits: &[R]) -> Vec<R> {
    logits.iter().map(softmax).collect()
}

fn softmax<R: Row>(logits: &R) -> R {
    let z = logits.as_slice().iter().map(|z| z.to_f64());
    // The second logit of a binary problem is 0.
    let zero = (R::WIDTH == 1).then_some(0.0);
    let largest = z.clone().chain(zero).fold(f64::NEG_INFINITY, f64::max);
    let weights = z.chain(zero).map(|z| libm::exp(z - largest));
    let sum: f64 = weights.clone().sum();
    let mut row = R::ZERO;
    for (p, weight) in row.as_mut_slice().iter_mut().zip(weights) {
        *p = R::Scalar::from_f64(weight / sum);
    }
    row
}

/// The rows' classes, once the labels are known to fit them.
fn labelled<R: Row>(outputs: &[R], labels: &[usize]) -> Result<Vec<usize>, Error> {
    pair_up(("outputs", outputs.len()), ("labels", labels.len()))?;
    check_labels(labels, class_count::<R>())?;
    classes(outputs)
}

fn check_labels(labels: &[usize], classes: usize) -> Result<(), Error> {
    match labels.iter().position(|&label| label >= classes) {
        Some(row) => Err(Error::Label {
            row,
            label: labels[row],
            classes,
        }),
        None => Ok(()),
    }
}

/// One column tells two classes apart.
fn class_count<R: Row>() -> usize {
    match R::WIDTH {
        1 => 2,
        width => width,
    }
}

fn class<T: Real>(row: usize, values: &[T]) -> Result<usize, Error> {
    if let Some(column) = values.iter().position(|value| value.to_f64().is_nan()) {
        return Err(Error::NotFinite {
            what: "outputs",
            row,
            column,
            value: f64::NAN,
        });
    }
    if let [value] = values {
        return Ok(usize::from(*value > T::ZERO));
    }
    let larger = |best, j| if values[j] > values[best] { j } else { best };
    Ok((0..values.len()).fold(0, larger))
}

fn mean_of<R: Row>(
    predictions: &[R],
    targets: &[R],
    of_error: impl Fn(f64) -> f64,
) -> Result<f64, Error> {
    pair_up(
        ("predictions", predictions.len()),
        ("targets", targets.len()),
    )?;
    let count = (targets.len() * R::WIDTH) as f64;
    Ok(sum_of(predictions, targets, of_error) / count)
}

/// Σ f(F − Y) over rows and columns.
fn sum_of<R: Row>(predictions: &[R], targets: &[R], of_error: impl Fn(f64) -> f64) -> f64 {
    let mut sum = 0.0;
    for (prediction, target) in predictions.iter().zip(targets) {
        for (f, y) in prediction.as_slice().iter().zip(target.as_slice()) {
            sum += of_error(f.to_f64() - y.to_f64());
        }
    }
    sum
}

/// Σ (y − ȳ)² over a column, measured from its first value so that a constant column gives an
/// exact zero.
fn scatter<R: Row>(rows: &[R], column: usize) -> f64 {
    let first = rows[0].as_slice()[column].to_f64();
    let offsets = || {
        rows.iter()
            .map(|row| row.as_slice()[column].to_f64() - first)
    };
    let mean = offsets().sum::<f64>() / rows.len() as f64;
    offsets()
        .map(|offset| (offset - mean) * (offset - mean))
        .sum()
}

/// Both have the same number of rows, and at least one.
fn pair_up(
    (left, left_rows): (&'static str, usize),
    (right, right_rows): (&'static str, usize),
) -> Result<(), Error> {
    if left_rows != right_rows {
        return Err(Error::RowCount {
            left,
            left_rows,
            right,
            right_rows,
        });
    }
    if left_rows == 0 {
        return Err(Error::Empty { what: left });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
