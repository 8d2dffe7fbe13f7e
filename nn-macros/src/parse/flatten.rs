//! Invisible groups dissolved, nesting limited.

use crate::diagnostics::Errors;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Deeper nesting than this is refused before anything recursive looks at it.
const DEEPEST: usize = 64;

/// A group that is being rewritten, and its tokens so far.
struct Level {
    rest: proc_macro2::token_stream::IntoIter,
    group: Option<Group>,
    tokens: Vec<TokenTree>,
    /// Whether a group in it was rewritten. One that was not keeps its own delimiters' places.
    is_changed: bool,
}

impl Level {
    fn new(stream: TokenStream, group: Option<Group>) -> Self {
        Self {
            rest: stream.into_iter(),
            group,
            tokens: Vec::new(),
            is_changed: false,
        }
    }
}

/// The tokens with invisible groups dissolved: `$units` handed on by another macro reads like the
/// tokens it stands for. Too deep nesting is reported and left out; this loop itself does not
/// recurse.
pub fn flatten(tokens: TokenStream, errors: &mut Errors) -> Vec<TokenTree> {
    let mut above = Vec::new();
    let mut level = Level::new(tokens, None);
    loop {
        match level.rest.next() {
            Some(TokenTree::Group(group)) if above.len() < DEEPEST => {
                let inner = Level::new(group.stream(), Some(group));
                above.push(std::mem::replace(&mut level, inner));
            }
            Some(TokenTree::Group(group)) => {
                let message =
                    format!("this is nested more than {DEEPEST} levels deep; leave levels out");
                errors.push(group.span_open(), message);
            }
            Some(token) => level.tokens.push(token),
            None => {
                let (Some(outer), Some(group)) = (above.pop(), level.group.take()) else {
                    return level.tokens;
                };
                let inner = std::mem::replace(&mut level, outer);
                close(group, inner, &mut level);
            }
        }
    }
}

/// Appends a finished group to the level around it.
fn close(group: Group, inner: Level, outer: &mut Level) {
    if group.delimiter() == Delimiter::None {
        outer.is_changed = true;
        outer.tokens.extend(inner.tokens);
    } else if inner.is_changed {
        outer.is_changed = true;
        let mut copy = Group::new(group.delimiter(), inner.tokens.into_iter().collect());
        copy.set_span(group.span());
        outer.tokens.push(TokenTree::Group(copy));
    } else {
        outer.tokens.push(TokenTree::Group(group));
    }
}
