//! A formula of the user's own takes the same way as a built-in one: the same formula gives the
//! same tokens.

use crate::compile::compile;

/// The expansion of a declaration as text, after these replacements.
fn expansion(declaration: &str, replaced: &[(&str, &str)]) -> String {
    let tokens = format!("unrolled, {declaration}").parse().expect("tokens");
    let text = compile(tokens).to_string();
    assert!(!text.contains("compile_error"), "{text}");
    let text = replaced
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to));
    unnumbered(&text)
}

/// Compares the two, and shows where they part.
#[track_caller]
fn same(own: &str, built_in: &str, name: &str) {
    let pairs = own.split(' ').zip(built_in.split(' '));
    let equal = pairs.take_while(|(own, built_in)| own == built_in).count();
    let part = |text: &str| -> Vec<_> {
        let words = text.split(' ').skip(equal.saturating_sub(12));
        words.take(24).map(str::to_owned).collect()
    };
    assert!(
        own == built_in,
        "{name}: {:?} but {:?}",
        part(own),
        part(built_in)
    );
}

/// Variables without a name are called by their node's number, `v14` and V₁₄, which depends on
/// nodes that were simplified away. Here they are all called `v`.
fn unnumbered(text: &str) -> String {
    let is_digit = |letter: char| letter.is_ascii_digit() || ('₀'..='₉').contains(&letter);
    let mut pieces = text.split(['v', 'V']);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        text + "v" + piece.trim_start_matches(is_digit)
    })
}

/// The user's `own` expands to what the built-in activation does, but for its name and for the
/// initializer of the weights before it.
#[track_caller]
fn same_activation(name: &str, formula: &str) {
    let own = expansion(
        &format!("struct Net = 2 -> own(50) -> 1; let own(x) = {formula}"),
        &[("own", name)],
    );
    let glorot = ("Gain :: He", "Gain :: Glorot");
    let le_cun = ("Gain :: LeCun", "Gain :: Glorot");
    let built_in = format!("struct Net = 2 -> {name}(50) -> 1");
    same(&own, &expansion(&built_in, &[glorot, le_cun]), name);
}

#[test]
fn own_activations_are_the_built_in_ones() {
    same_activation("tanh", "x.tanh()");
    same_activation("lecun_tanh", "1.7159 * tanh(0.66666666666666666667 * x)");
    same_activation("silu", "x * sigmoid(x)");
    same_activation("gelu", "0.5 * x * erfc(-0.70710678118654752440 * x)");
    same_activation("softplus", "softplus(x)");
    same_activation("relu", "relu(x)");
    same_activation("elu", "if x > 0 { x } else { exp_m1(x) }");
    same_activation("softsign", "{ let d = 1 + x.abs(); x / d }");
}

/// A user's loss expands to what the built-in one does, but for its name.
#[track_caller]
fn same_loss(outputs: usize, own: &str, name: &str) {
    let (signature, _) = own.split_once(" = ").expect("a loss");
    let built_in = format!("struct Net = 2 -> tanh(50) -> {outputs}; loss = {name}");
    let own = expansion(
        &format!("struct Net = 2 -> tanh(50) -> {outputs}; {own}"),
        &[(signature, name)],
    );
    same(&own, &expansion(&built_in, &[]), name);
}

#[test]
fn own_losses_are_the_built_in_ones() {
    same_loss(1, "loss(f, y) = 0.5 * powi(f - y, 2)", "sum_squares");
    same_loss(3, "loss(f, y) = 0.5 * powi(f - y, 2)", "sum_squares");
    same_loss(3, "loss(f, y) = mean(powi(f - y, 2))", "mse");
    same_loss(3, "loss(f, y) = mean(abs(f - y))", "mae");
    same_loss(
        3,
        "loss(f, y) = mean(softplus(f) - y * f)",
        "binary_cross_entropy",
    );
    same_loss(
        3,
        "loss(f, y) = sum(y * (log_sum_exp(f) - f))",
        "cross_entropy",
    );
    let nll = "loss(mu, s; y) = 0.5 * powi((y - mu) * exp(-s), 2) + s + 0.91893853320467274178";
    same_loss(2, nll, "gaussian_nll");
}

/// The type's documentation says what was rewritten, a line each and each once.
#[test]
fn rewrites_are_documented() {
    let text = expansion(
        "struct Net = 2 -> mine(3) -> mine(3) -> 1; let mine(x) = ln(1 + exp(x)) + (exp(x) - 1);",
        &[],
    );
    for line in [
        "Rewritten for accuracy: ln(1 + exp(x)) as softplus(x)",
        "Rewritten for accuracy: exp(x) - 1 as exp_m1(x)",
    ] {
        assert_eq!(text.matches(line).count(), 1, "{line}");
    }
    let text = expansion("struct Net = 2 -> softplus(3) -> 1;", &[]);
    assert!(!text.contains("Rewritten"));
}
