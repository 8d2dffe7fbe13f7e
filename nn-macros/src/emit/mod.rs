//! Plans to tokens. Nothing is decided here: every function prints what a plan says.
//!
//! The expansion of an item is the type, and one anonymous constant that holds everything else, so
//! that no name of ours is visible outside. All paths go through the facade's hidden module, there
//! called `rt`. There is no unsafe code in it.

mod arguments;
mod derived;
mod docs;
mod functions;
mod graph;
mod implementation;
mod inherent;
mod layers;
mod loops;
mod names;
mod phases;
mod program;
mod signals;

use crate::diagnostics::Place;
use crate::model::Model;
use crate::network::{Leaves, Output, Pass, PassKind, Passes};
use crate::shape::Network;
use functions::Functions;
use names::{Names, Size};
use proc_macro2::{Ident, Span, TokenStream};
use program::Body;
use quote::{format_ident, quote, quote_spanned};
use std::ops::Index;
use syn::ext::IdentExt;

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
    /// What the variables of each pass are called.
    names: Vec<Names>,
    functions: Functions,
    name: Ident,
    /// Where the declaration names its network, or begins.
    place: Span,
    number: Ident,
}

/// The struct of one pass, the program that runs it, and its demand for memory.
struct EmittedPass<'a> {
    pass: &'a Pass,
    name: Ident,
    program: TokenStream,
    fixed: Size,
    per_row: Size,
    single_row: Size,
    tile: Size,
    /// The table of its phases.
    phases: TokenStream,
}

/// All of them.
struct EmittedPasses<'a>(Vec<EmittedPass<'a>>);

impl<'a> Index<PassKind> for EmittedPasses<'a> {
    type Output = EmittedPass<'a>;

    fn index(&self, kind: PassKind) -> &EmittedPass<'a> {
        let pass = self.0.iter().find(|emitted| emitted.pass.kind == kind);
        pass.expect("only passes of the network are asked for")
    }
}

impl<'a> Emitter<'a> {
    fn new(model: &'a Model, network: &'a Network, passes: &'a Passes) -> Self {
        let (name, place) = match &model.item {
            Some(item) => (item.name.clone(), item.name.span()),
            None => (Ident::new("Network", Span::mixed_site()), model.span),
        };
        let number = format_ident!("{}", model.scalar.name());
        let names: Vec<_> = passes
            .iter()
            .map(|pass| Names::new(&pass.graph, network))
            .collect();
        let named = passes.iter().zip(&names);
        let functions = Functions::collect(named, &name, model.scalar);
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
        let passes = self.programs();
        let bytes_per_row = self.kept_bytes_per_row();
        let docs = docs::network(
            self.network,
            &self.passes[PassKind::Gradient].graph,
            &self.passes[PassKind::Prediction].graph,
            self.model.scalar,
            bytes_per_row,
        );
        let (facade, name, number) = (&self.model.facade, &self.name, &self.number);
        let (attributes, visibility) = match &self.model.item {
            Some(item) => (&item.attributes[..], Some(&item.visibility)),
            None => (&[][..], None),
        };
        let implementation = self.network_impl(&passes);
        let inherent = self.inherent_impl(&passes[PassKind::Prediction]);
        let derived = self.derived_impls(&passes);
        let programs = passes.0.iter().map(|emitted| &emitted.program);
        let functions = self.functions.tokens();
        let constants = self.user_constants();
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
                use #facade::__private::{self as rt, bool, f32, f64, str, usize};
                #constants
                #implementation
                #inherent
                #derived
                #functions
                #(#programs)*
            };
        }
    }

    /// The user's constants that formulas name, in the network's scalar type.
    ///
    /// ```text
    /// #[allow(…)]
    /// const constant1: f32 = crate::DELTA as f32;
    /// ```
    fn user_constants(&self) -> TokenStream {
        let number = &self.number;
        let constants = self.model.constants.iter().map(|constant| {
            let (name, path) = (names::constant(constant.index), &constant.path);
            let place = Place::of(path).first;
            let value = quote_spanned!(place=> #path as rt::#number);
            quote! {
                #[allow(non_upper_case_globals, trivial_numeric_casts)]
                const #name: #number = #value;
            }
        });
        constants.collect()
    }

    /// Bytes of a sample that the training step keeps until its backward pass.
    fn kept_bytes_per_row(&self) -> usize {
        let plan = &self.passes[PassKind::Gradient].plan;
        let columns: usize = plan.tile_slots.iter().chain(&plan.batch_slots).sum();
        columns * self.model.scalar.bytes()
    }

    fn programs(&self) -> EmittedPasses<'_> {
        let named = self.passes.iter().zip(&self.names);
        EmittedPasses(
            named
                .map(|(pass, names)| self.program(pass, names))
                .collect(),
        )
    }

    /// A struct that holds a pass's arguments, and the pass as a program over them.
    ///
    /// ```text
    /// struct SineGradient<'a, const TILE: usize> { inputs: &'a [[f64; 1]], … }
    /// impl<const TILE: usize> rt::Program for SineGradient<'_, TILE> { … }
    /// ```
    fn program<'b>(&'b self, pass: &'b Pass, names: &'b Names) -> EmittedPass<'b> {
        let suffix = format!("{}{}", self.name.unraw(), pass.kind.name());
        let name = Ident::new(&suffix, Span::mixed_site());
        let fields = self.fields(pass);
        let listed: Vec<_> = fields.iter().map(|field| &field.name).collect();
        let types = fields.iter().map(|field| &field.of);
        let body = Body {
            pass,
            names,
            functions: &self.functions,
            scalar: self.model.scalar,
        };
        let statements = body.body();
        let number = &self.number;
        let returns = |output: &Output| output.leaves == Leaves::Returned;
        let returned = match pass.outputs.iter().any(returns) {
            true => quote!(#number),
            false => quote!(()),
        };
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
            pass,
            name,
            program,
            fixed: Size(body.fixed_length(pass.plan.tile_rows)),
            per_row: Size(body.length_per_row()),
            single_row: Size(body.fixed_length(1) + body.length_per_row()),
            tile: Size(pass.plan.tile_rows),
            phases: body.phases(),
        }
    }
}
