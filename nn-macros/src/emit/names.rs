//! What the variables of a pass are called: by the tensors they hold.

use crate::ir::{Graph, NodeId, print};
use crate::plan::Tensor;
use crate::shape::{self, Network};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident};

/// A size as it is written: without a suffix.
#[derive(Clone, Copy)]
pub struct Size(pub usize);

impl ToTokens for Size {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        Literal::usize_unsuffixed(self.0).to_tokens(tokens);
    }
}

/// What a constant of the user's is called in the generated code. It is in lower case, which no
/// constant of the user's can be that a formula names by one word.
pub fn constant(index: usize) -> Ident {
    format_ident!("constant{}", index + 1)
}

/// The names of one pass.
pub struct Names {
    names: Vec<String>,
    named: Vec<bool>,
    equations: Vec<String>,
    parameters: Vec<usize>,
    statistics: Vec<usize>,
}

impl Names {
    pub fn new(graph: &Graph, network: &Network) -> Self {
        let name = |id: NodeId| {
            graph
                .node(id)
                .name
                .clone()
                .unwrap_or_else(|| format!("v{}", id.index()))
        };
        let equation = |id: NodeId| {
            format!(
                "{} = {}",
                print::symbol(&name(id)),
                print::right_side(graph, id)
            )
        };
        Self {
            names: graph.ids().map(name).collect(),
            named: graph
                .ids()
                .map(|id| graph.node(id).name.is_some())
                .collect(),
            equations: graph.ids().map(equation).collect(),
            parameters: offsets(&network.parameters),
            statistics: offsets(&network.statistics),
        }
    }

    /// The variable of a tensor.
    pub fn tensor(&self, tensor: Tensor) -> Ident {
        match tensor {
            Tensor::Node(id) => format_ident!("{}", self.names[id.index()]),
            Tensor::Transposed(id) => format_ident!("{}_transposed", self.names[id.index()]),
        }
    }

    pub fn is_named(&self, id: NodeId) -> bool {
        self.named[id.index()]
    }

    /// The equation of a node, as the lecture writes it.
    pub fn equation(&self, id: NodeId) -> &str {
        &self.equations[id.index()]
    }

    pub fn parameter_offset(&self, index: usize) -> usize {
        self.parameters[index]
    }

    pub fn statistic_offset(&self, index: usize) -> usize {
        self.statistics[index]
    }
}

/// Where each tensor starts when they lie one behind the other.
pub fn offsets(tensors: &[shape::Tensor]) -> Vec<usize> {
    tensors
        .iter()
        .scan(0, |offset, tensor| {
            let start = *offset;
            *offset += tensor.rows * tensor.columns;
            Some(start)
        })
        .collect()
}
