//! What stands in the parentheses of `#[differentiate(…)]`.

use super::place;
use crate::diagnostics::{Errors, suggest};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Token, parenthesized, punctuated::Punctuated};

/// Which derivatives are wanted, and by what.
pub struct Options {
    /// The arguments to differentiate by; all of them unless given.
    pub wrt: Option<Vec<Ident>>,
    pub order: Order,
    /// The path of the facade.
    pub facade: syn::Path,
}

/// The highest derivatives wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Gradient,
    Hessian,
}

/// One option, as written.
enum Item {
    Wrt(Ident, Vec<Ident>),
    Order(Ident, syn::LitInt),
    Facade(Ident, syn::Path),
}

impl Item {
    fn name(&self) -> &Ident {
        match self {
            Item::Wrt(name, _) | Item::Order(name, _) | Item::Facade(name, _) => name,
        }
    }
}

const NAMES: [&str; 3] = ["wrt", "order", "crate"];

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name: Ident = input.call(Ident::parse_any)?;
        match name.to_string().as_str() {
            "wrt" => {
                if !input.peek(syn::token::Paren) {
                    let message = "`wrt` lists arguments in parentheses; write `wrt(x, y)`";
                    return Err(syn::Error::new(name.span(), message));
                }
                let inside;
                parenthesized!(inside in input);
                let arguments = Punctuated::<Argument, Token![,]>::parse_terminated(&inside)?;
                let arguments = arguments.into_iter().map(|Argument(argument)| argument);
                Ok(Item::Wrt(name, arguments.collect()))
            }
            "order" => given(&name, input, "order = 1").map(|of| Item::Order(name, of)),
            "crate" => given(&name, input, "crate = path").map(|of| Item::Facade(name, of)),
            other => {
                let hint = suggest(other, "there are", NAMES);
                let message = format!("`differentiate` has no option `{other}`{hint}");
                Err(syn::Error::new(name.span(), message))
            }
        }
    }
}

/// What stands behind `name =`; `usage` says how that is written.
fn given<T: Parse>(name: &Ident, input: ParseStream<'_>, usage: &str) -> syn::Result<T> {
    let behind = input.parse::<Token![=]>().and_then(|_| input.parse());
    behind.map_err(|_| {
        let message = format!("`{name}` needs a value; write `{usage}`");
        syn::Error::new(name.span(), message)
    })
}

/// An argument's name in `wrt`.
struct Argument(Ident);

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let message = "expected the name of an argument here; write `wrt(x, y)`";
        let name = input.call(Ident::parse_any);
        name.map(Self)
            .map_err(|error| syn::Error::new(error.span(), message))
    }
}

/// Reads the options; after a mistake the defaults stand for them.
pub fn options(tokens: TokenStream, errors: &mut Errors) -> Options {
    let facade = quote!(::unrolled);
    let mut options = Options {
        wrt: None,
        order: Order::Hessian,
        facade: syn::Path::parse_mod_style.parse2(facade).expect("a path"),
    };
    let items = match Punctuated::<Item, Token![,]>::parse_terminated.parse2(tokens) {
        Ok(items) => items,
        Err(error) => {
            errors.extend(error);
            return options;
        }
    };
    let mut seen: Vec<Ident> = Vec::new();
    for item in items {
        let name = item.name();
        if seen.contains(name) {
            errors.push(name.span(), format!("`{name}` is given twice; keep one"));
        }
        seen.push(name.clone());
        match item {
            Item::Wrt(name, arguments) => options.wrt = wrt(&name, arguments, errors),
            Item::Order(_, number) => options.order = order(&number, errors),
            Item::Facade(_, path) => options.facade = path,
        }
    }
    options
}

fn wrt(name: &Ident, arguments: Vec<Ident>, errors: &mut Errors) -> Option<Vec<Ident>> {
    if arguments.is_empty() {
        let message = "`wrt` names no argument; leave it out to differentiate by all";
        errors.push(name.span(), message);
        return None;
    }
    for (index, argument) in arguments.iter().enumerate() {
        if arguments[..index].contains(argument) {
            let message = format!("`{argument}` is given twice; keep one");
            errors.push(argument.span(), message);
        }
    }
    Some(arguments)
}

fn order(number: &syn::LitInt, errors: &mut Errors) -> Order {
    match number.base10_parse::<u64>() {
        Ok(1) => Order::Gradient,
        Ok(2) => Order::Hessian,
        _ => {
            let message = format!(
                "order {number} is not available; 1 gives the gradient, 2 the Hessian as well"
            );
            errors.push(place(number), message);
            Order::Hessian
        }
    }
}
