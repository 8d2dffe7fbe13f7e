//! `#[differentiate]`: a function of floats to its gradient, Hessian and evaluation trace.
//!
//! ```text
//! tokens ─signature, body→ ir ─vjp→ ir ─jvp→ ir ─code→ tokens
//! ```
//!
//! A scalar function is a graph whose every tensor is 1 x 1, so the passes are the network's own:
//! the gradient is reverse mode, the Hessian forward mode over it. [`body`] reads the function,
//! [`rows`] makes its trace, [`code`] writes what is computed.

mod body;
mod code;
mod derivatives;
mod functions;
mod options;
mod rows;
mod signature;
mod value;

use crate::diagnostics::{Errors, Place};
use functions::Functions;
use options::options;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// The function of `item`, as it stands, and those made of it; or the mistakes in it.
pub fn differentiate(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let function: syn::ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let message = "`differentiate` stands before a free function with a body";
            let is_function = syn::parse2::<syn::TraitItemFn>(item.clone()).is_ok();
            match is_function {
                true => errors.push(place(&item), message),
                false => errors.extend(syn::Error::new(error.span(), message)),
            }
            let messages = errors.items();
            return quote!(#item #messages);
        }
    };
    let options = options(attribute, &mut errors);
    let Some(signature) = signature::signature(&function, &mut errors) else {
        let messages = errors.items();
        return quote!(#item #messages);
    };
    let name = signature.name.to_string();
    if body::is_built_in(&name) {
        let message = format!(
            "`{name}` is a function of unrolled::math::functions, which calls of this name mean; \
             choose another"
        );
        errors.push(signature.name.span(), message);
    }
    let wrt = signature::selected(&signature, options.wrt.as_deref(), &mut errors);
    let wrt: Vec<usize> = wrt.into_iter().flatten().collect();
    let body = body::read(&signature, &function.block, &mut errors);
    let functions = Functions {
        function: &function,
        signature: &signature,
        options: &options,
        wrt: &wrt,
    };
    match body {
        Some(body) => functions.emit(&item, &body),
        None => functions.stand_ins(&errors),
    }
}

/// From the first token of something to its last.
fn place(tokens: &impl ToTokens) -> Place {
    let tokens: Vec<TokenTree> = tokens.to_token_stream().into_iter().collect();
    Place::from(&tokens[..])
}
