//! Every lint group that a crate may deny.

#![forbid(unsafe_code)]
#![deny(
    warnings,
    future_incompatible,
    let_underscore,
    nonstandard_style,
    refining_impl_trait
)]
#![deny(
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused
)]
#![deny(
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations
)]
#![deny(
    unreachable_pub,
    unused_qualifications,
    unused_results,
    unused_lifetimes
)]
#![deny(
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    variant_size_differences
)]
#![deny(
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    meta_variable_misuse
)]
#![deny(
    non_ascii_idents,
    unit_bindings,
    unused_import_braces,
    unused_macro_rules
)]
#![deny(
    let_underscore_drop,
    macro_use_extern_crate,
    redundant_lifetimes,
    keyword_idents
)]

unrolled::network! {
    /// A network.
    pub struct Net<f64> = 2 -> relu(5) -> dropout(0.8) -> bn -> skip(gelu(3) -> 5) -> 2;
    loss = cross_entropy;
}

/// A function.
#[unrolled::differentiate]
pub fn bend(x: f64, y: [f64; 2]) -> f64 {
    let scale = if x > 0.0 && y[0] < 1.0 { x } else { 2.0 };
    scale * unrolled::math::functions::sigmoid(y[0]) + y[1].powf(x)
}

fn main() {
    println!("{}", bend_trace(1.0, [0.5, 0.2]));
    let net = unrolled::network!(2 -> tanh(3) -> dropout(drop = 0.5) -> bn -> 1; loss = huber);
    println!("{:?}", net.forward(&[[0.1, 0.2]]));
}
