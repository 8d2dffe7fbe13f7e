//! Numbers in range, by name or by position.

use crate::ast::{Argument, Number};
use crate::diagnostics::{Errors, Place, cut, written};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// The widest layer: beyond it one row no longer fits a cache.
const WIDEST: usize = 1 << 20;

/// A number of units: whole, at least 1, at most [`WIDEST`].
pub fn width(number: &Number, errors: &mut Errors) -> Option<usize> {
    let text = cut(&number.text);
    let is_whole = number.text.bytes().all(|digit| digit.is_ascii_digit());
    let message = match number.text.parse() {
        Ok(0) => "a layer needs at least 1 unit, not 0".to_owned(),
        Ok(units) if units <= WIDEST => return Some(units),
        _ if is_whole => format!("{text} units are too many; a layer has at most {WIDEST}"),
        _ => format!("{text} is not a number of units; write a whole number from 1 on"),
    };
    errors.push(number.place, message);
    None
}

/// A finite number.
pub fn float(number: &Number, errors: &mut Errors) -> Option<f64> {
    let value: Option<f64> = number.text.parse().ok();
    let value = value.filter(|value| value.is_finite());
    if value.is_none() {
        let message = format!(
            "{} is too large; numbers go up to 1.8e308",
            cut(&number.text)
        );
        errors.push(number.place, message);
    }
    value
}

/// A setting's value and where it stands; a default stands where its owner does.
pub struct Given {
    pub value: f64,
    pub place: Place,
}

/// The values of `known` settings: given ones by name or position, else the defaults. One without
/// a default must be given.
pub fn settings(
    owner: &Ident,
    arguments: Vec<Argument>,
    known: &[(&str, Option<f64>)],
    errors: &mut Errors,
) -> Vec<Given> {
    let mut values: Vec<Option<Given>> = known.iter().map(|_| None).collect();
    for (
        position,
        Argument {
            name,
            value,
            place: at,
        },
    ) in arguments.into_iter().enumerate()
    {
        let place = match &name {
            None => (position < known.len()).then_some(position),
            Some(name) => known.iter().position(|(known, _)| name.unraw() == known),
        };
        let wrong = name.as_ref().map_or(at, |name| name.span().into());
        let Some(place) = place else {
            errors.push(wrong, no_such_setting(owner, name.as_ref(), known));
            continue;
        };
        let (setting, default) = known[place];
        if values[place].is_some() {
            let message = format!("`{setting}` is set twice; leave one of them out");
            errors.push(wrong, message);
            continue;
        }
        let value = value.and_then(|value| float(&value, errors));
        values[place] = Some(Given {
            value: value.or(default).unwrap_or(0.0),
            place: at,
        });
    }
    let place = owner.span().into();
    let or_default = |(given, &(setting, default)): (Option<Given>, &(&str, Option<f64>))| {
        if given.is_none() && default.is_none() {
            let owner = owner.unraw();
            let message = format!(
                "`{setting}` of `{owner}` has no default; write `{owner}(…, {setting} = …)`"
            );
            errors.push(place, message);
        }
        let value = default.unwrap_or(0.0);
        given.unwrap_or(Given { value, place })
    };
    let values = values.into_iter().zip(known);
    values.map(or_default).collect()
}

fn no_such_setting(owner: &Ident, name: Option<&Ident>, known: &[(&str, Option<f64>)]) -> String {
    let owner = owner.unraw();
    let known: Vec<_> = known
        .iter()
        .map(|(name, default)| match default {
            Some(default) => format!("`{name} = {}`", written(*default)),
            None => format!("`{name}`"),
        })
        .collect();
    let known = known.join(", ");
    match (name, known.is_empty()) {
        (Some(name), true) => format!("`{owner}` has no setting `{name}`; leave it out"),
        (Some(name), false) => {
            format!("`{owner}` has no setting `{name}`; with defaults, it has {known}")
        }
        (None, true) => format!("`{owner}` takes no further number; leave it out"),
        (None, false) => {
            format!("`{owner}` takes no further number; its settings, with defaults, are {known}")
        }
    }
}
