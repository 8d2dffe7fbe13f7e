//! The evaluation trace of a function: what it computes, step by step, as the lecture prints it.
//!
//! `#[differentiate]` writes a function that returns one. Every row is one operation on earlier
//! rows, with the partial derivative by each of them; going through the rows backwards and adding
//! up partials times adjoints gives the derivative of the result by every row: reverse mode.

use core::fmt;

use crate::math::Real;

/// A function's evaluation trace at a point. `Display` prints the table:
///
/// ```text
/// var  value    =    partials             adjoint
/// v₁   x        3                         6
/// v₂   v₁²      9    ∂v₂/∂v₁ = 2 v₁ = 6   1
/// ```
///
/// The adjoint of a row is the derivative of the result, the last row, by it; those of the
/// arguments, the first rows, are the gradient.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    rows: Vec<TraceRow>,
}

/// One step of a computation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TraceRow {
    /// `v₄`; the arguments come first.
    pub name: &'static str,
    /// What it computes, by the names of earlier rows: `v₁ − v₂`. Of an argument, its own name.
    pub expression: &'static str,
    /// The number it is here.
    pub value: f64,
    /// The derivative of the result by it.
    pub adjoint: f64,
    /// Its derivatives by the rows that it reads.
    pub partials: Vec<TracePartial>,
}

/// The derivative of one row by another.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TracePartial {
    /// The row by which it is: a place among the rows.
    pub by: usize,
    /// The derivative, by the names of rows: `−v₄ v₃⁻²`.
    pub expression: &'static str,
    /// The number it is here.
    pub value: f64,
}

impl Trace {
    /// Called by generated code.
    #[doc(hidden)]
    pub fn new<const N: usize>(rows: [TraceRow; N]) -> Self {
        Self { rows: rows.into() }
    }

    /// The rows in the order of evaluation: the arguments, then the steps.
    pub fn rows(&self) -> &[TraceRow] {
        &self.rows
    }
}

impl TraceRow {
    /// Called by generated code.
    #[doc(hidden)]
    pub fn new<T: Real>(
        name: &'static str,
        expression: &'static str,
        value: T,
        adjoint: T,
        partials: &[(usize, &'static str, T)],
    ) -> Self {
        let partial = |&(by, expression, value): &(usize, &'static str, T)| TracePartial {
            by,
            expression,
            value: value.to_f64(),
        };
        Self {
            name,
            expression,
            value: value.to_f64(),
            adjoint: adjoint.to_f64(),
            partials: partials.iter().map(partial).collect(),
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["var", "value", "=", "partials", "adjoint"].map(String::from);
        let mut lines = vec![head];
        for row in &self.rows {
            let partial = |partial: &TracePartial| {
                let (own, by) = (row.name, self.rows[partial.by].name);
                let (expression, value) = (partial.expression, number(partial.value));
                if expression == value {
                    format!("∂{own}/∂{by} = {value}")
                } else {
                    format!("∂{own}/∂{by} = {expression} = {value}")
                }
            };
            let mut partials = row.partials.iter().map(partial);
            lines.push([
                row.name.to_owned(),
                row.expression.to_owned(),
                number(row.value),
                partials.next().unwrap_or_default(),
                number(row.adjoint),
            ]);
            for further in partials {
                let mut line: [String; 5] = Default::default();
                line[3] = further;
                lines.push(line);
            }
        }
        aligned(f, &lines)
    }
}

/// Writes lines with their cells one below the other.
fn aligned(f: &mut fmt::Formatter<'_>, lines: &[[String; 5]]) -> fmt::Result {
    let width = |column: usize| {
        let widths = lines.iter().map(|line| line[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: [usize; 5] = core::array::from_fn(width);
    for (index, line) in lines.iter().enumerate() {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(widths) {
            let pad = width - cell.chars().count() + 2;
            text.push_str(cell);
            text.extend(core::iter::repeat_n(' ', pad));
        }
        if index > 0 {
            f.write_str("\n")?;
        }
        f.write_str(text.trim_end())?;
    }
    Ok(())
}

/// Six significant digits, without zeros at the end.
fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() {
        return format!("{}", value + 0.0).replace('-', "−");
    }
    let text = if (1e-4..1e9).contains(&size) {
        let whole = size.log10().floor() as i32 + 1;
        let places = usize::try_from(6 - whole).unwrap_or(0);
        let text = format!("{value:.places$}");
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    } else {
        format!("{value:.5e}")
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_prints_as_a_table() {
        let trace = Trace::new([
            TraceRow::new("v₁", "x", 3.0, 6.0, &[]),
            TraceRow::new("v₂", "v₁²", 9.0, 1.0, &[(0, "2 v₁", 6.0)]),
        ]);
        let expected = "var  value  =  partials            adjoint\n\
                        v₁   x      3                      6\n\
                        v₂   v₁²    9  ∂v₂/∂v₁ = 2 v₁ = 6  1";
        assert_eq!(trace.to_string(), expected);
    }

    #[test]
    fn numbers_have_six_digits() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (-0.5, "−0.5"),
            (1234567.0, "1234567"),
            (1.0 / 3.0, "0.333333"),
            (20.0 / 3.0, "6.66667"),
            (1e-7, "1.00000e−7"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "−inf"),
        ];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
    }
}
