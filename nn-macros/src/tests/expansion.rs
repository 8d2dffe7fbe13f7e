//! The expansion of two networks, as people will read it.
//!
//! `UPDATE_EXPANSIONS=1 cargo test -p nn-macros expansion` accepts a change; then read what
//! changed.

use crate::compile::compile;
use proc_macro2::TokenStream;
use std::path::Path;

/// A declaration's expansion, formatted, against the file that holds it.
#[track_caller]
fn check(declaration: &str, file: &str) {
    let tokens = || format!("unrolled, {declaration}").parse().expect("tokens");
    check_expansion(|| compile(tokens()), file);
}

/// What `expand` gives, formatted, against the file that holds it.
#[track_caller]
pub fn check_expansion(expand: impl Fn() -> TokenStream, file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/tests/expansions")
        .join(file);
    let expand = || prettyplease::unparse(&syn::parse2(expand()).expect("items"));
    let found = expand();
    assert_eq!(found, expand(), "the same input gives the same tokens");
    assert!(!found.contains("unsafe"), "generated code is safe");
    if std::env::var_os("UPDATE_EXPANSIONS").is_some() {
        std::fs::write(&path, &found).expect("a writable checkout");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let differ = found
        .lines()
        .zip(expected.lines())
        .find(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "{file}: the expansion changed, first here: {differ:#?}"
    );
}

#[test]
fn two_layers() {
    check("pub struct Lecture = 2 -> tanh(50) -> 1;", "two_layers.rs");
}

#[test]
fn the_hero() {
    check(
        "pub struct Hero<f64> = 2 -> tanh(50) -> dropout(0.8) -> bn -> 1;",
        "hero.rs",
    );
}

/// Without `stored`, the compiler would write only the elements that change, which is slow.
#[test]
fn a_choice_between_old_and_new_is_stored_whole() {
    let count = |declaration: &str| {
        let tokens = format!("unrolled, {declaration}").parse().expect("tokens");
        compile(tokens).to_string().matches("rt :: stored").count()
    };
    assert_eq!(count("struct N = 2 -> relu(8) -> 1;"), 1);
    assert_eq!(count("struct N = 2 -> leaky_relu(8) -> 1;"), 1);
    assert_eq!(count("struct N = 2 -> tanh(8) -> 1;"), 0);
}
