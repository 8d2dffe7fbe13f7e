//! Rows at the door: one checked conversion for everything that can hold a batch.
//!
//! Inside, a batch is a slice of arrays, `&[[T; N]]`: the width is part of the type and no kernel
//! checks it again. Arrays of arrays have that type already, so a wrong width there is a compile
//! error. An `ndarray` view learns its width at run time, so it is checked here, once. A view in
//! standard layout (row-major, without gaps) is the same memory as a slice of arrays and is
//! borrowed; any other layout is copied into one.

use std::borrow::Cow;

use ndarray::{ArrayBase, ArrayRef, Data, Ix1, Ix2};

use crate::error::Error;
use crate::math::Real;
use crate::network::Row;

/// Something that holds a batch of rows of type `R`, one row a sample.
///
/// | type | width | copied |
/// |---|---|---|
/// | `[[T; N]]`, `Vec<[T; N]>`, `[[T; N]; M]` | checked by the compiler | never |
/// | `ndarray` arrays and views with two dimensions | checked at the door | unless in standard layout |
/// | `ndarray` arrays and views with one dimension, where N = 1 | always fits | unless contiguous |
/// | [`Labels`](crate::data::Labels) | any class below N | always |
///
/// A wrong width in arrays does not compile:
///
/// ```compile_fail,E0277
/// use nn_runtime::data::Rows;
/// fn two_wide(x: &(impl Rows<[f32; 2]> + ?Sized)) {}
/// two_wide(&[[1.0f32; 3]; 4]);
/// ```
#[diagnostic::on_unimplemented(
    message = "the network takes rows of type `{R}` here, but these data hold others",
    label = "this holds no rows of type `{R}`",
    note = "give each row as many values as `{R}` has, of its scalar type",
    note = "rows come as `&[{R}]`, `&Vec<{R}>`, an `ndarray` array or view with two dimensions, or `Labels` for classes"
)]
pub trait Rows<R: Row> {
    /// The rows, borrowed where the memory already is a slice of arrays. `what` names the argument
    /// in errors: "inputs", "targets", ….
    ///
    /// # Errors
    /// [`Error::Width`] for a view of another width than R's; [`Error::Label`] for a label that is
    /// no class.
    fn as_rows(&self, what: &'static str) -> Result<Cow<'_, [R]>, Error>;
}

#[diagnostic::do_not_recommend]
impl<R: Row> Rows<R> for [R] {
    fn as_rows(&self, _what: &'static str) -> Result<Cow<'_, [R]>, Error> {
        Ok(Cow::Borrowed(self))
    }
}

#[diagnostic::do_not_recommend]
impl<R: Row> Rows<R> for Vec<R> {
    fn as_rows(&self, what: &'static str) -> Result<Cow<'_, [R]>, Error> {
        self.as_slice().as_rows(what)
    }
}

#[diagnostic::do_not_recommend]
impl<R: Row, const M: usize> Rows<R> for [R; M] {
    fn as_rows(&self, what: &'static str) -> Result<Cow<'_, [R]>, Error> {
        self.as_slice().as_rows(what)
    }
}

#[diagnostic::do_not_recommend]
impl<R: Row, X: Rows<R> + ?Sized> Rows<R> for &X {
    fn as_rows(&self, what: &'static str) -> Result<Cow<'_, [R]>, Error> {
        (**self).as_rows(what)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real, const N: usize> Rows<[T; N]> for ArrayRef<T, Ix2> {
    fn as_rows(&self, what: &'static str) -> Result<Cow<'_, [[T; N]]>, Error> {
        if self.ncols() != N {
            return Err(Error::Width {
                what,
                found: self.ncols(),
                expected: N,
            });
        }
        Ok(match self.as_slice() {
            Some(values) => Cow::Borrowed(values.as_chunks().0),
            None => self
                .outer_iter()
                .map(|row| std::array::from_fn(|j| row[j]))
                .collect(),
        })
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real, S: Data<Elem = T>, const N: usize> Rows<[T; N]> for ArrayBase<S, Ix2> {
    fn as_rows(&self, what: &'static str) -> Result<Cow<'_, [[T; N]]>, Error> {
        (**self).as_rows(what)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real> Rows<[T; 1]> for ArrayRef<T, Ix1> {
    fn as_rows(&self, _what: &'static str) -> Result<Cow<'_, [[T; 1]]>, Error> {
        Ok(match self.as_slice() {
            Some(values) => Cow::Borrowed(values.as_chunks().0),
            None => self.iter().map(|&value| [value]).collect(),
        })
    }
}

#[diagnostic::do_not_recommend]
impl<T: Real, S: Data<Elem = T>> Rows<[T; 1]> for ArrayBase<S, Ix1> {
    fn as_rows(&self, what: &'static str) -> Result<Cow<'_, [[T; 1]]>, Error> {
        (**self).as_rows(what)
    }
}

/// The rows of `data`, of which there is at least one, all of them finite.
///
/// # Errors
/// What [`Rows::as_rows`] gives; [`Error::Empty`]; [`Error::NotFinite`] with row and column.
pub fn checked<'a, R: Row>(
    data: &'a (impl Rows<R> + ?Sized),
    what: &'static str,
) -> Result<Cow<'a, [R]>, Error> {
    let rows = data.as_rows(what)?;
    if rows.is_empty() {
        return Err(Error::Empty { what });
    }
    finite(&rows, what)?;
    Ok(rows)
}

/// Checks that no value is NaN or infinite.
///
/// # Errors
/// [`Error::NotFinite`] naming the first such row and column.
pub fn finite<R: Row>(rows: &[R], what: &'static str) -> Result<(), Error> {
    for (i, row) in rows.iter().enumerate() {
        if let Some(j) = row.as_slice().iter().position(|value| !value.is_finite()) {
            return Err(Error::NotFinite {
                what,
                row: i,
                column: j,
                value: row.as_slice()[j].to_f64(),
            });
        }
    }
    Ok(())
}

/// Checks that two arguments have the same number of rows.
///
/// # Errors
/// [`Error::RowCount`] naming both.
pub fn paired(
    left: &'static str,
    left_rows: usize,
    right: &'static str,
    right_rows: usize,
) -> Result<(), Error> {
    if left_rows == right_rows {
        return Ok(());
    }
    Err(Error::RowCount {
        left,
        left_rows,
        right,
        right_rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array2, array, s};

    /// Whether the rows were borrowed.
    #[derive(Debug, PartialEq)]
    enum Memory {
        Borrowed,
        Copied,
    }

    #[track_caller]
    fn gives<R: Row + PartialEq + std::fmt::Debug>(
        data: &(impl Rows<R> + ?Sized),
        expected: &[R],
        memory: Memory,
    ) {
        let rows = checked(data, "inputs").unwrap();
        assert_eq!(&*rows, expected);
        let found = match rows {
            Cow::Borrowed(_) => Memory::Borrowed,
            Cow::Owned(_) => Memory::Copied,
        };
        assert_eq!(found, memory);
    }

    #[track_caller]
    fn fails<R: Row + std::fmt::Debug>(data: &(impl Rows<R> + ?Sized), expected: Error) {
        assert_eq!(checked::<R>(data, "inputs").unwrap_err(), expected);
    }

    fn counting() -> Array2<f64> {
        Array2::from_shape_fn((4, 6), |(i, j)| (10 * i + j) as f64)
    }

    #[test]
    fn slices_of_arrays_are_borrowed() {
        let rows = [[1.0f32, 2.0], [3.0, 4.0], [5.0, 6.0]];
        gives(&rows, &rows, Memory::Borrowed);
        gives(&rows[..], &rows, Memory::Borrowed);
        gives(&&&rows[1..], &rows[1..], Memory::Borrowed);
        gives(&rows.to_vec(), &rows, Memory::Borrowed);
    }

    #[test]
    fn views_of_any_layout() {
        let a = counting();
        let rows: [[f64; 6]; 4] = std::array::from_fn(|i| std::array::from_fn(|j| a[[i, j]]));
        gives(&a, &rows, Memory::Borrowed);
        gives(&a.view(), &rows, Memory::Borrowed);
        gives(&a.to_shared(), &rows, Memory::Borrowed);
        gives(&*a, &rows, Memory::Borrowed);
        gives(&a.slice(s![1..3, ..]), &rows[1..3], Memory::Borrowed);
        let back: Vec<_> = rows.iter().rev().copied().collect();
        gives(&a.slice(s![..;-1, ..]), &back, Memory::Copied);
        gives(&a.slice(s![..;2, ..]), &[rows[0], rows[2]], Memory::Copied);
        gives(
            &a.slice(s![.., 4..]),
            &[[4.0, 5.0], [14.0, 15.0], [24.0, 25.0], [34.0, 35.0]],
            Memory::Copied,
        );
        gives(
            &a.slice(s![..2, ..;-3]),
            &[[5.0, 2.0], [15.0, 12.0]],
            Memory::Copied,
        );
        gives(
            &a.t().slice(s![..2, ..]),
            &[[0.0, 10.0, 20.0, 30.0], [1.0, 11.0, 21.0, 31.0]],
            Memory::Copied,
        );
        let one = array![[7.0f64, 8.0, 9.0]];
        gives(
            &one.broadcast((2, 3)).unwrap(),
            &[[7.0, 8.0, 9.0]; 2],
            Memory::Copied,
        );
    }

    #[test]
    fn one_dimension_is_a_column() {
        let v = array![1.0f32, 2.0, 3.0, 4.0];
        gives(&v, &[[1.0], [2.0], [3.0], [4.0]], Memory::Borrowed);
        gives(&v.slice(s![1..]), &[[2.0], [3.0], [4.0]], Memory::Borrowed);
        gives(&v.slice(s![..;2]), &[[1.0], [3.0]], Memory::Copied);
        gives(
            &v.slice(s![..;-1]),
            &[[4.0], [3.0], [2.0], [1.0]],
            Memory::Copied,
        );
    }

    #[test]
    fn wrong_width_in_a_view() {
        let width = |found, expected| Error::Width {
            what: "inputs",
            found,
            expected,
        };
        fails::<[f64; 5]>(&counting(), width(6, 5));
        fails::<[f64; 7]>(&counting(), width(6, 7));
        fails::<[f64; 6]>(&counting().t(), width(4, 6));
        fails::<[f64; 2]>(&Array2::<f64>::zeros((3, 0)), width(0, 2));
        fails::<[f64; 2]>(&Array2::<f64>::zeros((0, 3)), width(3, 2));
    }

    #[test]
    fn no_rows() {
        let empty = Error::Empty { what: "inputs" };
        fails::<[f32; 2]>(&[] as &[[f32; 2]], empty.clone());
        fails::<[f64; 3]>(&Array2::<f64>::zeros((0, 3)), empty.clone());
        fails::<[f64; 1]>(&Array1::<f64>::zeros(0), empty);
    }

    #[test]
    fn values_that_are_not_finite() {
        for (row, column, value) in [(0, 0, f64::INFINITY), (2, 1, f64::NEG_INFINITY)] {
            let mut rows = [[1.0f64; 2]; 3];
            rows[row][column] = value;
            let error = Error::NotFinite {
                what: "inputs",
                row,
                column,
                value,
            };
            fails(&rows, error.clone());
            fails::<[f64; 2]>(&Array2::from(rows.to_vec()), error);
        }
        let nan = checked(&[[0.0f32, 1.0], [2.0, f32::NAN]], "targets").unwrap_err();
        assert_eq!(
            nan.to_string(),
            "the targets hold NaN at row 1, column 1; remove or impute it first"
        );
    }

    #[test]
    fn unequal_row_counts() {
        assert_eq!(paired("inputs", 3, "targets", 3), Ok(()));
        assert_eq!(
            paired("inputs", 3, "targets", 2).unwrap_err().to_string(),
            "the inputs have 3 rows, but the targets have 2; they must pair up one to one"
        );
    }
}
