//! Calls: methods of floats, the crate's functions, and functions that differentiate themselves.

use super::{Reader, Reading, Reported, Value, text};
use crate::diagnostics::{did_you_mean, suggest};
use crate::formula::{self, FUNCTIONS, Function};
use crate::ir::{Binary, NodeId, Op, Shape, Test, Unary};
use quote::ToTokens;
use std::rc::Rc;

/// A function that is called and differentiates itself.
pub struct Callee {
    /// As written: `model::cost`.
    pub name: Rc<str>,
    pub path: syn::Path,
    /// How its arguments are passed.
    pub arguments: Vec<Layout>,
}

/// How floats are passed.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    Float,
    Array(Vec<Layout>),
    Reference(Box<Layout>),
}

/// What a method of a float does.
#[derive(Clone, Copy)]
enum Method {
    /// The formula language has it.
    Function(Function),
    /// xⁿ with a known n.
    Powi,
    /// −1 for negative numbers, else 1.
    Signum,
    /// 1/x
    Recip,
    /// x·a + b
    MulAdd,
    /// ln x / ln b
    Log,
    /// 2ˣ
    Exp2,
    /// √(x² + y²)
    Hypot,
}

/// The methods of floats, by their names in the standard library, with how many arguments follow
/// the receiver.
const METHODS: &[(&str, Method, usize)] = &[
    ("abs", Method::Function(Function::Unary(Unary::Abs)), 0),
    ("sqrt", Method::Function(Function::Unary(Unary::Sqrt)), 0),
    ("exp", Method::Function(Function::Unary(Unary::Exp)), 0),
    ("exp_m1", Method::Function(Function::Unary(Unary::ExpM1)), 0),
    ("ln", Method::Function(Function::Unary(Unary::Ln)), 0),
    ("ln_1p", Method::Function(Function::Unary(Unary::Ln1p)), 0),
    ("log2", Method::Function(Function::Log2), 0),
    ("log10", Method::Function(Function::Log10), 0),
    ("sin", Method::Function(Function::Unary(Unary::Sin)), 0),
    ("cos", Method::Function(Function::Unary(Unary::Cos)), 0),
    ("tan", Method::Function(Function::Unary(Unary::Tan)), 0),
    ("atan", Method::Function(Function::Unary(Unary::Atan)), 0),
    ("sinh", Method::Function(Function::Unary(Unary::Sinh)), 0),
    ("cosh", Method::Function(Function::Unary(Unary::Cosh)), 0),
    ("tanh", Method::Function(Function::Unary(Unary::Tanh)), 0),
    ("powf", Method::Function(Function::Powf), 1),
    ("min", Method::Function(Function::Min), 1),
    ("max", Method::Function(Function::Max), 1),
    ("clamp", Method::Function(Function::Clamp), 2),
    ("powi", Method::Powi, 1),
    ("signum", Method::Signum, 0),
    ("recip", Method::Recip, 0),
    ("mul_add", Method::MulAdd, 2),
    ("log", Method::Log, 1),
    ("exp2", Method::Exp2, 0),
    ("hypot", Method::Hypot, 1),
];

/// The crate's function of this name, if it is one of floats, and how many arguments it takes.
fn built_in(name: &str) -> Option<(Function, usize)> {
    let known = FUNCTIONS.iter().find(|(known, ..)| *known == name)?;
    (!known.1.is_over_columns()).then_some((known.1, known.2))
}

/// Whether the crate has a function of this name.
pub fn is_built_in(name: &str) -> bool {
    built_in(name).is_some()
}

impl Reader<'_> {
    /// `x.exp()`
    pub(super) fn method(&mut self, call: &syn::ExprMethodCall) -> Reading<Value> {
        let receiver = self.expression(&call.receiver)?;
        let name = call.method.to_string();
        if let (Value::Array(elements), "len") = (receiver.referent(), name.as_str()) {
            return Ok(Value::Integer(elements.len() as i64));
        }
        if let (Value::Array(_), "iter" | "into_iter" | "map") = (receiver.referent(), &*name) {
            let message = "an iterator stands in the head of a `for` loop only; write the loop";
            return self.mistake(&call.method, message);
        }
        let x = self.number(receiver, &call.receiver)?;
        let arguments: Vec<_> = call.args.iter().collect();
        self.method_of(&call.method, x, &arguments)
    }

    /// A method of the float `x`.
    fn method_of(
        &mut self,
        name: &syn::Ident,
        x: NodeId,
        arguments: &[&syn::Expr],
    ) -> Reading<Value> {
        let text = name.to_string();
        let Some(&(_, method, arity)) = METHODS.iter().find(|(known, ..)| *known == text) else {
            let message = self.unknown_method(&text);
            return self.mistake(name, message);
        };
        self.count(name, arguments.len(), arity)?;
        if let Method::Powi = method {
            let n = self.exponent(arguments[0])?;
            return Ok(Value::Number(
                self.graph.push(Op::Power(x, n), Shape::SCALAR),
            ));
        }
        let rest: Vec<Reading<NodeId>> = arguments.iter().map(|a| self.float(a)).collect();
        let rest: Vec<NodeId> = rest.into_iter().collect::<Reading<_>>()?;
        Ok(Value::Number(self.apply_method(method, x, &rest)))
    }

    fn unknown_method(&self, name: &str) -> String {
        if is_built_in(name) {
            return format!("a float has no method `{name}`; write the function, {name}(x)");
        }
        let number = self.signature.scalar.name();
        let known = METHODS.iter().map(|(known, ..)| *known);
        let hint = suggest(name, "there are", known);
        format!("`{name}` is not a method of {number} that can be differentiated{hint}")
    }

    fn apply_method(&mut self, method: Method, x: NodeId, rest: &[NodeId]) -> NodeId {
        match (method, rest) {
            (Method::Function(function), rest) => {
                let arguments: Vec<_> = [x].into_iter().chain(rest.iter().copied()).collect();
                self.apply(function, &arguments)
            }
            (Method::Signum, _) => {
                let [zero, one, minus_one] = [0.0, 1.0, -1.0].map(|c| self.graph.constant(c));
                self.graph.select(Test::Less, x, zero, minus_one, one)
            }
            (Method::Recip, _) => {
                let one = self.graph.constant(1.0);
                self.written(Op::Binary(Binary::Div, one, x))
            }
            (Method::MulAdd, &[a, b]) => {
                let product = self.written(Op::Binary(Binary::Mul, x, a));
                self.written(Op::Binary(Binary::Add, product, b))
            }
            (Method::Log, &[base]) => {
                let ln = self.written(Op::Unary(Unary::Ln, x));
                let base = self.written(Op::Unary(Unary::Ln, base));
                self.written(Op::Binary(Binary::Div, ln, base))
            }
            (Method::Exp2, _) => {
                let two = self.graph.constant(2.0);
                self.written(Op::Binary(Binary::Pow, two, x))
            }
            (Method::Hypot, &[y]) => {
                let (x, y) = (self.written(Op::Power(x, 2)), self.written(Op::Power(y, 2)));
                let sum = self.written(Op::Binary(Binary::Add, x, y));
                self.written(Op::Unary(Unary::Sqrt, sum))
            }
            _ => unreachable!("the arguments are counted"),
        }
    }

    /// A function of the formula language; a single operation as it is written.
    fn apply(&mut self, function: Function, arguments: &[NodeId]) -> NodeId {
        match (function, arguments) {
            (Function::Unary(function), &[x]) => self.written(Op::Unary(function, x)),
            (Function::Powf, &[x, y]) => self.written(Op::Binary(Binary::Pow, x, y)),
            _ => formula::apply(&mut self.graph, function, arguments, Shape::SCALAR),
        }
    }

    /// An operation on floats as it is written, not simplified.
    fn written(&mut self, op: Op) -> NodeId {
        self.graph.push(op, Shape::SCALAR)
    }

    /// The exponent of `powi`.
    fn exponent(&mut self, expression: &syn::Expr) -> Reading<i32> {
        let value = self.expression(expression)?;
        if let Value::Number(_) = value.referent() {
            let message = "the exponent of powi is a whole number that the macro knows; for a \
                           float write powf";
            return self.mistake(expression, message);
        }
        let n = self.integer(&value, expression)?;
        match i32::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) => {
                let message =
                    format!("the exponent {n} does not fit an i32; write powf with it as a float");
                self.mistake(expression, message)
            }
        }
    }

    fn count(&mut self, name: &syn::Ident, found: usize, wanted: usize) -> Reading<()> {
        if found == wanted {
            return Ok(());
        }
        let plural = if wanted == 1 { "argument" } else { "arguments" };
        let are = if found == 1 { "is" } else { "are" };
        let message = format!("`{name}` takes {wanted} {plural}, but {found} {are} given");
        self.mistake(name, message)
    }

    /// `sigmoid(x)`, `f64::exp(x)` or a function that differentiates itself.
    pub(super) fn call(&mut self, call: &syn::ExprCall) -> Reading<Value> {
        let syn::Expr::Path(function) = &*call.func else {
            return self.mistake(&call.func, "expected the name of a function");
        };
        let segments: Vec<_> = function.path.segments.iter().collect();
        let last = &segments[segments.len() - 1].ident;
        let module = segments
            .len()
            .checked_sub(2)
            .map(|i| segments[i].ident.to_string());
        let arguments: Vec<_> = call.args.iter().collect();
        if module.as_deref() == Some(self.signature.scalar.name()) {
            let Some((x, rest)) = arguments.split_first() else {
                return self.mistake(last, format!("`{last}` takes a float"));
            };
            let x = self.float(x)?;
            return self.method_of(last, x, rest);
        }
        let known = built_in(&last.to_string());
        match (module.as_deref(), known) {
            (None | Some("functions"), Some((function, arity))) => {
                self.function_call(last, function, arity, &arguments)
            }
            _ => self.foreign_call(&function.path, last, &arguments),
        }
    }

    /// A function of the crate.
    fn function_call(
        &mut self,
        name: &syn::Ident,
        function: Function,
        arity: usize,
        arguments: &[&syn::Expr],
    ) -> Reading<Value> {
        self.count(name, arguments.len(), arity)?;
        let x = self.float(arguments[0]);
        if let Function::Powi = function {
            let (x, n) = (x?, self.exponent(arguments[1])?);
            return Ok(Value::Number(self.written(Op::Power(x, n))));
        }
        let rest: Vec<_> = arguments[1..].iter().map(|a| self.float(a)).collect();
        let all: Vec<NodeId> = [x].into_iter().chain(rest).collect::<Reading<_>>()?;
        Ok(Value::Number(self.apply(function, &all)))
    }

    /// A function that differentiates itself. The compiler checks that there is one.
    fn foreign_call(
        &mut self,
        path: &syn::Path,
        last: &syn::Ident,
        arguments: &[&syn::Expr],
    ) -> Reading<Value> {
        let is_single = path.segments.len() == 1;
        let is_own = is_single || path.segments.len() == 2 && path.segments[0].ident == "self";
        if is_own && *last == self.signature.name {
            let message = format!("`{last}` calls itself; a recursion cannot be unrolled");
            return self.mistake(last, message);
        }
        if is_single && let Some(meant) = slip(&last.to_string()) {
            let message = format!(
                "unknown function `{last}`; did you mean `{meant}`? (One of your own is called \
                 self::{last} here.)"
            );
            return self.mistake(last, message);
        }
        let mut nodes = Vec::new();
        let mut layouts = Vec::new();
        let mut failed = false;
        for argument in arguments {
            let layout = self.expression(argument);
            let layout = layout.and_then(|value| self.layout(&value, argument, &mut nodes));
            match layout {
                Ok(layout) => layouts.push(layout),
                Err(Reported) => failed = true,
            }
        }
        if failed {
            return Err(Reported);
        }
        let name: Rc<str> = path.to_token_stream().to_string().replace(' ', "").into();
        if !self.callees.iter().any(|callee| callee.name == name) {
            self.callees.push(Callee {
                name: name.clone(),
                path: path.clone(),
                arguments: layouts,
            });
        }
        Ok(Value::Number(self.graph.call(name, Vec::new(), nodes)))
    }

    /// How a value is passed; its floats are added to `nodes`.
    fn layout(
        &mut self,
        value: &Value,
        at: &syn::Expr,
        nodes: &mut Vec<NodeId>,
    ) -> Reading<Layout> {
        match value {
            Value::Array(elements) => {
                let parts = elements.iter().map(|part| self.layout(part, at, nodes));
                parts.collect::<Reading<_>>().map(Layout::Array)
            }
            Value::Reference(inner) => {
                let inner = self.layout(inner, at, nodes)?;
                Ok(Layout::Reference(Box::new(inner)))
            }
            Value::Tuple(_) | Value::Truth(_) => {
                let message = format!(
                    "`{}` is {}; a differentiated function takes floats and arrays of them",
                    text(at),
                    value.what()
                );
                self.mistake(at, message)
            }
            value => {
                nodes.push(self.number(value.clone(), at)?);
                Ok(Layout::Float)
            }
        }
    }
}

/// The crate's function that a name is one slip away from. Short names are left alone: `cost` is
/// not `cosh`.
fn slip(name: &str) -> Option<&'static str> {
    let known = FUNCTIONS.iter().map(|(known, ..)| *known);
    let long = known.filter(|known| known.len() >= 5 && is_built_in(known));
    did_you_mean(name, long).filter(|known| {
        let (a, b) = (name.chars().count(), known.chars().count());
        name.len() >= 5 && a.abs_diff(b) <= 1 && name.starts_with(&known[..1])
    })
}
