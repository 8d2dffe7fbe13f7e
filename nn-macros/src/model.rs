//! What a declaration means: every name resolved, every number read and in range.
//!
//! Widths are not compared yet; that is the next stage's work. Spans are kept for its messages.

use crate::formula::builtin::{Gain, Pairing, Reduction};
use crate::formula::{Constant, Definition, Formula};
use proc_macro2::{Ident, Span, TokenStream};
use std::rc::Rc;

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
    /// The constants of the user's that formulas name.
    pub constants: Vec<Rc<Constant>>,
    /// The traits it asks for beyond `Network`, each once.
    pub derives: Vec<Derivable>,
}

/// A trait that a declaration can ask for: `derive(HessianVectorProduct);`.
///
/// To add one: its entry here, its passes in `network/passes.rs`, its `impl` in
/// `emit/derived.rs`. The compiler lists the places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivable {
    HessianVectorProduct,
    Jacobian,
    InputJacobian,
    DiagonalCurvature,
    ComputationalGraph,
    Layers,
    Signals,
}

impl Derivable {
    pub const ALL: [Self; 7] = [
        Self::HessianVectorProduct,
        Self::Jacobian,
        Self::InputJacobian,
        Self::DiagonalCurvature,
        Self::ComputationalGraph,
        Self::Layers,
        Self::Signals,
    ];

    /// The trait's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::HessianVectorProduct => "HessianVectorProduct",
            Self::Jacobian => "Jacobian",
            Self::InputJacobian => "InputJacobian",
            Self::DiagonalCurvature => "DiagonalCurvature",
            Self::ComputationalGraph => "ComputationalGraph",
            Self::Layers => "Layers",
            Self::Signals => "Signals",
        }
    }
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
    /// (X − mean) / deviation, as fitted on the training inputs; the first layer.
    Standardize,
    /// F deviation + mean, as fitted on the training targets; the last layer.
    Unstandardize,
    /// The width here must be this.
    Assertion {
        width: usize,
    },
    /// A mistake that is reported already; the width behind it is anyone's guess.
    Unknown,
}

pub struct Activation {
    pub definition: Rc<Definition>,
    /// The values of its constants, in the definition's order.
    pub settings: Vec<f64>,
    /// Which initializer suits the weights before it.
    pub gain: Gain,
}

pub struct Loss {
    /// `mse`, or `loss(mu, s; y)`.
    pub name: String,
    pub formula: Formula,
    /// What the formula calls the outputs and targets.
    pub variables: Vec<String>,
    /// How they enter it.
    pub pairing: Pairing,
    pub settings: Vec<(&'static str, f64)>,
    pub over_columns: Reduction,
    /// The loss's name where it is written; the last layer where it is the default.
    pub span: Span,
}
