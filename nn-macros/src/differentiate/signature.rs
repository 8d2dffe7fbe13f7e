//! The head of a function: its scalar type and its arguments.

use super::place;
use crate::diagnostics::Errors;
use crate::model::Scalar;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use std::ops::Range;
use syn::ext::IdentExt;

/// More floats than these, all arguments together, are refused: the Hessian has their square.
pub const MOST_FLOATS: usize = 1024;

/// What the head of a function says.
pub struct Signature {
    pub name: Ident,
    pub scalar: Scalar,
    /// The type of the result, as written.
    pub number: TokenStream,
    pub arguments: Vec<Argument>,
    /// All floats of all arguments, in order: how each is written in the body.
    pub floats: Vec<Float>,
}

/// One argument as written, without `mut`.
pub struct Argument {
    pub pattern: syn::Pat,
    pub declared: syn::Type,
    pub shape: Shape,
    /// Where its floats are among all.
    pub start: usize,
}

/// How an argument is made of floats.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Float,
    Array(Box<Shape>, usize),
    Reference(Box<Shape>),
}

/// A float among the arguments.
pub struct Float {
    /// The code that reads it: `x[0]`.
    pub code: TokenStream,
    /// Part of a variable's name: `x0`.
    pub name: String,
    /// How people write it: `x[0]`.
    pub text: String,
}

impl Shape {
    pub fn count(&self) -> usize {
        match self {
            Shape::Float => 1,
            Shape::Array(element, length) => element.count().saturating_mul(*length),
            Shape::Reference(inner) => inner.count(),
        }
    }
}

/// Reads a function's head; `None` after a mistake.
pub fn signature(function: &syn::ItemFn, errors: &mut Errors) -> Option<Signature> {
    let head = &function.sig;
    if !is_plain(head, errors) {
        return None;
    }
    let (scalar, number) = result(head, errors)?;
    let mut read = Signature {
        name: head.ident.clone(),
        scalar,
        number,
        arguments: Vec::new(),
        floats: Vec::new(),
    };
    let mut complete = true;
    for input in &head.inputs {
        match input {
            syn::FnArg::Receiver(receiver) => {
                let message = "`self` cannot be differentiated by; write a free function of floats";
                errors.push(place(receiver), message);
                complete = false;
            }
            syn::FnArg::Typed(typed) => complete &= argument(typed, &mut read, errors).is_some(),
        }
    }
    if complete && read.floats.is_empty() {
        let message = "there is nothing to differentiate by; give the function a float argument";
        errors.push(head.ident.span(), message);
        complete = false;
    }
    complete.then_some(read)
}

/// Whether it is an ordinary function; else the first thing that makes it none is a mistake.
fn is_plain(head: &syn::Signature, errors: &mut Errors) -> bool {
    let refused = [
        (head.constness.to_token_stream(), "const"),
        (head.asyncness.to_token_stream(), "async"),
        (head.safety.to_token_stream(), "unsafe"),
        (head.abi.to_token_stream(), "extern"),
    ];
    for (tokens, word) in refused {
        if !tokens.is_empty() {
            let message =
                format!("a function to differentiate is not `{word}`; leave the word out");
            errors.push(place(&tokens), message);
            return false;
        }
    }
    if !head.generics.params.is_empty() {
        let message = "a function to differentiate is not generic, for the macro must know its \
                       types; write it for f64 or f32, and numbers for lengths";
        errors.push(place(&head.generics.params), message);
        return false;
    }
    true
}

/// The scalar type and how it is written.
fn result(head: &syn::Signature, errors: &mut Errors) -> Option<(Scalar, TokenStream)> {
    match &head.output {
        syn::ReturnType::Default => {
            let message = format!("`{}` returns nothing; write `-> f64`", head.ident);
            errors.push(head.ident.span(), message);
            None
        }
        syn::ReturnType::Type(_, declared) => match float(declared) {
            Some(scalar) => Some((scalar, declared.to_token_stream())),
            None => {
                let message = "the result must be one float; write f64 or f32";
                errors.push(place(declared), message);
                None
            }
        },
    }
}

/// The scalar that a type is.
fn float(declared: &syn::Type) -> Option<Scalar> {
    match declared {
        syn::Type::Path(path) if path.qself.is_none() => {
            let name = &path.path.segments.last()?.ident;
            [Scalar::F32, Scalar::F64]
                .into_iter()
                .find(|scalar| name == scalar.name())
        }
        syn::Type::Paren(inner) => float(&inner.elem),
        syn::Type::Group(inner) => float(&inner.elem),
        _ => None,
    }
}

/// Adds one argument.
fn argument(typed: &syn::PatType, read: &mut Signature, errors: &mut Errors) -> Option<()> {
    let shape = shape(&typed.ty, read.scalar, errors)?;
    let (start, count) = (read.floats.len(), shape.count());
    if start.saturating_add(count) > MOST_FLOATS {
        let floats = start.saturating_add(count);
        let message = format!(
            "the arguments up to here are {floats} floats, but at most {MOST_FLOATS} are unrolled; \
             pass fewer"
        );
        errors.push(place(&typed.ty), message);
        return None;
    }
    let pattern = without_mut(&typed.pat);
    floats(&pattern, &shape, &mut read.floats, errors)?;
    read.arguments.push(Argument {
        pattern,
        declared: (*typed.ty).clone(),
        shape,
        start,
    });
    Some(())
}

fn shape(declared: &syn::Type, scalar: Scalar, errors: &mut Errors) -> Option<Shape> {
    match declared {
        syn::Type::Array(array) => {
            let element = shape(&array.elem, scalar, errors)?;
            let length = length(&array.len, errors)?;
            Some(Shape::Array(Box::new(element), length))
        }
        syn::Type::Reference(reference) if reference.mutability.is_none() => {
            let inner = shape(&reference.elem, scalar, errors)?;
            Some(Shape::Reference(Box::new(inner)))
        }
        syn::Type::Paren(inner) => shape(&inner.elem, scalar, errors),
        syn::Type::Group(inner) => shape(&inner.elem, scalar, errors),
        _ => match float(declared) {
            Some(found) if found == scalar => Some(Shape::Float),
            Some(found) => {
                let (found, wanted) = (found.name(), scalar.name());
                let message = format!(
                    "an argument of {found} in a function that returns {wanted}; all floats of a \
                     function have one type"
                );
                errors.push(place(declared), message);
                None
            }
            None => {
                let wanted = scalar.name();
                let message = format!(
                    "this is not a type to differentiate by; arguments are {wanted}, or arrays of \
                     it and references to them, &[{wanted}; 3]"
                );
                errors.push(place(declared), message);
                None
            }
        },
    }
}

fn length(length: &syn::Expr, errors: &mut Errors) -> Option<usize> {
    let literal = match length {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Int(int),
            ..
        }) => int.base10_parse().ok(),
        _ => None,
    };
    if literal.is_none() {
        let message = format!(
            "the length `{}` is not known to the macro; write the number",
            text(length)
        );
        errors.push(place(length), message);
    }
    literal
}

/// The pattern as the generated functions have it.
fn without_mut(pattern: &syn::Pat) -> syn::Pat {
    let mut pattern = pattern.clone();
    match &mut pattern {
        syn::Pat::Ident(ident) => ident.mutability = None,
        syn::Pat::Slice(slice) => {
            for element in &mut slice.elems {
                *element = without_mut(element);
            }
        }
        _ => {}
    }
    pattern
}

/// The floats that a pattern gives names to.
fn floats(
    pattern: &syn::Pat,
    shape: &Shape,
    list: &mut Vec<Float>,
    errors: &mut Errors,
) -> Option<()> {
    match (pattern, shape) {
        (syn::Pat::Ident(ident), shape) if ident.by_ref.is_none() && ident.subpat.is_none() => {
            let name = &ident.ident;
            let whole = Float {
                code: quote!(#name),
                name: name.unraw().to_string(),
                text: name.unraw().to_string(),
            };
            elements(whole, shape, list);
            Some(())
        }
        (syn::Pat::Slice(slice), Shape::Array(element, length)) if slice.elems.len() == *length => {
            let mut parts = slice.elems.iter();
            parts.try_for_each(|part| floats(part, element, list, errors))
        }
        _ => {
            let message = format!(
                "the argument `{}` has no name; give it one, or one to every element: [a, b]",
                text(pattern)
            );
            errors.push(place(pattern), message);
            None
        }
    }
}

/// The floats of a variable.
fn elements(whole: Float, shape: &Shape, list: &mut Vec<Float>) {
    match shape {
        Shape::Float => list.push(whole),
        Shape::Reference(inner) => {
            let code = match &**inner {
                Shape::Array(..) => whole.code,
                _ => {
                    let code = whole.code;
                    quote!((*#code))
                }
            };
            elements(Float { code, ..whole }, inner, list);
        }
        Shape::Array(element, length) => {
            for index in 0..*length {
                let Float { code, name, text } = &whole;
                let number = proc_macro2::Literal::usize_unsuffixed(index);
                let underscore = if name.ends_with(|last: char| last.is_ascii_digit()) {
                    "_"
                } else {
                    ""
                };
                let part = Float {
                    code: quote!(#code[#number]),
                    name: format!("{name}{underscore}{index}"),
                    text: format!("{text}[{index}]"),
                };
                elements(part, element, list);
            }
        }
    }
}

/// Source text for a message.
pub fn text(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    crate::diagnostics::cut(&text.replace(" :: ", "::"))
}

/// The places of the names in `wrt` among all floats, in the order written.
pub fn selected(
    signature: &Signature,
    wrt: Option<&[Ident]>,
    errors: &mut Errors,
) -> Vec<Range<usize>> {
    let named = variables(signature);
    let range = |(_, start, shape): &(String, usize, Shape)| *start..start + shape.count();
    let Some(names) = wrt else {
        return named.iter().map(range).collect();
    };
    let mut ranges = Vec::new();
    for name in names {
        let wanted = name.unraw().to_string();
        match named.iter().find(|(known, ..)| *known == wanted) {
            Some(variable) => ranges.push(range(variable)),
            None => {
                let known = named.iter().map(|(known, ..)| known.as_str());
                let hint = crate::diagnostics::suggest(&wanted, "there are", known);
                let function = &signature.name;
                let message = format!("`{function}` has no argument `{wanted}`{hint}");
                errors.push(name.span(), message);
            }
        }
    }
    ranges
}

/// The variables of a function's arguments, each with its place among the floats and its shape.
pub fn variables(signature: &Signature) -> Vec<(String, usize, Shape)> {
    fn walk(
        pattern: &syn::Pat,
        shape: &Shape,
        start: usize,
        variables: &mut Vec<(String, usize, Shape)>,
    ) {
        match (pattern, shape) {
            (syn::Pat::Ident(ident), shape) => {
                variables.push((ident.ident.unraw().to_string(), start, shape.clone()));
            }
            (syn::Pat::Slice(slice), Shape::Array(element, _)) => {
                for (index, part) in slice.elems.iter().enumerate() {
                    walk(part, element, start + index * element.count(), variables);
                }
            }
            _ => {}
        }
    }
    let mut variables = Vec::new();
    for argument in &signature.arguments {
        walk(
            &argument.pattern,
            &argument.shape,
            argument.start,
            &mut variables,
        );
    }
    variables
}
