//! The expansion, as people will read it.

use crate::compile::compile;

/// A declaration's expansion, formatted.
fn expansion(declaration: &str) -> String {
    let tokens = format!("unrolled, {declaration}").parse().expect("tokens");
    let file = syn::parse2(compile(tokens)).expect("items");
    prettyplease::unparse(&file)
}

#[test]
fn show() {
    println!("{}", expansion("struct Net = 2 -> tanh(50) -> 1;"));
}
