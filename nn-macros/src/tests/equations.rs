//! The printed equations of small networks, as people will read them.
use super::support::network;
use crate::compile::passes;
use crate::ir::print::print;

#[track_caller]
fn equations(declaration: &str, expected: &str) {
    let passes = passes(&network(declaration));
    assert_eq!(print(&passes.gradient.graph), expected);
}
