//! The whole pipeline.

use crate::diagnostics::Errors;
use crate::emit;
use crate::network::passes;
use crate::parse::parse;
use crate::resolve::resolve;
use crate::shape::shape;
use proc_macro2::TokenStream;

/// A declaration to its code; one with mistakes to their messages.
pub fn compile(tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(declaration) = parse(tokens, &mut errors) else {
        return errors.items();
    };
    let model = resolve(declaration, &mut errors);
    let network = shape(&model, &mut errors);
    match &model.item {
        _ if errors.is_empty() => emit::emit(&model, &network, &passes(&network, &model.derives)),
        Some(item) => errors.item(&item.visibility, &item.name),
        None => errors.expression(),
    }
}
