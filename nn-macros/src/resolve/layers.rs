//! Layers: what each name means.

use super::formulas::Formulas;
use super::numbers::{self, float, width};
use crate::ast::{self, Call};
use crate::diagnostics::{Errors, cut, suggest, written};
use crate::formula::builtin::ACTIVATIONS;
use crate::model::{Activation, Layer, LayerKind};
use syn::ext::IdentExt;

/// Layers that are neither activations nor affine.
pub const OTHER_LAYERS: [&str; 5] = ["dropout", "bn", "skip", "standardize", "unstandardize"];

/// What other libraries call our layers.
const ELSEWHERE: [(&str, &str); 10] = [
    (
        "affine",
        "an affine layer is its number of units alone, `50`",
    ),
    (
        "dense",
        "an affine layer is its number of units alone, `50`",
    ),
    (
        "linear",
        "an affine layer is its number of units alone, `50`",
    ),
    ("batch_norm", "batch normalization is `bn`"),
    ("batchnorm", "batch normalization is `bn`"),
    ("logistic", "the logistic function is `sigmoid`"),
    ("residual", "a residual block is `skip(…)`"),
    (
        "softmax",
        "the loss `cross_entropy` applies it itself, so leave it out",
    ),
    ("swish", "it is also known as `silu`"),
    ("normalize", "inputs are scaled by `standardize`"),
];

/// Appends what a written layer means: `tanh(50)` is an affine layer and an activation.
pub fn resolve(
    layer: ast::Layer,
    formulas: &mut Formulas,
    errors: &mut Errors,
    layers: &mut Vec<Layer>,
) {
    let span = layer.span;
    let mut push = |span, kind| layers.push(Layer { span, kind });
    match layer.kind {
        ast::LayerKind::Unreadable => push(span, LayerKind::Unknown),
        ast::LayerKind::Units(number) => push(span, affine(&number, errors)),
        ast::LayerKind::Assertion(number) => {
            let assertion = width(&number, errors).map(|width| LayerKind::Assertion { width });
            push(number.place.last, assertion.unwrap_or(LayerKind::Unknown));
        }
        ast::LayerKind::Skip(inner) => {
            let mut resolved = Vec::new();
            if inner.is_empty() {
                let message = "`skip()` holds no layers; write `skip(tanh(50) -> 50)`";
                errors.push(span, message);
                push(span, LayerKind::Unknown);
                return;
            }
            for layer in inner {
                resolve(layer, formulas, errors, &mut resolved);
            }
            layers.push(Layer {
                span,
                kind: LayerKind::Skip(resolved),
            });
        }
        ast::LayerKind::Call(call) => match call.name.unraw().to_string().as_str() {
            "dropout" => push(span, dropout(&call, errors)),
            "bn" => push(span, batch_norm(call, errors)),
            "standardize" => push(span, plain(call, LayerKind::Standardize, errors)),
            "unstandardize" => push(span, plain(call, LayerKind::Unstandardize, errors)),
            _ => activation(call, formulas, errors, layers),
        },
    }
}

/// H = A W + b; unknown if the number of units is.
fn affine(units: &ast::Number, errors: &mut Errors) -> LayerKind {
    width(units, errors).map_or(LayerKind::Unknown, |units| LayerKind::Affine { units })
}

/// An activation, behind its own affine layer if it has units.
fn activation(call: Call, formulas: &mut Formulas, errors: &mut Errors, layers: &mut Vec<Layer>) {
    let Call {
        name,
        parentheses,
        mut arguments,
    } = call;
    let text = name.unraw().to_string();
    let known = formulas.activation(&text);
    if known.is_none() {
        errors.push(name.span(), unknown_layer(&text, formulas));
    } else if let (Some(parentheses), true) = (parentheses, arguments.is_empty()) {
        let message = format!(
            "these parentheses are empty; write `{text}(50)` for 50 units, or `{text}` for the \
             activation alone"
        );
        errors.push(parentheses, message);
    }
    let has_units = arguments
        .first()
        .is_some_and(|argument| match &argument.name {
            None => true,
            Some(name) => name.unraw() == "units",
        });
    if has_units {
        let ast::Argument { name, value, place } = arguments.remove(0);
        if let Some(name) = &name {
            let message = format!("the units stand alone; write `{text}(50)`");
            errors.push(name.span(), message);
        }
        let kind = value.map_or(LayerKind::Unknown, |units| affine(&units, errors));
        layers.push(Layer {
            span: place.last,
            kind,
        });
    }
    let span = name.span();
    let readable = known.filter(|(definition, _)| !definition.parameters.is_empty());
    let is_readable = readable.is_some();
    let kind = readable.map_or(LayerKind::Unknown, |(definition, gain)| {
        let known = definition.parameters.iter().skip(1);
        let known: Vec<_> = known.map(|p| (p.name.as_str(), p.default)).collect();
        let settings = numbers::settings(&name, arguments, &known, errors);
        let settings = settings.iter().map(|given| given.value).collect();
        LayerKind::Activation(Activation {
            definition,
            settings,
            gain,
        })
    });
    // Behind an unknown activation with units the width is known all the same.
    if is_readable || !has_units {
        layers.push(Layer { span, kind });
    }
}

fn unknown_layer(name: &str, formulas: &Formulas) -> String {
    if name == "skip" {
        return "`skip` needs the layers that it goes around; write `skip(tanh(50) -> 50)`".into();
    }
    let lower = name.to_lowercase();
    let elsewhere = ELSEWHERE.iter().find(|(word, _)| *word == lower);
    let hint = match elsewhere {
        Some((_, hint)) => format!("; {hint}"),
        None => {
            let known = ACTIVATIONS.iter().map(|entry| entry.name);
            let known = formulas.names().chain(known).chain(OTHER_LAYERS);
            suggest(&lower, "the layers are", known)
        }
    };
    format!("unknown layer `{}`{hint}", cut(name))
}

/// `dropout(0.8)`, `dropout(keep = 0.8)` or `dropout(drop = 0.2)`.
fn dropout(call: &Call, errors: &mut Errors) -> LayerKind {
    let whole = LayerKind::Dropout { keep: 1.0 };
    let [argument] = &call.arguments[..] else {
        match call.arguments.get(1) {
            None => {
                let message = "dropout needs the probability to keep a unit; write `dropout(0.8)`";
                errors.push(call.parentheses.unwrap_or(call.name.span()), message);
            }
            Some(second) => {
                let found = call.arguments.len();
                let message = format!(
                    "dropout takes one number, `keep` or `drop`, but {found} are given; leave this \
                     out"
                );
                let place = second
                    .name
                    .as_ref()
                    .map_or(second.place, |name| name.span().into());
                errors.push(place, message);
            }
        }
        return whole;
    };
    let name = argument.name.as_ref();
    let Some(number) = &argument.value else {
        return whole;
    };
    let Some(value) = float(number, errors) else {
        return whole;
    };
    let text = cut(&number.text);
    match name.map(|name| name.unraw().to_string()).as_deref() {
        None | Some("keep") if value > 0.0 && value <= 1.0 => LayerKind::Dropout { keep: value },
        None | Some("keep") => {
            let message = format!(
                "the probability to keep a unit is {text}, but must be above 0 and at most 1; to \
                 drop a fifth, write `dropout(0.8)` or `dropout(drop = 0.2)`"
            );
            errors.push(number.place, message);
            whole
        }
        Some("drop") if (0.0..1.0).contains(&value) => LayerKind::Dropout { keep: 1.0 - value },
        Some("drop") => {
            let message = format!(
                "the probability to drop a unit is {text}, but must be at least 0 and below 1; to \
                 drop a fifth, write `dropout(drop = 0.2)`"
            );
            errors.push(number.place, message);
            whole
        }
        Some(other) => {
            let message =
                format!("`dropout` has no setting `{other}`; write `keep = …` or `drop = …`",);
            errors.push(
                name.map_or(argument.place, |name| name.span().into()),
                message,
            );
            whole
        }
    }
}

/// A layer without settings.
fn plain(call: Call, kind: LayerKind, errors: &mut Errors) -> LayerKind {
    if let (Some(parentheses), true) = (call.parentheses, call.arguments.is_empty()) {
        let message = format!("these parentheses are empty; write `{}`", call.name);
        errors.push(parentheses, message);
    }
    numbers::settings(&call.name, call.arguments, &[], errors);
    kind
}

/// `bn`, `bn(eps = 1e-5, momentum = 0.1)`.
fn batch_norm(call: Call, errors: &mut Errors) -> LayerKind {
    const KNOWN: [(&str, Option<f64>); 2] = [("eps", Some(1e-5)), ("momentum", Some(0.1))];
    if let (Some(parentheses), true) = (call.parentheses, call.arguments.is_empty()) {
        let message = "these parentheses are empty; write `bn`, or `bn(eps = 1e-5)`";
        errors.push(parentheses, message);
    }
    let settings = numbers::settings(&call.name, call.arguments, &KNOWN, errors);
    let [eps, momentum] = [&settings[0], &settings[1]];
    if eps.value <= 0.0 {
        let message = format!(
            "eps is {}, but must be above 0 to keep 1/√(σ² + eps) finite; the default is 1e-5",
            written(eps.value)
        );
        errors.push(eps.place, message);
    }
    if momentum.value <= 0.0 || momentum.value > 1.0 {
        let message = format!(
            "momentum is {}, but must be above 0 and at most 1, for it weighs the new batch in the \
             running statistics; the default is 0.1",
            written(momentum.value)
        );
        errors.push(momentum.place, message);
    }
    LayerKind::BatchNorm {
        eps: eps.value,
        momentum: momentum.value,
    }
}
