//! Declarations to what they mean, and mistakes to their messages, without a compiler around.
//!
//! Where a message is underlined is compared in the compile-fail tests of the facade; here it is
//! how many there are and what they say.

use crate::compile::compile;
use crate::diagnostics::{Errors, did_you_mean, written};
use crate::formula::builtin::Gain;
use crate::formula::builtin::{ACTIVATIONS, LOSSES};
use crate::model::{LayerKind, Model, Scalar};
use crate::parse::parse;
use crate::resolve::resolve;
use crate::shape::{Role, Tensor, shape};
use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use quote::quote;

/// Reads and checks a declaration; says what is wrong with it.
fn read(declaration: TokenStream) -> (Option<Model>, Vec<String>) {
    let mut errors = Errors::default();
    let model =
        parse(quote!(unrolled, #declaration), &mut errors).map(|it| resolve(it, &mut errors));
    if let Some(model) = &model {
        shape(model, &mut errors);
    }
    (model, errors.messages())
}

fn tokens(declaration: &str) -> TokenStream {
    declaration.parse().expect("tokens")
}

/// The messages begin with these words, one for one.
#[track_caller]
fn mistakes(declaration: &str, expected: &[&str]) {
    let (_, found) = read(tokens(declaration));
    let fit = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, start)| found.starts_with(start));
    assert!(
        fit,
        "{declaration}\nfound {found:#?}\nexpected {expected:#?}"
    );
}

#[track_caller]
fn model(declaration: TokenStream) -> Model {
    let (model, messages) = read(declaration);
    assert_eq!(messages, Vec::<String>::new());
    model.expect("a declaration without mistakes has a meaning")
}

/// A layer, short: what it is and every number it holds.
fn shown(layers: &[crate::model::Layer]) -> String {
    let layers = layers.iter().map(|layer| match &layer.kind {
        LayerKind::Affine { units } => units.to_string(),
        LayerKind::Activation(activation) => {
            let settings: Vec<_> = activation.settings.iter().map(|v| written(*v)).collect();
            match &settings[..] {
                [] => activation.definition.name.to_owned(),
                settings => format!("{}({})", activation.definition.name, settings.join(", ")),
            }
        }
        LayerKind::Dropout { keep } => format!("keep({})", written(*keep)),
        LayerKind::BatchNorm { eps, momentum } => {
            format!("bn({}, {})", written(*eps), written(*momentum))
        }
        LayerKind::Skip(inner) => format!("skip({})", shown(inner)),
        LayerKind::Standardize => "standardize".to_owned(),
        LayerKind::Unstandardize => "unstandardize".to_owned(),
        LayerKind::Assertion { width } => format!("[{width}]"),
        LayerKind::Unknown => "?".to_owned(),
    });
    layers.collect::<Vec<_>>().join(" ")
}

/// A chain means these layers; defaults are filled in, units and activation apart.
#[track_caller]
fn means(chain: &str, inputs: usize, expected: &str) {
    let model = model(tokens(chain));
    assert_eq!(
        (model.inputs, shown(&model.layers)),
        (inputs, expected.to_owned())
    );
}

#[test]
fn layers_mean_what_the_documentation_says() {
    means("2 -> 1", 2, "1");
    means("2 -> tanh(50) -> 1", 2, "50 tanh 1");
    means("2 -> 50 -> bn -> tanh -> 1", 2, "50 bn(1e-5, 0.1) tanh 1");
    means("2 -> bn(1e-3) -> 1", 2, "bn(0.001, 0.1) 1");
    means("2 -> bn(momentum = 1) -> 1", 2, "bn(1e-5, 1) 1");
    means("2 -> bn(momentum = 0.2, eps = 1) -> 1", 2, "bn(1, 0.2) 1");
    means("2 -> leaky_relu(50) -> 1", 2, "50 leaky_relu(0.01) 1");
    means("2 -> leaky_relu(50, 0.2) -> 1", 2, "50 leaky_relu(0.2) 1");
    means("2 -> 50 -> elu(alpha = 2) -> 1", 2, "50 elu(2) 1");
    means(
        "2 -> skip(tanh(50) -> 2) -> [2] -> 1",
        2,
        "skip(50 tanh 2) [2] 1",
    );
    means(
        "2 -> skip(skip(2) -> bn) -> 1",
        2,
        "skip(skip(2) bn(1e-5, 0.1)) 1",
    );
    means("2 -> dropout(1) -> 1 -> [1]", 2, "keep(1) 1 [1]");
    means("1_000 -> tanh(0x10) -> 0b11", 1000, "16 tanh 3");
}

#[test]
fn dropout_says_the_same_in_three_ways() {
    for written in [
        "dropout(0.8)",
        "dropout(keep = 0.8)",
        "dropout(drop = 0.2)",
        "dropout(0.8,)",
    ] {
        means(&format!("2 -> {written} -> 1"), 2, "keep(0.8) 1");
    }
}

#[test]
fn raw_names_are_names() {
    means(
        "2 -> r#tanh(50) -> r#dropout(r#keep = 0.8) -> r#bn -> 1",
        2,
        "50 tanh keep(0.8) bn(1e-5, 0.1) 1",
    );
}

#[test]
fn settings_have_defaults() {
    let plain = model(tokens("2 -> 1"));
    assert_eq!(
        (plain.scalar, plain.seed, plain.loss.name.as_str()),
        (Scalar::F32, 0, "sum_squares")
    );
    let given = model(tokens(
        "2 -> 1; loss = huber(delta = 2); scalar = f64; seed = 18446744073709551615;",
    ));
    assert_eq!(
        (given.scalar, given.seed, given.loss.name.as_str()),
        (Scalar::F64, u64::MAX, "huber")
    );
    assert_eq!(given.loss.settings, [("delta", 2.0)]);
    let item = model(tokens(
        "/// Docs.\n#[allow(unused)] pub(crate) struct Net<f64> = 2 -> 1;",
    ));
    let form = item.item.expect("an item");
    assert_eq!(
        (form.name.to_string(), form.attributes.len(), item.scalar),
        ("Net".to_owned(), 2, Scalar::F64)
    );
}

/// Every layer and every loss of the tables goes through the whole compiler.
#[test]
fn every_activation_and_loss_compiles() {
    for activation in ACTIVATIONS {
        for loss in LOSSES {
            let declaration = format!(
                "struct Net = 2 -> {}(3) -> 2; loss = {}",
                activation.name, loss.name
            );
            let code = compile(tokens(&format!("unrolled, {declaration}")));
            syn::parse2::<syn::File>(code).expect(&declaration);
        }
    }
}

/// What another macro hands on as `$units:expr` arrives in an invisible group.
#[test]
fn invisible_groups_are_not_there() {
    let hidden = |stream: TokenStream| TokenTree::Group(Group::new(Delimiter::None, stream));
    let units = hidden(quote!(50));
    let layer = hidden(quote!(tanh(#units)));
    let keep = hidden(hidden(quote!(0.8)).into());
    let (net, scalar) = (hidden(quote!(Net)), hidden(quote!(f64)));
    let model = model(
        quote!(pub struct #net<#scalar> = 2 -> #layer -> dropout(keep = #keep) -> [#units] -> 1),
    );
    assert_eq!(shown(&model.layers), "50 tanh keep(0.8) [50] 1");
    assert_eq!(model.scalar, Scalar::F64);
    let (_, messages) = read(quote!(2 -> #keep -> 1));
    assert_eq!(
        messages,
        ["0.8 is not a number of units; write a whole number from 1 on"]
    );
}

#[test]
fn one_mistake_gives_one_message() {
    for (declaration, start) in [
        // The number of inputs is unknown, which says nothing about what follows.
        ("0 -> [5] -> 1", "a layer needs at least 1 unit"),
        ("2u8 -> tanh(50) -> 1", "numbers here have no suffix"),
        (
            "tanh -> tanh(50) -> 1",
            "a network starts with its number of inputs",
        ),
        ("-> tanh(50) -> 1", "the number of inputs is missing"),
        (
            "\"2\" -> tanh(50) -> 1",
            "expected a number, found text; write `2`",
        ),
        // So is the width behind a layer that cannot be read.
        ("2 -> tahn(50)", "unknown layer `tahn`"),
        ("2 -> tahn(50) -> [50] -> 1", "unknown layer `tahn`"),
        ("2 -> foo -> [50] -> 1", "unknown layer `foo`"),
        ("2 -> skip(foo) -> 1", "unknown layer `foo`"),
        ("2 -> skip(tanh(0)) -> 1", "a layer needs at least 1 unit"),
        ("2 -> skip(3 -> foo) -> 1", "unknown layer `foo`"),
        ("2 -> foo -> skip(3) -> 1", "unknown layer `foo`"),
        ("2 -> ? -> 1", "expected a layer, found `?`"),
        ("2 -> ->", "a layer is missing before this arrow"),
        ("2 -> skip(->) -> 1", "a layer is missing before this arrow"),
        (
            "2 -> tanh(50) -> 0; loss = cross_entropy",
            "a layer needs at least 1 unit",
        ),
        (
            "2 -> tanh(50) -> 1.5; loss = gaussian_nll",
            "1.5 is not a number of units",
        ),
        // A skip of another width passes on the width that it should have.
        ("2 -> skip(3) -> [2] -> 1", "skip adds what goes in, 2 wide"),
        // An item needs no second message for what its first mistake makes of the rest.
        ("struct Net", "the layers are missing"),
        ("struct Net;", "the layers are missing"),
        ("struct Net = ;", "the layers are missing"),
        ("struct Net { 2 -> 1 }", "expected `=` and the layers"),
        ("struct 2 -> 1", "the network's name is missing"),
        ("pub 2 -> 1", "a network is declared as"),
        ("pub enum Net = 2 -> 1", "a network is declared as"),
        (
            "#[derive(Clone)] Net = 2 -> 1",
            "to declare a type, write `struct Net",
        ),
        ("Net = 2 -> 1", "to declare a type, write `struct Net"),
        ("#! [a] struct Net = 2 -> 1", "expected square brackets"),
    ] {
        mistakes(declaration, &[start]);
    }
}

#[test]
fn all_mistakes_are_found_at_once() {
    mistakes(
        "pub struct Net<f16> = 0 -> tanh() -> dropout(7) -> skip(relu(3) -> bn(x = 1)) - 1 -> bn; \
         loss = hubber; seed = 1; 5",
        &[
            "layers are joined by `->`, not by `-`",
            "expected a setting",
            "a layer needs at least 1 unit",
            "these parentheses are empty",
            "the probability to keep a unit is 7",
            "`bn` has no setting `x`",
            "bn after the output",
            "unknown loss `hubber`; did you mean `huber`?",
            "a type has no seed",
            "the scalar type is `f32` or `f64`, not `f16`",
        ],
    );
    mistakes(
        "struct Net<f64, f32> 2 -> 1",
        &["a network has one scalar type", "`=` is missing"],
    );
    mistakes(
        "2 -> 1 -> dropout(0.5) -> bn -> [1]",
        &["bn after", "dropout after"],
    );
    mistakes(
        "2 -> [3] -> [4] -> 1",
        &["the width here is 2, not 3", "the width here is 2, not 4"],
    );
    mistakes(
        "2 -> foo -> bar -> 1",
        &["unknown layer `foo`", "unknown layer `bar`"],
    );
    mistakes(
        "2 -> dropout(keep, 0.5, 0.6) -> 1",
        &[
            "expected a number, found `keep`",
            "dropout takes one number",
        ],
    );
}

#[test]
fn a_word_is_close_or_not() {
    let known = || {
        ACTIVATIONS
            .iter()
            .map(|entry| entry.name)
            .chain(["dropout", "bn", "skip"])
    };
    for (word, meant) in [
        ("tanhh", Some("tanh")),
        ("tahn", Some("tanh")),
        ("tnh", Some("tanh")),
        ("sigmoud", Some("sigmoid")),
        ("droput", Some("dropout")),
        ("lecun_tan", Some("lecun_tanh")),
        ("b", Some("bn")),
        ("x", None),
        ("", None),
        ("convolution", None),
        ("lstm", None),
        ("ταnh", Some("tanh")),
    ] {
        assert_eq!(did_you_mean(word, known()), meant, "{word}");
    }
}

#[test]
fn names_from_elsewhere_are_understood() {
    mistakes(
        "2 -> Dense(5) -> 1",
        &["unknown layer `Dense`; an affine layer is its number of units"],
    );
    mistakes(
        "2 -> 5 -> BatchNorm -> 1",
        &["unknown layer `BatchNorm`; batch normalization is `bn`"],
    );
    mistakes(
        "2 -> 5; loss = NLL",
        &["unknown loss `NLL`; did you mean `cross_entropy`?"],
    );
    mistakes(
        "2 -> 5; epochs = 100",
        &["unknown setting `epochs`; give it to the `Trainer`"],
    );
}

#[test]
fn numbers_are_in_range_or_named() {
    means("1048576 -> 1", 1_048_576, "1");
    mistakes("2 -> 1048577", &["1048577 units are too many"]);
    mistakes(
        "2 -> 18446744073709551615",
        &["18446744073709551615 units are too many"],
    );
    mistakes(
        "2 -> 99999999999999999999999999999999999999999",
        &["9999999999999999999999999999999999999999… units are too many"],
    );
    mistakes("2 -> 1e3", &["1e3 is not a number of units"]);
    mistakes("2 -> dropout(1e999) -> 1", &["1e999 is too large"]);
    mistakes(
        "2 -> dropout(1e-999) -> 1",
        &["the probability to keep a unit is 1e-999"],
    );
    mistakes(
        "2 -> dropout(drop = 1e-999) -> dropout(drop = -1e-999) -> 1",
        &[],
    );
    mistakes(
        "2 -> 1; seed = 18446744073709551616",
        &["a seed is a whole number"],
    );
    mistakes(
        "2 -> tanh('5') -> b\"5\" -> 1",
        &[
            "expected a number, found `'5'`",
            "expected a number, found `b\"5\"`",
        ],
    );
    mistakes(
        "2 -> 20000 -> 20000 -> 1",
        &["this network has 400100001 parameters, most of them"],
    );
}

/// None of these may take long, panic or overflow the stack.
#[test]
fn extremes_are_refused() {
    let digits = "9".repeat(1 << 20);
    let name = "a".repeat(1 << 20);
    mistakes(
        &format!("2 -> {digits}"),
        &["a number of 1048576 characters is too long"],
    );
    mistakes(
        &format!("2 -> 0x{digits}"),
        &["a number of 1048578 characters is too long"],
    );
    mistakes(
        &format!("2 -> {name}(5)"),
        &["unknown layer `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…`; the layers are"],
    );
    mistakes(
        &format!("2 -> 1; {name} = 1"),
        &["unknown setting `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…`"],
    );
    mistakes(
        &format!("2 -> 1; loss = {name}"),
        &["unknown loss `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…`"],
    );
    mistakes(
        "2 -> größe(5) -> データ -> 1",
        &["unknown layer `größe`", "unknown layer `データ`"],
    );
    mistakes(
        &format!("2{}", " -> 1".repeat(10_000)),
        &["a network has at most 500 layers, but this one has 10001"],
    );
    mistakes(
        &format!("2 -> skip({}2)", "2 -> ".repeat(10_000)),
        &["a network has at most 500 layers, but this one has 10003"],
    );
    let twice = vec!["`loss` is set twice"; 9_999];
    mistakes(&format!("2 -> 1{}", "; loss = mse".repeat(10_000)), &twice);
    let unknown = vec!["unknown layer `foo`"; 499];
    mistakes(&format!("2{}", " -> foo".repeat(499)), &unknown);
}

/// Parsing so many levels takes the tokenizer of the tests a deeper stack than a test has.
#[test]
fn deep_nesting_is_refused() {
    let nested = || {
        for (open, close) in [("(", ")"), ("[", "]"), ("skip(", ")")] {
            let declaration = format!("2 -> {}2{} -> 1", open.repeat(4000), close.repeat(4000));
            mistakes(&declaration, &["this is nested more than 64 levels deep"]);
            let declaration = format!(
                "struct Net = 2 -> 1; loss = {}2{}",
                open.repeat(4000),
                close.repeat(4000)
            );
            mistakes(&declaration, &["this is nested more than 64 levels deep"]);
        }
    };
    let thread = std::thread::Builder::new()
        .stack_size(1 << 28)
        .spawn(nested);
    thread.expect("a thread").join().expect("no panic");
}

#[test]
fn many_mistakes_are_cut_short() {
    let declaration = format!("unrolled, 2{}", " -> foo".repeat(400));
    let code = compile(tokens(&declaration)).to_string();
    assert_eq!(code.matches("unknown layer `foo`").count(), 50);
    assert!(code.contains("there are 350 more mistakes from here on"));
}

/// The deepest that is allowed, and the longest.
#[test]
fn the_largest_compile() {
    let deep = format!("2 -> {}2{} -> 1", "skip(".repeat(64), ")".repeat(64));
    let long = format!("2{}", " -> 1".repeat(499));
    for declaration in [deep, long] {
        let code = compile(tokens(&format!("unrolled, {declaration}")));
        syn::parse2::<syn::Block>(code).expect("a block");
    }
}

#[test]
fn a_literal_of_another_macro_may_be_negative() {
    let minus = Literal::f64_unsuffixed(-0.5);
    let (_, messages) = read(quote!(2 -> dropout(#minus) -> 1));
    assert_eq!(messages.len(), 1, "{messages:?}");
}

/// The lines of a network's summary.
#[track_caller]
fn lists(chain: &str, expected: &[&str]) {
    let model = model(tokens(chain));
    let network = shape(&model, &mut Errors::default());
    let found: Vec<_> = network.layers.iter().map(|row| &row.name).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_summary_lists_layers_as_they_are_written() {
    lists("2 -> tanh(5) -> 1", &["tanh(5)", "1"]);
    lists("2 -> 5 -> bn -> tanh -> 1", &["5", "bn", "tanh", "1"]);
    lists("2 -> elu(5, alpha = 2) -> 1", &["elu(5, alpha = 2)", "1"]);
    lists(
        "2 -> skip(3 -> skip(3) -> 2) -> relu -> dropout(0.5) -> 1",
        &[
            "skip",
            "  3",
            "  skip",
            "    3",
            "  2",
            "relu",
            "dropout(keep = 0.5)",
            "1",
        ],
    );
    lists("5 -> skip(5) -> tanh -> 1", &["skip", "  5", "tanh", "1"]);
}

#[test]
fn the_first_activation_behind_weights_says_how_they_start() {
    use Gain::{Glorot, He, LeCun};
    let check = |chain: &str, expected: &[Gain]| {
        let network = shape(&model(tokens(chain)), &mut Errors::default());
        let gain = |tensor: &Tensor| match tensor.role {
            Role::Weight(gain) => Some(gain),
            _ => None,
        };
        assert_eq!(
            network
                .parameters
                .iter()
                .filter_map(gain)
                .collect::<Vec<_>>(),
            expected
        );
    };
    check("2 -> relu(5) -> selu(5) -> 1", &[He, LeCun, Glorot]);
    check("2 -> 5 -> bn -> relu -> 1", &[He, Glorot]);
    check("2 -> 5 -> tanh -> relu -> 1", &[Glorot, Glorot]);
}
