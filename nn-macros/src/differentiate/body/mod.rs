//! A function's body to nodes, one for every operation as it is written.
//!
//! The body is run at compile time with nodes in place of floats. Variables hold nodes, so an
//! assignment makes a variable stand for another node; whole numbers are known, so loops run; where
//! a float decides between two branches, both are run and what they leave different is selected.

mod calls;
mod choice;
mod expression;
mod loops;
mod refused;

pub use calls::{Callee, Layout, is_built_in};
pub use loops::MOST_ITERATIONS;

use super::place;
use super::signature::{Shape, Signature, text, variables};
use super::value::Value;
use crate::diagnostics::{Errors, Place};
use crate::ir::{self, Graph, NodeId, Op, Source};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

/// More operations than these are refused: the compiler would take minutes over their derivatives.
const MOST_NODES: usize = 20_000;

/// What a body computes.
pub struct Body {
    /// Its operations, nothing simplified, and those of its arguments that are floats.
    pub graph: Graph,
    pub arguments: Vec<NodeId>,
    pub result: NodeId,
    /// What the user calls the nodes that stand in variables, in the order of assignment.
    pub names: Vec<(NodeId, String)>,
    /// The code of each [`Source::Constant`].
    pub constants: Vec<TokenStream>,
    /// The functions called.
    pub callees: Vec<Callee>,
    /// The `use` and `const` items in front.
    pub items: Vec<syn::Item>,
}

/// A mistake that is reported already.
#[derive(Debug)]
struct Reported;

type Reading<T> = Result<T, Reported>;

/// Reads the body of `function`; `None` after a mistake.
pub fn read(signature: &Signature, block: &syn::Block, errors: &mut Errors) -> Option<Body> {
    let mut reader = Reader::new(signature, errors);
    let result = reader.function(block).ok()?;
    let Reader {
        graph,
        arguments,
        names,
        constants,
        callees,
        items,
        errors,
        ..
    } = reader;
    errors.is_empty().then_some(Body {
        graph,
        arguments,
        result,
        names,
        constants: constants.into_iter().map(|(_, code)| code).collect(),
        callees,
        items,
    })
}

struct Reader<'a> {
    signature: &'a Signature,
    errors: &'a mut Errors,
    graph: Graph,
    arguments: Vec<NodeId>,
    /// The variables in scope, the innermost last.
    variables: Vec<(String, Value)>,
    names: Vec<(NodeId, String)>,
    /// The user's constants: how each is told apart, and its code.
    constants: Vec<(String, TokenStream)>,
    callees: Vec<Callee>,
    items: Vec<syn::Item>,
    /// How many rounds of loops have been run.
    iterations: usize,
}

impl<'a> Reader<'a> {
    fn new(signature: &'a Signature, errors: &'a mut Errors) -> Self {
        let mut graph = Graph::default();
        let source = |(index, float): (usize, &super::signature::Float)| {
            graph.source(Source::Argument(index), ir::Shape::SCALAR, &float.name)
        };
        let arguments: Vec<_> = signature.floats.iter().enumerate().map(source).collect();
        let variable = |(name, start, shape): (String, usize, Shape)| {
            let mut nodes = arguments[start..].iter().copied();
            (name, given(&shape, &mut nodes))
        };
        let variables = variables(signature).into_iter().map(variable).collect();
        Self {
            signature,
            errors,
            graph,
            arguments,
            variables,
            names: Vec::new(),
            constants: Vec::new(),
            callees: Vec::new(),
            items: Vec::new(),
            iterations: 0,
        }
    }

    fn mistake<T>(&mut self, at: &impl quote::ToTokens, message: impl Into<String>) -> Reading<T> {
        self.mistake_at(place(at), message)
    }

    fn mistake_at<T>(&mut self, place: Place, message: impl Into<String>) -> Reading<T> {
        self.errors.push(place, message);
        Err(Reported)
    }

    /// The whole body: items, then statements, then the result.
    fn function(&mut self, block: &syn::Block) -> Reading<NodeId> {
        let is_item = |statement: &&syn::Stmt| matches!(statement, syn::Stmt::Item(_));
        let items = block.stmts.iter().filter(is_item).count();
        let (items, statements) = block.stmts.split_at(items);
        for statement in items {
            match statement {
                syn::Stmt::Item(item @ (syn::Item::Use(_) | syn::Item::Const(_))) => {
                    self.variables.extend(whole_number(item));
                    self.items.push(item.clone());
                }
                other => {
                    let message = "only `use` and `const` items can stand in a function to \
                                   differentiate, before its first statement";
                    return self.mistake(other, message);
                }
            }
        }
        let value = self.statements(statements)?;
        match statements.last() {
            Some(syn::Stmt::Expr(last, None)) => self.number(value, last),
            Some(syn::Stmt::Expr(_, Some(semicolon))) => {
                let message = "the body ends with the result; leave out this semicolon";
                self.mistake(semicolon, message)
            }
            _ => {
                let message = "the body must end with the result, a float";
                self.mistake(&self.signature.name.clone(), message)
            }
        }
    }

    /// A block with a scope of its own.
    fn block(&mut self, block: &syn::Block) -> Reading<Value> {
        let depth = self.variables.len();
        let value = self.statements(&block.stmts);
        self.variables.truncate(depth);
        value
    }

    /// Statements, all of them even after a mistake, and the value of the last.
    fn statements(&mut self, statements: &[syn::Stmt]) -> Reading<Value> {
        let mut value = Ok(Value::UNIT);
        for statement in statements {
            let next = self.statement(statement);
            value = match value {
                Ok(_) => next,
                Err(Reported) => Err(Reported),
            };
        }
        value
    }

    fn statement(&mut self, statement: &syn::Stmt) -> Reading<Value> {
        if self.graph.ids().len() > MOST_NODES {
            let message = format!(
                "the function has more than {MOST_NODES} operations from here on; loops are \
                 unrolled, so make them shorter"
            );
            return self.mistake(statement, message);
        }
        match statement {
            syn::Stmt::Local(local) => self.declare(local),
            syn::Stmt::Expr(expression, None) => self.expression(expression),
            syn::Stmt::Expr(expression, Some(_)) => {
                self.expression(expression).map(|_| Value::UNIT)
            }
            syn::Stmt::Item(item) => {
                let message = "only `use` and `const` items can stand in a function to \
                               differentiate, before its first statement";
                self.mistake(item, message)
            }
            syn::Stmt::Macro(call) => self.mistake(
                &call.mac.path,
                "a macro cannot be differentiated; write out what it computes",
            ),
        }
    }

    /// `let pattern = value;`
    fn declare(&mut self, local: &syn::Local) -> Reading<Value> {
        let value = match &local.init {
            Some(syn::LocalInit {
                expr,
                diverge: None,
                ..
            }) => self.expression(expr),
            Some(_) => self.mistake(local, "`let … else` cannot be differentiated; use `if`"),
            None => self.mistake(
                local,
                "a variable needs its value where it is declared; write `let name = value;`",
            ),
        };
        let failed = value.is_err();
        self.bind(&local.pat, value.unwrap_or(Value::Mistaken))?;
        if failed {
            Err(Reported)
        } else {
            Ok(Value::UNIT)
        }
    }

    /// Gives the names of a pattern to the parts of a value.
    fn bind(&mut self, pattern: &syn::Pat, value: Value) -> Reading<()> {
        match (pattern, value) {
            (syn::Pat::Ident(ident), value) if ident.by_ref.is_none() && ident.subpat.is_none() => {
                let name = ident.ident.unraw().to_string();
                self.remember(&name, &value);
                self.variables.push((name, value));
                Ok(())
            }
            (syn::Pat::Wild(_), _) => Ok(()),
            (syn::Pat::Type(typed), value) => self.bind(&typed.pat, value),
            (syn::Pat::Paren(inner), value) => self.bind(&inner.pat, value),
            (syn::Pat::Reference(inner), Value::Reference(value)) => self.bind(&inner.pat, *value),
            (syn::Pat::Tuple(tuple), Value::Tuple(values)) => {
                self.bind_all(pattern, &tuple.elems, values)
            }
            (syn::Pat::Slice(slice), Value::Array(values)) => {
                self.bind_all(pattern, &slice.elems, values)
            }
            (pattern, Value::Mistaken) => {
                self.bind_mistaken(pattern);
                Ok(())
            }
            (pattern, value) => {
                let message = format!(
                    "the pattern `{}` does not fit {}; write a name",
                    text(pattern),
                    value.what()
                );
                self.mistake(pattern, message)
            }
        }
    }

    fn bind_all(
        &mut self,
        pattern: &syn::Pat,
        parts: &syn::punctuated::Punctuated<syn::Pat, syn::Token![,]>,
        values: Vec<Value>,
    ) -> Reading<()> {
        if parts.len() != values.len() {
            let (names, count) = (parts.len(), values.len());
            let message = format!("{names} names for {count} values");
            return self.mistake(pattern, message);
        }
        let mut pairs = parts.iter().zip(values);
        pairs.try_for_each(|(part, value)| self.bind(part, value))
    }

    /// Makes the names of a pattern known, so that nothing is said about their uses.
    fn bind_mistaken(&mut self, pattern: &syn::Pat) {
        match pattern {
            syn::Pat::Ident(ident) => {
                let name = ident.ident.unraw().to_string();
                self.variables.push((name, Value::Mistaken));
            }
            syn::Pat::Type(typed) => self.bind_mistaken(&typed.pat),
            syn::Pat::Paren(inner) => self.bind_mistaken(&inner.pat),
            syn::Pat::Reference(inner) => self.bind_mistaken(&inner.pat),
            syn::Pat::Tuple(tuple) => tuple.elems.iter().for_each(|part| self.bind_mistaken(part)),
            syn::Pat::Slice(slice) => slice.elems.iter().for_each(|part| self.bind_mistaken(part)),
            _ => {}
        }
    }

    /// Notes what the user calls a computed float.
    fn remember(&mut self, name: &str, value: &Value) {
        if let Value::Number(id) = *value
            && !matches!(self.graph.op(id), Op::Source(_) | Op::Constant(_))
        {
            self.names.push((id, name.to_owned()));
        }
    }

    /// The place of a variable in scope.
    fn find(&self, name: &str) -> Option<usize> {
        self.variables.iter().rposition(|(known, _)| known == name)
    }

    /// A float, which is wanted here.
    fn number(&mut self, value: Value, at: &syn::Expr) -> Reading<NodeId> {
        match value.referent() {
            Value::Number(id) => Ok(*id),
            Value::Mistaken => Err(Reported),
            Value::Integer(value) => {
                let number = self.signature.scalar.name();
                let fix = match at {
                    syn::Expr::Lit(_) => format!("{value}.0"),
                    other => format!("{} as {number}", text(other)),
                };
                let message = format!("expected a float, found the integer {value}; write {fix}");
                self.mistake(at, message)
            }
            other => {
                let message = format!("expected a float, found {}", other.what());
                self.mistake(at, message)
            }
        }
    }

    /// A whole number, which is wanted here and must be known.
    fn integer(&mut self, value: &Value, at: &syn::Expr) -> Reading<i64> {
        match value.referent() {
            Value::Integer(value) => Ok(*value),
            Value::Mistaken => Err(Reported),
            Value::Number(id) if matches!(self.graph.op(*id), Op::Source(Source::Constant(_))) => {
                let message = format!(
                    "the value of `{}` is not known to the macro; write the number, here or in a \
                     `const` at the top of the function",
                    text(at)
                );
                self.mistake(at, message)
            }
            other => {
                let message = format!(
                    "expected a whole number that the macro knows, found {}; write the number",
                    other.what()
                );
                self.mistake(at, message)
            }
        }
    }

    /// A constant of the user's, told apart by `key`, in messages and tables `name`.
    fn constant(&mut self, key: String, name: &str, code: TokenStream) -> NodeId {
        let known = self.constants.iter().position(|(known, _)| *known == key);
        let index = known.unwrap_or_else(|| {
            self.constants.push((key, code));
            self.constants.len() - 1
        });
        let source = Source::Constant(index);
        self.graph.source(source, ir::Shape::SCALAR, name)
    }
}

/// `const N: usize = 3;` as a variable whose value is known.
fn whole_number(item: &syn::Item) -> Option<(String, Value)> {
    match item {
        syn::Item::Const(constant) => match &*constant.expr {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Int(int),
                ..
            }) => {
                let value = int.base10_parse().ok()?;
                Some((constant.ident.unraw().to_string(), Value::Integer(value)))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The value of an argument of this shape, made of the next nodes.
fn given(shape: &Shape, nodes: &mut impl Iterator<Item = NodeId>) -> Value {
    match shape {
        Shape::Float => Value::Number(nodes.next().expect("a node for every float")),
        Shape::Reference(inner) => Value::Reference(Box::new(given(inner, nodes))),
        Shape::Array(element, length) => {
            Value::Array((0..*length).map(|_| given(element, nodes)).collect())
        }
    }
}

/// The code of a constant as another type: `(N as f64)`.
fn converted(code: &TokenStream, number: &TokenStream) -> TokenStream {
    quote!((#code as #number))
}
