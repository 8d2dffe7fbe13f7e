//! The compiler behind `unrolled::network!`: declarations to forward and backward code.
//!
//! ```text
//! tokens ─parse→ ast ─resolve→ model ─shape→ ir ─vjp→ ir ─passes→ ir ─plan→ plan ─emit→ tokens
//! ```
//!
//! `#[unrolled::differentiate]` takes scalar functions the same way; see the module of its name.
//!
//! Each arrow is one module with one public function; `compile` strings them together. This file
//! is the only one that names `proc_macro`, so every stage runs in unit tests.

mod ast;
mod compile;
mod derive;
mod diagnostics;
mod differentiate;
mod emit;
mod formula;
mod ir;
mod model;
mod network;
mod parse;
mod passes;
mod plan;
mod resolve;
mod shape;
#[cfg(test)]
mod tests;

/// Declares a network; see `unrolled::network!`, which calls this with its own path in front.
#[proc_macro]
pub fn network(declaration: proc_macro::TokenStream) -> proc_macro::TokenStream {
    compile::compile(declaration.into()).into()
}

/// Differentiates a function of floats; see `unrolled::differentiate`.
#[proc_macro_attribute]
pub fn differentiate(
    options: proc_macro::TokenStream,
    function: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    differentiate::differentiate(options.into(), function.into()).into()
}
