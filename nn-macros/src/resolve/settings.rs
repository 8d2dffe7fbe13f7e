//! The settings behind the chain.

use super::formulas::Formulas;
use super::numbers;
use crate::ast::{Call, Form, Number, Setting, Value};
use crate::diagnostics::{Errors, cut, suggest, written};
use crate::formula::builtin::{self, LOSSES};
use crate::model::{Loss, Scalar};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use syn::ext::IdentExt;

pub struct Settings {
    pub loss: Loss,
    pub scalar: Option<Scalar>,
    pub seed: u64,
}

pub fn resolve(
    written: Vec<Setting>,
    form: &Form,
    span: Span,
    formulas: &mut Formulas,
    errors: &mut Errors,
) -> Settings {
    let loss = built_in(&LOSSES[0], Vec::new(), span);
    let mut settings = Settings {
        loss,
        scalar: None,
        seed: 0,
    };
    let mut seen = HashSet::new();
    for Setting { name, value } in written {
        let text = name.unraw().to_string();
        if !seen.insert(text.clone()) {
            let message = format!("`{}` is set twice; leave one of them out", cut(&text));
            errors.push(name.span(), message);
            continue;
        }
        match (text.as_str(), form) {
            ("loss", _) => {
                if let Some(loss) = loss_of(value, formulas, errors) {
                    settings.loss = loss;
                }
            }
            ("scalar", Form::Expression) => settings.scalar = scalar_of(&value, errors),
            ("seed", Form::Expression) => settings.seed = seed_of(&value, errors),
            ("scalar", Form::Item(item)) => {
                let message = format!(
                    "the scalar type goes after the name; leave this out and write \
                     `struct {}<f64>`",
                    item.name
                );
                errors.push(name.span(), message);
            }
            ("seed", Form::Item(item)) => {
                let message = format!(
                    "a type has no seed; leave this out and call `{}::init(Init::default(), seed)`",
                    item.name
                );
                errors.push(name.span(), message);
            }
            _ => {
                errors.push(name.span(), unknown_setting(&text, form));
            }
        }
    }
    settings
}

/// What belongs to training, not to a declaration.
const OF_THE_TRAINER: [&str; 6] = [
    "batch_size",
    "epochs",
    "learning_rate",
    "lr",
    "optimizer",
    "rate",
];

fn unknown_setting(name: &str, form: &Form) -> String {
    let hint = match form {
        _ if OF_THE_TRAINER.contains(&name) => "; give it to the `Trainer`".to_owned(),
        Form::Expression => suggest(name, "the settings are", ["loss", "scalar", "seed"]),
        Form::Item(_) => suggest(name, "the only setting is", ["loss"]),
    };
    format!("unknown setting `{}`{hint}", cut(name))
}

/// A table entry as a loss.
fn built_in(entry: &'static builtin::Loss, settings: Vec<f64>, span: Span) -> Loss {
    let names = entry.settings.iter().map(|(name, _)| *name);
    Loss {
        name: entry.name.to_owned(),
        formula: entry.parsed(),
        variables: entry.variables().iter().map(ToString::to_string).collect(),
        pairing: entry.pairing,
        settings: names.zip(settings).collect(),
        over_columns: entry.over_columns,
        span,
    }
}

fn loss_of(value: Value, formulas: &mut Formulas, errors: &mut Errors) -> Option<Loss> {
    let call = match value {
        Value::Call(call) => call,
        Value::Formula(formula) => return formulas.loss(formula, errors),
        Value::Unreadable => return None,
        Value::Number(number) => {
            let message = format!(
                "the loss is a name, not {}; write `loss = mse`",
                number.text
            );
            errors.push(number.place, message);
            return None;
        }
    };
    let Call {
        name,
        parentheses,
        arguments,
    } = call;
    let text = name.unraw().to_string();
    let Some(entry) = LOSSES.iter().find(|entry| entry.name == text) else {
        errors.push(name.span(), unknown_loss(&text));
        return None;
    };
    if let (Some(parentheses), true) = (parentheses, arguments.is_empty()) {
        let message = format!("these parentheses are empty; write `loss = {text}`");
        errors.push(parentheses, message);
    }
    let known: Vec<_> = entry
        .settings
        .iter()
        .map(|&(s, default)| (s, Some(default)))
        .collect();
    let settings = numbers::settings(&name, arguments, &known, errors);
    for (given, (setting, default)) in settings.iter().zip(entry.settings) {
        if given.value <= 0.0 {
            let message = format!(
                "{setting} is {}, but must be above 0; the default is {}",
                written(given.value),
                written(*default)
            );
            errors.push(given.place, message);
        }
    }
    let settings = settings.iter().map(|given| given.value).collect();
    Some(built_in(entry, settings, name.span()))
}

/// What other libraries call our losses.
const ELSEWHERE: [(&str, &str); 6] = [
    ("bce", "binary_cross_entropy"),
    ("l1", "mae"),
    ("l2", "mse"),
    ("nll", "cross_entropy"),
    ("softmax", "cross_entropy"),
    ("sse", "sum_squares"),
];

fn unknown_loss(name: &str) -> String {
    let lower = name.to_lowercase();
    let hint = match ELSEWHERE.iter().find(|(word, _)| *word == lower) {
        Some((_, ours)) => format!("; did you mean `{ours}`?"),
        None => {
            let known = LOSSES.iter().map(|entry| entry.name);
            suggest(&lower, "the losses are", known)
        }
    };
    format!("unknown loss `{}`{hint}", cut(name))
}

fn scalar_of(value: &Value, errors: &mut Errors) -> Option<Scalar> {
    match value {
        Value::Call(call) => Some(scalar(&call.name, errors)),
        Value::Number(Number { text, place }) => {
            errors.push(*place, scalar_message(text));
            None
        }
        Value::Formula(_) | Value::Unreadable => None,
    }
}

/// `f32` or `f64`.
pub fn scalar(written: &Ident, errors: &mut Errors) -> Scalar {
    match written.to_string().as_str() {
        "f32" => Scalar::F32,
        "f64" => Scalar::F64,
        other => {
            errors.push(written.span(), scalar_message(other));
            Scalar::F32
        }
    }
}

fn scalar_message(found: &str) -> String {
    format!("the scalar type is `f32` or `f64`, not `{}`", cut(found))
}

/// Any 64 bits.
fn seed_of(value: &Value, errors: &mut Errors) -> u64 {
    let (text, place) = match value {
        Value::Number(Number { text, place }) => (text.clone(), *place),
        Value::Call(call) => (call.name.to_string(), call.name.span().into()),
        Value::Formula(_) | Value::Unreadable => return 0,
    };
    text.parse().unwrap_or_else(|_| {
        let text = cut(&text);
        let message = format!("a seed is a whole number from 0 to 2⁶⁴ − 1, not `{text}`");
        errors.push(place, message);
        0
    })
}
