//! The layers one by one: `layer1()`, `layer2()`, ….

use super::graph::graph;
use super::names::{Size, offsets};
use super::{EmittedPasses, Emitter};
use crate::ir::outline::Entry;
use crate::ir::print;
use crate::network::{PassKind, drawn};
use crate::shape::{Module, Role};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl Emitter<'_> {
    pub(super) fn layers(&self, passes: &EmittedPasses<'_>) -> TokenStream {
        let name = &self.name;
        let modules = self.network.modules.iter().zip(1..);
        let printed: Vec<_> = modules
            .clone()
            .map(|(module, _)| self.printed(module))
            .collect();
        let table = printed
            .iter()
            .zip(&self.network.modules)
            .map(|(printed, module)| {
                let Printed {
                    forward,
                    backward,
                    entries,
                } = printed;
                let name = &module.name;
                let graph = graph(&quote!(#name), entries);
                quote! {
                    rt::LayerEquations {
                        name: #name, forward: #forward, backward: #backward, graph: #graph
                    }
                }
            });
        let views = modules
            .clone()
            .zip(&printed)
            .map(|((module, number), printed)| {
                let (view, doc) = (format_ident!("layer{number}"), doc(module, number, printed));
                let number = Size(number);
                quote! {
                    #[doc = #doc]
                    pub fn #view(&self) -> rt::LayerView<'_, Self, #number> {
                        rt::LayerView::new(self)
                    }
                }
            });
        let impls = modules
            .clone()
            .map(|(module, number)| self.layer(module, number, passes));
        quote! {
            #[automatically_derived]
            impl rt::Layers for #name {
                const LAYER_EQUATIONS: &'static [rt::LayerEquations] = &[#(#table),*];
            }

            #[automatically_derived]
            impl #name {
                #(#views)*
            }

            #(#impls)*
        }
    }

    /// `impl LayerAt<1> for …`
    fn layer(&self, module: &Module, number: usize, passes: &EmittedPasses<'_>) -> TokenStream {
        let (name, scalar) = (&self.name, &self.number);
        let width = |id| Size(module.graph.shape(id).columns);
        let (from, to) = (width(module.input), width(module.result));
        let tensors = module.tensors(self.network);
        let length: usize = tensors
            .iter()
            .map(|tensor| tensor.rows * tensor.columns)
            .sum();
        let (length, least) = (
            Size(length),
            Size(if module.has_statistics { 2 } else { 1 }),
        );
        let forward = self.run(&passes[PassKind::LayerForward(number)]);
        let backward = self.run(&passes[PassKind::LayerBackward(number)]);
        let types = tensors.iter().map(|tensor| {
            let columns = Size(tensor.columns);
            match tensor.role {
                Role::Weight(_) => quote!(rt::Vec<[#scalar; #columns]>),
                _ => quote!(rt::Box<[#scalar; #columns]>),
            }
        });
        let values = tensors.iter().zip(offsets(tensors)).map(|(tensor, start)| {
            let (start, end) = (Size(start), Size(start + tensor.rows * tensor.columns));
            match tensor.role {
                Role::Weight(_) => quote!(rt::to_rows(&gradient[#start..#end])),
                _ => quote!(rt::to_row(&gradient[#start..#end])),
            }
        });
        let number = Size(number);
        quote! {
            #[automatically_derived]
            impl rt::LayerAt<#number> for #name {
                type In = [#scalar; #from];
                type Out = [#scalar; #to];
                type Gradients = (#(#types,)*);
                const LAYER_PARAMETERS: usize = #length;
                const LAYER_LEAST_BATCH: usize = #least;

                fn forward_into(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::In],
                    draw: rt::Draw,
                    workspace: &mut rt::Workspace<Self::Scalar>,
                    outputs: &mut [Self::Out],
                ) {
                    #forward
                }

                fn backward_into(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::In],
                    adjoints: &[Self::Out],
                    draw: rt::Draw,
                    workspace: &mut rt::Workspace<Self::Scalar>,
                    slopes: &mut [Self::In],
                    gradient: &mut [Self::Scalar],
                ) {
                    #backward
                }

                fn gradients(gradient: &[Self::Scalar]) -> Self::Gradients {
                    (#(#values,)*)
                }
            }
        }
    }

    fn printed(&self, module: &Module) -> Printed {
        let (graph, result) = drawn(self.network, module);
        let entries = self.outlined(&graph, &[result]);
        let listed = |is_forward: bool| {
            let lines = entries
                .iter()
                .filter(|entry| entry.is_forward == is_forward);
            let lines = lines.filter(|entry| !entry.formula.is_empty());
            let line = |entry: &Entry| (format!("{} = {}", entry.name, entry.formula), entry.shape);
            print::listing(&lines.map(line).collect::<Vec<_>>())
        };
        Printed {
            forward: listed(true),
            backward: listed(false),
            entries,
        }
    }
}

/// A layer's equations.
struct Printed {
    forward: String,
    backward: String,
    entries: Vec<Entry>,
}

fn doc(module: &Module, number: usize, printed: &Printed) -> String {
    let (
        name,
        Printed {
            forward, backward, ..
        },
    ) = (&module.name, printed);
    format!(
        " Layer {number}, `{name}`, by itself.\n\nForward:\n\n```text\n{forward}```\n\nBackward:\n\n\
         ```text\n{backward}```"
    )
}
