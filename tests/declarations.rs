//! Declarations that must compile, and without a word from the compiler: wherever they stand,
//! whatever the names around them, under the strictest lints.
//!
//! `cargo clippy --all-targets` checks the expansions in this file against the pedantic lints.

#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![forbid(unsafe_code)]
#![allow(clippy::missing_const_for_fn, reason = "the tests' own functions")]

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

    pub(super) type Alias = inner::Near;
}

#[test]
fn attributes_and_visibility_are_passed_through() {
    check_type::<passed_through::Documented>(26);
    check_type::<passed_through::Alias>(2);
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
    check(&network![2 -> tanh(3) -> 1; loss = mse; scalar = f64; seed = 7], 13);
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
    network! { struct Local = 2 -> tanh(3) -> 1; }
    check_type::<Local>(13);
    let width = {
        network! { struct Inner = 4 -> 1; }
        Inner::INPUTS
    };
    assert_eq!(width, 4);
    const PARAMETERS: usize = {
        network! { struct Constant = 4 -> 1; }
        Constant::PARAMETERS
    };
    assert_eq!(PARAMETERS, 5);
}

/// A network inside a generic function and an implementation, among its parameters and lifetimes.
#[derive(Debug)]
struct Around<'a, T, const N: usize> {
    data: &'a [T; N],
}

impl<'a, T: Copy + Into<f64>, const N: usize> Around<'a, T, N> {
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
    let around = Around { data: &[1.0_f32, 2.0] };
    assert!(around.outputs().iter().all(|output| output.is_finite()));
    assert!(generic::<f32, _>(()).is_finite());
}

/// Networks among names that the expansion uses itself.
mod names {
    #![allow(non_camel_case_types, dead_code, missing_debug_implementations)]

    use unrolled::network as network;

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

    pub(crate) fn expression() -> self::Among {
        let _ = network!(2 -> tanh(3) -> 1; scalar = f64);
        Among::init(::core::default::Default::default(), 1)
    }

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
        network! { pub(crate) struct Größe = 2 -> tanh(3) -> bn -> 1; }
    }

    pub(crate) mod raw {
        network! { pub(crate) struct r#match = 2 -> tanh(3) -> bn -> 1; }
    }

    use ::unrolled;
}
