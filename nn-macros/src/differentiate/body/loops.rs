//! `for` loops, unrolled.

use super::{Reader, Reading, Reported, Value, text};

/// More rounds than these, all loops of a function together, are refused: every round is code.
pub const MOST_ITERATIONS: usize = 1000;

impl Reader<'_> {
    /// `for pattern in sequence { body }`
    pub(super) fn repeat(&mut self, repeated: &syn::ExprForLoop) -> Reading<Value> {
        let elements = self.sequence(&repeated.expr)?;
        self.iterations += elements.len();
        if self.iterations > MOST_ITERATIONS {
            let message = format!(
                "the loops of this function run {} rounds up to here, but at most \
                 {MOST_ITERATIONS} are unrolled; make them shorter",
                self.iterations
            );
            return self.mistake(&repeated.expr, message);
        }
        for element in elements {
            let depth = self.variables.len();
            let bound = self.bind(&repeated.pat, element);
            let round = bound.and_then(|()| self.block(&repeated.body));
            self.variables.truncate(depth);
            round?;
        }
        Ok(Value::UNIT)
    }

    /// What a loop runs over, element by element.
    fn sequence(&mut self, expression: &syn::Expr) -> Reading<Vec<Value>> {
        match expression {
            syn::Expr::Range(range) => self.range(range),
            syn::Expr::Paren(inner) => self.sequence(&inner.expr),
            syn::Expr::MethodCall(call) => self.adapted(call),
            other => {
                let value = self.expression(other)?;
                self.elements(&value, other)
            }
        }
    }

    /// `0..10`, `1..=n`
    fn range(&mut self, range: &syn::ExprRange) -> Reading<Vec<Value>> {
        let (Some(start), Some(end)) = (&range.start, &range.end) else {
            return self.mistake(range, "a loop needs both bounds; write `for i in 0..10`");
        };
        let (first, end) = (self.whole(start), self.whole(end));
        let (first, end) = (first?, end?);
        let end = match range.limits {
            syn::RangeLimits::HalfOpen(_) => end,
            syn::RangeLimits::Closed(_) => end.saturating_add(1),
        };
        let length = end.saturating_sub(first).max(0);
        if length > MOST_ITERATIONS as i64 {
            let message = format!(
                "this loop runs {length} rounds, but at most {MOST_ITERATIONS} are unrolled; make \
                 it shorter"
            );
            return self.mistake(range, message);
        }
        Ok((first..end).map(Value::Integer).collect())
    }

    /// `x.iter()`, `(0..10).rev()`, `a.iter().zip(&b)`
    fn adapted(&mut self, call: &syn::ExprMethodCall) -> Reading<Vec<Value>> {
        let name = call.method.to_string();
        let arguments: Vec<_> = call.args.iter().collect();
        match (name.as_str(), &arguments[..]) {
            ("iter", []) => {
                let value = self.expression(&call.receiver)?;
                let reference = Value::Reference(Box::new(value.referent().clone()));
                self.elements(&reference, &call.receiver)
            }
            ("into_iter" | "copied" | "cloned", []) => {
                let elements = self.sequence(&call.receiver)?;
                let owned = |element: Value| match name.as_str() {
                    "into_iter" => element,
                    _ => element.referent().clone(),
                };
                Ok(elements.into_iter().map(owned).collect())
            }
            ("rev", []) => {
                let mut elements = self.sequence(&call.receiver)?;
                elements.reverse();
                Ok(elements)
            }
            ("enumerate", []) => {
                let elements = self.sequence(&call.receiver)?;
                let numbered = (0..).map(Value::Integer).zip(elements);
                Ok(numbered.map(|(i, x)| Value::Tuple(vec![i, x])).collect())
            }
            ("zip", [other]) => {
                let (left, right) = (self.sequence(&call.receiver)?, self.sequence(other)?);
                let pairs = left.into_iter().zip(right);
                Ok(pairs.map(|(a, b)| Value::Tuple(vec![a, b])).collect())
            }
            ("skip" | "take" | "step_by", [count]) => {
                let elements = self.sequence(&call.receiver)?.into_iter();
                let given = self.whole(count)?;
                let Some(given) = usize::try_from(given)
                    .ok()
                    .filter(|&n| n > 0 || name != "step_by")
                else {
                    return self.mistake(count, "expected a positive number");
                };
                Ok(match name.as_str() {
                    "skip" => elements.skip(given).collect(),
                    "take" => elements.take(given).collect(),
                    _ => elements.step_by(given).collect(),
                })
            }
            _ => {
                let message = format!(
                    "a loop cannot run over `{}` here; write a range, an array, or iter, rev, \
                     enumerate, zip, skip, take, step_by of them",
                    text(call)
                );
                self.mistake(&call.method, message)
            }
        }
    }

    /// The elements of an array, or references to them.
    fn elements(&mut self, value: &Value, at: &syn::Expr) -> Reading<Vec<Value>> {
        match (value, value.referent()) {
            (_, Value::Mistaken) => Err(Reported),
            (Value::Reference(_), Value::Array(elements)) => {
                let refer = |element: &Value| Value::Reference(Box::new(element.clone()));
                Ok(elements.iter().map(refer).collect())
            }
            (_, Value::Array(elements)) => Ok(elements.clone()),
            (_, other) => {
                let message = format!(
                    "a loop cannot run over {}; write a range of numbers or an array",
                    other.what()
                );
                self.mistake(at, message)
            }
        }
    }
}
