//! Where `standardize` and `unstandardize` may stand: at the two ends of the chain, once each.

use crate::diagnostics::Errors;
use crate::formula::builtin::Pairing;
use crate::model::{Layer, LayerKind, Loss};

/// Reports the ones that stand elsewhere and takes them out, which changes no width.
pub fn ends(layers: &mut Vec<Layer>, errors: &mut Errors) {
    let is_assertion = |layer: &Layer| matches!(layer.kind, LayerKind::Assertion { .. });
    let first = layers.iter().position(|layer| !is_assertion(layer));
    let last = layers.iter().rposition(|layer| !is_assertion(layer));
    retain(layers, (first, last), errors);
}

/// Keeps `standardize` at the place `first` alone and `unstandardize` at the place `last` alone.
fn retain(
    layers: &mut Vec<Layer>,
    (first, last): (Option<usize>, Option<usize>),
    errors: &mut Errors,
) {
    let mut index = 0;
    layers.retain_mut(|layer| {
        let here = Some(index);
        index += 1;
        let message = match &mut layer.kind {
            LayerKind::Standardize if here != first => {
                "`standardize` scales the network's inputs, so it can only be the first layer; \
                 leave it out, or use `bn` here"
            }
            LayerKind::Unstandardize if here != last => {
                "`unstandardize` gives the network's outputs the units of the targets, so it can \
                 only be the last layer; leave it out here"
            }
            LayerKind::Skip(inner) => {
                retain(inner, (None, None), errors);
                return true;
            }
            _ => return true,
        };
        errors.push(layer.span, message);
        false
    });
}

/// The targets of a loss between classes have no unit to return to.
pub fn units(layers: &[Layer], loss: &Loss, errors: &mut Errors) {
    let unstandardize = layers
        .iter()
        .rfind(|layer| matches!(layer.kind, LayerKind::Unstandardize));
    if let Some(layer) = unstandardize
        && !loss.pairing.has_units()
    {
        let why = match loss.pairing {
            Pairing::Named { .. } => "a loss that names its outputs leaves open which have one",
            _ => &format!("under {} the targets are classes", loss.name),
        };
        let message = format!(
            "`unstandardize` gives the outputs the units of the targets, but {why}; leave it out"
        );
        errors.push(layer.span, message);
    }
}
