//! Declarations that nobody would write: whatever the tokens, the compiler neither panics nor
//! overflows the stack, and what it answers is Rust.

use crate::compile::compile;
use crate::formula::builtin::{ACTIVATIONS, LOSSES};
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// xorshift64*, Vigna (2016): small, and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

/// The language's own words, and some that are not.
const WORDS: [&str; 24] = [
    "struct", "pub", "crate", "enum", "const", "let", "fn", "f32", "f64", "dropout", "bn", "skip",
    "keep", "drop", "eps", "momentum", "slope", "delta", "loss", "scalar", "seed", "units", "Net",
    "größe",
];

const NUMBERS: [&str; 20] = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "50",
    "0.5",
    "0.8",
    "1.5",
    "1e-5",
    "1e999",
    "50u32",
    "0.5f64",
    "0x10",
    "1_000",
    "1048576",
    "1048577",
    "18446744073709551615",
    "\"50\"",
    "'a'",
];

const SYMBOLS: [char; 14] = [
    '-', '>', '=', ';', ',', '<', '#', '!', '.', ':', '\'', '$', '*', '_',
];

/// Some tokens without meaning.
fn noise(random: &mut Random, depth: usize) -> TokenStream {
    let count = random.below(12);
    (0..count).flat_map(|_| token(random, depth)).collect()
}

fn token(random: &mut Random, depth: usize) -> Vec<TokenTree> {
    match random.below(if depth == 0 { 7 } else { 8 }) {
        0 | 1 => arrow(),
        2 | 3 => vec![TokenTree::Literal(number(random))],
        4 => vec![TokenTree::Ident(word(random))],
        5 => vec![TokenTree::Ident(activation(random))],
        6 => {
            let symbol = match random.pick(&SYMBOLS) {
                '_' => return vec![TokenTree::Ident(Ident::new("_", Span::call_site()))],
                symbol => symbol,
            };
            let spacing = random.pick(&[Spacing::Alone, Spacing::Joint]);
            vec![TokenTree::Punct(Punct::new(symbol, spacing))]
        }
        _ => vec![group(random, depth - 1, noise)],
    }
}

fn group(
    random: &mut Random,
    depth: usize,
    content: fn(&mut Random, usize) -> TokenStream,
) -> TokenTree {
    let delimiter = random.pick(&[
        Delimiter::Parenthesis,
        Delimiter::Parenthesis,
        Delimiter::Bracket,
        Delimiter::Brace,
        Delimiter::None,
    ]);
    TokenTree::Group(Group::new(delimiter, content(random, depth)))
}

fn arrow() -> Vec<TokenTree> {
    ['-', '>']
        .map(|symbol| TokenTree::Punct(Punct::new(symbol, Spacing::Joint)))
        .into()
}

fn number(random: &mut Random) -> Literal {
    random.pick(&NUMBERS).parse().expect("a literal")
}

fn word(random: &mut Random) -> Ident {
    Ident::new(random.pick(&WORDS), Span::call_site())
}

fn activation(random: &mut Random) -> Ident {
    let name = ACTIVATIONS[random.below(ACTIVATIONS.len())].name;
    Ident::new(name, Span::call_site())
}

/// A declaration that is often right.
fn plausible(random: &mut Random, depth: usize) -> TokenStream {
    let head = random.pick(&[
        "",
        "struct Net =",
        "pub struct Net<f64> =",
        "#[doc = \"\"] pub(crate) struct Net<f32> =",
    ]);
    let mut text = format!("{head} {}", random.pick(&["1", "2", "3"]));
    for _ in 0..1 + random.below(5) {
        text.push_str(&layer(random, depth));
    }
    text.push_str(&format!(" -> {}", random.pick(&["1", "2", "4"])));
    if random.below(2) == 0 {
        let loss = LOSSES[random.below(LOSSES.len())].name;
        text.push_str(&format!("; loss = {loss}"));
    }
    text.parse().expect("tokens")
}

fn layer(random: &mut Random, depth: usize) -> String {
    let units = random.pick(&["1", "2", "3", "17"]);
    let name = ACTIVATIONS[random.below(ACTIVATIONS.len())].name;
    match random.below(if depth == 0 { 6 } else { 7 }) {
        0 => format!(" -> {units}"),
        1 => format!(" -> {name}({units})"),
        2 => format!(" -> {name}"),
        3 => format!(
            " -> dropout({})",
            random.pick(&["0.8", "keep = 0.5", "drop = 0.1", "1"])
        ),
        4 => " -> bn".to_owned(),
        5 => format!(" -> {units} -> [{units}]"),
        _ => {
            let inner = layer(random, depth - 1) + &layer(random, depth - 1);
            format!(" -> 2 -> skip({} -> 2)", inner.trim_start_matches(" -> "))
        }
    }
}

/// A plausible declaration with a few tokens exchanged, left out or put in, at every level.
fn damaged(random: &mut Random, declaration: TokenStream) -> TokenStream {
    let mut tokens = Vec::new();
    for token in declaration {
        match (random.below(10), token) {
            (0, _) => {}
            (1, _) => tokens.extend(self::token(random, 2)),
            (2, token) => {
                tokens.push(token);
                tokens.extend(self::token(random, 2));
            }
            (_, TokenTree::Group(group)) => {
                let stream = damaged(random, group.stream());
                tokens.push(TokenTree::Group(Group::new(group.delimiter(), stream)));
            }
            (_, token) => tokens.push(token),
        }
    }
    tokens.into_iter().collect()
}

/// Compiles that many random declarations; says how many were without mistakes.
fn survive(seed: u64, count: usize) -> usize {
    let mut random = Random(seed);
    let mut right = 0;
    for _ in 0..count {
        let declaration = match random.below(128) {
            0 => plausible(&mut random, 2),
            1..64 => noise(&mut random, 4),
            _ => {
                let declaration = plausible(&mut random, 2);
                damaged(&mut random, declaration)
            }
        };
        let facade: TokenStream = "unrolled,".parse().expect("tokens");
        let text = declaration.to_string();
        let code = compile(facade.into_iter().chain(declaration).collect());
        if !code.to_string().contains("compile_error") {
            right += 1;
        }
        let is_rust = syn::parse2::<syn::Block>(code.clone()).is_ok()
            || syn::parse2::<syn::File>(code).is_ok();
        assert!(is_rust, "{text}");
    }
    right
}

#[test]
fn twenty_thousand_survive() {
    let right = survive(1, 20_000);
    assert!(right > 100, "only {right} declarations had no mistakes");
}

/// `cargo test --release -p nn-macros -- --ignored a_million`
#[test]
#[ignore = "takes minutes"]
fn a_million_survive() {
    let right: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (2..10)
            .map(|seed| scope.spawn(move || survive(seed, 125_000)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .sum()
    });
    assert!(right > 5_000, "only {right} declarations had no mistakes");
}
