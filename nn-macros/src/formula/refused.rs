//! What is Rust but no formula: what to write instead.

use super::Reductions;
use crate::diagnostics::{Errors, Place, cut, suggest};
use proc_macro2::Ident;

/// Says why an expression is no formula, on the word that shows it.
pub fn refuse(expression: &syn::Expr, errors: &mut Errors) {
    use syn::Expr;
    let (place, message) = match expression {
        Expr::ForLoop(of) => (Place::of(&of.for_token), LOOP),
        Expr::While(of) => (Place::of(&of.while_token), LOOP),
        Expr::Loop(of) => (Place::of(&of.loop_token), LOOP),
        Expr::Match(of) => (
            Place::of(&of.match_token),
            "a formula has no `match`; write `if a < b { … } else { … }`",
        ),
        Expr::Closure(of) => (
            Place::of(&of.inputs_begin),
            "a formula has no closures; give the function a name, `let name(x) = …;`",
        ),
        Expr::Macro(of) => (Place::of(&of.mac.path), MACRO),
        Expr::Let(of) => (
            Place::of(&of.let_token),
            "a formula has no patterns; compare two values, `a < b`",
        ),
        Expr::Assign(of) => (Place::of(&of.eq_token), ASSIGNMENT),
        Expr::Cast(of) => (
            Place::of(&of.as_token),
            "all values here have the network's scalar type; leave out `as` and the type",
        ),
        Expr::Index(of) => (
            Place {
                first: of.bracket_token.span.open(),
                last: of.bracket_token.span.close(),
            },
            "a formula has no indices; give every column a name, `loss(a, b; y) = …`",
        ),
        Expr::Field(of) => (
            Place::of(&of.member),
            "a formula has no fields; give every value a name",
        ),
        Expr::Tuple(of) => (
            Place::of(of),
            "a formula has one value; leave out this comma and what belongs to it",
        ),
        Expr::Array(_) | Expr::Repeat(_) => (
            Place::of(expression),
            "a formula has no arrays; give every value a name",
        ),
        Expr::Range(of) => (Place::of(&of.limits), "a formula has no ranges"),
        Expr::Reference(of) => (
            Place::of(&of.and_token),
            "all values here are numbers; leave out this `&`",
        ),
        Expr::Unary(of) => match of.op {
            syn::UnOp::Deref(star) => (
                Place::of(&star),
                "all values here are numbers; leave out this `*`",
            ),
            op => (
                Place::of(&op),
                "`!` is for conditions; swap the two branches instead",
            ),
        },
        Expr::Return(of) => (
            Place::of(&of.return_token),
            "a formula has the value of its last expression; leave out `return`",
        ),
        Expr::Break(of) => (Place::of(&of.break_token), LOOP),
        Expr::Continue(of) => (Place::of(&of.continue_token), LOOP),
        Expr::Try(of) => (
            Place::of(&of.question_token),
            "a formula cannot fail; leave out this `?`",
        ),
        Expr::Unsafe(of) => (
            Place::of(&of.unsafe_token),
            "a formula has nothing unsafe; leave out `unsafe`",
        ),
        other => (
            Place::of(other),
            "this is no part of a formula; it has numbers, variables, functions, `+ - * /`, `if` \
             and `let`",
        ),
    };
    errors.push(place, message);
}

const LOOP: &str = "a formula has no loops; write the terms out, or give them names with `let`";
const MACRO: &str = "a formula has no macros; write what it stands for";
const ASSIGNMENT: &str = "nothing is assigned in a formula; arguments go by their place, \
                          `leaky(x, 0.01)`, and a value gets a name by `let`";

/// Why an operator is not one of a formula's.
pub fn operator(found: &syn::BinOp) -> &'static str {
    use syn::BinOp;
    match found {
        BinOp::BitXor(_) => {
            "`^` is exclusive or in Rust and binds looser than `*`; write `powi(x, 2)`"
        }
        BinOp::Rem(_) => "a formula has no remainder; it has `+`, `-`, `*` and `/`",
        BinOp::Lt(_) | BinOp::Le(_) | BinOp::Gt(_) | BinOp::Ge(_) | BinOp::Eq(_) | BinOp::Ne(_) => {
            "a comparison is no number; write `if a < b { 1 } else { 0 }`"
        }
        BinOp::AddAssign(_) | BinOp::SubAssign(_) | BinOp::MulAssign(_) | BinOp::DivAssign(_) => {
            "the values of a formula do not change; give the new one a name, `let d = …;`"
        }
        _ => "a formula has the operators `+`, `-`, `*` and `/`",
    }
}

/// Why two values are not compared so.
pub fn comparison(found: &syn::BinOp) -> &'static str {
    match found {
        syn::BinOp::Eq(_) | syn::BinOp::Ne(_) => {
            "computed numbers are hardly ever equal; compare them with `<` or `<=`"
        }
        syn::BinOp::And(_) | syn::BinOp::Or(_) => {
            "a condition is one comparison; write one `if` inside the other, or `else if`"
        }
        _ => "expected a comparison here: `<`, `<=`, `>` or `>=`",
    }
}

/// The name and the value of `let name = value;`. Anything else is reported; if there is a name and a
/// value all the same, they count.
pub fn local<'a>(
    statement: &'a syn::Stmt,
    errors: &mut Errors,
) -> Option<(&'a Ident, &'a syn::Expr)> {
    let local = match statement {
        syn::Stmt::Local(local) => local,
        syn::Stmt::Expr(syn::Expr::Binary(binary), _) => {
            errors.push(Place::of(&binary.op), operator(&binary.op));
            return None;
        }
        syn::Stmt::Expr(expression, semi) => {
            let is_value = matches!(
                expression,
                syn::Expr::Lit(_)
                    | syn::Expr::Path(_)
                    | syn::Expr::Paren(_)
                    | syn::Expr::Call(_)
                    | syn::Expr::MethodCall(_)
                    | syn::Expr::If(_)
                    | syn::Expr::Block(_)
                    | syn::Expr::Unary(_)
            );
            match semi {
                _ if !is_value => refuse(expression, errors),
                Some(semi) => errors.push(semi.span, NOWHERE),
                None => errors.push(Place::of(expression), NOWHERE),
            }
            return None;
        }
        syn::Stmt::Macro(of) => {
            errors.push(Place::of(&of.mac.path), MACRO);
            return None;
        }
        syn::Stmt::Item(item) => {
            let message = "items stand outside of the declaration; a constant of yours can be \
                           named here by its path";
            errors.push(Place::of(item), message);
            return None;
        }
    };
    let (pattern, written_type) = match &local.pat {
        syn::Pat::Type(of) => (&*of.pat, Some(&of.ty)),
        pattern => (pattern, None),
    };
    if let Some(written_type) = written_type {
        let message = "all values here have the network's scalar type; leave out `:` and the type";
        errors.push(Place::of(written_type), message);
    }
    match (pattern, &local.init) {
        (
            syn::Pat::Ident(syn::PatIdent {
                ident,
                by_ref: None,
                mutability,
                subpat: None,
                ..
            }),
            Some(init),
        ) if init.diverge.is_none() => {
            if let Some(word) = mutability {
                let message = "the values of a formula do not change; leave out `mut`";
                errors.push(Place::of(word), message);
            }
            Some((ident, &init.expr))
        }
        (pattern, _) => {
            errors.push(Place::of(pattern), "expected `let name = value;`");
            None
        }
    }
}

const NOWHERE: &str = "this value goes nowhere; give it a name, `let name = …;`, or leave it out";

/// Whether a path of several names can be a constant's; says why not.
pub fn constant(path: &syn::Path, errors: &mut Errors) -> bool {
    let first = path.segments.first().filter(|first| first.ident == "Self");
    if let Some(first) = first {
        let message = "a formula belongs to no type, so there is no `Self`; write the type's name";
        errors.push(first.ident.span(), message);
    }
    first.is_none()
}

/// Why a function over columns has no meaning here.
pub fn reduction(name: &str, reductions: Reductions) -> String {
    match reductions {
        Reductions::Named => format!(
            "`{name}` is over all columns of `f` in `loss(f, y)`; here each has a name of its own, \
             so write it out, `a + b`"
        ),
        _ => format!(
            "`{name}` is over the columns of `f` in `loss(f, y)`; this formula is about one \
             element alone"
        ),
    }
}

/// What other languages and libraries call our functions, and what they have besides.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "acos",
        "there is no inverse of `cos`; `atan(x)` is the one there is",
    ),
    ("arctan", "it is `atan(x)`"),
    (
        "asin",
        "there is no inverse of `sin`; `atan(x)` is the one there is",
    ),
    ("cbrt", "write `powf(x, 1.0 / 3.0)`"),
    ("ceil", "a formula has no steps but those of `if`"),
    ("exp2", "write `powf(2, x)`"),
    ("expm1", "it is `exp_m1(x)`"),
    ("fabs", "it is `abs(x)`"),
    ("floor", "a formula has no steps but those of `if`"),
    ("heaviside", "write `if x > 0 { 1 } else { 0 }`"),
    ("hypot", "write `sqrt(powi(x, 2) + powi(y, 2))`"),
    ("log", "write `ln(x)`, `log2(x)` or `log10(x)`"),
    ("log1p", "it is `ln_1p(x)`"),
    ("logistic", "it is `sigmoid(x)`"),
    ("logsumexp", "it is `log_sum_exp(f)`"),
    ("mul_add", "write `a * b + c`"),
    ("pow", "write `powi(x, 2)`, or `powf(x, 0.5)`"),
    ("recip", "write `1 / x`"),
    ("round", "a formula has no steps but those of `if`"),
    ("signum", "it is `sign(x)`"),
    ("softmax", "the loss `cross_entropy` has it inside"),
    ("sq", "write `powi(x, 2)`"),
    ("sqr", "write `powi(x, 2)`"),
    ("square", "write `powi(x, 2)`"),
    ("swish", "it is also known as `silu(x)`"),
];

/// That there is no such function, and what there is.
pub fn function<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let lower = name.to_lowercase();
    let hint = match ELSEWHERE.iter().find(|(word, _)| *word == lower) {
        Some((_, hint)) => format!("; {hint}"),
        None => suggest(&lower, "the functions are", known),
    };
    format!("unknown function `{}`{hint}", cut(name))
}
