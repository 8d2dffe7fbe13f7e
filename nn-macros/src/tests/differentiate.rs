//! `#[differentiate]`: the lecture's table, what is written, what is refused.

use super::expansion::check_expansion;
use crate::differentiate::differentiate;
use proc_macro2::TokenStream;

const LOG_NORMAL: &str = "
    pub fn log_normal(y: f64, mu: f64, sigma: f64) -> f64 {
        -0.5 * ((y - mu) / sigma).powi(2) - sigma.ln() - 0.5 * (2.0 * PI).ln()
    }
";

fn expand(options: &str, function: &str) -> TokenStream {
    let tokens = |text: &str| text.parse().expect("tokens");
    differentiate(tokens(options), tokens(function))
}

/// The documentation of the function that is made with this suffix.
fn documentation(function: &str, suffix: &str) -> String {
    let file: syn::File = syn::parse2(expand("", function)).expect("items");
    let is_made = |item: &&syn::Item| match item {
        syn::Item::Fn(function) => function.sig.ident.to_string().ends_with(suffix),
        _ => false,
    };
    let Some(syn::Item::Fn(made)) = file.items.iter().find(is_made) else {
        panic!("there is no function with {suffix}")
    };
    let doc = made
        .attrs
        .iter()
        .find_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(syn::MetaNameValue {
                value: syn::Expr::Lit(literal),
                ..
            }) => match &literal.lit {
                syn::Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
    doc.expect("what is made is documented")
}

/// The rows of the table in the documentation of a function's trace.
fn table(function: &str) -> Vec<String> {
    let doc = documentation(function, "_trace");
    let rows = doc.lines().filter(|line| line.starts_with("| v"));
    rows.skip(1).map(str::to_owned).collect()
}

/// The table of the lecture, page "Automatic differentiation", row by row. It writes log for the
/// natural logarithm; Rust and this crate say ln.
#[test]
fn the_table_is_the_lectures() {
    let lecture = [
        "| v₁ | y |  |",
        "| v₂ | mu |  |",
        "| v₃ | sigma |  |",
        "| v₄ | v₁ − v₂ | ∂v₄/∂v₁ = 1<br>∂v₄/∂v₂ = −1 |",
        "| v₅ | v₄ / v₃ | ∂v₅/∂v₄ = 1 / v₃<br>∂v₅/∂v₃ = −v₄ v₃⁻² |",
        "| v₆ | v₅² | ∂v₆/∂v₅ = 2 v₅ |",
        "| v₇ | (−0.5) v₆ | ∂v₇/∂v₆ = −0.5 |",
        "| v₈ | ln(v₃) | ∂v₈/∂v₃ = 1 / v₃ |",
        "| v₉ | v₇ − v₈ | ∂v₉/∂v₇ = 1<br>∂v₉/∂v₈ = −1 |",
        "| v₁₀ | v₉ − 0.5 ln(2 π) | ∂v₁₀/∂v₉ = 1 |",
    ];
    assert_eq!(table(LOG_NORMAL), lecture);
}

/// The derivatives' documentation says what was rewritten, the trace's shows what is written.
#[test]
fn rewrites_are_documented() {
    let risky = "fn risky(x: f64) -> f64 { (1.0 + x.exp()).ln() }";
    let line = "Rewritten for accuracy: ln(1 + exp(x)) as softplus(x)";
    assert!(documentation(risky, "_gradient").contains(line));
    assert!(documentation(risky, "_hessian").contains(line));
    assert!(documentation(risky, "_trace").contains("| ln(v₃) |"));
    assert!(!documentation(LOG_NORMAL, "_gradient").contains("Rewritten"));
}

/// The largest exponents there are make a trace, too.
#[test]
fn exponents_saturate() {
    let power = "fn f(x: f64) -> f64 { 1.0 / x.powi(-2147483648).powi(2147483647) }";
    assert_eq!(table(power).len(), 4);
}

#[test]
fn the_lectures_example() {
    check_expansion(|| expand("", LOG_NORMAL), "log_normal.rs");
}
