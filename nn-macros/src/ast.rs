//! What was written: every piece keeps the place where it stands.

use crate::diagnostics::Place;
use proc_macro2::{Ident, Span, TokenStream};

/// `… = 2 -> tanh(50) -> 1; loss = mse;`
pub struct Declaration {
    /// The path of the facade crate, as the macro received it.
    pub facade: TokenStream,
    pub form: Form,
    pub chain: Vec<Layer>,
    /// Where the chain begins, for mistakes that belong to no layer.
    pub span: Span,
    pub definitions: Vec<Definition>,
    pub settings: Vec<Setting>,
    pub derives: Vec<Derive>,
}

/// An expression that makes a network, or an item that names its type.
pub enum Form {
    Expression,
    Item(Box<Item>),
}

/// `/// docs  pub struct Name<f64>`
pub struct Item {
    pub attributes: Vec<syn::Attribute>,
    pub visibility: syn::Visibility,
    pub name: Ident,
    pub scalar: Option<Ident>,
}

/// One step of the chain.
pub struct Layer {
    pub span: Span,
    pub kind: LayerKind,
}

pub enum LayerKind {
    /// `50`
    Units(Number),
    /// `[50]`
    Assertion(Number),
    /// `tanh`, `tanh(50)`, `dropout(keep = 0.8)`
    Call(Call),
    /// `skip(tanh(50) -> 50)`
    Skip(Vec<Layer>),
    /// Something that is no layer; its mistake is reported already.
    Unreadable,
}

/// A name with arguments.
pub struct Call {
    pub name: Ident,
    /// Where the parentheses stand, if there are any.
    pub parentheses: Option<Span>,
    pub arguments: Vec<Argument>,
}

/// `0.8` or `keep = 0.8`
pub struct Argument {
    pub name: Option<Ident>,
    /// `None` behind a mistake that is reported already.
    pub value: Option<Number>,
    pub place: Place,
}

/// A number as written, `-` included, without a suffix.
#[derive(Clone)]
pub struct Number {
    pub text: String,
    pub place: Place,
}

/// `loss = huber(delta = 2)`
pub struct Setting {
    pub name: Ident,
    pub value: Value,
}

pub enum Value {
    Number(Number),
    Call(Call),
    /// `loss(f, y) = …`
    Formula(LossFormula),
    /// The like behind a mistake that is reported already.
    Unreadable,
}

/// `let leaky(x, slope = 0.01; a = 0.25) = …`
pub struct Definition {
    pub name: Ident,
    /// None behind a mistake that is reported already.
    pub parameters: Vec<Parameter>,
    pub learnables: Vec<Parameter>,
    /// `None` behind a mistake that is reported already.
    pub body: Option<syn::Expr>,
}

/// `slope` or `slope = 0.01`
pub struct Parameter {
    pub name: Ident,
    pub value: Option<Number>,
}

/// `loss(f, y) = …` or `loss(mu, s; y) = …`
pub struct LossFormula {
    /// Where the word `loss` stands.
    pub span: Span,
    pub outputs: Vec<Ident>,
    pub targets: Vec<Ident>,
    /// Whether every column has a name of its own: a `;` separates outputs and targets.
    pub is_by_name: bool,
    pub body: syn::Expr,
}

/// `derive(HessianVectorProduct, Jacobian)`
pub struct Derive {
    /// Where `derive` stands.
    pub span: Span,
    pub names: Vec<Ident>,
}
