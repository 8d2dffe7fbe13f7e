//! What a pass's program holds: its arguments, scratch memory, and the places of its results.

use super::names::Size;
use super::{EmittedPass, Emitter};
use crate::network::{Argument, Leaves, Pass};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// One field of a program's struct.
pub(super) struct Field {
    pub name: Ident,
    pub of: TokenStream,
    /// What a method of the network puts there.
    value: Value,
}

enum Value {
    /// The method's own argument of this name.
    Given,
    /// Something of the network's.
    Expression(TokenStream),
    /// For a whole batch this; a block of rows brings its own.
    Whole(TokenStream),
    /// Scratch memory.
    Scratch,
}

/// What a pass runs over.
#[derive(Clone, Copy)]
enum Rows {
    Whole,
    Block,
}

impl Emitter<'_> {
    /// The fields of a pass's program.
    pub(super) fn fields(&self, pass: &Pass) -> Vec<Field> {
        let number = &self.number;
        let slice = quote!(&'a mut [#number]);
        let arguments = pass
            .arguments
            .iter()
            .map(|&argument| self.argument(argument));
        let mut fields: Vec<_> = arguments.collect();
        fields.push(Field {
            name: format_ident!("workspace"),
            of: slice.clone(),
            value: Value::Scratch,
        });
        fields.extend(
            pass.flat_slices()
                .into_iter()
                .map(|name| given(name, slice.clone())),
        );
        for output in &pass.outputs {
            let (name, width) = match &output.leaves {
                Leaves::Rows(name) => (name.as_str(), pass.graph.shape(output.id).columns),
                Leaves::Columns { rows, length, .. } => (*rows, self.network.outputs * length),
                _ => continue,
            };
            let width = Size(width);
            if fields.iter().all(|field| field.name != name) {
                fields.push(given(name, quote!(&'a mut [[#number; #width]])));
            }
        }
        fields
    }

    fn argument(&self, argument: Argument) -> Field {
        let number = &self.number;
        let rows = |width| {
            let width = Size(width);
            quote!(&'a [[#number; #width]])
        };
        let of_network = |name: &str, of, value| Field {
            name: format_ident!("{name}"),
            of,
            value: Value::Expression(value),
        };
        match argument {
            Argument::Inputs => given("inputs", rows(self.network.inputs)),
            Argument::Targets => given("targets", rows(self.network.targets)),
            Argument::LayerInputs(width) => given("inputs", rows(width)),
            Argument::Adjoints(width) => given("adjoints", rows(width)),
            Argument::Draw => given("draw", quote!(rt::Draw)),
            Argument::Cotangent => {
                let outputs = Size(self.network.outputs);
                given("cotangent", quote!(&'a [[#number; #outputs]; 1]))
            }
            Argument::Output => given("output", quote!(usize)),
            Argument::Vector => given("vector", quote!(&'a [#number])),
            Argument::Parameters => of_network(
                "parameters",
                quote!(&'a [#number]),
                quote!(&self.parameters),
            ),
            Argument::Statistics => of_network(
                "statistics",
                quote!(&'a [#number]),
                quote!(&self.statistics),
            ),
            Argument::MovedStatistics => Field {
                name: format_ident!("statistics"),
                of: quote!(&'a mut [#number]),
                value: Value::Whole(quote!(&mut self.statistics)),
            },
            Argument::Part => Field {
                name: format_ident!("part"),
                of: quote!(rt::Part),
                value: Value::Whole(quote!(rt::Part::whole::<Self>(inputs.len()))),
            },
        }
    }

    /// The expression that runs a pass in a method which has `isa`, `workspace` and the pass's
    /// arguments and places of results in scope, under their names.
    pub(super) fn run(&self, emitted: &EmittedPass<'_>) -> TokenStream {
        self.run_on(emitted, Rows::Whole)
    }

    /// Likewise for a block of rows: `part` and `statistics` are in scope, too.
    pub(super) fn run_block(&self, emitted: &EmittedPass<'_>) -> TokenStream {
        self.run_on(emitted, Rows::Block)
    }

    fn run_on(&self, emitted: &EmittedPass<'_>, rows: Rows) -> TokenStream {
        let EmittedPass {
            pass,
            name,
            fixed,
            per_row,
            tile,
            ..
        } = emitted;
        let fields = self
            .fields(pass)
            .into_iter()
            .map(|Field { name, value, .. }| match value {
                Value::Given => quote!(#name),
                Value::Expression(value) => quote!(#name: #value),
                Value::Whole(value) => match rows {
                    Rows::Whole => quote!(#name: #value),
                    Rows::Block => quote!(#name),
                },
                Value::Scratch => {
                    quote!(#name: workspace.scratch(#fixed + #per_row * inputs.len()))
                }
            });
        quote!(isa.run(#name::<#tile> { #(#fields),* }))
    }
}

fn given(name: &str, of: TokenStream) -> Field {
    Field {
        name: format_ident!("{name}"),
        of,
        value: Value::Given,
    }
}
