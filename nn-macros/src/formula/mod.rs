//! Formulas: activations and losses as they are written, and how they become nodes.
//!
//! The built-in activations and losses are entries of the tables in [`builtin`]; a declaration can
//! add its own. Both are written in the language that [`parse()`] reads, and take the same way to
//! nodes. A formula says only the value; its derivative comes from the rules, like everything
//! else's.

pub mod builtin;
mod lower;
mod parse;
mod refused;
pub mod rewrite;
mod scope;

pub use lower::{apply, lower};
pub use parse::parse;
pub use scope::{Reductions, Scope};

use crate::ir::{Binary, Test};
use proc_macro2::TokenStream;
use std::cell::OnceCell;
use std::rc::Rc;

/// A formula's syntax tree.
#[derive(Clone, Debug)]
pub enum Formula {
    Number(f64),
    Variable(String),
    /// A constant of the user's, by its path. The macro does not know its value.
    Constant(Rc<Constant>),
    Negative(Box<Formula>),
    Binary(Binary, Box<Formula>, Box<Formula>),
    Call(Function, Vec<Formula>),
    /// A call of another formula; trailing arguments that have defaults may be left out.
    Apply(Rc<Definition>, Vec<Formula>),
    If {
        test: Test,
        left: Box<Formula>,
        right: Box<Formula>,
        yes: Box<Formula>,
        no: Box<Formula>,
    },
    /// `{ let name = value; body }`
    Let {
        name: String,
        value: Box<Formula>,
        body: Box<Formula>,
    },
}

/// A constant of the user's: `DELTA`, `crate::limits::DELTA`.
#[derive(Debug)]
pub struct Constant {
    /// Its number among the constants of a declaration.
    pub index: usize,
    /// The path as people write it.
    pub text: String,
    /// The path with the user's spans, by which the compiler finds the constant.
    pub path: TokenStream,
}

/// A formula with a name, which others can call.
#[derive(Debug)]
pub struct Definition {
    pub name: String,
    /// What it is given, in order: its variable, then constants that may have a default. None after
    /// a mistake.
    pub parameters: Vec<Parameter>,
    /// Its learnable scalars. Only a layer can have some, so a formula that has cannot be called.
    pub learnables: Vec<Parameter>,
    /// Not there (yet, or for good after a mistake): calls then stand for their first argument.
    pub body: OnceCell<Formula>,
}

/// A name that a formula is given a value for.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub default: Option<f64>,
}

/// What a formula can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// An element-wise function of one argument.
    Unary(crate::ir::Unary),
    /// `log2(x)` = ln(x) / ln 2.
    Log2,
    /// `log10(x)` = ln(x) / ln 10.
    Log10,
    /// `powi(x, 3)`: the exponent is a whole number.
    Powi,
    /// `powf(x, y)`.
    Powf,
    /// `min(a, b)`, a if they are equal.
    Min,
    /// `max(a, b)`, a if they are equal.
    Max,
    /// `clamp(x, low, high)` = min(max(x, low), high).
    Clamp,
    /// `log_sigmoid(x)` = −softplus(−x).
    LogSigmoid,
    /// `log_sum_exp(x)` over a row's columns, shifted by the row's maximum.
    LogSumExp,
    /// `sum(x)` over a row's columns.
    Sum,
    /// `mean(x)` over a row's columns.
    Mean,
}

impl Function {
    /// Whether it makes one number of a row's columns.
    pub fn is_over_columns(self) -> bool {
        matches!(self, Function::LogSumExp | Function::Sum | Function::Mean)
    }
}

/// Every function's name, with how many arguments it takes.
pub const FUNCTIONS: &[(&str, Function, usize)] = {
    use crate::ir::Unary;
    &[
        ("abs", Function::Unary(Unary::Abs), 1),
        ("sign", Function::Unary(Unary::Sign), 1),
        ("sqrt", Function::Unary(Unary::Sqrt), 1),
        ("exp", Function::Unary(Unary::Exp), 1),
        ("exp_m1", Function::Unary(Unary::ExpM1), 1),
        ("ln", Function::Unary(Unary::Ln), 1),
        ("ln_1p", Function::Unary(Unary::Ln1p), 1),
        ("log2", Function::Log2, 1),
        ("log10", Function::Log10, 1),
        ("tanh", Function::Unary(Unary::Tanh), 1),
        ("sigmoid", Function::Unary(Unary::Sigmoid), 1),
        ("softplus", Function::Unary(Unary::Softplus), 1),
        ("relu", Function::Unary(Unary::Relu), 1),
        ("sin", Function::Unary(Unary::Sin), 1),
        ("cos", Function::Unary(Unary::Cos), 1),
        ("tan", Function::Unary(Unary::Tan), 1),
        ("atan", Function::Unary(Unary::Atan), 1),
        ("sinh", Function::Unary(Unary::Sinh), 1),
        ("cosh", Function::Unary(Unary::Cosh), 1),
        ("erf", Function::Unary(Unary::Erf), 1),
        ("erfc", Function::Unary(Unary::Erfc), 1),
        ("powi", Function::Powi, 2),
        ("powf", Function::Powf, 2),
        ("min", Function::Min, 2),
        ("max", Function::Max, 2),
        ("clamp", Function::Clamp, 3),
        ("log_sigmoid", Function::LogSigmoid, 1),
        ("log_sum_exp", Function::LogSumExp, 1),
        ("sum", Function::Sum, 1),
        ("mean", Function::Mean, 1),
    ]
};
