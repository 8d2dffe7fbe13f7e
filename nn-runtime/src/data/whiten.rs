//! Whitening: rows whose columns are uncorrelated, with mean 0 and deviation 1.
//!
//! Correlated inputs make a loss long and narrow: the curvatures along its axes are the eigenvalues
//! of the inputs' covariance. After whitening they are equal, and one learning rate suits all
//! (LeCun, Bottou, Orr and Müller 1998, section 4.3: shift, decorrelate, equalize the covariances).
//!
//! The columns are standardized first, so that their units do not matter, and then turned onto the
//! principal axes of what is then their correlation matrix C = Zᵀ Z / n = V Λ Vᵀ:
//!
//! ```text
//! z = (x − mean) / deviation        every column for itself
//! w = Λ^(−½) Vᵀ z                   every direction divided by its own deviation √λ
//! x = mean + deviation ⊙ V Λ^½ w    back again
//! ```
//!
//! A direction in which the rows do not spread (λ at most P·ε for P columns, rounding noise against
//! a trace of P) gets deviation 1, as a constant column does when standardizing: it becomes 0 and
//! comes back unharmed.

use std::marker::PhantomData;

use crate::data::eigen::eigen;
use crate::data::rows::{Rows, checked};
use crate::data::standardize::Standardizer;
use crate::error::Error;
use crate::math::Real;
use crate::network::Row;

/// A map of rows to uncorrelated columns with mean 0 and deviation 1, and its inverse.
///
/// Columns come by falling share of the spread. With fewer columns in `S` than in `R`, only the
/// first principal components are kept.
///
/// ```
/// use nn_runtime::data::Whitener;
/// let rows = [[1.0f64, 2.0], [2.0, 3.9], [3.0, 6.2], [4.0, 8.1]];
/// let white = Whitener::fit(&rows)?;
/// let w = white.transform(&rows)?;
/// let product: f64 = w.iter().map(|w| w[0] * w[1]).sum();
/// assert!(product.abs() < 1e-9);
///
/// // The two columns say nearly the same: one principal component holds 99.9 % of the spread.
/// let first = Whitener::<[f64; 2], [f64; 1]>::fit_components(&rows)?;
/// assert!(first.explained() > 0.999);
/// # Ok::<(), nn_runtime::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Whitener<R, S = R> {
    standard: Standardizer<R>,
    /// V, transposed: a row of P numbers for every direction that is kept.
    directions: Vec<f64>,
    /// √λ of each of them; 1 where the rows do not spread.
    deviations: Vec<f64>,
    explained: f64,
    whitened: PhantomData<S>,
}

impl<R: Row> Whitener<R> {
    /// Learns means, deviations and principal directions from training rows, and keeps all.
    ///
    /// # Errors
    /// No rows, a wrong width, a value that is not finite; [`Error::Setting`] if a column spreads so
    /// far that its deviation is not finite.
    pub fn fit(rows: &(impl Rows<R> + ?Sized)) -> Result<Self, Error> {
        Self::fit_components(rows)
    }
}

impl<R: Row, S: Row<Scalar = R::Scalar>> Whitener<R, S> {
    /// Learns the same, and keeps as many principal directions as `S` has columns, those along which
    /// the standardized rows spread most.
    ///
    /// # Errors
    /// Those of [`fit`](Whitener::fit); [`Error::Setting`] if `S` has more columns than `R`.
    pub fn fit_components(rows: &(impl Rows<R> + ?Sized)) -> Result<Self, Error> {
        if S::WIDTH > R::WIDTH {
            return Err(Error::Setting {
                name: "the number of components",
                value: S::WIDTH as f64,
                range: "at most the number of columns",
            });
        }
        let rows = checked(rows, "rows to whiten")?;
        let standard = Standardizer::fit(&*rows)?;
        let (values, vectors) = eigen(correlations(&rows, &standard), R::WIDTH);
        let none = R::WIDTH as f64 * f64::EPSILON;
        let deviation = |&value: &f64| if value > none { value.sqrt() } else { 1.0 };
        let total: f64 = values.iter().sum();
        let kept: f64 = values[..S::WIDTH].iter().sum();
        Ok(Self {
            standard,
            directions: vectors[..S::WIDTH * R::WIDTH].to_vec(),
            deviations: values[..S::WIDTH].iter().map(deviation).collect(),
            explained: if total > 0.0 { kept / total } else { 1.0 },
            whitened: PhantomData,
        })
    }

    /// The columns' means and deviations.
    pub fn standardizer(&self) -> &Standardizer<R> {
        &self.standard
    }

    /// The principal directions of the standardized rows, each of length 1: a row of as many numbers
    /// as `R` has columns for every direction kept, row-major. The largest number of each is
    /// positive.
    pub fn directions(&self) -> &[f64] {
        &self.directions
    }

    /// The standardized rows' deviation along each direction kept, falling; 1 where they do not
    /// spread.
    pub fn deviations(&self) -> &[f64] {
        &self.deviations
    }

    /// The share of the standardized rows' variance that the directions kept hold, from 0 to 1.
    pub fn explained(&self) -> f64 {
        self.explained
    }

    /// Λ^(−½) Vᵀ (x − mean) / deviation, row by row.
    ///
    /// # Errors
    /// No rows, a wrong width, a value that is not finite.
    pub fn transform(&self, rows: &(impl Rows<R> + ?Sized)) -> Result<Vec<S>, Error> {
        let rows = checked(rows, "rows to whiten")?;
        Ok(rows.iter().map(|row| self.whitened(row)).collect())
    }

    fn whitened(&self, row: &R) -> S {
        let z = self.standard.standard(row);
        let mut whitened = S::ZERO;
        let directions = self.directions.chunks(R::WIDTH).zip(&self.deviations);
        for (w, (direction, deviation)) in whitened.as_mut_slice().iter_mut().zip(directions) {
            *w = R::Scalar::from_f64(dot(direction, &z) / deviation);
        }
        whitened
    }

    /// mean + deviation ⊙ V Λ^½ w, row by row: back to the data's units. With fewer directions kept
    /// than there are columns, the nearest rows that these directions can tell.
    ///
    /// # Errors
    /// No rows, a wrong width, a value that is not finite.
    pub fn inverse(&self, rows: &(impl Rows<S> + ?Sized)) -> Result<Vec<R>, Error> {
        let rows = checked(rows, "whitened rows")?;
        Ok(rows.iter().map(|row| self.unwhitened(row)).collect())
    }

    fn unwhitened(&self, row: &S) -> R {
        let mut z = vec![0.0; R::WIDTH];
        let directions = self.directions.chunks(R::WIDTH).zip(&self.deviations);
        for (w, (direction, deviation)) in row.as_slice().iter().zip(directions) {
            for (z, v) in z.iter_mut().zip(direction) {
                *z += w.to_f64() * deviation * v;
            }
        }
        self.standard.unstandard(&z)
    }
}

/// Zᵀ Z / n of the standardized rows, row-major; 1 on the diagonal, 0 where a column is constant.
fn correlations<R: Row>(rows: &[R], standard: &Standardizer<R>) -> Vec<f64> {
    let p = R::WIDTH;
    let mut sums = vec![0.0; p * p];
    for row in rows {
        let z = standard.standard(row);
        for (i, sums) in sums.chunks_mut(p).enumerate() {
            for (sum, z_j) in sums[i..].iter_mut().zip(&z[i..]) {
                *sum += z[i] * z_j;
            }
        }
    }
    for i in 0..p {
        for j in i..p {
            sums[i * p + j] /= rows.len() as f64;
            sums[j * p + i] = sums[i * p + j];
        }
    }
    sums
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[track_caller]
    fn close(found: &[f64], expected: &[f64], tolerance: f64) {
        assert_eq!(found.len(), expected.len());
        for (f, e) in found.iter().zip(expected) {
            assert!((f - e).abs() <= tolerance, "{found:?} {expected:?}");
        }
    }

    /// Rows with five columns of very different units, all of them correlated.
    fn rows(n: usize) -> Vec<[f64; 5]> {
        let row = |i: usize| {
            let [a, b, c, d, e] = [0.7, 1.3, 2.1, 3.7, 5.1].map(|f| (f * (i + 1) as f64).sin());
            [
                1e6 + 1e4 * a,
                1e-4 * (a + 0.5 * b),
                c - 0.9 * a + 3.0,
                d + 0.3 * c,
                50.0 * (e + 0.2 * (a + b + c + d)),
            ]
        };
        (0..n).map(row).collect()
    }

    /// Column means, and Wᵀ W / n about zero.
    fn moments<const K: usize>(rows: &[[f64; K]]) -> (Vec<f64>, Vec<f64>) {
        let mean =
            |f: &dyn Fn(&[f64; K]) -> f64| rows.iter().map(f).sum::<f64>() / rows.len() as f64;
        let means = (0..K).map(|j| mean(&|row| row[j]));
        let products = (0..K * K).map(|ij| mean(&|row| row[ij / K] * row[ij % K]));
        (means.collect(), products.collect())
    }

    fn identity(k: usize) -> Vec<f64> {
        let element = |ij: usize| f64::from(u8::from(ij / k == ij % k));
        (0..k * k).map(element).collect()
    }

    #[test]
    fn the_covariance_becomes_the_identity() {
        let white = Whitener::fit(&rows(200)).unwrap();
        let (means, covariance) = moments(&white.transform(&rows(200)).unwrap());
        // Sums of 200 terms near 1; the first column has lost two digits to its offset.
        close(&means, &[0.0; 5], 1e-12);
        close(&covariance, &identity(5), 1e-12);
    }

    #[test]
    fn directions_are_orthonormal_and_sorted() {
        let white = Whitener::fit(&rows(200)).unwrap();
        let directions: Vec<[f64; 5]> = white.directions().as_chunks().0.to_vec();
        let product = |ij: usize| dot(&directions[ij / 5], &directions[ij % 5]);
        // A few dozen rotations.
        close(
            &(0..25).map(product).collect::<Vec<_>>(),
            &identity(5),
            1e-14,
        );
        let deviations = white.deviations();
        assert!(deviations.is_sorted_by(|a, b| a >= b));
        // The trace of a correlation matrix.
        let trace: f64 = deviations.iter().map(|d| d * d).sum();
        close(&[trace, white.explained()], &[5.0, 1.0], 1e-13);
    }

    #[test]
    fn there_and_back() {
        let rows = rows(50);
        let white = Whitener::fit(&rows).unwrap();
        let back = white.inverse(&white.transform(&rows).unwrap()).unwrap();
        let scale = white.standardizer().deviation();
        for (found, expected) in back.iter().zip(&rows) {
            for j in 0..5 {
                // In deviations; the first column's rounding is 1e6 · 2⁻⁵² of 7e3.
                assert!((found[j] - expected[j]).abs() <= 1e-13 * scale[j].max(1e-3 * expected[j]));
            }
        }
    }

    /// Two standardized columns with correlation ρ: eigenvalues 1 ± ρ along (1, ±1)/√2.
    #[test]
    fn two_columns_in_closed_form() {
        let rows: [[f64; 2]; 4] = [[3.0, 1.0], [-3.0, 1.0], [1.0, 3.0], [-1.0, -5.0]];
        let standard = Standardizer::fit(&rows).unwrap();
        let z = standard.transform(&rows).unwrap();
        let rho = z.iter().map(|z| z[0] * z[1]).sum::<f64>() / 4.0;
        assert!(rho > 0.1);
        let white = Whitener::fit(&rows).unwrap();
        let half = 0.5f64.sqrt();
        close(white.directions(), &[half, half, half, -half], 1e-15);
        close(
            white.deviations(),
            &[(1.0 + rho).sqrt(), (1.0 - rho).sqrt()],
            1e-15,
        );
        let expected: Vec<f64> = z
            .iter()
            .flat_map(|z| {
                [
                    (z[0] + z[1]) * half / (1.0 + rho).sqrt(),
                    (z[0] - z[1]) * half / (1.0 - rho).sqrt(),
                ]
            })
            .collect();
        close(
            white.transform(&rows).unwrap().as_flattened(),
            &expected,
            1e-14,
        );
    }

    /// A constant column, and one that repeats another: two directions without spread.
    #[test]
    fn directions_without_spread_survive() {
        let rows: Vec<[f64; 4]> = rows(30)
            .iter()
            .map(|r| [r[2], 4.25, 3.0 - 2.0 * r[2], r[3]])
            .collect();
        let white = Whitener::fit(&rows).unwrap();
        assert_eq!(white.deviations()[2..], [1.0, 1.0]);
        let whitened = white.transform(&rows).unwrap();
        let (_, covariance) = moments(&whitened);
        let mut expected = identity(4);
        (expected[10], expected[15]) = (0.0, 0.0);
        close(&covariance, &expected, 1e-12);
        let back = white.inverse(&whitened).unwrap();
        close(back.as_flattened(), rows.as_flattened(), 1e-12);
    }

    #[test]
    fn the_first_components() {
        let rows = rows(100);
        let all = Whitener::fit(&rows).unwrap();
        let two = Whitener::<[f64; 5], [f64; 2]>::fit_components(&rows).unwrap();
        let first: Vec<[f64; 2]> = all
            .transform(&rows)
            .unwrap()
            .iter()
            .map(|w| [w[0], w[1]])
            .collect();
        let kept = two.transform(&rows).unwrap();
        assert_eq!(kept, first);
        let variance: f64 = all.deviations()[..2].iter().map(|d| d * d).sum();
        close(&[two.explained()], &[variance / 5.0], 1e-14);
        // What comes back has the same first components: a projection.
        let again = two.transform(&two.inverse(&kept).unwrap()).unwrap();
        close(again.as_flattened(), kept.as_flattened(), 1e-12);
    }

    #[test]
    fn single_rows_and_f32() {
        let white = Whitener::fit(&[[1.0f32, 2.0]]).unwrap();
        assert_eq!(white.transform(&[[1.0, 2.0]]).unwrap(), [[0.0, 0.0]]);
        assert_eq!(white.inverse(&[[0.0, 0.0]]).unwrap(), [[1.0, 2.0]]);
        assert_eq!(white.explained(), 1.0);
    }

    #[test]
    fn refusals() {
        let refused = |error: Error, expected: &str| assert_eq!(error.to_string(), expected);
        refused(
            Whitener::<[f64; 2]>::fit(&[] as &[[f64; 2]]).unwrap_err(),
            "there are no rows in the rows to whiten; give at least one",
        );
        refused(
            Whitener::fit(&[[0.0, f64::NAN]]).unwrap_err(),
            "the rows to whiten hold NaN at row 0, column 1; remove or impute it first",
        );
        refused(
            Whitener::<[f64; 2], [f64; 3]>::fit_components(&[[0.0, 1.0]]).unwrap_err(),
            "the number of components is 3, but must be at most the number of columns",
        );
        let white = Whitener::<[f64; 2]>::fit(&[[0.0, 1.0]]).unwrap();
        refused(
            white.transform(&array![[1.0, 2.0, 3.0]]).unwrap_err(),
            "the rows to whiten have 3 columns, but 2 are needed",
        );
    }
}
