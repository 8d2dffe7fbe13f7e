//! Formulas of the user's own: `let leaky(x, slope = 0.01) = …` and `loss(mu, s; y) = …`.

use super::values::{is_equals, signed_number};
use super::{is_punct, is_word, shown, shown_symbols, symbols};
use crate::ast::{Definition, LossFormula, Parameter};
use crate::diagnostics::{Errors, Place};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// A longer formula is refused before anything recursive reads it.
const MOST_TOKENS: usize = 1000;

/// A longer number means nothing more, but takes quadratic time to read.
const LONGEST_NUMBER: usize = 400;

/// Whether a statement declares a formula; if it should, but lacks its `let`, that is reported by
/// [`definition`].
pub fn is_definition(tokens: &[TokenTree]) -> bool {
    let is_bare = matches!(tokens, [TokenTree::Ident(name), TokenTree::Group(_), rest @ ..]
        if name != "loss" && is_equals(rest));
    is_bare || matches!(tokens, [word, ..] if is_word(word, "let") || is_word(word, "fn"))
}

/// Whether a statement is `loss(…) = …`.
pub fn is_loss(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [word, TokenTree::Group(_), ..] if is_word(word, "loss"))
}

/// `let leaky(x, slope = 0.01; a = 0.25) = …`. `None` if it has not even a name.
pub fn definition(tokens: &[TokenTree], errors: &mut Errors) -> Option<Definition> {
    let rest = match tokens {
        [word, rest @ ..] if is_word(word, "let") => rest,
        [word, rest @ ..] if is_word(word, "fn") => {
            let message = "a formula is declared by `let`; write `let name(x) = …;`";
            errors.push(word, message);
            rest
        }
        [word, ..] => {
            let message = format!("a formula is declared by `let`; write `let {word}(…) = …`");
            errors.push(word, message);
            tokens
        }
        [] => return None,
    };
    let [TokenTree::Ident(name), rest @ ..] = rest else {
        let found = rest
            .first()
            .map_or("nothing".to_owned(), |token| format!("`{}`", shown(token)));
        let message = format!("expected a name here, `let name(x) = …`, found {found}");
        errors.push(rest.first().unwrap_or(&tokens[0]), message);
        return None;
    };
    let name = readable(name, errors)?;
    let mut definition = Definition {
        name: name.clone(),
        parameters: Vec::new(),
        learnables: Vec::new(),
        body: None,
    };
    let [TokenTree::Group(group), rest @ ..] = rest else {
        let message = format!("`{name}` needs its variable; write `let {name}(x) = …`");
        errors.push(name.span(), message);
        return Some(definition);
    };
    let lists = parameters(name, group, errors);
    let body = body(rest, &tokens[tokens.len() - 1], errors);
    if let Some((parameters, learnables)) = lists {
        (definition.parameters, definition.learnables) = (parameters, learnables);
        definition.body = body;
    }
    Some(definition)
}

/// `loss(f, y) = …` or `loss(mu, s; y) = …`
pub fn loss(tokens: &[TokenTree], errors: &mut Errors) -> Option<LossFormula> {
    let [TokenTree::Ident(word), TokenTree::Group(group), rest @ ..] = tokens else {
        return None;
    };
    let names = loss_names(group, errors);
    let body = body(rest, &tokens[tokens.len() - 1], errors);
    let (outputs, targets, is_by_name) = names?;
    Some(LossFormula {
        span: word.span(),
        outputs,
        targets,
        is_by_name,
        body: body?,
    })
}

/// A name that can be a variable's.
fn readable<'a>(name: &'a Ident, errors: &mut Errors) -> Option<&'a Ident> {
    if syn::parse2::<Ident>(TokenTree::Ident(name.clone()).into()).is_ok() {
        return Some(name);
    }
    let message = format!("`{name}` is a word of the language; choose another name");
    errors.push(name.span(), message);
    None
}

/// The parameters in `(x, slope = 0.01; a = 0.25)`, and behind the `;` the learnables.
fn parameters(
    name: &Ident,
    group: &Group,
    errors: &mut Errors,
) -> Option<(Vec<Parameter>, Vec<Parameter>)> {
    let inner: Vec<_> = group.stream().into_iter().collect();
    if group.delimiter() != Delimiter::Parenthesis {
        let message = format!("what `{name}` is of stands in parentheses, `let {name}(x) = …`");
        errors.push(group.span_open(), message);
        return None;
    }
    let mut parts = inner.split(|token| is_punct(token, ';'));
    let parameters = list(parts.next().unwrap_or_default(), parameter, errors);
    let learnables = list(parts.next().unwrap_or_default(), parameter, errors);
    if let Some([extra, ..]) = parts.next() {
        let message = "one `;` separates what is given from what is learned; write a comma here";
        errors.push(extra, message);
        return None;
    }
    let (parameters, learnables) = (parameters?, learnables?);
    let is_known = errors.len();
    match &parameters[..] {
        [] => {
            let message = format!("`{name}` needs a variable; write `let {name}(x) = …`");
            errors.push(group.span_open(), message);
        }
        [
            Parameter {
                name: x,
                value: Some(_),
            },
            ..,
        ] => {
            let message = format!(
                "`{x}` is the variable of `{name}`, whose value is what comes in; leave its value \
                 out"
            );
            errors.push(x.span(), message);
        }
        _ => {}
    }
    let has_default = |parameter: &Parameter| parameter.value.is_some();
    let defaults = parameters.iter().skip(1).skip_while(|p| !has_default(p));
    for late in defaults.filter(|parameter| !has_default(parameter)) {
        let message = format!(
            "`{0}` stands behind a parameter with a default, so it needs one too; write `{0} = …`",
            late.name
        );
        errors.push(late.name.span(), message);
    }
    for bare in learnables
        .iter()
        .filter(|learnable| !has_default(learnable))
    {
        let message = format!(
            "the learnable `{0}` needs a value to start from; write `{0} = 0.25`",
            bare.name
        );
        errors.push(bare.name.span(), message);
    }
    let all = parameters.iter().chain(&learnables);
    distinct(all.map(|parameter| &parameter.name), errors);
    (errors.len() == is_known).then_some((parameters, learnables))
}

/// The outputs and targets of a loss, and whether each column has its own name.
fn loss_names(group: &Group, errors: &mut Errors) -> Option<(Vec<Ident>, Vec<Ident>, bool)> {
    if group.delimiter() != Delimiter::Parenthesis {
        let message = "what the loss is of stands in parentheses, `loss(f, y) = …`";
        errors.push(group.span_open(), message);
        return None;
    }
    let inner: Vec<_> = group.stream().into_iter().collect();
    let mut parts = inner.split(|token| is_punct(token, ';'));
    let first = list(parts.next().unwrap_or_default(), column, errors);
    let second = parts.next().map(|part| list(part, column, errors));
    if let Some(extra) = parts.next() {
        let message = "one `;` separates the outputs from the targets; write a comma here";
        errors.push(extra.first().unwrap_or(&inner[inner.len() - 1]), message);
        return None;
    }
    let before = errors.len();
    let names = match (first?, second) {
        (outputs, Some(targets)) => {
            let targets = targets?;
            for (side, names) in [("output", &outputs), ("target", &targets)] {
                if names.is_empty() {
                    let message = format!(
                        "no {side} is named here; write `loss(a, b; y)` with a name for every \
                         output and every target"
                    );
                    errors.push(group.span_open(), message);
                }
            }
            (outputs, targets, true)
        }
        (mut names, None) => {
            if let [.., third] = &names[..]
                && names.len() > 2
            {
                let message = "`;` is missing between the outputs and the targets; write \
                               `loss(a, b; y)`";
                errors.push(third.span(), message);
            } else if names.len() < 2 {
                let message = "a loss is of outputs and targets; write `loss(f, y) = …`";
                errors.push(group.span_open(), message);
            }
            let targets = names.split_off(names.len().min(1));
            (names, targets, false)
        }
    };
    distinct(names.0.iter().chain(&names.1), errors);
    (errors.len() == before).then_some(names)
}

/// No two of the names may be equal.
fn distinct<'a>(names: impl Iterator<Item = &'a Ident>, errors: &mut Errors) {
    let mut seen = Vec::new();
    for name in names {
        let text = name.unraw();
        if seen.contains(&text) {
            let message = format!("`{text}` is named twice; give each a name of its own");
            errors.push(name.span(), message);
        }
        seen.push(text);
    }
}

/// The pieces between commas; `None` if one cannot be read.
fn list<T>(
    tokens: &[TokenTree],
    read: impl Fn(&[TokenTree], &mut Errors) -> Option<T>,
    errors: &mut Errors,
) -> Option<Vec<T>> {
    let tokens = match tokens {
        [pieces @ .., comma] if is_punct(comma, ',') => pieces,
        pieces => pieces,
    };
    if tokens.is_empty() {
        return Some(Vec::new());
    }
    let mut before = &tokens[0];
    let mut all = Some(Vec::new());
    for piece in tokens.split(|token| is_punct(token, ',')) {
        if piece.is_empty() {
            errors.push(
                before,
                "a name is missing beside this comma; write it, or leave the comma out",
            );
            return None;
        }
        before = &piece[piece.len() - 1];
        let read = read(piece, errors);
        all = all.zip(read).map(|(mut all, one)| {
            all.push(one);
            all
        });
    }
    all
}

/// `slope` or `slope = 0.01`
fn parameter(piece: &[TokenTree], errors: &mut Errors) -> Option<Parameter> {
    let [TokenTree::Ident(name), rest @ ..] = piece else {
        let message = format!("expected a name here, found `{}`", shown(&piece[0]));
        errors.push(&piece[0], message);
        return None;
    };
    let name = readable(name, errors)?.clone();
    let value = match rest {
        [] => None,
        [equals, value @ ..] if is_equals(rest) => Some(signed_number(value, equals, errors)?),
        [colon, ..] if is_punct(colon, ':') => {
            let message = "all values here have the network's scalar type; leave out `:` and the \
                           type";
            errors.push(rest, message);
            return None;
        }
        [other, ..] => {
            let message = format!(
                "expected `=` or a comma after `{name}`, found `{}`",
                shown(other)
            );
            errors.push(other, message);
            return None;
        }
    };
    Some(Parameter { name, value })
}

/// The name of an output or a target.
fn column(piece: &[TokenTree], errors: &mut Errors) -> Option<Ident> {
    match piece {
        [TokenTree::Ident(name)] => readable(name, errors).cloned(),
        [TokenTree::Ident(name), rest @ ..] if is_equals(rest) => {
            let message = format!(
                "a loss has no learnables, for training would learn to lower the measure instead \
                 of the misfit; let `{name}` be an output more"
            );
            errors.push(name.span(), message);
            None
        }
        [TokenTree::Ident(_), other, ..] | [other, ..] => {
            let message = format!(
                "expected a name for every output and target, `loss(a, b; y)`, found `{}`",
                shown(other)
            );
            errors.push(other, message);
            None
        }
        [] => None,
    }
}

/// What stands behind `=`, as an expression.
fn body(tokens: &[TokenTree], last: &TokenTree, errors: &mut Errors) -> Option<syn::Expr> {
    let written = match tokens {
        [_, written @ ..] if is_equals(tokens) => written,
        [] => {
            errors.push(last, "`=` and the formula are missing after this");
            return None;
        }
        _ => {
            let wrong = &tokens[..symbols(tokens).max(1)];
            let found = match symbols(tokens) {
                0 => shown(&tokens[0]),
                _ => shown_symbols(wrong),
            };
            errors.push(
                wrong,
                format!("expected `=` and the formula here, found `{found}`"),
            );
            return None;
        }
    };
    let [first, ..] = written else {
        errors.push(last, "the formula is missing after this");
        return None;
    };
    let length = length(written, errors)?;
    if length > MOST_TOKENS {
        let message = format!(
            "this formula has {length} words and symbols, but {MOST_TOKENS} are the most; make \
             formulas of its parts, `let part(x) = …;`"
        );
        errors.push(first, message);
        return None;
    }
    let stream: TokenStream = written.iter().cloned().collect();
    syn::parse2(stream)
        .map_err(|error| unreadable(error, written, errors))
        .ok()
}

/// What Rust's grammar says; where it says that more was expected, at the last word.
fn unreadable(error: syn::Error, written: &[TokenTree], errors: &mut Errors) {
    let text = error.to_string();
    if text.starts_with("unexpected end of input") {
        let message = "the formula breaks off here; write what it goes on with, or leave this out";
        errors.push(&written[written.len() - 1], message);
    } else {
        errors.extend(error);
    }
}

/// How many tokens there are, those in groups included. `None` if one of them is too long.
fn length(tokens: &[TokenTree], errors: &mut Errors) -> Option<usize> {
    let mut open: Vec<TokenTree> = tokens.to_vec();
    let mut count = 0;
    while let Some(token) = open.pop() {
        count += 1;
        match token {
            TokenTree::Group(group) => open.extend(group.stream()),
            TokenTree::Literal(literal) if literal.to_string().len() > LONGEST_NUMBER => {
                let message = format!(
                    "a number of {} characters is too long; write a shorter one",
                    literal.to_string().len()
                );
                errors.push(Place::from(literal.span()), message);
                return None;
            }
            _ => {}
        }
    }
    Some(count)
}
