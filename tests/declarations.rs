//! Declarations that must compile, and without a word from the compiler: wherever they stand,
//! whatever the names around them, under the strictest lints.
//!
//! `cargo clippy --all-targets` checks the expansions in this file against the pedantic lints. What
//! concerns a whole crate (`no_implicit_prelude`, another name for the facade) is in `crates/`.

#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![forbid(unsafe_code)]
#![allow(
    clippy::redundant_pub_crate,
    reason = "unreachable_pub asks for the opposite"
)]

use unrolled::init::Init;
use unrolled::network;
use unrolled::network::Network;

/// Every declared thing is a network: it has this many parameters and a finite output.
#[track_caller]
fn check<N: Network>(network: &N, parameters: usize)
where
    N::Input: Default,
    [N::Input]: unrolled::data::Rows<N::Input>,
{
    assert_eq!(N::PARAMETERS, parameters);
    let outputs = network.predict(&[N::Input::default(), N::Input::default()][..]);
    let outputs = outputs.expect("an output");
    assert!(outputs.iter().all(|output| output.to_string() != "NaN"));
}

#[track_caller]
fn check_type<N: Network>(parameters: usize)
where
    N::Input: Default,
{
    check(&N::init(Init::default(), 1), parameters);
}

/// What the item form passes through: documentation, attributes, visibility.
mod passed_through {
    use unrolled::network;
    use unrolled::network::Network as _;

    network! {
        /// Fits the sinusoid.
        #[derive(PartialEq)]
        #[must_use]
        pub(crate) struct Documented<f64> = 1 -> tanh(5) -> dropout(keep = 0.8) -> bn -> 1;
        loss = huber(delta = 2);
    }

    pub(super) mod inner {
        use unrolled::network;

        network! { pub(in crate::passed_through) struct Near = 1 -> 1; }
        network! { pub(crate) struct Far = 1 -> 1; }
    }

    pub(super) const fn near() -> usize {
        inner::Near::PARAMETERS
    }
}

#[test]
fn attributes_and_visibility_are_passed_through() {
    check_type::<passed_through::Documented>(26);
    assert_eq!(passed_through::near(), 2);
    check_type::<passed_through::inner::Far>(2);
    let network = passed_through::Documented::init(Init::default(), 7);
    assert_eq!(network, network.clone());
    assert_eq!(passed_through::Documented::LOSS, "huber");
}

/// Several networks in a module, one of them never used, one with a name that another's parts have.
mod several {
    use unrolled::network;

    network! { pub(crate) struct One = 2 -> tanh(3) -> 1; }
    network! { pub(crate) struct OneGradient<f64> = 2 -> bn -> tanh(3) -> 1; }
    network! { pub(crate) struct Two<f32> = 2 -> skip(relu(3) -> 2) -> [2] -> 4; loss = cross_entropy; }
    network! { struct Unused = 2 -> sigmoid(3) -> 2; loss = gaussian_nll; }
}

#[test]
fn networks_share_a_module() {
    check_type::<several::One>(13);
    check_type::<several::OneGradient>(17);
    check_type::<several::Two>(29);
}

#[test]
fn expressions_make_networks() {
    check(&network!(2 -> tanh(3) -> 1), 13);
    check(&network! { 2 -> tanh(3) -> 1 }, 13);
    check(
        &network![2 -> tanh(3) -> 1; loss = mse; scalar = f64; seed = 7],
        13,
    );
    let networks = (network!(1 -> 1), network!(1 -> 1; seed = 1));
    assert_ne!(networks.0.parameters(), networks.1.parameters());
    let in_a_closure = || network!(3 -> relu(2) -> 2);
    check(&in_a_closure(), 14);
    let after_a_choice = match networks.0.parameters() {
        [] => None,
        _ => Some(network!(1 -> bn -> 1)),
    };
    check(&after_a_choice.expect("a network"), 4);
}

#[test]
fn functions_and_blocks_hold_networks() {
    const PARAMETERS: usize = {
        network! { struct Constant = 4 -> 1; }
        Constant::PARAMETERS
    };
    network! { struct Local = 2 -> tanh(3) -> 1; }
    check_type::<Local>(13);
    let width = {
        network! { struct Inner = 4 -> 1; }
        Inner::INPUTS
    };
    assert_eq!(width, 4);
    network! { struct Late = 5 -> 1; }
    check_type::<Late>(6);
    assert_eq!(PARAMETERS, 5);
}

/// A network inside a generic function and an implementation, among its parameters and lifetimes.
#[derive(Debug)]
struct Around<'a, T, const N: usize> {
    data: &'a [T; N],
}

impl<T: Copy + Into<f64>, const N: usize> Around<'_, T, N> {
    fn outputs(&self) -> Vec<f64> {
        network! { struct Inside<f64> = 1 -> tanh(2) -> 1; }
        let network = Inside::init(Init::default(), 3);
        let rows = self.data.map(|value| [value.into()]);
        network.forward(&rows).iter().map(|row| row[0]).collect()
    }
}

fn generic<T: Default + Into<f32>, S>(_: S) -> f32 {
    let network = network!(1 -> tanh(2) -> 1);
    network.forward(&[[T::default().into()]])[0][0]
}

#[test]
fn generic_code_holds_networks() {
    let around = Around {
        data: &[1.0_f32, 2.0],
    };
    assert!(around.outputs().iter().all(|output| output.is_finite()));
    assert!(generic::<f32, _>(()).is_finite());
}

/// Networks among names that the expansion uses itself.
mod names {
    #![allow(
        dead_code,
        unused_imports,
        non_camel_case_types,
        missing_debug_implementations
    )]

    use ::unrolled::network;

    pub(crate) struct f32;
    pub(crate) struct f64;
    pub(crate) struct usize;
    pub(crate) struct str;
    pub(crate) struct bool;
    pub(crate) struct Vec;
    pub(crate) struct Result;
    pub(crate) struct Error;
    pub(crate) struct Clone;
    pub(crate) struct Debug;
    pub(crate) struct Default;
    pub(crate) enum Option {
        Some,
        None,
        Ok,
        Err,
    }
    pub(crate) use Option::{Err, None, Ok, Some};
    pub(crate) mod rt {}
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod unrolled {}
    pub(crate) mod nn_runtime {}

    network! { pub(crate) struct Among = 2 -> tanh(3) -> dropout(0.5) -> bn -> 1; }

    pub(crate) fn expression() -> impl ::unrolled::network::Network {
        network!(2 -> tanh(3) -> 1; scalar = f64)
    }

    /// Networks with such names themselves.
    pub(crate) mod types {
        use ::unrolled::network;

        network! { pub(crate) struct Network = 2 -> tanh(3) -> bn -> 1; }
        network! { pub(crate) struct Gradient = 2 -> tanh(3) -> bn -> 1; }
        network! { pub(crate) struct Rows = 2 -> tanh(3) -> bn -> 1; }
        network! { pub(crate) struct Vec = 2 -> tanh(3) -> bn -> 1; }
        network! { pub(crate) struct Option = 2 -> tanh(3) -> bn -> 1; }
        network! { pub(crate) struct Result = 2 -> tanh(3) -> bn -> 1; }
        network! { pub(crate) struct Init = 2 -> tanh(3) -> bn -> 1; }
        network! { pub(crate) struct N = 2 -> tanh(3) -> bn -> 1; }
        network! { pub(crate) struct S = 2 -> tanh(3) -> bn -> 1; }
        network! { pub(crate) struct r#Raw = 2 -> r#tanh(3) -> r#bn -> 1; }
        network! { pub(crate) struct r#match = 2 -> tanh(3) -> bn -> 1; }
        network! { pub(crate) struct Größe = 2 -> tanh(3) -> bn -> 1; }
    }
}

#[test]
fn names_do_not_matter() {
    check_type::<names::Among>(19);
    check_type::<names::types::Network>(19);
    check_type::<names::types::Vec>(19);
    check_type::<names::types::r#match>(19);
    assert_eq!(names::types::r#match::NAME, "match");
    assert_eq!(names::types::Größe::NAME, "Größe");
    let _ = names::expression();
}

/// Declarations written by other macros: what they hand on arrives in invisible groups.
mod handed_on {
    macro_rules! declare {
        (
            $(#[$attribute:meta])* $visibility:vis $name:ident: $scalar:ty,
            $inputs:literal, $hidden:expr, $keep:expr, $activation:ident, $last:tt
        ) => {
            ::unrolled::network! {
                $(#[$attribute])*
                $visibility struct $name<$scalar> =
                    $inputs -> $activation($hidden) -> dropout(keep = $keep) -> [$hidden] -> $last;
            }
        };
    }

    macro_rules! layers {
        ($name:ident, $($layer:tt)*) => {
            ::unrolled::network! { pub(crate) struct $name = $($layer)* -> 2; loss = mse; }
        };
    }

    macro_rules! expression {
        ($units:literal) => {
            ::unrolled::network!(2 -> tanh($units) -> 1)
        };
    }

    declare!(
        /// Declared by another macro.
        pub(crate) Declared: f64, 2, 3, 0.5, tanh, 1
    );
    layers!(Layers, 2 -> skip(tanh(3) -> 2) -> bn);

    pub(crate) fn expression() -> impl ::unrolled::network::Network<Input = [f32; 2], Scalar = f32>
    {
        expression!(3)
    }
}

#[test]
fn other_macros_may_write_declarations() {
    check_type::<handed_on::Declared>(13);
    check_type::<handed_on::Layers>(27);
    check(&handed_on::expression(), 13);
}
