//! A graph of scalars as straight-line Rust.
//!
//! ```text
//! let d = y - mu;
//! let value = (-0.5f64) * (d / sigma).powi(2);
//! ```
//!
//! What has a name or is read more than once gets a `let`; the rest is written where it is read.

use super::body::{Callee, Layout};
use crate::ir::{Binary, Graph, NodeId, Op, Source, Test, Unary};
use crate::model::Scalar;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// More operations than these are not written in one expression.
const DEEPEST: usize = 6;

/// What the code of a graph refers to.
pub struct Context<'a> {
    pub scalar: Scalar,
    pub facade: &'a syn::Path,
    /// The code of each argument.
    pub arguments: Vec<TokenStream>,
    /// The code of each constant of the user's.
    pub constants: &'a [TokenStream],
    pub callees: &'a [Callee],
}

/// Statements, and an expression for each output.
pub struct Code {
    pub statements: TokenStream,
    pub outputs: Vec<TokenStream>,
}

/// How tightly an expression binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Choice,
    Sum,
    Term,
    Sign,
    Atom,
}

/// An expression where it may be read.
#[derive(Clone)]
struct Written {
    code: TokenStream,
    binding: Binding,
    /// How many operations are nested in it.
    depth: usize,
}

/// The variables that hold a call's results.
struct Results {
    value: Ident,
    gradient: Ident,
    hessian: Ident,
}

struct Writer<'a> {
    context: &'a Context<'a>,
    graph: &'a Graph,
    uses: Vec<usize>,
    written: HashMap<NodeId, Written>,
    taken: HashSet<String>,
    calls: HashMap<(Rc<str>, Vec<NodeId>), Results>,
    statements: TokenStream,
    unnamed: usize,
}

/// The code that computes `outputs`. Every node of the graph is needed for them.
pub fn write(graph: &Graph, outputs: &[NodeId], context: &Context<'_>) -> Code {
    let mut uses = vec![0_usize; graph.ids().len()];
    let operands = graph.ids().flat_map(|id| graph.op(id).operands());
    for id in operands.chain(outputs.iter().copied()) {
        uses[id.index()] += 1;
    }
    let mut writer = Writer {
        context,
        graph,
        uses,
        written: HashMap::new(),
        taken: reserved(context),
        calls: HashMap::new(),
        statements: TokenStream::new(),
        unnamed: 0,
    };
    for id in graph.ids() {
        writer.node(id);
    }
    let outputs = outputs
        .iter()
        .map(|id| writer.written[id].code.clone())
        .collect();
    Code {
        statements: writer.statements,
        outputs,
    }
}

/// The words in the code of the arguments and constants: no variable hides them.
fn reserved(context: &Context<'_>) -> HashSet<String> {
    let codes = context.arguments.iter().chain(context.constants);
    let words = codes.map(|code| code.to_string());
    let words = words.flat_map(|code| {
        let split = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        split.map(str::to_owned).collect::<Vec<_>>()
    });
    words.collect()
}

impl Writer<'_> {
    /// Writes a node, with a `let` if it deserves one.
    fn node(&mut self, id: NodeId) {
        let written = self.value(id);
        let is_atom = matches!(
            self.graph.op(id),
            Op::Source(_) | Op::Constant(_) | Op::Call { .. }
        );
        let name = self.graph.node(id).name.clone();
        let is_kept = name.is_some() || self.uses[id.index()] > 1 || written.depth >= DEEPEST;
        let written = if is_kept && (!is_atom || self.is_row(id)) {
            let variable = self.variable(name.as_deref());
            let code = &written.code;
            self.statements.extend(quote!(let #variable = #code;));
            atom(variable.to_token_stream())
        } else {
            written
        };
        self.written.insert(id, written);
    }

    /// Whether a node that is short is given a variable all the same: the name says so.
    fn is_row(&self, id: NodeId) -> bool {
        let name = self.graph.node(id).name.as_deref();
        !matches!(self.graph.op(id), Op::Source(_) | Op::Constant(_)) && name.is_some()
    }

    /// A variable's name that is not taken: `z`, then `z_2`, `z_3`; `t1`, `t2` without a name.
    fn variable(&mut self, name: Option<&str>) -> Ident {
        let mut number = 1;
        loop {
            let candidate = match name {
                Some(name) if number == 1 => name.to_owned(),
                Some(name) => format!("{name}_{number}"),
                None => {
                    self.unnamed += 1;
                    format!("t{}", self.unnamed)
                }
            };
            number += 1;
            let is_word = syn::parse_str::<Ident>(&candidate).is_ok();
            if is_word && self.taken.insert(candidate.clone()) {
                return Ident::new(&candidate, Span::mixed_site());
            }
        }
    }

    /// A node where it is read, in parentheses if it binds looser than what is around.
    fn operand(&self, id: NodeId, around: Binding) -> TokenStream {
        let Written { code, binding, .. } = &self.written[&id];
        if *binding < around {
            quote!((#code))
        } else {
            code.clone()
        }
    }

    fn value(&mut self, id: NodeId) -> Written {
        use Binding::{Atom, Choice, Sign, Sum, Term};
        let operands = self.graph.op(id).operands();
        let depths = operands.iter().map(|x| self.written[x].depth);
        let depth = 1 + depths.max().unwrap_or(0);
        let at = |x: NodeId, around: Binding| self.operand(x, around);
        let (code, binding) = match self.graph.op(id) {
            Op::Source(Source::Argument(index)) => {
                return atom(self.context.arguments[*index].clone());
            }
            Op::Source(Source::Constant(index)) => {
                return atom(self.context.constants[*index].clone());
            }
            Op::Constant(number) => return self.number(number.value()),
            Op::Unary(function, x) => match function {
                Unary::Neg => {
                    let x = at(*x, Sign);
                    (quote!(-#x), Sign)
                }
                named => {
                    let x = (at(*x, Choice), at(*x, Atom));
                    (self.function(*named, x), Atom)
                }
            },
            Op::Power(x, n) => {
                let (x, n) = (at(*x, Atom), Literal::i32_unsuffixed(*n));
                (quote!(#x.powi(#n)), Atom)
            }
            Op::Binary(operation, a, b) => match operation {
                Binary::Add => binary(at(*a, Sum), quote!(+), at(*b, Term), Sum),
                Binary::Sub => binary(at(*a, Sum), quote!(-), at(*b, Term), Sum),
                Binary::Mul => binary(at(*a, Term), quote!(*), at(*b, Sign), Term),
                Binary::Div => binary(at(*a, Term), quote!(/), at(*b, Sign), Term),
                Binary::Pow => {
                    let (a, b) = (at(*a, Atom), at(*b, Choice));
                    (quote!(#a.powf(#b)), Atom)
                }
            },
            Op::Select {
                test,
                left,
                right,
                yes,
                no,
            } => {
                let [left, right] = [left, right].map(|&x| at(x, Sum));
                let [yes, no] = [yes, no].map(|&x| at(x, Choice));
                let sign = match test {
                    Test::Less => quote!(<),
                    Test::LessEqual => quote!(<=),
                };
                (quote!(if #left #sign #right { #yes } else { #no }), Choice)
            }
            Op::Call {
                function,
                by,
                arguments,
            } => {
                let (function, by, arguments) = (function.clone(), by.clone(), arguments.clone());
                return atom(self.result(&function, &by, &arguments));
            }
            other => unreachable!("{other:?} is not an operation on scalars"),
        };
        Written {
            code,
            binding,
            depth,
        }
    }

    /// A function of one argument, given bare and as a receiver.
    fn function(
        &self,
        function: Unary,
        (bare, receiver): (TokenStream, TokenStream),
    ) -> TokenStream {
        let facade = self.context.facade;
        let name = match function {
            Unary::Sqrt => "sqrt",
            Unary::Sigmoid => "sigmoid",
            named => named.name(),
        };
        let name = format_ident!("{name}");
        match function {
            Unary::Sign
            | Unary::Sigmoid
            | Unary::Softplus
            | Unary::Relu
            | Unary::Erf
            | Unary::Erfc => quote!(#facade::__private::functions::#name(#bare)),
            _ => quote!(#receiver.#name()),
        }
    }

    /// A number as a literal of the scalar type.
    fn number(&self, value: f64) -> Written {
        let magnitude = match self.context.scalar {
            Scalar::F32 => {
                let magnitude = (value.abs() as f32).min(f32::MAX);
                Literal::f32_suffixed(magnitude)
            }
            Scalar::F64 => Literal::f64_suffixed(value.abs()),
        };
        if value < 0.0 {
            Written {
                code: quote!(-#magnitude),
                binding: Binding::Sign,
                depth: 0,
            }
        } else {
            atom(quote!(#magnitude))
        }
    }

    /// A result of a call, which is made when its first result is wanted.
    fn result(&mut self, function: &Rc<str>, by: &[usize], arguments: &[NodeId]) -> TokenStream {
        let key = (function.clone(), arguments.to_vec());
        if !self.calls.contains_key(&key) {
            let results = self.make_call(function, arguments);
            self.calls.insert(key.clone(), results);
        }
        let Results {
            value,
            gradient,
            hessian,
        } = &self.calls[&key];
        let index = |i: &usize| Literal::usize_unsuffixed(*i);
        match by {
            [] => quote!(#value),
            [i] => {
                let i = index(i);
                quote!(#gradient[#i])
            }
            [i, j, ..] => {
                let (i, j) = (index(i), index(j));
                quote!(#hessian[#i][#j])
            }
        }
    }

    /// The call with all its results that the graph wants.
    fn make_call(&mut self, function: &Rc<str>, arguments: &[NodeId]) -> Results {
        let callees = self.context.callees;
        let callee = callees.iter().find(|callee| callee.name == *function);
        let callee = callee.expect("every function called is in the table");
        let order = self.graph.ids().filter_map(|id| match self.graph.op(id) {
            Op::Call {
                function: other,
                by,
                arguments: others,
            } if other == function && others == arguments => Some(by.len()),
            _ => None,
        });
        let order = order.max().unwrap_or(0);
        let mut nodes = arguments.iter().copied();
        let passed = callee
            .arguments
            .iter()
            .map(|layout| self.pass(layout, &mut nodes));
        let passed: Vec<TokenStream> = passed.collect();
        let short = &callee
            .path
            .segments
            .last()
            .expect("a path has a name")
            .ident;
        // What the compiler says about the call it says about the user's.
        let at = Span::mixed_site().located_at(short.span());
        let short = syn::ext::IdentExt::unraw(short).to_string();
        let value = self.variable(Some(&format!("{short}_value")));
        // Not the names of the functions: the compiler, missing one, would point at these.
        let gradient = self.variable(Some(&format!("{short}_slopes")));
        let hessian = self.variable(Some(&format!("{short}_curvatures")));
        let path = sibling(&callee.path, order);
        let number = format_ident!("{}", self.context.scalar.name());
        let count = Literal::usize_unsuffixed(arguments.len());
        self.statements.extend(match order {
            0 => quote!(let #value: #number = #path(#(#passed),*);),
            1 => quote_spanned! {at=>
                let (#value, #gradient): (#number, [#number; #count]) = #path(#(#passed),*);
            },
            _ => quote_spanned! {at=>
                let (#value, #gradient, #hessian):
                    (#number, [#number; #count], [[#number; #count]; #count]) =
                    #path(#(#passed),*);
            },
        });
        Results {
            value,
            gradient,
            hessian,
        }
    }

    /// An argument of a call.
    fn pass(&self, layout: &Layout, nodes: &mut impl Iterator<Item = NodeId>) -> TokenStream {
        match layout {
            Layout::Float => {
                let id = nodes.next().expect("a node for every float");
                self.operand(id, Binding::Choice)
            }
            Layout::Reference(inner) => {
                let inner = self.pass(inner, nodes);
                quote!(&#inner)
            }
            Layout::Array(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.pass(part, nodes)).collect();
                quote!([#(#parts),*])
            }
        }
    }
}

fn atom(code: TokenStream) -> Written {
    Written {
        code,
        binding: Binding::Atom,
        depth: 0,
    }
}

fn binary(
    left: TokenStream,
    sign: TokenStream,
    right: TokenStream,
    binding: Binding,
) -> (TokenStream, Binding) {
    (quote!(#left #sign #right), binding)
}

/// The function that gives derivatives up to `order` along with the value of the one at `path`.
pub fn sibling(path: &syn::Path, order: usize) -> syn::Path {
    let mut path = path.clone();
    let suffix = match order {
        0 => return path,
        1 => "gradient",
        _ => "hessian",
    };
    if let Some(last) = path.segments.last_mut() {
        last.ident = format_ident!("{}_{suffix}", last.ident, span = last.ident.span());
    }
    path
}
