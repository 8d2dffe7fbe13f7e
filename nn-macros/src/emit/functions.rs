//! The functions that the passes call: one for all loops that differ in names alone.
//!
//! A loop that a pass needs once is inlined where it is called. One that a pass repeats, layer after
//! layer, becomes a function of its own, compiled once for every instruction set: a hundred equal
//! layers cost the compiler as much as one.

use super::loops::{self, Loop};
use super::names::Names;
use crate::ir::Graph;
use crate::model::Scalar;
use crate::network::Pass;
use crate::plan::{Map, Step};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::HashMap;

/// All distinct loops of a network, in the order of their first use.
pub struct Functions {
    scalar: Scalar,
    network: Ident,
    functions: Vec<Function>,
    /// Finds a loop's function; never iterated.
    by_key: HashMap<String, usize>,
}

struct Function {
    name: Ident,
    source: Loop,
    /// What else it computes, under other names.
    also: Vec<String>,
    /// How often the pass that repeats it most calls it.
    repeats: usize,
}

impl Functions {
    pub fn collect<'a>(
        passes: impl Iterator<Item = (&'a Pass, &'a Names)>,
        network: &Ident,
        scalar: Scalar,
    ) -> Self {
        let mut functions = Self {
            scalar,
            network: network.clone(),
            functions: Vec::new(),
            by_key: HashMap::new(),
        };
        for (Pass { graph, plan, .. }, names) in passes {
            let mut uses = HashMap::new();
            for step in plan
                .phases
                .iter()
                .flat_map(|phase| phase.once.iter().chain(&phase.tiles))
            {
                if let Step::Map(map) = step
                    && map.activation(graph).is_none()
                {
                    let index = functions.add(loops::emit(graph, map, names, scalar));
                    let count = uses.entry(index).or_insert(0);
                    *count += 1;
                    let function = &mut functions.functions[index];
                    function.repeats = function.repeats.max(*count);
                }
            }
        }
        functions
    }

    fn add(&mut self, source: Loop) -> usize {
        if let Some(&index) = self.by_key.get(&source.key) {
            let function = &mut self.functions[index];
            if function.source.doc != source.doc && !function.also.contains(&source.doc) {
                function.also.push(source.doc);
            }
            return index;
        }
        let base = format_ident!("compute_{}", source.makes);
        let alike = self
            .functions
            .iter()
            .filter(|function| function.source.makes == source.makes);
        let name = match alike.count() {
            0 => base,
            earlier => format_ident!("{base}_{}", earlier + 1),
        };
        self.by_key.insert(source.key.clone(), self.functions.len());
        self.functions.push(Function {
            name,
            source,
            also: Vec::new(),
            repeats: 0,
        });
        self.functions.len() - 1
    }

    /// The call that runs a loop.
    pub fn call(&self, graph: &Graph, map: &Map, names: &Names) -> TokenStream {
        let Loop { key, arguments, .. } = loops::emit(graph, map, names, self.scalar);
        let function = &self.functions[self.by_key[&key]];
        let name = &function.name;
        if function.repeats > 1 {
            let (outlined, fields) = (function.outlined(&self.network), function.fields());
            quote!(rt::Simd::vectorize(simd, #outlined { #(#fields: #arguments),* });)
        } else {
            quote!(#name::<S>(#(#arguments),*);)
        }
    }

    /// All functions, and the programs that carry those which are not inlined.
    pub fn tokens(&self) -> TokenStream {
        self.functions
            .iter()
            .map(|function| function.tokens(&self.network))
            .collect()
    }
}

impl Function {
    /// The name of the program that carries it: the network's in front, so that it is nobody
    /// else's.
    fn outlined(&self, network: &Ident) -> Ident {
        let words = self.name.to_string();
        let capitalized = words.split('_').map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_uppercase() + rest
        });
        format_ident!("{network}{}", capitalized.collect::<String>())
    }

    fn fields(&self) -> Vec<&Ident> {
        self.source
            .parameters
            .iter()
            .map(|(name, _)| name)
            .collect()
    }

    fn tokens(&self, network: &Ident) -> TokenStream {
        let Loop {
            doc,
            parameters,
            body,
            ..
        } = &self.source;
        let doc = match &self.also[..] {
            [] => format!(" {doc}"),
            also => format!(" {doc}, and likewise {}", also.join(", ")),
        };
        let name = &self.name;
        let declared = parameters.iter().map(|(name, of)| quote!(#name: #of));
        let function = quote! {
            #[doc = #doc]
            #[inline(always)]
            fn #name<S: rt::Simd>(#(#declared),*) {
                #body
            }
        };
        if self.repeats <= 1 {
            return function;
        }
        let (outlined, fields) = (self.outlined(network), self.fields());
        let held = parameters.iter().map(|(name, of)| {
            let of = with_lifetime(of);
            quote!(#name: #of)
        });
        quote! {
            #function

            struct #outlined<'a> {
                #(#held),*
            }

            impl rt::Program for #outlined<'_> {
                type Output = ();

                #[inline(always)]
                fn run<S: rt::Simd>(self, _: S) {
                    #name::<S>(#(self.#fields),*);
                }
            }
        }
    }
}

/// `&[…]` as `&'a […]`.
fn with_lifetime(of: &TokenStream) -> TokenStream {
    let mut tokens = of.clone().into_iter();
    match tokens.next() {
        Some(first) if first.to_string() == "&" => {
            let rest: TokenStream = tokens.collect();
            quote!(&'a #rest)
        }
        _ => of.clone(),
    }
}
