//! Tokens to what was written.
//!
//! The tokens are cut at `;` into statements and at `->` into layers before anything is read, so a
//! mistake in one layer hides none in the next. What cannot be read is reported and left out.

use crate::ast::{
    Argument, Call, Declaration, Form, Item, Layer, LayerKind, Number, Setting, Value,
};
use crate::diagnostics::Errors;
use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};

/// Deeper nesting than this is refused before anything recursive looks at it.
const DEEPEST: usize = 64;

/// Reads a declaration behind the facade's path.
pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Option<Declaration> {
    let mut tokens = flatten(tokens, errors)?;
    let facade = facade(&mut tokens);
    let span = tokens.first().map_or_else(Span::call_site, TokenTree::span);
    let mut statements = tokens.split(|token| is_punct(token, ';'));
    let first = statements.next().unwrap_or_default();
    let (form, chain) = header(first, errors)?;
    let chain = layers(chain, span, errors);
    let settings = statements
        .filter(|tokens| !tokens.is_empty())
        .filter_map(|tokens| setting(tokens, errors))
        .collect();
    Some(Declaration {
        facade,
        form,
        chain,
        span,
        settings,
    })
}

/// The tokens with invisible groups dissolved: `$units` handed on by another macro reads like the
/// tokens it stands for. Too deep nesting is refused here, iteratively.
fn flatten(tokens: TokenStream, errors: &mut Errors) -> Option<Vec<TokenTree>> {
    let mut levels = vec![(tokens.into_iter(), None::<Group>, Vec::new())];
    loop {
        let depth = levels.len();
        let (rest, _, _) = levels.last_mut()?;
        match rest.next() {
            Some(TokenTree::Group(group)) => {
                if depth > DEEPEST {
                    let message = format!("this is nested more than {DEEPEST} levels deep");
                    errors.push(group.span_open(), message);
                    return None;
                }
                levels.push((group.stream().into_iter(), Some(group), Vec::new()));
            }
            Some(token) => levels.last_mut()?.2.push(token),
            None => {
                let (_, group, tokens) = levels.pop()?;
                let Some(group) = group else {
                    return Some(tokens);
                };
                let above = &mut levels.last_mut()?.2;
                if group.delimiter() == Delimiter::None {
                    above.extend(tokens);
                } else {
                    let mut copy = Group::new(group.delimiter(), tokens.into_iter().collect());
                    copy.set_span(group.span());
                    above.push(TokenTree::Group(copy));
                }
            }
        }
    }
}

/// Takes the facade's path from the front: `$crate`, then a comma.
fn facade(tokens: &mut Vec<TokenTree>) -> TokenStream {
    let end = tokens
        .iter()
        .position(|token| is_punct(token, ','))
        .unwrap_or(0);
    let path = tokens.drain(..end).collect();
    if !tokens.is_empty() {
        tokens.remove(0);
    }
    path
}

/// Splits the first statement into its form and the tokens of its chain.
fn header<'a>(tokens: &'a [TokenTree], errors: &mut Errors) -> Option<(Form, &'a [TokenTree])> {
    let is_item = tokens.iter().any(|token| is_word(token, "struct"))
        || tokens
            .first()
            .is_some_and(|token| is_punct(token, '#') || is_word(token, "pub"));
    if !is_item {
        return Some((Form::Expression, tokens));
    }
    let end = tokens
        .iter()
        .position(|token| is_punct(token, '='))
        .unwrap_or(tokens.len());
    let (head, rest) = tokens.split_at(end);
    match item.parse2(head.iter().cloned().collect()) {
        Ok(item) => {
            if rest.is_empty() {
                let message = "the layers are missing; write `struct Name = 2 -> tanh(50) -> 1`";
                errors.push(item.name.span(), message);
            }
            Some((
                Form::Item(Box::new(item)),
                rest.get(1..).unwrap_or_default(),
            ))
        }
        Err(error) => {
            errors.extend(error);
            None
        }
    }
}

/// `#[…] pub struct Name<f64>`
fn item(input: ParseStream<'_>) -> syn::Result<Item> {
    let attributes = input.call(syn::Attribute::parse_outer)?;
    let visibility = input.parse()?;
    input.parse::<syn::Token![struct]>()?;
    let name = input.parse()?;
    let mut scalar = None;
    if input.peek(syn::Token![<]) {
        input.parse::<syn::Token![<]>()?;
        scalar = Some(input.parse()?);
        input.parse::<syn::Token![>]>()?;
    }
    if !input.is_empty() {
        return Err(input.error("expected `=` and the layers, `2 -> tanh(50) -> 1`"));
    }
    Ok(Item {
        attributes,
        visibility,
        name,
        scalar,
    })
}

/// The layers of a chain; `around` is where the chain stands should it be empty.
fn layers(tokens: &[TokenTree], around: Span, errors: &mut Errors) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut rest = tokens;
    let mut last = around;
    loop {
        let end = arrow(rest).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        if piece.is_empty() && !(tokens.is_empty()) {
            let span = behind.first().map_or(last, TokenTree::span);
            let side = if behind.is_empty() { "after" } else { "before" };
            errors.push(span, format!("a layer is missing {side} this arrow"));
        }
        read_layers(piece, errors, &mut layers);
        let [minus, _, behind @ ..] = behind else {
            return layers;
        };
        last = minus.span();
        rest = behind;
    }
}

/// Where the next `->` stands.
fn arrow(tokens: &[TokenTree]) -> Option<usize> {
    tokens
        .windows(2)
        .position(|pair| is_punct(&pair[0], '-') && is_punct(&pair[1], '>'))
}

/// The one layer between two arrows; more than one is an arrow missing.
fn read_layers(piece: &[TokenTree], errors: &mut Errors, layers: &mut Vec<Layer>) {
    let mut rest = piece;
    while let Some(first) = rest.first() {
        if rest.len() < piece.len() {
            let found = shown(first);
            if is_layer_start(first) {
                errors.push(
                    first.span(),
                    format!("an arrow is missing; write `-> {found}`"),
                );
            } else {
                errors.push(
                    first.span(),
                    format!("expected `->` or `;`, found `{found}`"),
                );
                return;
            }
        }
        let (layer, used) = layer(rest, errors);
        layers.extend(layer);
        rest = &rest[used..];
    }
}

fn is_layer_start(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(_) | TokenTree::Literal(_) => true,
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        TokenTree::Punct(_) => false,
    }
}

/// Reads one layer from the front; says how many tokens it took.
fn layer(tokens: &[TokenTree], errors: &mut Errors) -> (Option<Layer>, usize) {
    let span = tokens[0].span();
    match tokens {
        [TokenTree::Literal(literal), ..] => {
            let kind = number(literal, "", errors).map(LayerKind::Units);
            (kind.map(|kind| Layer { span, kind }), 1)
        }
        [TokenTree::Ident(name), TokenTree::Group(group), ..]
            if group.delimiter() == Delimiter::Parenthesis =>
        {
            (
                Some(Layer {
                    span,
                    kind: call(name, group, errors),
                }),
                2,
            )
        }
        [TokenTree::Ident(name), TokenTree::Group(group), ..] => {
            let message = format!("the arguments of `{name}` stand in parentheses, `{name}(…)`");
            errors.push(group.span_open(), message);
            (None, 2)
        }
        [TokenTree::Ident(name), ..] => {
            let call = Call {
                name: name.clone(),
                arguments: Vec::new(),
            };
            (
                Some(Layer {
                    span,
                    kind: LayerKind::Call(call),
                }),
                1,
            )
        }
        [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::Bracket => {
            let inner: Vec<_> = group.stream().into_iter().collect();
            let kind = if let [TokenTree::Literal(literal)] = &inner[..] {
                number(literal, "", errors).map(LayerKind::Assertion)
            } else {
                errors.push(span, "a width assertion holds one whole number, `[50]`");
                None
            };
            (kind.map(|kind| Layer { span, kind }), 1)
        }
        _ => {
            let found = shown(&tokens[0]);
            let message = format!(
                "expected a layer, found `{found}`; a layer is `50`, `tanh(50)`, `tanh`, \
                 `dropout(0.8)`, `bn`, `skip(…)` or `[50]`"
            );
            errors.push(span, message);
            (None, tokens.len())
        }
    }
}

/// `name(arguments)`, or `skip(layers)`.
fn call(name: &Ident, group: &Group, errors: &mut Errors) -> LayerKind {
    let inner: Vec<_> = group.stream().into_iter().collect();
    if name.unraw() == "skip" {
        return LayerKind::Skip(layers(&inner, name.span(), errors));
    }
    if inner.is_empty() {
        let message = format!(
            "`{name}()` says nothing; write `{name}`, or put a number between the parentheses"
        );
        errors.push(group.span(), message);
    }
    LayerKind::Call(Call {
        name: name.clone(),
        arguments: arguments(&inner, errors),
    })
}

fn arguments(tokens: &[TokenTree], errors: &mut Errors) -> Vec<Argument> {
    let mut pieces: Vec<_> = tokens.split(|token| is_punct(token, ',')).collect();
    if pieces.last().is_some_and(|piece| piece.is_empty()) {
        pieces.pop();
    }
    let mut arguments = Vec::new();
    for piece in pieces {
        let (name, value) = match piece {
            [TokenTree::Ident(name), equals, value @ ..] if is_punct(equals, '=') => {
                (Some(name.clone()), value)
            }
            value => (None, value),
        };
        if let Some(value) = signed_number(value, name.as_ref(), errors, tokens) {
            arguments.push(Argument { name, value });
        }
    }
    arguments
}

/// `0.8` or `-0.8`, and nothing behind it.
fn signed_number(
    tokens: &[TokenTree],
    name: Option<&Ident>,
    errors: &mut Errors,
    around: &[TokenTree],
) -> Option<Number> {
    match tokens {
        [TokenTree::Literal(literal)] => number(literal, "", errors),
        [minus, TokenTree::Literal(literal)] if is_punct(minus, '-') => {
            number(literal, "-", errors)
        }
        [TokenTree::Literal(_), extra, ..] => {
            let found = shown(extra);
            errors.push(
                extra.span(),
                format!("expected `,` or `)`, found `{found}`"),
            );
            None
        }
        [TokenTree::Ident(word), ..] => {
            let message = format!(
                "`{word}` is not a number; a macro runs before constants have values, so write \
                 the number itself"
            );
            errors.push(word.span(), message);
            None
        }
        [other, ..] => {
            errors.push(
                other.span(),
                format!("expected a number, found `{}`", shown(other)),
            );
            None
        }
        [] => {
            let span = name.map_or_else(|| around[0].span(), Ident::span);
            errors.push(span, "a number is missing here");
            None
        }
    }
}

/// A number without a suffix.
fn number(literal: &Literal, sign: &str, errors: &mut Errors) -> Option<Number> {
    let span = literal.span();
    let (digits, suffix) = match syn::Lit::new(literal.clone()) {
        syn::Lit::Int(int) => (int.base10_digits().to_owned(), int.suffix().to_owned()),
        syn::Lit::Float(float) => (float.base10_digits().to_owned(), float.suffix().to_owned()),
        _ => {
            errors.push(span, format!("expected a number, found `{literal}`"));
            return None;
        }
    };
    if !suffix.is_empty() {
        let message = format!(
            "`{literal}` carries the suffix `{suffix}`; write `{sign}{digits}`, the scalar type \
             belongs behind the network's name: `struct Name<f64>`"
        );
        errors.push(span, message);
        return None;
    }
    Some(Number {
        text: format!("{sign}{digits}"),
        span,
    })
}

/// `name = value`
fn setting(tokens: &[TokenTree], errors: &mut Errors) -> Option<Setting> {
    let [TokenTree::Ident(name), equals, value @ ..] = tokens else {
        let found = shown(&tokens[0]);
        let message = format!("expected a setting, `loss = mse`, found `{found}`");
        errors.push(tokens[0].span(), message);
        return None;
    };
    if !is_punct(equals, '=') {
        errors.push(
            equals.span(),
            format!("expected `=` after `{name}`, found `{}`", shown(equals)),
        );
        return None;
    }
    let value = match value {
        [TokenTree::Ident(word)] => Value::Call(Call {
            name: word.clone(),
            arguments: Vec::new(),
        }),
        [TokenTree::Ident(word), TokenTree::Group(group)]
            if group.delimiter() == Delimiter::Parenthesis =>
        {
            let inner: Vec<_> = group.stream().into_iter().collect();
            Value::Call(Call {
                name: word.clone(),
                arguments: arguments(&inner, errors),
            })
        }
        [TokenTree::Ident(_), extra, ..] => {
            errors.push(
                extra.span(),
                format!("expected `;`, found `{}`", shown(extra)),
            );
            return None;
        }
        value => Value::Number(signed_number(value, Some(name), errors, tokens)?),
    };
    Some(Setting {
        name: name.clone(),
        value,
    })
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// A token for a message: groups by their first character, long literals cut.
fn shown(token: &TokenTree) -> String {
    match token {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Parenthesis => "(".to_owned(),
            Delimiter::Brace => "{".to_owned(),
            Delimiter::Bracket => "[".to_owned(),
            Delimiter::None => String::new(),
        },
        token => token.to_string().chars().take(40).collect(),
    }
}
