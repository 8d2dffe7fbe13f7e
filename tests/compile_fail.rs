//! One file for each mistake, named after it: the compiler's answer is compared word for word.
//!
//! After a change of a message, `TRYBUILD=overwrite cargo test --test compile_fail` writes the
//! answers anew; read them before you commit them. Is the smallest wrong thing underlined? Would a
//! newcomer know what to do next?

#[test]
fn every_mistake_is_explained() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
