//! Class labels as rows.
//!
//! A classifier's target row is one-hot: 1 at the class, 0 elsewhere. [`Labels`] makes such rows
//! out of class numbers, so labels go wherever rows go and need no second path.

use std::borrow::Cow;

use crate::data::rows::Rows;
use crate::error::Error;
use crate::math::Real;

/// One class number a sample, counted from 0.
///
/// As rows of N ≥ 2 columns they are one-hot: class 2 of 4 is `[0, 0, 1, 0]`. As rows of a single
/// column (`binary_cross_entropy`) the two classes are the values themselves: `[0]` and `[1]`.
///
/// ```
/// use nn_runtime::data::{Labels, Rows};
/// let rows: Vec<[f32; 3]> = Labels(&[0, 2]).as_rows("targets")?.into_owned();
/// assert_eq!(rows, [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
/// # Ok::<(), nn_runtime::error::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labels<'a>(pub &'a [usize]);

#[diagnostic::do_not_recommend]
impl<T: Real, const N: usize> Rows<[T; N]> for Labels<'_> {
    fn as_rows(&self, _what: &'static str) -> Result<Cow<'_, [[T; N]]>, Error> {
        let classes = N.max(2);
        let row = |(row, &label): (usize, &usize)| {
            if label >= classes {
                return Err(Error::Label {
                    row,
                    label,
                    classes,
                });
            }
            let hot = |j| if N == 1 { label == 1 } else { label == j };
            Ok(std::array::from_fn(
                |j| if hot(j) { T::ONE } else { T::ZERO },
            ))
        };
        self.0.iter().enumerate().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<const N: usize>(labels: &[usize], expected: Result<&[[f64; N]], Error>) {
        let labels = Labels(labels);
        let rows = labels.as_rows("targets");
        assert_eq!(rows.as_deref().map_err(Clone::clone), expected);
    }

    fn refused<const N: usize>(
        row: usize,
        label: usize,
        classes: usize,
    ) -> Result<&'static [[f64; N]], Error> {
        Err(Error::Label {
            row,
            label,
            classes,
        })
    }

    #[test]
    fn labels_as_rows() {
        check(
            &[2, 0, 1],
            Ok(&[[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
        );
        check(&[1, 0], Ok(&[[0.0, 1.0], [1.0, 0.0]]));
        check(&[1, 0, 1], Ok(&[[1.0], [0.0], [1.0]]));
        check::<3>(&[], Ok(&[]));
        check::<3>(&[0, 3], refused(1, 3, 3));
        check::<1>(&[0, 0, 2], refused(2, 2, 2));
        check::<10>(&[usize::MAX], refused(0, usize::MAX, 10));
    }
}
