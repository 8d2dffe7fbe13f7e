//! What was written to what it means: names to table entries, numbers to values in range.
//!
//! A layer that means nothing is reported and becomes [`LayerKind::Unknown`], so that the rest is
//! still looked at and nothing is said about widths that depend on it.

mod derives;
mod formulas;
mod layers;
mod numbers;
mod scaling;
mod settings;

use crate::ast::{self, Declaration, Form};
use crate::diagnostics::Errors;
use crate::model::{ItemForm, Layer, LayerKind, Model, Scalar};
use formulas::Formulas;
use proc_macro2::Span;

/// The longest network: beyond it the compiler, not the network, is the problem.
const LONGEST: usize = 500;

pub fn resolve(declaration: Declaration, errors: &mut Errors) -> Model {
    let Declaration {
        facade,
        form,
        mut chain,
        span,
        definitions,
        settings,
        derives,
    } = declaration;
    let mut formulas = Formulas::resolve(definitions, errors);
    if let Some(surplus) = past(&chain, &mut 0) {
        let message = format!(
            "a network has at most {LONGEST} layers, but this one has {}; leave out this and what \
             follows",
            count(&chain)
        );
        errors.push(surplus, message);
        chain.truncate(1);
        chain.push(unreadable(surplus));
    }
    let (inputs, layers) = ends(chain, span, &mut formulas, errors);
    let settings = settings::resolve(settings, &form, span, &mut formulas, errors);
    scaling::units(&layers, &settings.loss, errors);
    let (item, scalar) = match form {
        Form::Expression => (None, settings.scalar),
        Form::Item(item) => {
            let scalar = item
                .scalar
                .as_ref()
                .map(|written| settings::scalar(written, errors));
            let item = ItemForm {
                attributes: item.attributes,
                visibility: item.visibility,
                name: item.name,
            };
            (Some(item), scalar)
        }
    };
    Model {
        facade,
        item,
        scalar: scalar.unwrap_or(Scalar::F32),
        span,
        seed: settings.seed,
        inputs,
        layers,
        loss: settings.loss,
        derives: derives::resolve(derives, errors),
        constants: formulas.finish(errors),
    }
}

/// How many layers a chain has, those inside skips included.
fn count(chain: &[ast::Layer]) -> usize {
    chain.iter().map(|layer| 1 + count(inside(layer))).sum()
}

/// Where the first layer behind the last allowed one stands; `seen` counts along.
fn past(chain: &[ast::Layer], seen: &mut usize) -> Option<Span> {
    chain.iter().find_map(|layer| {
        *seen += 1;
        if *seen > LONGEST {
            return Some(layer.span);
        }
        past(inside(layer), seen)
    })
}

fn inside(layer: &ast::Layer) -> &[ast::Layer] {
    match &layer.kind {
        ast::LayerKind::Skip(inner) => inner,
        _ => &[],
    }
}

fn unreadable(span: Span) -> ast::Layer {
    let kind = ast::LayerKind::Unreadable;
    ast::Layer { span, kind }
}

/// The number of inputs and the resolved layers, with what must hold at both ends of the chain.
fn ends(
    chain: Vec<ast::Layer>,
    span: Span,
    formulas: &mut Formulas,
    errors: &mut Errors,
) -> (usize, Vec<Layer>) {
    let mut chain = chain.into_iter();
    let mut layers = Vec::new();
    let inputs = match chain.next() {
        Some(ast::Layer {
            kind: ast::LayerKind::Units(number),
            ..
        }) => numbers::width(&number, errors),
        Some(ast::Layer {
            kind: ast::LayerKind::Unreadable,
            ..
        }) => None,
        Some(first) => {
            let message = "a network starts with its number of inputs; write `2 ->` before this";
            errors.push(first.span, message);
            layers::resolve(first, formulas, errors, &mut layers);
            None
        }
        None => {
            errors.push(span, "the layers are missing; write `2 -> tanh(50) -> 1`");
            return (1, Vec::new());
        }
    };
    if inputs.is_none() {
        layers.insert(0, unknown(span));
    } else if chain.len() == 0 {
        let message = "there are inputs but no layers; write `-> 1` after this for one output";
        errors.push(span, message);
    }
    for layer in chain {
        layers::resolve(layer, formulas, errors, &mut layers);
    }
    scaling::ends(&mut layers, errors);
    behind_output(&layers, errors);
    (inputs.unwrap_or(1), layers)
}

fn unknown(span: Span) -> Layer {
    let kind = LayerKind::Unknown;
    Layer { span, kind }
}

/// Dropout and batch normalization make no sense behind the last layer with units, nor does a
/// network without any such layer.
fn behind_output(layers: &[Layer], errors: &mut Errors) {
    if let Some(last) = layers.last()
        && !layers.iter().any(may_have_units)
    {
        let message = "no layer here has units, so there is nothing to train; add one, `-> 1`";
        errors.push(last.span, message);
        return;
    }
    let ending = layers.iter().rev().map_while(|layer| match layer.kind {
        LayerKind::Dropout { .. } => {
            Some((layer, "dropout after the output would only add noise to it"))
        }
        LayerKind::BatchNorm { .. } => {
            Some((layer, "bn after the output would take away its scale"))
        }
        LayerKind::Assertion { .. } | LayerKind::Unstandardize => Some((layer, "")),
        _ => None,
    });
    for (layer, why) in ending.filter(|(_, why)| !why.is_empty()) {
        let message = format!("{why}; put it before the last layer with units");
        errors.push(layer.span, message);
    }
}

fn may_have_units(layer: &Layer) -> bool {
    match &layer.kind {
        LayerKind::Affine { .. } | LayerKind::Unknown => true,
        LayerKind::Skip(inner) => inner.iter().any(may_have_units),
        _ => false,
    }
}
