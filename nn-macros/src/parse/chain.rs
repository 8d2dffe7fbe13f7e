//! Layers between arrows.

use super::values::{arguments, number, parenthesized};
use super::{is_pair, is_punct, shown, shown_symbols, symbols, unreadable};
use crate::ast::{Call, Layer, LayerKind};
use crate::diagnostics::Errors;
use proc_macro2::{Delimiter, Group, Ident, TokenTree};
use syn::ext::IdentExt;

/// The layers of a chain; `first` is what it begins with, for a message that it is missing.
pub fn chain(tokens: &[TokenTree], first: &str, errors: &mut Errors) -> Vec<Layer> {
    let mut layers = Vec::new();
    let (mut rest, mut before) = (tokens, &[][..]);
    let mut is_missing = false;
    while !tokens.is_empty() {
        let end = (0..rest.len()).find(|&at| is_pair(&rest[at..], '-', '>'));
        let (piece, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let arrow = &behind[..behind.len().min(2)];
        if !piece.is_empty() {
            read_layers(piece, errors, &mut layers);
        } else if !is_missing {
            let (arrow, side) = match arrow {
                [] => (before, "after"),
                arrow => (arrow, "before"),
            };
            let what = if layers.is_empty() { first } else { "a layer" };
            let message =
                format!("{what} is missing {side} this arrow; write it, or leave the arrow out");
            errors.push(arrow, message);
            layers.push(unreadable(arrow[0].span()));
        }
        is_missing = piece.is_empty();
        if arrow.is_empty() {
            break;
        }
        (before, rest) = (arrow, &behind[2..]);
    }
    layers
}

/// The one layer between two arrows; more than one is an arrow missing or mistyped.
fn read_layers(piece: &[TokenTree], errors: &mut Errors, layers: &mut Vec<Layer>) {
    let mut rest = piece;
    loop {
        let (layer, used) = layer(rest, errors);
        layers.push(layer);
        rest = &rest[used..];
        let Some(first) = rest.first() else {
            return;
        };
        let (wrong, behind) = rest.split_at(symbols(rest));
        let found = shown_symbols(wrong);
        if wrong.is_empty() {
            let found = shown(first);
            let message = format!("an arrow is missing before this; write `-> {found}`");
            errors.push(first, message);
        } else if behind.is_empty() {
            let message = format!("expected `->` or `;` here, found `{found}`");
            errors.push(wrong, message);
            return;
        } else {
            let message = format!("layers are joined by `->`, not by `{found}`");
            errors.push(wrong, message);
        }
        rest = behind;
    }
}

/// Reads one layer from the front; says how many tokens it took.
fn layer(tokens: &[TokenTree], errors: &mut Errors) -> (Layer, usize) {
    let first = &tokens[0];
    let span = first.span();
    let (kind, used) = match tokens {
        [TokenTree::Literal(literal), ..] => {
            (number(literal, None, errors).map(LayerKind::Units), 1)
        }
        [minus, TokenTree::Literal(literal), ..] if is_punct(minus, '-') => (
            number(literal, Some(minus), errors).map(LayerKind::Units),
            2,
        ),
        [TokenTree::Ident(name), TokenTree::Group(group), ..] => {
            (Some(call(name, group, errors)), 2)
        }
        [TokenTree::Ident(name), ..] => {
            let call = Call {
                name: name.clone(),
                parentheses: None,
                arguments: Vec::new(),
            };
            (Some(LayerKind::Call(call)), 1)
        }
        [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::Bracket => {
            (assertion(group, errors), 1)
        }
        [TokenTree::Group(_), ..] => {
            let found = shown(first);
            let message = format!("only `skip(…)` groups layers; leave out this `{found}`");
            errors.push(first, message);
            (None, 1)
        }
        _ => {
            let found = shown_symbols(&tokens[..symbols(tokens)]);
            let message = format!(
                "expected a layer, found `{found}`; a layer is `50`, `tanh(50)`, `tanh`, \
                 `dropout(0.8)`, `bn`, `skip(…)` or `[50]`"
            );
            errors.push(&tokens[..symbols(tokens)], message);
            (None, tokens.len())
        }
    };
    let kind = kind.unwrap_or(LayerKind::Unreadable);
    (Layer { span, kind }, used)
}

/// `[50]`
fn assertion(group: &Group, errors: &mut Errors) -> Option<LayerKind> {
    let inner: Vec<_> = group.stream().into_iter().collect();
    if let [TokenTree::Literal(literal)] = &inner[..] {
        return number(literal, None, errors).map(LayerKind::Assertion);
    }
    errors.push(
        group.span(),
        "a width assertion holds one whole number, `[50]`",
    );
    None
}

/// `name(arguments)`, or `skip(layers)`.
fn call(name: &Ident, group: &Group, errors: &mut Errors) -> LayerKind {
    let inner = parenthesized(name, group, errors);
    if name.unraw() == "skip" {
        return LayerKind::Skip(chain(&inner, "a layer", errors));
    }
    LayerKind::Call(Call {
        name: name.clone(),
        parentheses: Some(group.span()),
        arguments: arguments(&inner, errors),
    })
}
