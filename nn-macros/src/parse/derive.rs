//! `derive(HessianVectorProduct, Jacobian);`

use super::values::parenthesized;
use super::{is_punct, is_word, shown};
use crate::ast::Derive;
use crate::diagnostics::Errors;
use proc_macro2::{Ident, TokenTree};
use std::iter::Peekable;

/// What is written where something is wrong with the form.
const FORM: &str = "derive(HessianVectorProduct)";

/// Whether a statement behind the chain is meant to derive.
pub fn is_derive(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [word, ..] if is_word(word, "derive"))
}

/// Takes a `derive(…);` that stands before the chain, which is a mistake.
pub fn early<'a>(
    statements: &mut Peekable<impl Iterator<Item = &'a [TokenTree]>>,
    errors: &mut Errors,
) -> Option<Derive> {
    let tokens = statements.next_if(|tokens| is_derive(tokens))?;
    let message =
        "`derive(…)` stands behind the layers; move it there, before or behind `loss = …`";
    errors.push(&tokens[0], message);
    derive(tokens, errors)
}

/// `derive` and names in parentheses, with commas between them.
pub fn derive(tokens: &[TokenTree], errors: &mut Errors) -> Option<Derive> {
    let [TokenTree::Ident(word), rest @ ..] = tokens else {
        return None;
    };
    let span = word.span();
    match rest {
        [TokenTree::Group(group), extra @ ..] => {
            let inner = parenthesized(word, group, errors);
            if let [first, ..] = extra {
                let message = format!("expected `;` here, found `{}`", shown(first));
                errors.push(first, message);
            }
            if inner.is_empty() {
                let message = format!("these parentheses are empty; write `{FORM}`");
                errors.push(group.span(), message);
            }
            let names = names(&inner, errors);
            Some(Derive { span, names })
        }
        [] => {
            let message = format!("what to derive is missing after this; write `{FORM}`");
            errors.push(span, message);
            None
        }
        [wrong, ..] => {
            let found = shown(wrong);
            let message =
                format!("expected parentheses after `derive`, found `{found}`; write `{FORM}`");
            errors.push(wrong, message);
            None
        }
    }
}

fn names(tokens: &[TokenTree], errors: &mut Errors) -> Vec<Ident> {
    let mut names = Vec::new();
    let mut rest = tokens;
    while let [first, behind @ ..] = rest {
        let TokenTree::Ident(name) = first else {
            let message = format!("expected the name of a trait, found `{}`", shown(first));
            errors.push(first, message);
            return names;
        };
        names.push(name.clone());
        rest = match behind {
            [comma, behind @ ..] if is_punct(comma, ',') => behind,
            [next @ TokenTree::Ident(_), ..] => {
                let message = format!("a comma is missing before this; write `, {}`", shown(next));
                errors.push(next, message);
                behind
            }
            [wrong, ..] => {
                let message = format!("expected `,` or `)` here, found `{}`", shown(wrong));
                errors.push(wrong, message);
                return names;
            }
            [] => behind,
        };
    }
    names
}
