//! What was written to what it means: names to table entries, numbers to values in range.
//!
//! A layer that means nothing is reported and left out, so that the rest is still looked at.

use crate::ast::{self, Argument, Call, Declaration, Form, Number};
use crate::diagnostics::{Errors, did_you_mean};
use crate::formula::builtin::{ACTIVATIONS, LOSSES};
use crate::model::{Activation, ItemForm, Layer, LayerKind, Loss, Model, Scalar};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;

/// The widest layer: beyond it one row no longer fits a cache.
const WIDEST: usize = 1 << 20;
/// The longest network: beyond it the compiler, not the network, is the problem.
const LONGEST: usize = 500;
/// Layers that are neither activations nor affine.
const OTHER_LAYERS: [&str; 3] = ["dropout", "bn", "skip"];
const SETTINGS: [&str; 3] = ["loss", "scalar", "seed"];

pub fn resolve(declaration: Declaration, errors: &mut Errors) -> Model {
    let Declaration {
        facade,
        form,
        chain,
        span,
        settings,
    } = declaration;
    let length = count(&chain);
    let mut chain = chain;
    if length > LONGEST {
        errors.push(
            span,
            format!("a network has at most {LONGEST} layers; this one has {length}"),
        );
        chain.truncate(1);
    }
    let (inputs, layers) = ends(chain, span, errors);
    let settings = resolve_settings(settings, &form, span, errors);
    let (item, scalar) = match form {
        Form::Expression => (None, settings.scalar.unwrap_or(Scalar::F32)),
        Form::Item(item) => {
            let ast::Item {
                attributes,
                visibility,
                name,
                scalar,
            } = *item;
            let scalar = scalar.map_or(Scalar::F32, |written| read_scalar(&written, errors));
            (
                Some(ItemForm {
                    attributes,
                    visibility,
                    name,
                }),
                scalar,
            )
        }
    };
    Model {
        facade,
        item,
        scalar,
        seed: settings.seed,
        inputs,
        layers,
        loss: settings.loss,
    }
}

/// How many layers a chain has, those inside skips included.
fn count(chain: &[ast::Layer]) -> usize {
    chain
        .iter()
        .map(|layer| match &layer.kind {
            ast::LayerKind::Skip(inner) => 1 + count(inner),
            _ => 1,
        })
        .sum()
}

/// The number of inputs and the resolved layers, with what must hold at both ends of the chain.
fn ends(chain: Vec<ast::Layer>, span: Span, errors: &mut Errors) -> (usize, Vec<Layer>) {
    let mut chain = chain.into_iter();
    let inputs = match chain.next() {
        Some(ast::Layer {
            kind: ast::LayerKind::Units(number),
            ..
        }) => width(&number, errors),
        Some(first) => {
            let message = "a network starts with its number of inputs, `2 -> tanh(50) -> 1`";
            errors.push(first.span, message);
            1
        }
        None => {
            errors.push(span, "there are no layers; write `2 -> tanh(50) -> 1`");
            return (
                1,
                vec![Layer {
                    span,
                    kind: LayerKind::Affine { units: 1 },
                }],
            );
        }
    };
    let mut layers = Vec::new();
    let written = chain.len();
    for layer in chain {
        resolve_layer(layer, errors, &mut layers);
    }
    if written == 0 {
        let message = "there are inputs but no layers; write `-> 1` for one linear output";
        errors.push(span, message);
    } else if let Some(last) = layers.last() {
        let why = match last.kind {
            LayerKind::Dropout { .. } => Some("dropout behind the output would only add noise"),
            LayerKind::BatchNorm { .. } => Some("bn behind the output would take away its scale"),
            _ => None,
        };
        if let Some(why) = why {
            errors.push(
                last.span,
                format!("{why}; put it before the last layer with units"),
            );
            layers.pop();
        } else if !has_units(&layers) {
            let message = "no layer here has units, so there is nothing to train; add one, `-> 1`";
            errors.push(last.span, message);
        }
    }
    if !has_units(&layers) {
        layers.push(Layer {
            span,
            kind: LayerKind::Affine { units: 1 },
        });
    }
    (inputs, layers)
}

fn has_units(layers: &[Layer]) -> bool {
    layers.iter().any(|layer| match &layer.kind {
        LayerKind::Affine { .. } => true,
        LayerKind::Skip(inner) => has_units(inner),
        _ => false,
    })
}

/// Appends what a written layer means: `tanh(50)` is an affine layer and an activation.
fn resolve_layer(layer: ast::Layer, errors: &mut Errors, layers: &mut Vec<Layer>) {
    let span = layer.span;
    let kind = match layer.kind {
        ast::LayerKind::Units(number) => LayerKind::Affine {
            units: width(&number, errors),
        },
        ast::LayerKind::Assertion(number) => LayerKind::Assertion {
            width: width(&number, errors),
        },
        ast::LayerKind::Skip(inner) => {
            if inner.is_empty() {
                errors.push(
                    span,
                    "`skip()` holds no layers; write `skip(tanh(50) -> 50)`",
                );
                return;
            }
            let mut resolved = Vec::new();
            for layer in inner {
                resolve_layer(layer, errors, &mut resolved);
            }
            LayerKind::Skip(resolved)
        }
        ast::LayerKind::Call(call) => match call.name.unraw().to_string().as_str() {
            "dropout" => dropout(&call, errors),
            "bn" => batch_norm(call, errors),
            name => {
                let Some((units, activation)) = activation(name, call, errors) else {
                    return;
                };
                if let Some(units) = units {
                    layers.push(Layer {
                        span,
                        kind: LayerKind::Affine { units },
                    });
                }
                LayerKind::Activation(activation)
            }
        },
    };
    layers.push(Layer { span, kind });
}

/// An activation and, if it brings its own affine layer, that layer's units.
fn activation(name: &str, call: Call, errors: &mut Errors) -> Option<(Option<usize>, Activation)> {
    let Some(entry) = ACTIVATIONS.iter().find(|entry| entry.name == name) else {
        unknown_layer(name, call.name.span(), errors);
        return None;
    };
    let mut arguments = call.arguments;
    let first_is_units = arguments
        .first()
        .is_some_and(|argument| argument.name.is_none());
    let units = first_is_units.then(|| width(&arguments.remove(0).value, errors));
    let settings = read_settings(name, arguments, entry.settings, errors);
    Some((units, Activation { entry, settings }))
}

fn unknown_layer(name: &str, span: Span, errors: &mut Errors) {
    let known = || {
        ACTIVATIONS
            .iter()
            .map(|entry| entry.name)
            .chain(OTHER_LAYERS)
    };
    let message = match did_you_mean(name, known()) {
        Some(meant) => format!("unknown layer `{name}`; did you mean `{meant}`?"),
        None => {
            let known: Vec<_> = known().collect();
            format!(
                "unknown layer `{name}`; the layers are {}",
                known.join(", ")
            )
        }
    };
    errors.push(span, message);
}

/// `dropout(0.8)`, `dropout(keep = 0.8)` or `dropout(drop = 0.2)`.
fn dropout(call: &Call, errors: &mut Errors) -> LayerKind {
    let whole = LayerKind::Dropout { keep: 1.0 };
    let span = call.name.span();
    let [argument] = &call.arguments[..] else {
        let message = match call.arguments.get(1) {
            None => "dropout needs the probability to keep a unit, `dropout(0.8)`".to_owned(),
            Some(_) => {
                let found = call.arguments.len();
                format!("dropout takes one number, the probability to keep, but {found} are given")
            }
        };
        errors.push(
            call.arguments
                .get(1)
                .map_or(span, |second| second.value.span),
            message,
        );
        return whole;
    };
    let Some(value) = float(&argument.value, errors) else {
        return whole;
    };
    let (name, text, at) = (
        argument.name.as_ref(),
        &argument.value.text,
        argument.value.span,
    );
    match name.map(|name| name.unraw().to_string()).as_deref() {
        None | Some("keep") if value > 0.0 && value <= 1.0 => LayerKind::Dropout { keep: value },
        None | Some("keep") => {
            let message = format!(
                "{text} is not a probability to keep: it must be above 0 and at most 1 (to drop a \
                 fifth, keep = 0.8 or drop = 0.2)"
            );
            errors.push(at, message);
            whole
        }
        Some("drop") if (0.0..1.0).contains(&value) => LayerKind::Dropout { keep: 1.0 - value },
        Some("drop") => {
            let message =
                format!("{text} is not a probability to drop: it must be at least 0 and below 1");
            errors.push(at, message);
            whole
        }
        Some(other) => {
            let message = format!("dropout has no setting `{other}`; it has `keep` and `drop`");
            errors.push(name.map_or(span, Ident::span), message);
            whole
        }
    }
}

/// `bn`, `bn(eps = 1e-5, momentum = 0.1)`.
fn batch_norm(call: Call, errors: &mut Errors) -> LayerKind {
    const KNOWN: [(&str, f64); 2] = [("eps", 1e-5), ("momentum", 0.1)];
    let span = call.name.span();
    let at: Vec<_> = call
        .arguments
        .iter()
        .map(|argument| argument.value.span)
        .collect();
    let named: Vec<_> = call
        .arguments
        .iter()
        .map(|a| a.name.as_ref().map(|n| n.unraw().to_string()))
        .collect();
    let before = call.arguments.len();
    let values = read_settings("bn", call.arguments, &KNOWN, errors);
    let (mut eps, mut momentum) = (values[0], values[1]);
    let place = |name: &str, index: usize| {
        let named = named
            .iter()
            .position(|given| given.as_deref() == Some(name));
        named
            .or((index < before).then_some(index))
            .map_or(span, |i| at[i])
    };
    if eps <= 0.0 {
        let message = format!("eps is {eps}, but must be above 0: it keeps 1/√(σ² + eps) finite");
        errors.push(place("eps", 0), message);
        eps = KNOWN[0].1;
    }
    if !(momentum > 0.0 && momentum <= 1.0) {
        let message = format!(
            "momentum is {momentum}, but must be above 0 and at most 1: it is the weight of the \
             new batch in the running statistics"
        );
        errors.push(place("momentum", 1), message);
        momentum = KNOWN[1].1;
    }
    LayerKind::BatchNorm { eps, momentum }
}

/// The values of `known` settings: given ones by name or position, else the defaults.
fn read_settings(
    owner: &str,
    arguments: Vec<Argument>,
    known: &[(&'static str, f64)],
    errors: &mut Errors,
) -> Vec<f64> {
    let mut values: Vec<Option<f64>> = vec![None; known.len()];
    for (position, Argument { name, value }) in arguments.into_iter().enumerate() {
        let place = match &name {
            None => (position < known.len()).then_some(position),
            Some(name) => known.iter().position(|(known, _)| name.unraw() == known),
        };
        let at = name.as_ref().map_or(value.span, Ident::span);
        let Some(place) = place else {
            let message = no_such_setting(owner, name.as_ref(), known);
            errors.push(at, message);
            continue;
        };
        if values[place].is_some() {
            errors.push(at, format!("`{}` is set twice", known[place].0));
        }
        values[place] = Some(float(&value, errors).unwrap_or(known[place].1));
    }
    values
        .iter()
        .zip(known)
        .map(|(value, (_, default))| value.unwrap_or(*default))
        .collect()
}

fn no_such_setting(owner: &str, name: Option<&Ident>, known: &[(&'static str, f64)]) -> String {
    let list: Vec<_> = known
        .iter()
        .map(|(name, default)| format!("{name} = {default}"))
        .collect();
    let has = if list.is_empty() {
        "none".to_owned()
    } else {
        list.join(", ")
    };
    match name {
        Some(name) => format!("`{owner}` has no setting `{name}`; it has {has}"),
        None => format!("`{owner}` takes no further number here; its settings: {has}"),
    }
}

/// A number of units: whole, at least 1, at most [`WIDEST`]. On a mistake, 1.
fn width(number: &Number, errors: &mut Errors) -> usize {
    let text = &number.text;
    let message = match text.parse::<u128>() {
        Ok(0) => "a layer needs at least one unit".to_owned(),
        Ok(units) if units <= WIDEST as u128 => return units as usize,
        Ok(_) => format!("{text} units are too many; a layer has at most {WIDEST}"),
        Err(_) if text.bytes().all(|digit| digit.is_ascii_digit()) => {
            format!("{text} units are too many; a layer has at most {WIDEST}")
        }
        Err(_) => format!("a number of units is a whole number, and {text} is not"),
    };
    errors.push(number.span, message);
    1
}

/// A finite number.
fn float(number: &Number, errors: &mut Errors) -> Option<f64> {
    let value = number
        .text
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite());
    if value.is_none() {
        errors.push(
            number.span,
            format!("{} is too large for an f64", number.text),
        );
    }
    value
}

/// The settings behind the chain.
struct Settings {
    loss: Loss,
    scalar: Option<Scalar>,
    seed: u64,
}

fn resolve_settings(
    written: Vec<ast::Setting>,
    form: &Form,
    span: Span,
    errors: &mut Errors,
) -> Settings {
    let default = Loss {
        entry: &LOSSES[0],
        settings: Vec::new(),
        span,
    };
    let mut settings = Settings {
        loss: default,
        scalar: None,
        seed: 0,
    };
    let mut seen: Vec<String> = Vec::new();
    for ast::Setting { name, value } in written {
        let text = name.unraw().to_string();
        if seen.contains(&text) {
            errors.push(
                name.span(),
                format!("`{text}` is set twice; leave one of them out"),
            );
            continue;
        }
        match (text.as_str(), value) {
            ("loss", ast::Value::Call(call)) => settings.loss = loss(call, settings.loss, errors),
            ("loss", ast::Value::Number(number)) => {
                errors.push(number.span, "the loss is a name, `loss = mse`");
            }
            ("scalar", ast::Value::Call(call)) if matches!(form, Form::Expression) => {
                settings.scalar = Some(read_scalar(&call.name, errors));
            }
            ("seed", ast::Value::Number(number)) if matches!(form, Form::Expression) => {
                match number.text.parse() {
                    Ok(seed) => settings.seed = seed,
                    Err(_) => errors.push(number.span, "a seed is a whole number below 2⁶⁴"),
                }
            }
            ("scalar" | "seed", ast::Value::Number(_) | ast::Value::Call(_)) => {
                errors.push(name.span(), misplaced(&text, form));
            }
            _ => {
                let hint = did_you_mean(&text, SETTINGS)
                    .map_or(String::new(), |meant| format!("; did you mean `{meant}`?"));
                errors.push(name.span(), format!("unknown setting `{text}`{hint}"));
            }
        }
        seen.push(text);
    }
    settings
}

/// Why `scalar` or `seed` makes no sense where it stands.
fn misplaced(setting: &str, form: &Form) -> &'static str {
    match (setting, form) {
        ("scalar", Form::Item(_)) => "the scalar type stands behind the name: `struct Name<f64>`",
        ("scalar", Form::Expression) => "the scalar type is f32 or f64, `scalar = f64`",
        (_, Form::Item(_)) => "a type has no seed; give it to `Name::init(Init::default(), seed)`",
        (_, Form::Expression) => "a seed is a whole number, `seed = 7`",
    }
}

fn loss(call: Call, default: Loss, errors: &mut Errors) -> Loss {
    let (name, span) = (call.name.unraw().to_string(), call.name.span());
    let Some(entry) = LOSSES.iter().find(|entry| entry.name == name) else {
        let known = || LOSSES.iter().map(|entry| entry.name);
        let message = match did_you_mean(&name, known()) {
            Some(meant) => format!("unknown loss `{name}`; did you mean `{meant}`?"),
            None => {
                let known: Vec<_> = known().collect();
                format!("unknown loss `{name}`; the losses are {}", known.join(", "))
            }
        };
        errors.push(span, message);
        return default;
    };
    let at = call
        .arguments
        .first()
        .map_or(span, |argument| argument.value.span);
    let mut settings = read_settings(&name, call.arguments, entry.settings, errors);
    for (value, (setting, default)) in settings.iter_mut().zip(entry.settings) {
        if *value <= 0.0 {
            errors.push(at, format!("{setting} is {value}, but must be above 0"));
            *value = *default;
        }
    }
    Loss {
        entry,
        settings,
        span,
    }
}

fn read_scalar(written: &Ident, errors: &mut Errors) -> Scalar {
    match written.to_string().as_str() {
        "f32" => Scalar::F32,
        "f64" => Scalar::F64,
        other => {
            errors.push(
                written.span(),
                format!("the scalar type is f32 or f64, not `{other}`"),
            );
            Scalar::F32
        }
    }
}
