//! Plans to tokens. Nothing is decided here: every function prints what a plan says.
//!
//! The expansion of an item is the type, and one anonymous constant that holds everything else, so
//! that no name of ours is visible outside. All paths go through the facade's hidden module, there
//! called `rt`. There is no unsafe code in it.

mod docs;
mod functions;
mod implementation;
mod inherent;
mod loops;
mod names;
mod program;

use crate::ir::{Graph, NodeId};
use crate::model::Model;
use crate::plan::Plan;
use crate::shape::Network;
use functions::Functions;
use names::{Names, Size};
use proc_macro2::{Ident, Span, TokenStream};
use program::{Output, Pass};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

/// One planned pass: its graph, its plan and its outputs in the graph.
pub struct Planned {
    pub graph: Graph,
    pub plan: Plan,
    pub outputs: Vec<NodeId>,
}

/// The three passes of a network.
pub struct Passes {
    /// Loss, derivatives by the parameters, moved statistics.
    pub gradient: Planned,
    /// F.
    pub prediction: Planned,
    /// The loss of predictions.
    pub loss: Planned,
}

/// The declared type with its implementation, or the expression that makes a network of it.
pub fn emit(model: &Model, network: &Network, passes: &Passes) -> TokenStream {
    let emitter = Emitter::new(model, network, passes);
    let item = emitter.item();
    match &model.item {
        Some(_) => item,
        None => {
            let (facade, name, seed) = (&model.facade, &emitter.name, model.seed);
            quote! {{
                #item
                <#name as #facade::__private::Network>::init(
                    <#facade::__private::Init as #facade::__private::Default>::default(),
                    #seed,
                )
            }}
        }
    }
}

struct Emitter<'a> {
    model: &'a Model,
    network: &'a Network,
    passes: &'a Passes,
    names: PassNames,
    functions: Functions,
    name: Ident,
    /// Where the declaration names its network, or begins.
    place: Span,
    number: Ident,
}

/// What the variables of each pass are called.
struct PassNames {
    gradient: Names,
    prediction: Names,
    loss: Names,
}

/// The struct of one pass, the program that runs it, and its demand for memory.
struct EmittedPass {
    program: TokenStream,
    fixed: Size,
    per_row: Size,
    single_row: Size,
    tile: Size,
}

impl<'a> Emitter<'a> {
    fn new(model: &'a Model, network: &'a Network, passes: &'a Passes) -> Self {
        let (name, place) = match &model.item {
            Some(item) => (item.name.clone(), item.name.span()),
            None => (Ident::new("Network", Span::mixed_site()), model.span),
        };
        let number = format_ident!("{}", model.scalar.name());
        let names = PassNames {
            gradient: Names::new(&passes.gradient.graph, network),
            prediction: Names::new(&passes.prediction.graph, network),
            loss: Names::new(&passes.loss.graph, network),
        };
        let all = [
            (&passes.gradient, &names.gradient),
            (&passes.prediction, &names.prediction),
            (&passes.loss, &names.loss),
        ];
        let functions = Functions::collect(all, &name, model.scalar);
        Self {
            model,
            network,
            passes,
            names,
            functions,
            name,
            place,
            number,
        }
    }

    fn item(&self) -> TokenStream {
        let (gradient, prediction, loss) = (self.gradient(), self.prediction(), self.loss());
        let bytes_per_row = self.kept_bytes_per_row();
        let docs = docs::network(
            self.network,
            &self.passes.gradient.graph,
            &self.passes.prediction.graph,
            self.model.scalar,
            bytes_per_row,
        );
        let (facade, name, number) = (&self.model.facade, &self.name, &self.number);
        let (attributes, visibility) = match &self.model.item {
            Some(item) => (&item.attributes[..], Some(&item.visibility)),
            None => (&[][..], None),
        };
        let implementation = self.network_impl(&gradient, &prediction, &loss);
        let inherent = self.inherent_impl(&prediction);
        let programs = [gradient.program, prediction.program, loss.program];
        let functions = self.functions.tokens();
        quote! {
            #(#attributes)*
            #[doc = #docs]
            #[derive(#facade::__private::Clone, #facade::__private::Debug)]
            #visibility struct #name {
                parameters: #facade::__private::Aligned<#facade::__private::#number>,
                statistics: #facade::__private::Aligned<#facade::__private::#number>,
            }

            #[allow(dead_code, unused_imports, clippy::all, clippy::pedantic, clippy::nursery)]
            const _: () = {
                use #facade::__private::{self as rt, f32, f64, str, usize};
                #implementation
                #inherent
                #functions
                #(#programs)*
            };
        }
    }

    /// Bytes of a sample that the training step keeps until its backward pass.
    fn kept_bytes_per_row(&self) -> usize {
        let plan = &self.passes.gradient.plan;
        let columns: usize = plan.tile_slots.iter().chain(&plan.batch_slots).sum();
        columns * self.model.scalar.bytes()
    }

    fn gradient(&self) -> EmittedPass {
        let parameters = self.network.parameters.len();
        let outputs = self.passes.gradient.outputs.iter().enumerate();
        let outputs = outputs.map(|(index, &id)| match index {
            0 => Output::Loss(id),
            index if index <= parameters => Output::Gradient(id),
            _ => Output::Statistic(id),
        });
        let pass = self.pass(
            &self.passes.gradient,
            &self.names.gradient,
            outputs.collect(),
        );
        let (read, write, number) = (self.slice(), self.slice_mut(), &self.number);
        let arguments = [
            ("inputs", self.rows(self.network.inputs)),
            ("targets", self.rows(self.network.targets)),
            ("draw", quote!(rt::Draw)),
            ("parameters", read),
            ("statistics", write.clone()),
            ("workspace", write.clone()),
            ("gradient", write),
        ];
        self.program("Gradient", &pass, &arguments, &quote!(#number))
    }

    fn prediction(&self) -> EmittedPass {
        let outputs = vec![Output::Rows(self.passes.prediction.outputs[0])];
        let pass = self.pass(&self.passes.prediction, &self.names.prediction, outputs);
        let (width, number) = (Size(self.network.outputs), &self.number);
        let arguments = [
            ("inputs", self.rows(self.network.inputs)),
            ("parameters", self.slice()),
            ("statistics", self.slice()),
            ("workspace", self.slice_mut()),
            ("outputs", quote!(&'a mut [[#number; #width]])),
        ];
        self.program("Prediction", &pass, &arguments, &quote!(()))
    }

    fn loss(&self) -> EmittedPass {
        let outputs = vec![Output::Loss(self.passes.loss.outputs[0])];
        let pass = self.pass(&self.passes.loss, &self.names.loss, outputs);
        let number = &self.number;
        let arguments = [
            ("inputs", self.rows(self.network.inputs)),
            ("targets", self.rows(self.network.targets)),
            ("parameters", self.slice()),
            ("statistics", self.slice()),
            ("workspace", self.slice_mut()),
        ];
        self.program("Loss", &pass, &arguments, &quote!(#number))
    }

    fn rows(&self, width: usize) -> TokenStream {
        let (number, width) = (&self.number, Size(width));
        quote!(&'a [[#number; #width]])
    }

    fn slice(&self) -> TokenStream {
        let number = &self.number;
        quote!(&'a [#number])
    }

    fn slice_mut(&self) -> TokenStream {
        let number = &self.number;
        quote!(&'a mut [#number])
    }

    fn pass_name(&self, suffix: &str) -> Ident {
        let name = self.name.unraw();
        Ident::new(&format!("{name}{suffix}"), Span::mixed_site())
    }

    fn pass<'b>(
        &'b self,
        planned: &'b Planned,
        names: &'b Names,
        outputs: Vec<Output>,
    ) -> Pass<'b> {
        let Planned { graph, plan, .. } = planned;
        let (functions, scalar) = (&self.functions, self.model.scalar);
        Pass {
            graph,
            plan,
            names,
            functions,
            scalar,
            outputs,
        }
    }

    /// A struct that holds a pass's arguments, and the pass as a program over them.
    ///
    /// ```text
    /// struct SineGradient<'a, const TILE: usize> { inputs: &'a [[f64; 1]], … }
    /// impl<const TILE: usize> rt::Program for SineGradient<'_, TILE> { … }
    /// ```
    fn program(
        &self,
        suffix: &str,
        pass: &Pass<'_>,
        arguments: &[(&str, TokenStream)],
        returned: &TokenStream,
    ) -> EmittedPass {
        let name = self.pass_name(suffix);
        let listed: Vec<_> = arguments
            .iter()
            .map(|(name, _)| format_ident!("{name}"))
            .collect();
        let types = arguments.iter().map(|(_, of)| of);
        let statements = pass.body();
        let program = quote! {
            struct #name<'a, const TILE: usize> {
                #(#listed: #types),*
            }

            impl<const TILE: usize> rt::Program for #name<'_, TILE> {
                type Output = #returned;

                #[inline(always)]
                fn run<S: rt::Simd>(self, simd: S) -> #returned {
                    let Self { #(#listed),* } = self;
                    #statements
                }
            }
        };
        EmittedPass {
            program,
            fixed: Size(pass.fixed_length(pass.plan.tile_rows)),
            per_row: Size(pass.length_per_row()),
            single_row: Size(pass.fixed_length(1) + pass.length_per_row()),
            tile: Size(pass.plan.tile_rows),
        }
    }
}
