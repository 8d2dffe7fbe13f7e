//! What a declaration derives.

use crate::ast::Derive;
use crate::diagnostics::{Errors, cut, suggest};
use crate::model::Derivable;
use syn::ext::IdentExt;

/// Traits of Rust that people derive; for a network they stand in the attribute.
const OF_RUST: [&str; 9] = [
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Hash",
    "Ord",
    "PartialEq",
    "PartialOrd",
];

/// The traits asked for, each once, in the order written.
pub fn resolve(written: Vec<Derive>, errors: &mut Errors) -> Vec<Derivable> {
    let mut derives = Vec::new();
    for (index, Derive { span, names }) in written.into_iter().enumerate() {
        if index > 0 {
            let message = "`derive` is written twice; put all names into the first one";
            errors.push(span, message);
        }
        for name in names {
            let text = name.unraw().to_string();
            let found = Derivable::ALL
                .into_iter()
                .find(|known| known.name() == text);
            match found {
                Some(found) if derives.contains(&found) => {
                    let message = format!("`{text}` is derived twice; leave one of them out");
                    errors.push(name.span(), message);
                }
                Some(found) => derives.push(found),
                None => errors.push(name.span(), unknown(&text)),
            }
        }
    }
    derives
}

fn unknown(name: &str) -> String {
    let hint = if OF_RUST.contains(&name) {
        format!("; Rust's traits stand before the type: `#[derive({name})] struct …`")
    } else {
        let known = Derivable::ALL.into_iter().map(Derivable::name);
        suggest(name, "a network can derive", known)
    };
    format!("unknown trait `{}`{hint}", cut(name))
}
