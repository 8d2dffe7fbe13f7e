//! Tokens to what was written.
//!
//! The tokens are cut at `;` into statements and at `->` into layers before anything is read, so a
//! mistake in one layer hides none in the next. What cannot be read is reported and marked
//! ([`LayerKind::Unreadable`]), so that it causes no second message later.

mod chain;
mod derive;
mod flatten;
mod formulas;
mod header;
mod values;

use crate::ast::{Declaration, Layer, LayerKind};
use crate::diagnostics::{Errors, cut};
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// Reads a declaration behind the facade's path. `None` after a mistake that leaves not even the
/// name of a type.
pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Option<Declaration> {
    let mut tokens = flatten::flatten(tokens, errors);
    let is_whole = errors.is_empty();
    let facade = facade(&mut tokens);
    let mut statements = tokens.split(|token| is_punct(token, ';')).peekable();
    let early = derive::early(&mut statements, errors);
    let (mut definitions, mut settings) = (Vec::new(), Vec::new());
    let mut in_front = Vec::new();
    while let Some(tokens) = statements.next_if(|tokens| formulas::is_definition(tokens)) {
        in_front.push(tokens);
    }
    let header::Header { form, chain, span } =
        header::header(statements.next().unwrap_or_default(), errors)?;
    let mut derives: Vec<_> = early.into_iter().collect();
    let chain = chain
        .filter(|_| is_whole)
        .map(|tokens| chain::chain(tokens, "the number of inputs", errors));
    let statements = in_front.into_iter().chain(statements);
    for tokens in statements.filter(|tokens| is_whole && !tokens.is_empty()) {
        if derive::is_derive(tokens) {
            derives.extend(derive::derive(tokens, errors));
        } else if formulas::is_definition(tokens) {
            definitions.extend(formulas::definition(tokens, errors));
        } else {
            settings.extend(values::setting(tokens, errors));
        }
    }
    Some(Declaration {
        facade,
        form,
        chain: chain.unwrap_or_else(|| vec![unreadable(span)]),
        span,
        definitions,
        settings,
        derives,
    })
}

/// Takes the facade's path from the front: `$crate`, then a comma.
fn facade(tokens: &mut Vec<TokenTree>) -> TokenStream {
    let end = tokens.iter().position(|token| is_punct(token, ','));
    let path = tokens.drain(..end.unwrap_or(0)).collect();
    if end.is_some() {
        tokens.remove(0);
    }
    path
}

fn unreadable(span: Span) -> Layer {
    let kind = LayerKind::Unreadable;
    Layer { span, kind }
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Whether two neighbours are this symbol: `->` or `=>`.
fn is_pair(pair: &[TokenTree], first: char, second: char) -> bool {
    matches!(pair, [a, b, ..] if is_punct(a, first) && is_punct(b, second))
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
        token => cut(&token.to_string()),
    }
}

/// How many punctuation characters stand at the front.
fn symbols(tokens: &[TokenTree]) -> usize {
    tokens
        .iter()
        .take_while(|token| matches!(token, TokenTree::Punct(_)))
        .count()
}

/// The symbols at the front of a mistake, for a message: `=>`.
fn shown_symbols(tokens: &[TokenTree]) -> String {
    cut(&tokens.iter().map(ToString::to_string).collect::<String>())
}
