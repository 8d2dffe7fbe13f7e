//! Standardizing columns to mean 0 and deviation 1.
//!
//! Convention: the **population** deviation, √(Σ(x − x̄)²/n), over the rows it is fitted on; fit it
//! on training rows only. A column whose values are all equal gets deviation 1, so it becomes 0 and
//! comes back unharmed.
//!
//! Everything is computed in f64 and relative to the column's first value, x̄ = x₁ + Σ(xᵢ − x₁)/n.
//! So a large common offset costs no digits, and a constant column has a deviation of exactly 0
//! rather than one of rounding noise by which it would then be divided. The sum of squares is taken
//! about that mean and corrected for the mean's own rounding (Chan, Golub and LeVeque 1983).

use std::marker::PhantomData;

use crate::data::rows::{Rows, checked};
use crate::error::Error;
use crate::math::Real;
use crate::network::Row;

/// A map of rows to mean 0 and population deviation 1 in every column, and its inverse.
///
/// It serves inputs and targets alike.
///
/// ```
/// use nn_runtime::data::Standardizer;
/// let prices = [[10.0f64], [30.0]];
/// let standard = Standardizer::fit(&prices)?;
/// assert_eq!(standard.transform(&[[40.0]])?, [[2.0]]);
/// assert_eq!(standard.inverse(&[[2.0]])?, [[40.0]]);
/// # Ok::<(), nn_runtime::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Standardizer<R> {
    mean: Vec<f64>,
    deviation: Vec<f64>,
    row: PhantomData<R>,
}

impl<R: Row> Standardizer<R> {
    /// Learns every column's mean and deviation from training rows.
    ///
    /// # Errors
    /// No rows, a wrong width, a value that is not finite; [`Error::Setting`] if a column spreads so
    /// far that its deviation is not finite.
    pub fn fit(rows: &(impl Rows<R> + ?Sized)) -> Result<Self, Error> {
        let rows = checked(rows, "rows to standardize")?;
        let (mean, deviation) = (0..R::WIDTH)
            .map(|j| moments(&rows, j))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            mean,
            deviation,
            row: PhantomData,
        })
    }

    /// Each column's mean, in the data's units.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Each column's population deviation, in the data's units; 1 where the column is constant.
    pub fn deviation(&self) -> &[f64] {
        &self.deviation
    }

    /// (x − mean) / deviation, column by column.
    ///
    /// # Errors
    /// No rows, a wrong width, a value that is not finite.
    pub fn transform(&self, rows: &(impl Rows<R> + ?Sized)) -> Result<Vec<R>, Error> {
        let mut rows = checked(rows, "rows to standardize")?.into_owned();
        self.transform_in_place(&mut rows);
        Ok(rows)
    }

    /// [`transform`](Self::transform) without a copy. What is not finite stays so.
    pub fn transform_in_place(&self, rows: &mut [R]) {
        self.map(rows, |x, mean, deviation| (x - mean) / deviation);
    }

    /// x · deviation + mean, column by column: from predictions back to the data's units.
    ///
    /// # Errors
    /// No rows, a wrong width, a value that is not finite.
    pub fn inverse(&self, rows: &(impl Rows<R> + ?Sized)) -> Result<Vec<R>, Error> {
        let mut rows = checked(rows, "standardized rows")?.into_owned();
        self.inverse_in_place(&mut rows);
        Ok(rows)
    }

    /// [`inverse`](Self::inverse) without a copy. What is not finite stays so.
    pub fn inverse_in_place(&self, rows: &mut [R]) {
        self.map(rows, |x, mean, deviation| x * deviation + mean);
    }

    /// One row, standardized, in `f64`.
    pub(super) fn standard(&self, row: &R) -> Vec<f64> {
        let moments = self.mean.iter().zip(&self.deviation);
        let row = row.as_slice().iter().zip(moments);
        row.map(|(x, (mean, deviation))| (x.to_f64() - mean) / deviation)
            .collect()
    }

    /// One standardized row, back in the data's units.
    pub(super) fn unstandard(&self, standard: &[f64]) -> R {
        let mut row = R::ZERO;
        let moments = self.mean.iter().zip(&self.deviation);
        let row_and_standard = row.as_mut_slice().iter_mut().zip(standard);
        for ((x, z), (mean, deviation)) in row_and_standard.zip(moments) {
            *x = R::Scalar::from_f64(z * deviation + mean);
        }
        row
    }

    fn map(&self, rows: &mut [R], f: impl Fn(f64, f64, f64) -> f64) {
        for row in rows {
            for (j, x) in row.as_mut_slice().iter_mut().enumerate() {
                *x = R::Scalar::from_f64(f(x.to_f64(), self.mean[j], self.deviation[j]));
            }
        }
    }
}

/// Mean and deviation (1 where the column is constant) of column j of at least one row.
pub(crate) fn moments<R: Row>(rows: &[R], j: usize) -> Result<(f64, f64), Error> {
    let n = rows.len() as f64;
    let column = || rows.iter().map(|row| row.as_slice()[j].to_f64());
    let first = rows[0].as_slice()[j].to_f64();
    let mean = first + column().map(|x| x - first).sum::<f64>() / n;
    let squares: f64 = column().map(|x| (x - mean) * (x - mean)).sum();
    let rounding: f64 = column().map(|x| x - mean).sum();
    let deviation = ((squares - rounding * rounding / n) / n).max(0.0).sqrt();
    if !(mean.is_finite() && deviation.is_finite()) {
        return Err(Error::Setting {
            name: "the deviation of a column",
            value: deviation,
            range: "finite; scale the column down first",
        });
    }
    Ok((mean, if deviation == 0.0 { 1.0 } else { deviation }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[track_caller]
    fn close(found: &[f64], expected: &[f64], tolerance: f64) {
        assert_eq!(found.len(), expected.len());
        for (f, e) in found.iter().zip(expected) {
            assert!(
                (f - e).abs() <= tolerance * e.abs().max(1.0),
                "{found:?} {expected:?}"
            );
        }
    }

    #[test]
    fn known_moments() {
        let rows = [
            [2.0f64, -1.0],
            [4.0, -1.0],
            [4.0, 1.0],
            [4.0, 1.0],
            [5.0, 1.0],
            [5.0, 1.0],
            [7.0, 1.0],
            [9.0, -3.0],
        ];
        let s = Standardizer::fit(&rows).unwrap();
        // By hand: the textbook sample with mean 5 and population deviation 2; exact numbers.
        assert_eq!((s.mean()[0], s.deviation()[0]), (5.0, 2.0));
        assert_eq!(s.mean()[1], 0.0);
        // Σx² = 2 + 5 + 9 = 16 over 8 rows: √2, to one rounding of the root.
        close(&s.deviation()[1..], &[2.0f64.sqrt()], 1e-16);
    }

    #[test]
    fn result_has_mean_zero_and_deviation_one() {
        let rows: Vec<[f64; 3]> = (0..1000)
            .map(f64::from)
            .map(|i| [(i * 0.7).sin(), 1e9 + (i * 0.3).cos(), 1e-6 * i * i])
            .collect();
        let s = Standardizer::fit(&rows).unwrap();
        let again = Standardizer::fit(&s.transform(&rows).unwrap()).unwrap();
        // A column offset by 1e9 has lost 9 of its 16 digits before it gets here: 1e-7 of its
        // unit spread. Nothing else loses more.
        close(again.mean(), &[0.0; 3], 1e-7);
        close(again.deviation(), &[1.0; 3], 1e-7);
    }

    #[track_caller]
    fn constant<T: Real>(value: f64) {
        let value = T::from_f64(value);
        let rows = vec![[value]; 1001];
        let s = Standardizer::fit(&rows).unwrap();
        assert_eq!(s.mean(), [value.to_f64()]);
        assert_eq!(s.deviation(), [1.0]);
        let standard = s.transform(&rows).unwrap();
        assert!(standard.iter().all(|row| *row == [T::ZERO]));
        assert_eq!(s.inverse(&standard).unwrap(), rows);
    }

    #[test]
    fn constant_columns_survive() {
        for value in [0.0, 0.1, -1.0 / 3.0, 1e30, 1e-30] {
            constant::<f64>(value);
            constant::<f32>(value);
        }
    }

    #[test]
    fn there_and_back() {
        let rows = [[1.5f32, -700.0], [2.5, 12.25], [-0.75, 4000.0]];
        let s = Standardizer::fit(&rows).unwrap();
        let standard = s
            .transform(&array![[1.5f32, -700.0], [2.5, 12.25], [-0.75, 4000.0]])
            .unwrap();
        let back = s.inverse(&standard).unwrap();
        for (found, expected) in back.as_flattened().iter().zip(rows.as_flattened()) {
            // Two roundings to f32 relative to the column's spread (below 4000).
            assert!((found - expected).abs() <= 2.0 * f32::EPSILON * 4000.0);
        }
        let mut in_place = rows;
        s.transform_in_place(&mut in_place);
        assert_eq!(in_place.to_vec(), standard);
    }

    #[track_caller]
    fn refused(rows: &[[f64; 2]], expected: &str) {
        let error = Standardizer::fit(rows).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn refusals() {
        refused(
            &[],
            "there are no rows in the rows to standardize; give at least one",
        );
        refused(
            &[[0.0, 1.0], [f64::NAN, 1.0]],
            "the rows to standardize hold NaN at row 1, column 0; remove or impute it first",
        );
        refused(
            &[[0.0, 0.0], [0.0, f64::MAX]],
            "the deviation of a column is inf, but must be finite; scale the column down first",
        );
        let s = Standardizer::<[f64; 2]>::fit(&[[0.0, 1.0]]).unwrap();
        let wide = s.transform(&array![[1.0, 2.0, 3.0]]);
        assert_eq!(
            wide.unwrap_err().to_string(),
            "the rows to standardize have 3 columns, but 2 are needed"
        );
    }
}
