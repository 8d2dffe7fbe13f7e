//! Text to formula, through Rust's own expression grammar.

use super::{FUNCTIONS, Formula};
use crate::ir::{Binary, Test};
use syn::spanned::Spanned;

/// Reads a formula in Rust's expression syntax; functions in either style, `exp(x)` or `x.exp()`.
pub fn parse(expression: &syn::Expr) -> syn::Result<Formula> {
    match expression {
        syn::Expr::Lit(literal) => number(&literal.lit),
        syn::Expr::Path(path) => variable(&path.path),
        syn::Expr::Paren(inner) => parse(&inner.expr),
        syn::Expr::Group(inner) => parse(&inner.expr),
        syn::Expr::Unary(syn::ExprUnary {
            op: syn::UnOp::Neg(_),
            expr,
            ..
        }) => Ok(Formula::Negative(Box::new(parse(expr)?))),
        syn::Expr::Binary(binary) => arithmetic(binary),
        syn::Expr::Call(call) => {
            let syn::Expr::Path(function) = &*call.func else {
                return Err(syn::Error::new(
                    call.func.span(),
                    "expected the name of a function",
                ));
            };
            let Some(name) = function.path.get_ident() else {
                return Err(syn::Error::new(
                    function.span(),
                    "a function is a single name",
                ));
            };
            application(
                name,
                call.args.iter().map(parse).collect::<syn::Result<_>>()?,
            )
        }
        syn::Expr::MethodCall(call) => {
            let mut arguments = vec![parse(&call.receiver)?];
            for argument in &call.args {
                arguments.push(parse(argument)?);
            }
            application(&call.method, arguments)
        }
        syn::Expr::If(choice) => selection(choice),
        syn::Expr::Block(block) => sequence(&block.block),
        other => Err(syn::Error::new(
            other.span(),
            "this is not part of the formula language",
        )),
    }
}

fn number(literal: &syn::Lit) -> syn::Result<Formula> {
    let value = match literal {
        syn::Lit::Int(int) if int.suffix().is_empty() => int.base10_parse::<f64>()?,
        syn::Lit::Float(float) if float.suffix().is_empty() => float.base10_parse::<f64>()?,
        other => {
            return Err(syn::Error::new(
                other.span(),
                "expected a number without a suffix",
            ));
        }
    };
    if !value.is_finite() {
        return Err(syn::Error::new(
            literal.span(),
            "this number is too large for an f64",
        ));
    }
    Ok(Formula::Number(value))
}

fn variable(path: &syn::Path) -> syn::Result<Formula> {
    let Some(name) = path.get_ident() else {
        return Err(syn::Error::new(path.span(), "expected a variable"));
    };
    Ok(match name.to_string().as_str() {
        "PI" => Formula::Number(core::f64::consts::PI),
        "E" => Formula::Number(core::f64::consts::E),
        name => Formula::Variable(name.to_owned()),
    })
}

fn arithmetic(binary: &syn::ExprBinary) -> syn::Result<Formula> {
    let operation = match binary.op {
        syn::BinOp::Add(_) => Binary::Add,
        syn::BinOp::Sub(_) => Binary::Sub,
        syn::BinOp::Mul(_) => Binary::Mul,
        syn::BinOp::Div(_) => Binary::Div,
        syn::BinOp::BitXor(_) => {
            let why = "`^` is exclusive or in Rust and binds looser than `*`; write powi(x, 2)";
            return Err(syn::Error::new(binary.op.span(), why));
        }
        other => return Err(syn::Error::new(other.span(), "expected +, -, * or /")),
    };
    let (left, right) = (parse(&binary.left)?, parse(&binary.right)?);
    Ok(Formula::Binary(operation, Box::new(left), Box::new(right)))
}

fn application(name: &syn::Ident, arguments: Vec<Formula>) -> syn::Result<Formula> {
    let text = name.to_string();
    let Some(&(_, function, arity)) = FUNCTIONS.iter().find(|(known, ..)| *known == text) else {
        return Err(syn::Error::new(
            name.span(),
            format!("unknown function `{text}`"),
        ));
    };
    if arguments.len() != arity {
        let found = arguments.len();
        let message = format!("`{text}` takes {arity} arguments, but {found} are given");
        return Err(syn::Error::new(name.span(), message));
    }
    Ok(Formula::Call(function, arguments))
}

fn selection(choice: &syn::ExprIf) -> syn::Result<Formula> {
    let syn::Expr::Binary(condition) = &*choice.cond else {
        return Err(syn::Error::new(
            choice.cond.span(),
            "expected a comparison, a < b",
        ));
    };
    let (left, right) = (
        Box::new(parse(&condition.left)?),
        Box::new(parse(&condition.right)?),
    );
    let (test, left, right) = match condition.op {
        syn::BinOp::Lt(_) => (Test::Less, left, right),
        syn::BinOp::Gt(_) => (Test::Less, right, left),
        syn::BinOp::Le(_) => (Test::LessEqual, left, right),
        syn::BinOp::Ge(_) => (Test::LessEqual, right, left),
        other => return Err(syn::Error::new(other.span(), "expected <, <=, > or >=")),
    };
    let Some((_, no)) = &choice.else_branch else {
        return Err(syn::Error::new(
            choice.span(),
            "a formula's `if` needs an `else`",
        ));
    };
    let (yes, no) = (
        Box::new(sequence(&choice.then_branch)?),
        Box::new(parse(no)?),
    );
    Ok(Formula::If {
        test,
        left,
        right,
        yes,
        no,
    })
}

fn sequence(block: &syn::Block) -> syn::Result<Formula> {
    let Some((syn::Stmt::Expr(last, None), bindings)) = block.stmts.split_last() else {
        return Err(syn::Error::new(
            block.span(),
            "a block ends with an expression",
        ));
    };
    let mut body = parse(last)?;
    for binding in bindings.iter().rev() {
        let syn::Stmt::Local(syn::Local {
            pat: syn::Pat::Ident(pattern),
            init: Some(init),
            ..
        }) = binding
        else {
            return Err(syn::Error::new(
                binding.span(),
                "expected `let name = value;`",
            ));
        };
        let (name, value) = (pattern.ident.to_string(), Box::new(parse(&init.expr)?));
        body = Formula::Let {
            name,
            value,
            body: Box::new(body),
        };
    }
    Ok(body)
}
