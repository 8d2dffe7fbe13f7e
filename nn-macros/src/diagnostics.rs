//! Mistakes in a declaration, collected so that all of them are reported at once.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;

/// More messages than these help nobody.
const MOST: usize = 50;

/// The mistakes found so far, in the order found.
#[derive(Default)]
pub struct Errors(Vec<syn::Error>);

impl Errors {
    /// One sentence: what is wrong, with the numbers, then the fix; the place is the smallest thing
    /// to change.
    pub fn push(&mut self, place: impl Into<Place>, message: impl Into<String>) {
        let Place { first, last } = place.into();
        let ends = [first, last].map(|span| Ident::new("_end", span));
        let tokens = ends.into_iter().map(TokenTree::from);
        let tokens: TokenStream = tokens.collect();
        self.0.push(syn::Error::new_spanned(tokens, message.into()));
    }

    pub fn extend(&mut self, error: syn::Error) {
        self.0.extend(error);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands in for an expression: one `compile_error!` for each mistake. The last is the
    /// value, of the compiler's error type, so nothing done with it gives a second message.
    pub fn expression(&self) -> TokenStream {
        let messages = self.items();
        quote!({ #messages })
    }

    /// What stands in for the type `name`: a type with a mistaken constant in it. The compiler takes
    /// back every message about such a type, so one mistake gives one message however the type is
    /// used, which would not be so with a type whose widths are guessed.
    ///
    /// ```text
    /// pub type Sine = SineHasMistakes<{ compile_error!("…") }>;
    /// pub struct SineHasMistakes<const MISTAKE: usize>;
    /// ```
    pub fn item(&self, visibility: &syn::Visibility, name: &Ident) -> TokenStream {
        let stand_in = format_ident!("{}HasMistakes", name.unraw());
        let messages = self.items();
        quote! {
            #[allow(dead_code, missing_docs)]
            #visibility type #name = #stand_in<{ #messages }>;
            #[allow(dead_code, missing_docs, missing_debug_implementations)]
            #visibility struct #stand_in<const MISTAKE: ::core::primitive::usize>;
        }
    }

    /// What stands in for items that have no name: one `compile_error!` for each mistake.
    pub fn items(&self) -> TokenStream {
        let (shown, more) = self.0.split_at(self.0.len().min(MOST));
        let mut items: TokenStream = shown.iter().map(syn::Error::to_compile_error).collect();
        if let [next, ..] = more {
            let message = format!("there are {} more mistakes from here on", more.len());
            items.extend(syn::Error::new(next.span(), message).to_compile_error());
        }
        items
    }

    #[cfg(test)]
    pub fn messages(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

/// Where a mistake stands: from its first token to its last.
#[derive(Clone, Copy)]
pub struct Place {
    pub first: Span,
    pub last: Span,
}

impl Place {
    /// Where a piece of syntax stands.
    pub fn of(syntax: &impl ToTokens) -> Self {
        let tokens = flat(syntax.to_token_stream());
        let (first, last) = (tokens.first(), tokens.last());
        let [first, last] = [first, last].map(|span| span.copied().unwrap_or(Span::call_site()));
        Self { first, last }
    }
}

/// The first and the last place of the tokens.
fn flat(tokens: TokenStream) -> Vec<Span> {
    let ends = |token: TokenTree| match token {
        TokenTree::Group(group) => [group.span_open(), group.span_close()],
        token => [token.span(); 2],
    };
    tokens.into_iter().flat_map(ends).collect()
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self {
            first: span,
            last: span,
        }
    }
}

/// A token; of a group, the opening delimiter, for what is wrong is that it stands there at all.
impl From<&TokenTree> for Place {
    fn from(token: &TokenTree) -> Self {
        match token {
            TokenTree::Group(group) => group.span_open().into(),
            token => token.span().into(),
        }
    }
}

/// Tokens, of which there must be one.
impl From<&[TokenTree]> for Place {
    fn from(tokens: &[TokenTree]) -> Self {
        let (first, last) = (&tokens[0], &tokens[tokens.len() - 1]);
        Self {
            first: Self::from(first).first,
            last: Self::from(last).last,
        }
    }
}

/// A number as it would be written: `1`, `0.1`, `1e-5`.
pub fn written(value: f64) -> String {
    if value == value.trunc() && value.abs() < 1e15 {
        format!("{value}")
    } else {
        format!("{value:?}")
    }
}

/// `; did you mean …?` if a known word is close to `word`, else what there is.
pub fn suggest<'a>(
    word: &str,
    what: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    match did_you_mean(word, known.clone()) {
        Some(meant) => format!("; did you mean `{meant}`?"),
        None => {
            let known: Vec<_> = known.into_iter().collect();
            format!("; {what} {}", known.join(", "))
        }
    }
}

/// The known word closest to `word`, if it is close enough to have been meant: `tahn` is `tanh`, not
/// `tan`, which is one slip away as well, but not as long.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1 + word.chars().count() / 4;
    known
        .into_iter()
        .map(|candidate| (edits(word, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= limit && distance < candidate.len())
        .min_by_key(|&(distance, candidate)| (distance, candidate.len().abs_diff(word.len())))
        .map(|(_, candidate)| candidate)
}

/// A piece of source text for a message, cut where it would fill the screen.
pub fn cut(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}

/// How many insertions, deletions, replacements and swaps of neighbours turn `a` into `b`
/// (optimal string alignment). Words are cut at 32 characters: nothing known is longer.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(32).collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
