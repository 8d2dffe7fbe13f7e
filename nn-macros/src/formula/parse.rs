//! Text to formula, through Rust's own expression grammar.

use super::refused::{self, refuse};
use super::{Formula, Function, Reductions, Scope};
use crate::diagnostics::{Errors, Place, cut, suggest};
use crate::ir::{Binary, Test};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// Reads a formula in Rust's expression syntax; functions in either style, `exp(x)` or `x.exp()`.
/// All mistakes in it are reported; `None` if there are any.
pub fn parse(expression: &syn::Expr, scope: &mut Scope, errors: &mut Errors) -> Option<Formula> {
    scope.size += 1;
    match expression {
        syn::Expr::Lit(literal) => number(&literal.lit, errors).map(Formula::Number),
        syn::Expr::Path(path) if path.qself.is_none() => name(&path.path, scope, errors),
        syn::Expr::Paren(inner) => parse(&inner.expr, scope, errors),
        syn::Expr::Group(inner) => parse(&inner.expr, scope, errors),
        syn::Expr::Unary(syn::ExprUnary {
            op: syn::UnOp::Neg(_),
            expr,
            ..
        }) => Some(match parse(expr, scope, errors)? {
            Formula::Number(value) => Formula::Number(-value),
            x => Formula::Negative(Box::new(x)),
        }),
        syn::Expr::Binary(binary) => arithmetic(binary, scope, errors),
        syn::Expr::Call(call) => {
            let arguments: Vec<_> = call.args.iter().collect();
            let name = function_name(&call.func, scope, errors);
            application(name.as_ref(), &arguments, scope, errors)
        }
        syn::Expr::MethodCall(call) => {
            let arguments: Vec<_> = [&*call.receiver].into_iter().chain(&call.args).collect();
            application(Some(&call.method), &arguments, scope, errors)
        }
        syn::Expr::If(choice) => selection(choice, scope, errors),
        syn::Expr::Block(block) if block.label.is_none() => sequence(&block.block, scope, errors),
        other => {
            refuse(other, errors);
            None
        }
    }
}

/// A finite number.
fn number(literal: &syn::Lit, errors: &mut Errors) -> Option<f64> {
    let (digits, suffix) = match literal {
        syn::Lit::Int(int) => (int.base10_digits(), int.suffix()),
        syn::Lit::Float(float) => (float.base10_digits(), float.suffix()),
        other => {
            errors.push(other.span(), "expected a number here");
            return None;
        }
    };
    if !suffix.is_empty() {
        let message = format!("numbers here have no suffix; write `{}`", cut(digits));
        errors.push(literal.span(), message);
        return None;
    }
    let value = digits.parse().ok().filter(|value: &f64| value.is_finite());
    if value.is_none() {
        let message = format!("{} is too large; numbers go up to 1.8e308", cut(digits));
        errors.push(literal.span(), message);
    }
    value
}

/// A variable, or a constant: `PI`, `E`, or one of the user's.
fn name(path: &syn::Path, scope: &mut Scope, errors: &mut Errors) -> Option<Formula> {
    let Some(name) = path.get_ident() else {
        return refused::constant(path, errors).then(|| Formula::Constant(scope.constant(path)));
    };
    let text = name.unraw().to_string();
    if scope.uses(&text) {
        return Some(Formula::Variable(text));
    }
    match text.as_str() {
        "PI" => return Some(Formula::Number(core::f64::consts::PI)),
        "E" => return Some(Formula::Number(core::f64::consts::E)),
        _ if is_constant(&text) => return Some(Formula::Constant(scope.constant(path))),
        _ => {}
    }
    let message = if scope.functions().any(|known| known == text) {
        format!("`{text}` is a function; write `{text}(…)` with what it is of")
    } else if text == "self" || text == "Self" {
        format!("a formula belongs to no type, so there is no `{text}`; write the type's name")
    } else {
        let hint = suggest(&text, "the variables here are", scope.variables());
        format!("unknown variable `{}`{hint}", cut(&text))
    };
    errors.push(name.span(), message);
    None
}

/// Whether a name is written as Rust's constants are.
fn is_constant(name: &str) -> bool {
    let is_upper = |letter: char| letter.is_uppercase() || letter.is_ascii_digit() || letter == '_';
    name.starts_with(char::is_uppercase) && name.chars().all(is_upper)
}

fn arithmetic(binary: &syn::ExprBinary, scope: &mut Scope, errors: &mut Errors) -> Option<Formula> {
    let operation = match binary.op {
        syn::BinOp::Add(_) => Some(Binary::Add),
        syn::BinOp::Sub(_) => Some(Binary::Sub),
        syn::BinOp::Mul(_) => Some(Binary::Mul),
        syn::BinOp::Div(_) => Some(Binary::Div),
        other => {
            errors.push(Place::of(&other), refused::operator(&other));
            None
        }
    };
    let left = parse(&binary.left, scope, errors);
    let right = parse(&binary.right, scope, errors);
    let (operation, left, right) = (operation?, left?, right?);
    if let (Binary::Div, Formula::Number(0.0)) = (operation, &right) {
        let message = "this divides by zero; divide by something else";
        errors.push(Place::of(&binary.right), message);
        return None;
    }
    Some(Formula::Binary(operation, Box::new(left), Box::new(right)))
}

/// The name in `name(…)`.
fn function_name(function: &syn::Expr, scope: &Scope, errors: &mut Errors) -> Option<Ident> {
    if let syn::Expr::Paren(inner) = function
        && let syn::Expr::Closure(_) = &*inner.expr
    {
        refuse(&inner.expr, errors);
        return None;
    }
    let syn::Expr::Path(path) = function else {
        let message = "expected the name of a function before these parentheses; to multiply, \
                       write `*`";
        errors.push(Place::of(function), message);
        return None;
    };
    if let Some(name) = path.path.get_ident() {
        return Some(name.clone());
    }
    let last = path.path.segments.last()?.ident.unraw().to_string();
    let hint = match scope.functions().any(|known| known == last) {
        true => format!("; write `{last}(…)`"),
        false => suggest(&last, "the functions are", scope.functions()),
    };
    let message = format!("a function here is a single name{hint}");
    errors.push(Place::of(path), message);
    None
}

/// A call of `name`, if it has one that can be read.
fn application(
    name: Option<&Ident>,
    arguments: &[&syn::Expr],
    scope: &mut Scope,
    errors: &mut Errors,
) -> Option<Formula> {
    let text = name.map(|name| name.unraw().to_string());
    let known = super::FUNCTIONS
        .iter()
        .find(|(known, ..)| text.as_deref() == Some(*known));
    if let (Some((_, Function::Powi, _)), Some(name), [x, exponent]) = (known, name, arguments) {
        let x = parse(x, scope, errors);
        let exponent = whole_number(exponent, name, errors);
        return Some(Formula::Call(
            Function::Powi,
            vec![x?, Formula::Number(exponent?)],
        ));
    }
    let parsed: Vec<_> = arguments
        .iter()
        .map(|argument| parse(argument, scope, errors))
        .collect();
    let (name, text) = (name?, text?);
    let Some(&(_, function, arity)) = known else {
        return definition(name, &text, parsed, scope, errors);
    };
    if function.is_over_columns() && scope.reductions != Reductions::Columns {
        errors.push(name.span(), refused::reduction(&text, scope.reductions));
        return None;
    }
    if parsed.len() != arity {
        let usage = match function {
            Function::Powi => "powi(x, 2)".to_owned(),
            Function::Clamp => "clamp(x, low, high)".to_owned(),
            _ if arity == 1 => format!("{text}(x)"),
            _ => format!("{text}(a, b)"),
        };
        errors.push(name.span(), wrong_count(&text, arity, parsed.len(), &usage));
        return None;
    }
    let parsed: Vec<Formula> = parsed.into_iter().collect::<Option<_>>()?;
    if function.is_over_columns() && !scope.varies(&parsed[0]) {
        let message = format!(
            "this is one number for each sample already, with no columns left for `{text}`; leave \
             `{text}` out"
        );
        errors.push(name.span(), message);
        return None;
    }
    if let (Function::Clamp, [_, Formula::Number(low), Formula::Number(high)]) =
        (function, &parsed[..])
        && low > high
    {
        let message = format!("the lower bound {low} is above the upper bound {high}; swap them");
        errors.push(Place::of(arguments[1]), message);
        return None;
    }
    scope.is_reduced |= matches!(function, Function::Sum | Function::Mean);
    Some(Formula::Call(function, parsed))
}

/// A call of another formula.
fn definition(
    name: &Ident,
    text: &str,
    arguments: Vec<Option<Formula>>,
    scope: &mut Scope,
    errors: &mut Errors,
) -> Option<Formula> {
    let Some(definition) = scope.definition(text) else {
        if scope.is_mistaken(text) {
            return None; // a closure, which is reported already
        }
        errors.push(name.span(), refused::function(text, scope.functions()));
        return None;
    };
    scope.calls.push((definition.clone(), name.span()));
    if definition.parameters.is_empty() {
        return None; // what it takes could not be read, which is reported already
    }
    if let [first, ..] = &definition.learnables[..] {
        let message = format!(
            "`{text}` has a learnable `{}`, so it can only be a layer; write what is needed of it \
             here, with a learnable of this formula's own",
            first.name
        );
        errors.push(name.span(), message);
        return None;
    }
    let parameters = &definition.parameters;
    let least = parameters.iter().filter(|p| p.default.is_none()).count();
    if !(least..=parameters.len()).contains(&arguments.len()) {
        let names: Vec<_> = parameters.iter().map(|p| p.name.as_str()).collect();
        let usage = format!("{text}({})", names.join(", "));
        let message = wrong_count(text, parameters.len(), arguments.len(), &usage);
        errors.push(name.span(), message);
        return None;
    }
    let arguments = arguments.into_iter().collect::<Option<_>>()?;
    Some(Formula::Apply(definition, arguments))
}

fn wrong_count(name: &str, arity: usize, found: usize, usage: &str) -> String {
    let arguments = if arity == 1 { "argument" } else { "arguments" };
    let are = if found == 1 { "is" } else { "are" };
    format!("`{name}` takes {arity} {arguments}, but {found} {are} given; write `{usage}`")
}

/// The exponent of `powi`, as it is written.
fn whole_number(exponent: &syn::Expr, powi: &Ident, errors: &mut Errors) -> Option<f64> {
    let (negative, magnitude) = match exponent {
        syn::Expr::Unary(syn::ExprUnary {
            op: syn::UnOp::Neg(_),
            expr,
            ..
        }) => (true, &**expr),
        syn::Expr::Paren(inner) => return whole_number(&inner.expr, powi, errors),
        syn::Expr::Group(inner) => return whole_number(&inner.expr, powi, errors),
        other => (false, other),
    };
    let message = match magnitude {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Int(int),
            ..
        }) if int.suffix().is_empty() => {
            let sign = if negative { "-" } else { "" };
            let digits = int.base10_digits();
            if let Ok(value) = format!("{sign}{digits}").parse::<i32>() {
                return Some(f64::from(value));
            }
            format!(
                "the exponent {sign}{} does not fit an i32; the largest is {}",
                cut(digits),
                i32::MAX
            )
        }
        _ => format!(
            "the exponent of `{powi}` is written as a whole number, `powi(x, 2)`; for another \
             exponent write `powf(x, …)`"
        ),
    };
    errors.push(Place::of(exponent), message);
    None
}

fn selection(choice: &syn::ExprIf, scope: &mut Scope, errors: &mut Errors) -> Option<Formula> {
    let condition = condition(&choice.cond, scope, errors);
    let yes = sequence(&choice.then_branch, scope, errors);
    let no = match &choice.else_branch {
        Some((_, no)) => parse(no, scope, errors),
        None => {
            let message = "a formula has a value everywhere, so this `if` needs an `else { … }`";
            errors.push(choice.if_token.span, message);
            None
        }
    };
    let (test, left, right) = condition?;
    let (yes, no) = (Box::new(yes?), Box::new(no?));
    Some(Formula::If {
        test,
        left,
        right,
        yes,
        no,
    })
}

/// `a < b` or another order of two values.
fn condition(
    written: &syn::Expr,
    scope: &mut Scope,
    errors: &mut Errors,
) -> Option<(Test, Box<Formula>, Box<Formula>)> {
    let comparison = match written {
        syn::Expr::Paren(inner) => return condition(&inner.expr, scope, errors),
        syn::Expr::Group(inner) => return condition(&inner.expr, scope, errors),
        syn::Expr::Binary(comparison) => comparison,
        other => {
            let message = "expected a comparison here, `a < b`";
            errors.push(Place::of(other), message);
            return None;
        }
    };
    let test = match comparison.op {
        syn::BinOp::Lt(_) => Some((Test::Less, false)),
        syn::BinOp::Gt(_) => Some((Test::Less, true)),
        syn::BinOp::Le(_) => Some((Test::LessEqual, false)),
        syn::BinOp::Ge(_) => Some((Test::LessEqual, true)),
        other => {
            errors.push(Place::of(&other), refused::comparison(&other));
            None
        }
    };
    let (test, is_swapped) = test?;
    let left = parse(&comparison.left, scope, errors);
    let right = parse(&comparison.right, scope, errors);
    let (left, right) = (Box::new(left?), Box::new(right?));
    Some(match is_swapped {
        false => (test, left, right),
        true => (test, right, left),
    })
}

/// `{ let d = x - 1; d * d }`
fn sequence(block: &syn::Block, scope: &mut Scope, errors: &mut Errors) -> Option<Formula> {
    let (bindings, last) = match block.stmts.split_last() {
        Some((syn::Stmt::Expr(last, None), bindings)) => (bindings, Some(last)),
        Some((syn::Stmt::Expr(_, Some(semi)), _)) => {
            let message = "a block has the value of its last expression; leave out this `;`";
            errors.push(semi.span, message);
            (&block.stmts[..block.stmts.len() - 1], None)
        }
        Some((last, _)) => {
            if !matches!(last, syn::Stmt::Macro(_)) {
                let message = "a block ends with an expression, which is its value; add it";
                errors.push(block.brace_token.span.close(), message);
            }
            (&block.stmts[..], None)
        }
        None => {
            let message = "this block is empty; write the value that it stands for";
            errors.push(block.brace_token.span.join(), message);
            (&[][..], None)
        }
    };
    let mut bound = Vec::new();
    for statement in bindings {
        if let Some((name, expression)) = refused::local(statement, errors) {
            let value = parse(expression, scope, errors);
            let varies = value.as_ref().is_some_and(|value| scope.varies(value));
            scope.bind(name.unraw().to_string(), varies);
            if value.is_none() {
                scope.mistake();
            }
            bound.push((name, value));
        }
    }
    let mut body = last.and_then(|last| parse(last, scope, errors));
    for (name, value) in bound.into_iter().rev() {
        let text = name.unraw().to_string();
        let is_used = scope.unbind();
        if !is_used && body.is_some() && !text.starts_with('_') {
            let message = format!("`{text}` is never used; leave it out, or use it");
            errors.push(name.span(), message);
            body = None;
        }
        body = body.zip(value).map(|(body, value)| Formula::Let {
            name: text,
            value: Box::new(value),
            body: Box::new(body),
        });
    }
    body
}
