//! What stands before the layers: nothing, or `/// docs  pub struct Name<f64> =`.

use super::{is_pair, is_punct, is_word, shown};
use crate::ast::{Form, Item};
use crate::diagnostics::Errors;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};

/// The first statement, split.
pub struct Header<'a> {
    pub form: Form,
    /// The tokens of the chain; `None` if a mistake about them is reported already.
    pub chain: Option<&'a [TokenTree]>,
    /// Where the chain begins.
    pub span: Span,
}

/// Splits the first statement into its form and the tokens of its chain. `None` if it should be an
/// item but has no name.
pub fn header<'a>(tokens: &'a [TokenTree], errors: &mut Errors) -> Option<Header<'a>> {
    let is_item = tokens.iter().any(|token| is_word(token, "struct"))
        || matches!(tokens, [first, ..] if is_punct(first, '#') || is_word(first, "pub"))
        || matches!(tokens, [TokenTree::Ident(_), next, ..]
            if is_punct(next, '=') && !is_pair(&tokens[1..], '=', '>'));
    if !is_item {
        return Some(Header {
            form: Form::Expression,
            chain: Some(tokens),
            span: tokens.first().map_or_else(Span::call_site, TokenTree::span),
        });
    }
    let end = tokens.iter().position(|token| is_punct(token, '='));
    let (head, rest) = tokens.split_at(end.unwrap_or(tokens.len()));
    let (item, extra) = item(head, errors)?;
    let (chain, span) = chain(&item.name, extra, rest, errors);
    let form = Form::Item(Box::new(item));
    Some(Header { form, chain, span })
}

/// The tokens of the chain from `rest`, which begins at `=`, and where they begin; `extra` should
/// not stand before it.
fn chain<'a>(
    name: &Ident,
    extra: &'a [TokenTree],
    rest: &'a [TokenTree],
    errors: &mut Errors,
) -> (Option<&'a [TokenTree]>, Span) {
    match (extra, rest) {
        ([number @ TokenTree::Literal(_), ..], []) => {
            let found = shown(number);
            let message = format!("`=` is missing before the layers; write `= {found}`");
            errors.push(number, message);
            return (Some(extra), number.span());
        }
        ([first, ..], _) => {
            let found = shown(first);
            let message = format!(
                "expected `=` and the layers, `struct {name} = 2 -> tanh(50) -> 1`, found `{found}`"
            );
            errors.push(first, message);
        }
        ([], []) => {
            let message =
                format!("the layers are missing; write `struct {name} = 2 -> tanh(50) -> 1`");
            errors.push(name.span(), message);
        }
        ([], [..]) if is_pair(rest, '=', '>') => {
            let message = "the layers go after `=`, not `=>`";
            errors.push(&rest[..2], message);
        }
        ([], _) => {}
    }
    match rest {
        [] => (None, name.span()),
        [equals, _, chain @ ..] if is_pair(rest, '=', '>') => (Some(chain), equals.span()),
        [equals, chain @ ..] => {
            let span = chain.first().map_or(equals.span(), TokenTree::span);
            (Some(chain), span)
        }
    }
}

/// Reads what stands before `=`; what is left over does not belong there.
fn item<'a>(head: &'a [TokenTree], errors: &mut Errors) -> Option<(Item, &'a [TokenTree])> {
    let keyword = head.iter().position(|token| is_word(token, "struct"));
    let (front, behind) = match (keyword, head) {
        (Some(keyword), _) => (&head[..keyword], &head[keyword + 1..]),
        (None, [.., TokenTree::Ident(_)]) => head.split_at(head.len() - 1),
        (None, _) => (head, &[][..]),
    };
    let (attributes, visibility, wrong) = front_matter
        .parse2(front.iter().cloned().collect())
        .map_err(|error| errors.extend(error))
        .ok()?;
    let wrong = wrong.into_iter().next();
    if let Some(wrong) = &wrong {
        let message = format!(
            "a network is declared as `pub struct Name = 2 -> 1`, so `{}` does not belong here",
            shown(wrong)
        );
        errors.push(wrong, message);
    }
    let [TokenTree::Ident(name), rest @ ..] = behind else {
        if wrong.is_none() {
            let span = behind.first().or(head.last());
            let span = span.map_or_else(Span::call_site, TokenTree::span);
            errors.push(
                span,
                "the network's name is missing; write `struct Name = 2 -> 1`",
            );
        }
        return None;
    };
    if syn::parse2::<Ident>(TokenTree::Ident(name.clone()).into()).is_err() {
        let message = format!("`{name}` is a word of the language; give the network another name");
        errors.push(name.span(), message);
        return None;
    }
    if keyword.is_none() && wrong.is_none() {
        let message = format!(
            "to declare a type, write `struct {name} = …`; to make a network right here, leave out \
             `{name} =`"
        );
        errors.push(name.span(), message);
    }
    let (scalar, rest) = scalar(rest, errors);
    let item = Item {
        attributes,
        visibility,
        name: name.clone(),
        scalar,
    };
    Some((item, rest))
}

/// `#[…] pub`
fn front_matter(
    input: ParseStream<'_>,
) -> syn::Result<(Vec<syn::Attribute>, syn::Visibility, TokenStream)> {
    let attributes = input.call(syn::Attribute::parse_outer)?;
    Ok((attributes, input.parse()?, input.parse()?))
}

/// The scalar type in `<f64>`, and the tokens behind it.
fn scalar<'a>(generics: &'a [TokenTree], errors: &mut Errors) -> (Option<Ident>, &'a [TokenTree]) {
    let [open, inner @ ..] = generics else {
        return (None, generics);
    };
    if !is_punct(open, '<') {
        return (None, generics);
    }
    let close = inner.iter().position(|token| is_punct(token, '>'));
    let rest = &inner[close.map_or(inner.len(), |close| close + 1)..];
    match &inner[..close.unwrap_or(inner.len())] {
        [TokenTree::Ident(scalar)] if close.is_some() => return (Some(scalar.clone()), rest),
        [TokenTree::Ident(scalar)] => {
            let message = format!("`>` is missing after `{scalar}`; write `<{scalar}>`");
            errors.push(scalar.span(), message);
        }
        [] => {
            let message = "the scalar type is missing here; write `<f32>` or `<f64>`";
            errors.push(&generics[..generics.len().min(2)], message);
        }
        [TokenTree::Ident(_), comma, second, ..] if is_punct(comma, ',') => {
            let message = format!(
                "a network has one scalar type, `<f32>` or `<f64>`; leave out `{}`",
                shown(second)
            );
            errors.push(second, message);
        }
        wrong => {
            let message = "only the scalar type stands here, `<f32>` or `<f64>`";
            errors.push(wrong, message);
        }
    }
    (None, rest)
}
