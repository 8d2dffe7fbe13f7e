//! Formulas: activations and losses as they are written, and how they become nodes.
//!
//! The built-in activations and losses are entries of the tables in [`builtin`], written in the
//! language that [`parse`] reads. A formula says only the value; its derivative comes from the
//! rules, like everything else's.

pub mod builtin;
mod lower;
mod parse;

pub use lower::lower;
pub use parse::parse;

use crate::ir::{Binary, Test};

/// A formula's syntax tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    Number(f64),
    Variable(String),
    Negative(Box<Formula>),
    Binary(Binary, Box<Formula>, Box<Formula>),
    Call(Function, Vec<Formula>),
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

/// What a formula can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// An element-wise function of one argument.
    Unary(crate::ir::Unary),
    /// `powi(x, 3)`: the exponent is a whole number.
    Powi,
    /// `powf(x, y)`.
    Powf,
    /// `min(a, b)`.
    Min,
    /// `max(a, b)`.
    Max,
    /// `log_sigmoid(x)` = −softplus(−x).
    LogSigmoid,
    /// `log_sum_exp(x)` over a row's columns, shifted by the row's maximum.
    LogSumExp,
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
        ("log_sigmoid", Function::LogSigmoid, 1),
        ("log_sum_exp", Function::LogSumExp, 1),
    ]
};
