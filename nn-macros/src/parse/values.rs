//! Numbers, arguments and settings.

use super::{formulas, is_pair, is_punct, shown, shown_symbols, symbols};
use crate::ast::{Argument, Call, Number, Setting, Value};
use crate::diagnostics::{Errors, Place, cut};
use proc_macro2::{Delimiter, Group, Ident, Literal, TokenTree};

/// A longer number means nothing more, but takes quadratic time to read.
const LONGEST_NUMBER: usize = 400;

/// What stands in the parentheses behind `name`.
pub fn parenthesized(name: &Ident, group: &Group, errors: &mut Errors) -> Vec<TokenTree> {
    if group.delimiter() != Delimiter::Parenthesis {
        let message = format!("what `{name}` takes stands in parentheses, `{name}(…)`");
        errors.push(group.span_open(), message);
    }
    group.stream().into_iter().collect()
}

/// `0.8, slope = 0.1`
pub fn arguments(tokens: &[TokenTree], errors: &mut Errors) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let mut rest = tokens;
    while !rest.is_empty() {
        let end = rest.iter().position(|token| is_punct(token, ','));
        let (piece, behind) = rest.split_at(end.unwrap_or(rest.len()));
        if let [.., last] = piece {
            let (name, value) = name_and_value(piece, errors);
            let place = match value {
                [] => last.into(),
                value => value.into(),
            };
            let value = signed_number(value, last, errors);
            arguments.push(Argument { name, value, place });
        } else {
            let message = "a number is missing before this comma; write it, or leave the comma out";
            errors.push(&rest[0], message);
        }
        rest = behind.get(1..).unwrap_or_default();
    }
    arguments
}

/// Splits `keep = 0.8`. Something else in place of `=` is reported.
fn name_and_value<'a>(
    piece: &'a [TokenTree],
    errors: &mut Errors,
) -> (Option<Ident>, &'a [TokenTree]) {
    let [TokenTree::Ident(name), rest @ ..] = piece else {
        return (None, piece);
    };
    if is_equals(rest) {
        return (Some(name.clone()), &rest[1..]);
    }
    let (wrong, value) = rest.split_at(symbols(rest));
    match (wrong, value) {
        ([], [number @ TokenTree::Literal(_), ..]) => {
            let message = format!(
                "`=` is missing before this; write `{name} = {}`",
                shown(number)
            );
            errors.push(number, message);
        }
        ([colon, ..], _) if is_punct(colon, ':') || is_punct(colon, '=') => {
            let found = shown_symbols(wrong);
            errors.push(
                wrong,
                format!("expected `=` after `{name}`, found `{found}`"),
            );
        }
        _ => return (None, piece),
    }
    (Some(name.clone()), value)
}

/// Whether the next symbol is `=`, and not `==` or `=>`.
pub fn is_equals(tokens: &[TokenTree]) -> bool {
    tokens.first().is_some_and(|token| is_punct(token, '='))
        && !is_pair(tokens, '=', '=')
        && !is_pair(tokens, '=', '>')
}

fn is_minus(tokens: &[TokenTree]) -> bool {
    tokens.first().is_some_and(|token| is_punct(token, '-'))
}

/// `0.8` or `-0.8`, and nothing behind it; `before` is where to say that there is nothing.
pub fn signed_number(
    tokens: &[TokenTree],
    before: &TokenTree,
    errors: &mut Errors,
) -> Option<Number> {
    let (minus, unsigned) = tokens.split_at(usize::from(is_minus(tokens)));
    match unsigned {
        [TokenTree::Literal(literal)] => number(literal, minus.first(), errors),
        [TokenTree::Literal(_), extra @ ..] => {
            let found = shown(&extra[0]);
            let message = format!(
                "expected one number, but `{found}` follows; write the result itself, or a comma \
                 between two numbers"
            );
            errors.push(&extra[0], message);
            None
        }
        [TokenTree::Ident(word), ..] => {
            let message = format!(
                "expected a number, found `{word}`; constants have no value yet when a macro runs, \
                 so write the number itself"
            );
            errors.push(word.span(), message);
            None
        }
        [other, ..] => {
            let message = format!("expected a number, found `{}`", shown(other));
            errors.push(other, message);
            None
        }
        [] => {
            let at = minus.first().unwrap_or(before);
            errors.push(at, "a number is missing after this");
            None
        }
    }
}

/// A number. A suffix is reported and dropped.
pub fn number(literal: &Literal, minus: Option<&TokenTree>, errors: &mut Errors) -> Option<Number> {
    let written = literal.to_string();
    let last = literal.span();
    let first = minus.map_or(last, TokenTree::span);
    let place = Place { first, last };
    let shortened = cut(&written);
    if !written.starts_with(|first: char| first.is_ascii_digit()) {
        let unquoted = written.trim_matches('"');
        let message = match unquoted.parse::<f64>() {
            Ok(_) => format!("expected a number, found text; write `{unquoted}` without quotes"),
            Err(_) => format!("expected a number, found `{shortened}`"),
        };
        errors.push(place, message);
        return None;
    }
    if written.len() > LONGEST_NUMBER {
        let length = written.len();
        let message = format!("a number of {length} characters is too long; write a shorter one");
        errors.push(place, message);
        return None;
    }
    let (digits, suffix) = match syn::Lit::new(literal.clone()) {
        syn::Lit::Int(int) => (int.base10_digits().to_owned(), int.suffix().to_owned()),
        syn::Lit::Float(float) => (float.base10_digits().to_owned(), float.suffix().to_owned()),
        _ => {
            errors.push(place, format!("expected a number, found `{shortened}`"));
            return None;
        }
    };
    let sign = if minus.is_some() { "-" } else { "" };
    if !suffix.is_empty() {
        let why = match suffix.as_str() {
            "f32" | "f64" => {
                format!(" (the scalar type goes after the name, `struct Name<{suffix}>`)")
            }
            _ => String::new(),
        };
        let message = format!("numbers here have no suffix; write `{sign}{digits}`{why}");
        errors.push(place, message);
    }
    Some(Number {
        text: format!("{sign}{digits}"),
        place,
    })
}

/// `name = value`
pub fn setting(tokens: &[TokenTree], errors: &mut Errors) -> Option<Setting> {
    let [TokenTree::Ident(name), rest @ ..] = tokens else {
        let found = shown(&tokens[0]);
        let message = format!("expected a setting such as `loss = mse`, found `{found}`");
        errors.push(&tokens[0], message);
        return None;
    };
    if formulas::is_loss(tokens) {
        let formula = formulas::loss(tokens, errors);
        return Some(Setting {
            name: name.clone(),
            value: formula.map_or(Value::Unreadable, Value::Formula),
        });
    }
    let [equals, value @ ..] = rest else {
        let message = format!("`{name}` has no value here; write `{name} = …`");
        errors.push(name.span(), message);
        return None;
    };
    if !is_equals(rest) {
        let found = match symbols(rest) {
            0 => shown(equals),
            count => shown_symbols(&rest[..count]),
        };
        let wrong = &rest[..symbols(rest).max(1)];
        errors.push(
            wrong,
            format!("expected `=` after `{name}`, found `{found}`"),
        );
        return None;
    }
    let value = match value {
        [TokenTree::Ident(word), rest @ ..] => Value::Call(setting_call(word, rest, errors)?),
        [TokenTree::Literal(literal)] if literal.to_string().starts_with('"') => {
            let text = literal.to_string();
            let unquoted = cut(text.trim_matches('"'));
            let message = format!("settings are written without quotes: `{name} = {unquoted}`");
            errors.push(literal.span(), message);
            return None;
        }
        [] => {
            let message = format!("the value is missing after this; write `{name} = …`");
            errors.push(equals, message);
            return None;
        }
        value => Value::Number(signed_number(value, equals, errors)?),
    };
    Some(Setting {
        name: name.clone(),
        value,
    })
}

/// `mse` or `huber(delta = 2)`, and nothing behind it.
fn setting_call(word: &Ident, rest: &[TokenTree], errors: &mut Errors) -> Option<Call> {
    let (parentheses, arguments, extra) = match rest {
        [TokenTree::Group(group), extra @ ..] => {
            let inner = parenthesized(word, group, errors);
            (Some(group.span()), arguments(&inner, errors), extra)
        }
        extra => (None, Vec::new(), extra),
    };
    if let [first, ..] = extra {
        let message = format!("expected `;` here, found `{}`", shown(first));
        errors.push(first, message);
        return None;
    }
    Some(Call {
        name: word.clone(),
        parentheses,
        arguments,
    })
}
