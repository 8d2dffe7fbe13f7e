//! Expressions: literals, names, arithmetic, comparisons, indices.

use super::refused::refusal;
use super::{Reader, Reading, Reported, converted, text};
use crate::differentiate::value::{Condition, Value};
use crate::ir::{Binary, Op, Source, Test, Unary};
use quote::ToTokens;
use syn::ext::IdentExt;

impl Reader<'_> {
    /// What an expression stands for.
    pub(super) fn expression(&mut self, expression: &syn::Expr) -> Reading<Value> {
        match expression {
            syn::Expr::Lit(literal) => self.literal(&literal.lit),
            syn::Expr::Path(path) => self.path(path),
            syn::Expr::Paren(inner) => self.expression(&inner.expr),
            syn::Expr::Group(inner) => self.expression(&inner.expr),
            syn::Expr::Unary(unary) => self.unary(unary),
            syn::Expr::Binary(binary) => self.binary(binary),
            syn::Expr::Assign(assign) => {
                let value = self.expression(&assign.right)?;
                self.assign(&assign.left, value)
            }
            syn::Expr::Call(call) => self.call(call),
            syn::Expr::MethodCall(call) => self.method(call),
            syn::Expr::If(choice) => self.choice(choice),
            syn::Expr::Block(block) if block.label.is_none() => self.block(&block.block),
            syn::Expr::ForLoop(repeated) => self.repeat(repeated),
            syn::Expr::Index(index) => self.index(index),
            syn::Expr::Reference(reference) if reference.mutability.is_none() => {
                let value = self.expression(&reference.expr)?;
                Ok(Value::Reference(Box::new(value)))
            }
            syn::Expr::Array(array) => self.all(&array.elems).map(Value::Array),
            syn::Expr::Tuple(tuple) => self.all(&tuple.elems).map(Value::Tuple),
            syn::Expr::Repeat(repeated) => self.repeated(repeated),
            syn::Expr::Field(field) => self.field(field),
            syn::Expr::Cast(cast) => self.cast(cast),
            other => {
                let (place, message) = refusal(other);
                self.mistake_at(place, message)
            }
        }
    }

    fn all(
        &mut self,
        parts: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
    ) -> Reading<Vec<Value>> {
        parts.iter().map(|part| self.expression(part)).collect()
    }

    /// A float that an expression must be.
    pub(super) fn float(&mut self, expression: &syn::Expr) -> Reading<crate::ir::NodeId> {
        let value = self.expression(expression)?;
        self.number(value, expression)
    }

    /// A whole number that an expression must be.
    pub(super) fn whole(&mut self, expression: &syn::Expr) -> Reading<i64> {
        let value = self.expression(expression)?;
        self.integer(&value, expression)
    }

    fn literal(&mut self, literal: &syn::Lit) -> Reading<Value> {
        let scalar = self.signature.scalar.name();
        let is_float = |suffix: &str| matches!(suffix, "f32" | "f64");
        let (suffix, value) = match literal {
            syn::Lit::Int(int) if !is_float(int.suffix()) => {
                return match int.base10_parse::<i64>() {
                    Ok(value) => Ok(Value::Integer(value)),
                    Err(_) => self.mistake(literal, "this whole number is too large"),
                };
            }
            syn::Lit::Int(int) => (int.suffix(), int.base10_parse::<f64>()),
            syn::Lit::Float(float) => (float.suffix(), float.base10_parse::<f64>()),
            syn::Lit::Bool(value) => return Ok(Value::Truth(Condition::Known(value.value))),
            other => return self.mistake(other, "expected a number"),
        };
        if is_float(suffix) && suffix != scalar {
            let message = format!(
                "this number is of {suffix}, but the function of {scalar}; leave out the suffix"
            );
            return self.mistake(literal, message);
        }
        let most = if scalar == "f32" {
            f64::from(f32::MAX)
        } else {
            f64::MAX
        };
        match value {
            Ok(value) if value <= most => Ok(Value::Number(self.graph.constant(value))),
            _ => {
                let message = format!("this number is too large for {scalar}");
                self.mistake(literal, message)
            }
        }
    }

    /// A variable, or a constant of the user's.
    fn path(&mut self, path: &syn::ExprPath) -> Reading<Value> {
        let single = path.path.get_ident().filter(|_| path.qself.is_none());
        if let Some(name) = single {
            let name = name.unraw().to_string();
            match self.find(&name).map(|place| &self.variables[place].1) {
                Some(Value::Mistaken) => return Err(Reported),
                Some(value) => return Ok(value.clone()),
                None if name.chars().any(char::is_lowercase) => {
                    let known = self.variables.iter().map(|(name, _)| name.as_str());
                    let hint = crate::diagnostics::did_you_mean(&name, known);
                    let hint = hint.map(|meant| format!("; did you mean `{meant}`?"));
                    let hint = hint.unwrap_or_default();
                    let message = format!("there is no variable `{name}` here{hint}");
                    return self.mistake(path, message);
                }
                None => {}
            }
        }
        let last = path.path.segments.last().map(|last| last.ident.to_string());
        let name = match last.as_deref() {
            Some("PI") => "π",
            Some("TAU") => "τ",
            other => other.unwrap_or("constant"),
        };
        let key = path.to_token_stream().to_string();
        Ok(Value::Number(self.constant(
            key,
            name,
            path.to_token_stream(),
        )))
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> Reading<Value> {
        let value = self.expression(&unary.expr)?;
        match (&unary.op, value.referent().clone()) {
            (syn::UnOp::Neg(_), Value::Integer(value)) => match value.checked_neg() {
                Some(value) => Ok(Value::Integer(value)),
                None => self.mistake(unary, "this whole number is too large"),
            },
            (syn::UnOp::Neg(_), _) => {
                let x = self.number(value, &unary.expr)?;
                // −0.5 is a number, not an operation.
                if matches!(&*unary.expr, syn::Expr::Lit(_))
                    && let Some(value) = self.graph.as_constant(x)
                {
                    return Ok(Value::Number(self.graph.constant(-value)));
                }
                let shape = self.graph.shape(x);
                Ok(Value::Number(
                    self.graph.push(Op::Unary(Unary::Neg, x), shape),
                ))
            }
            (syn::UnOp::Not(_), Value::Truth(condition)) => Ok(Value::Truth(condition.negated())),
            (syn::UnOp::Deref(_), value) => Ok(value),
            (_, Value::Mistaken) => Err(Reported),
            (_, other) => {
                let message = format!("this operation does not apply to {}", other.what());
                self.mistake(unary, message)
            }
        }
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Reading<Value> {
        use syn::BinOp;
        if let BinOp::And(_) | BinOp::Or(_) = binary.op {
            return self.logic(binary);
        }
        let (left, right) = (
            self.expression(&binary.left),
            self.expression(&binary.right),
        );
        let (left, right) = (left?, right?);
        match &binary.op {
            BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_)
            | BinOp::Eq(_)
            | BinOp::Ne(_) => self.comparison(binary, left, right),
            BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_) => {
                let value = self.arithmetic(binary, left, right)?;
                self.assign(&binary.left, value)
            }
            _ => self.arithmetic(binary, left, right),
        }
    }

    /// Arithmetic of two floats or of two whole numbers.
    fn arithmetic(
        &mut self,
        binary: &syn::ExprBinary,
        left: Value,
        right: Value,
    ) -> Reading<Value> {
        use syn::BinOp;
        if let (&Value::Integer(a), &Value::Integer(b)) = (left.referent(), right.referent()) {
            let value = match &binary.op {
                BinOp::Add(_) | BinOp::AddAssign(_) => a.checked_add(b),
                BinOp::Sub(_) | BinOp::SubAssign(_) => a.checked_sub(b),
                BinOp::Mul(_) | BinOp::MulAssign(_) => a.checked_mul(b),
                BinOp::Div(_) | BinOp::DivAssign(_) => a.checked_div(b),
                BinOp::Rem(_) | BinOp::RemAssign(_) => a.checked_rem(b),
                _ => return self.mistake(&binary.op, "expected +, -, *, / or % of whole numbers"),
            };
            return match value {
                Some(value) => Ok(Value::Integer(value)),
                None => self.mistake(
                    binary,
                    "this whole number overflows or divides by zero; write one that fits an i64",
                ),
            };
        }
        let operation = match &binary.op {
            BinOp::Add(_) | BinOp::AddAssign(_) => Binary::Add,
            BinOp::Sub(_) | BinOp::SubAssign(_) => Binary::Sub,
            BinOp::Mul(_) | BinOp::MulAssign(_) => Binary::Mul,
            BinOp::Div(_) | BinOp::DivAssign(_) => Binary::Div,
            BinOp::BitXor(_) => {
                let message = "`^` is exclusive or in Rust; write x.powi(2)";
                return self.mistake(&binary.op, message);
            }
            _ => return self.mistake(&binary.op, "expected +, -, * or / of floats"),
        };
        let left = self.number(left, &binary.left);
        let (left, right) = (left?, self.number(right, &binary.right)?);
        let shape = self.graph.shape(left);
        Ok(Value::Number(
            self.graph.push(Op::Binary(operation, left, right), shape),
        ))
    }

    fn comparison(
        &mut self,
        binary: &syn::ExprBinary,
        left: Value,
        right: Value,
    ) -> Reading<Value> {
        use syn::BinOp;
        if let (Value::Integer(a), Value::Integer(b)) = (left.referent(), right.referent()) {
            let holds = match &binary.op {
                BinOp::Lt(_) => a < b,
                BinOp::Le(_) => a <= b,
                BinOp::Gt(_) => a > b,
                BinOp::Ge(_) => a >= b,
                BinOp::Eq(_) => a == b,
                _ => a != b,
            };
            return Ok(Value::Truth(Condition::Known(holds)));
        }
        let left = self.number(left, &binary.left);
        let (a, b) = (left?, self.number(right, &binary.right)?);
        let at_most = |a, b| Condition::Test(Test::LessEqual, a, b);
        Ok(Value::Truth(match &binary.op {
            BinOp::Lt(_) => Condition::Test(Test::Less, a, b),
            BinOp::Le(_) => at_most(a, b),
            BinOp::Gt(_) => Condition::Test(Test::Less, b, a),
            BinOp::Ge(_) => at_most(b, a),
            BinOp::Eq(_) => at_most(a, b).and(at_most(b, a)),
            _ => at_most(a, b).and(at_most(b, a)).negated(),
        }))
    }

    fn logic(&mut self, binary: &syn::ExprBinary) -> Reading<Value> {
        let left = self.condition(&binary.left);
        let (left, right) = (left?, self.condition(&binary.right)?);
        Ok(Value::Truth(match &binary.op {
            syn::BinOp::And(_) => left.and(right),
            _ => left.or(right),
        }))
    }

    /// A comparison, which is wanted here.
    pub(super) fn condition(&mut self, expression: &syn::Expr) -> Reading<Condition> {
        match self.expression(expression)? {
            Value::Truth(condition) => Ok(condition),
            Value::Mistaken => Err(Reported),
            other => {
                let message = format!("expected a comparison, a < b, found {}", other.what());
                self.mistake(expression, message)
            }
        }
    }

    /// `target = value`, the target a variable or an element of one.
    fn assign(&mut self, target: &syn::Expr, value: Value) -> Reading<Value> {
        let (name, indices) = self.target(target)?;
        let Some(place) = self.find(&name) else {
            let message = format!("there is no variable `{name}` here");
            return self.mistake(target, message);
        };
        self.remember(&name, &value);
        let mut slot = &mut self.variables[place].1;
        for index in indices {
            match slot {
                Value::Array(elements) if index < elements.len() => slot = &mut elements[index],
                Value::Mistaken => return Err(Reported),
                _ => {
                    return self.mistake(target, "this cannot be assigned to; write to a variable");
                }
            }
        }
        *slot = value;
        Ok(Value::UNIT)
    }

    /// The variable and the indices that an assignment goes to.
    fn target(&mut self, target: &syn::Expr) -> Reading<(String, Vec<usize>)> {
        match target {
            syn::Expr::Path(path) if path.path.get_ident().is_some() => {
                let name = path.path.require_ident().expect("a single name");
                Ok((name.unraw().to_string(), Vec::new()))
            }
            syn::Expr::Paren(inner) => self.target(&inner.expr),
            syn::Expr::Index(index) => {
                // The element must exist; reading it says so if it does not.
                self.index(index)?;
                let (name, mut indices) = self.target(&index.expr)?;
                indices.push(self.whole(&index.index)? as usize);
                Ok((name, indices))
            }
            other => self.mistake(other, "this cannot be assigned to; write to a variable"),
        }
    }

    /// `array[i]`
    fn index(&mut self, index: &syn::ExprIndex) -> Reading<Value> {
        let array = self.expression(&index.expr);
        let (array, place) = (array?, self.expression(&index.index)?);
        let scalar = self.signature.scalar.name();
        let elements = match array.referent() {
            Value::Array(elements) => elements,
            Value::Mistaken => return Err(Reported),
            other => {
                let message = format!(
                    "{} has no elements; an argument with some is declared as [{scalar}; 3]",
                    other.what()
                );
                return self.mistake(&index.expr, message);
            }
        };
        let place = self.integer(&place, &index.index)?;
        match usize::try_from(place).ok().and_then(|i| elements.get(i)) {
            Some(element) => Ok(element.clone()),
            None => {
                let message = format!(
                    "there is no element {place} in an array of {}; they count from 0",
                    elements.len()
                );
                self.mistake(&index.index, message)
            }
        }
    }

    /// `[value; 3]`
    fn repeated(&mut self, repeated: &syn::ExprRepeat) -> Reading<Value> {
        let value = self.expression(&repeated.expr)?;
        let length = self.whole(&repeated.len)?;
        match usize::try_from(length) {
            Ok(length) if length <= super::MOST_ITERATIONS => Ok(Value::Array(vec![value; length])),
            _ => {
                let most = super::MOST_ITERATIONS;
                let message = format!("an array of {length}; {most} elements are the most");
                self.mistake(&repeated.len, message)
            }
        }
    }

    /// `pair.0`
    fn field(&mut self, field: &syn::ExprField) -> Reading<Value> {
        let value = self.expression(&field.base)?;
        match (value.referent(), &field.member) {
            (Value::Tuple(parts), syn::Member::Unnamed(index))
                if (index.index as usize) < parts.len() =>
            {
                Ok(parts[index.index as usize].clone())
            }
            (Value::Mistaken, _) => Err(Reported),
            (other, member) => {
                let message = format!("{} has no field `{}`", other.what(), text(member));
                self.mistake(member, message)
            }
        }
    }

    /// `i as f64`
    fn cast(&mut self, cast: &syn::ExprCast) -> Reading<Value> {
        let value = self.expression(&cast.expr)?;
        let wanted = text(&cast.ty);
        let scalar = self.signature.scalar.name();
        let is_whole = |name: &str| name.starts_with(['i', 'u']);
        match value.referent() {
            Value::Mistaken => Err(Reported),
            Value::Integer(value) if wanted == scalar => {
                Ok(Value::Number(self.graph.constant(*value as f64)))
            }
            Value::Integer(value) if is_whole(&wanted) => Ok(Value::Integer(*value)),
            Value::Number(id) if wanted == scalar => {
                let Op::Source(Source::Constant(index)) = *self.graph.op(*id) else {
                    return Ok(Value::Number(*id));
                };
                let (key, code) = self.constants[index].clone();
                let code = converted(&code, &self.signature.number);
                let name = text(&cast.expr);
                let key = format!("{key} as {scalar}");
                Ok(Value::Number(self.constant(key, &name, code)))
            }
            // It is none that is known, which is reported.
            Value::Number(_) if is_whole(&wanted) => {
                self.integer(&value, &cast.expr).map(Value::Integer)
            }
            other => {
                let message = format!("{} cannot become {wanted} here", other.what());
                self.mistake(&cast.ty, message)
            }
        }
    }
}
