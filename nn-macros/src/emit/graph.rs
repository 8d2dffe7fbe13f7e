//! Graphs as data.

use super::Emitter;
use super::names::Size;
use crate::ir::outline::{Entry, outline};
use crate::ir::{Extent, Graph, NodeId};
use crate::network::{Leaves, PassKind};
use proc_macro2::TokenStream;
use quote::quote;

impl Emitter<'_> {
    /// `impl ComputationalGraph for …`
    pub(super) fn computational_graph(&self) -> TokenStream {
        let pass = &self.passes[PassKind::Gradient];
        let is_forward =
            |leaves: &Leaves| matches!(leaves, Leaves::Returned | Leaves::Statistic(_));
        let results = pass.outputs.iter();
        let results = results.filter(|output| is_forward(&output.leaves));
        let results: Vec<_> = results.map(|output| output.id).collect();
        let entries = self.outlined(&pass.graph, &results);
        let (name, graph) = (
            &self.name,
            graph(&quote!(<Self as rt::Network>::NAME), &entries),
        );
        quote! {
            #[automatically_derived]
            impl rt::ComputationalGraph for #name {
                const GRAPH: rt::graph::Graph = #graph;
            }
        }
    }

    /// The named tensors of a graph whose forward pass has these results.
    pub(super) fn outlined(&self, graph: &Graph, results: &[NodeId]) -> Vec<Entry> {
        outline(graph, results, |name| {
            self.network.training.adjoint_name(name)
        })
    }
}

/// `rt::graph::Graph::new("Sine", &[…])`
pub(super) fn graph(name: &TokenStream, entries: &[Entry]) -> TokenStream {
    let nodes = entries.iter().map(node);
    quote!(rt::graph::Graph::new(#name, &[#(#nodes),*]))
}

fn node(entry: &Entry) -> TokenStream {
    let Entry {
        name,
        formula,
        shape,
        is_forward,
        inputs,
        derivative_by,
    } = entry;
    let rows = match shape.rows {
        Extent::Batch => quote!(rt::None),
        Extent::Fixed(rows) => {
            let rows = Size(rows);
            quote!(rt::Some(#rows))
        }
    };
    let columns = Size(shape.columns);
    let direction = if *is_forward {
        quote!(rt::graph::Direction::Forward)
    } else {
        quote!(rt::graph::Direction::Backward)
    };
    let inputs = inputs.iter().map(|&input| Size(input));
    let derivative_by = match *derivative_by {
        Some(of) => {
            let of = Size(of);
            quote!(rt::Some(#of))
        }
        None => quote!(rt::None),
    };
    quote! {
        rt::graph::Node {
            name: #name,
            formula: #formula,
            shape: rt::graph::Shape { rows: #rows, columns: #columns },
            direction: #direction,
            inputs: &[#(#inputs),*],
            derivative_by: #derivative_by,
        }
    }
}
