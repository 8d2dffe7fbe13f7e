//! What a declaration means: every name resolved, every number read and in range.
//!
//! Widths are not compared yet; that is the next stage's work. Spans are kept for its messages.

use crate::formula::builtin;
use proc_macro2::{Ident, Span, TokenStream};

pub struct Model {
    pub facade: TokenStream,
    pub item: Option<ItemForm>,
    pub scalar: Scalar,
    /// Where the number of inputs stands.
    pub span: Span,
    /// The seed that an expression initializes its network from.
    pub seed: u64,
    pub inputs: usize,
    pub layers: Vec<Layer>,
    pub loss: Loss,
}

/// What an item passes through to the type it declares.
pub struct ItemForm {
    pub attributes: Vec<syn::Attribute>,
    pub visibility: syn::Visibility,
    pub name: Ident,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    F32,
    F64,
}

impl Scalar {
    pub fn name(self) -> &'static str {
        match self {
            Scalar::F32 => "f32",
            Scalar::F64 => "f64",
        }
    }

    pub fn bytes(self) -> usize {
        match self {
            Scalar::F32 => 4,
            Scalar::F64 => 8,
        }
    }
}

pub struct Layer {
    pub span: Span,
    pub kind: LayerKind,
}

pub enum LayerKind {
    /// H = A W + b
    Affine {
        units: usize,
    },
    Activation(Activation),
    /// Kept with probability `keep`.
    Dropout {
        keep: f64,
    },
    BatchNorm {
        eps: f64,
        momentum: f64,
    },
    /// x + f(x)
    Skip(Vec<Layer>),
    /// The width here must be this.
    Assertion {
        width: usize,
    },
    /// A mistake that is reported already; the width behind it is anyone's guess.
    Unknown,
}

#[derive(Clone)]
pub struct Activation {
    pub entry: &'static builtin::Activation,
    /// Its settings' values, in the entry's order.
    pub settings: Vec<f64>,
}

pub struct Loss {
    pub entry: &'static builtin::Loss,
    pub settings: Vec<f64>,
    /// The loss's name where it is written; the last layer where it is the default.
    pub span: Span,
}
