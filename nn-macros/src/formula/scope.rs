//! What the names in a formula mean.

use super::builtin::ACTIVATIONS;
use super::{Constant, Definition, FUNCTIONS, Formula, Function, parse};
use crate::diagnostics::Errors;
use proc_macro2::Span;
use quote::ToTokens;
use std::rc::Rc;

/// What a formula may name: variables, functions, the user's constants.
#[derive(Default)]
pub struct Scope {
    /// In scope here, the innermost last.
    variables: Vec<Variable>,
    /// The formulas that can be called besides the built-in ones.
    definitions: Vec<Rc<Definition>>,
    /// The user's constants met so far.
    pub constants: Vec<Rc<Constant>>,
    /// Whether `sum`, `mean` and `log_sum_exp` have a meaning here.
    pub reductions: Reductions,
    /// The calls of other formulas in it, and where they stand.
    pub calls: Vec<(Rc<Definition>, Span)>,
    /// How many parts the formula read has.
    pub size: usize,
    /// Whether `sum` or `mean` stands in it.
    pub is_reduced: bool,
}

/// What functions over a row's columns mean in a formula.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reductions {
    /// Nothing: it is about one element.
    #[default]
    None,
    /// Nothing: it is about columns that have a name each.
    Named,
    /// What they say: it is about all columns of `f` and `y`.
    Columns,
}

struct Variable {
    name: String,
    /// Whether it has a value for each column, not one for them all.
    varies: bool,
    is_used: bool,
    /// Whether its value could be read.
    is_known: bool,
}

impl Scope {
    /// A scope in which these formulas can be called.
    pub fn new(definitions: Vec<Rc<Definition>>) -> Self {
        Self {
            definitions,
            ..Self::default()
        }
    }

    /// The same functions and constants, but no variables.
    pub fn clear(&mut self, reductions: Reductions) {
        self.variables.clear();
        self.reductions = reductions;
        self.calls.clear();
        self.size = 0;
        self.is_reduced = false;
    }

    /// Brings a variable into scope, in front of others of its name; `varies` if it has a value for
    /// each column.
    pub fn bind(&mut self, name: impl Into<String>, varies: bool) {
        self.variables.push(Variable {
            name: name.into(),
            varies,
            is_used: false,
            is_known: true,
        });
    }

    /// That the value of the variable bound last has a mistake.
    pub(super) fn mistake(&mut self) {
        if let Some(variable) = self.variables.last_mut() {
            variable.is_known = false;
        }
    }

    /// Whether there is a variable of this name whose value has a mistake.
    pub(super) fn is_mistaken(&self, name: &str) -> bool {
        let found = self.variables.iter().rev().find(|v| v.name == name);
        found.is_some_and(|variable| !variable.is_known)
    }

    /// Whether the variable bound last has been read, which goes out of scope.
    pub fn unbind(&mut self) -> bool {
        self.variables
            .pop()
            .is_some_and(|variable| variable.is_used)
    }

    /// Whether there is such a variable, which counts as read from now on.
    pub(super) fn uses(&mut self, name: &str) -> bool {
        let found = self.variables.iter_mut().rev().find(|v| v.name == name);
        if let Some(variable) = found {
            variable.is_used = true;
            return true;
        }
        false
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = &str> + Clone {
        self.variables.iter().map(|variable| variable.name.as_str())
    }

    /// The formula of this name: one of the user's, or a built-in activation.
    pub(super) fn definition(&self, name: &str) -> Option<Rc<Definition>> {
        let own = self.definitions.iter().find(|own| own.name == name);
        own.cloned().or_else(|| {
            let entry = ACTIVATIONS.iter().find(|entry| entry.name == name);
            entry.map(|entry| Rc::new(entry.definition()))
        })
    }

    /// All that can be called here.
    pub(super) fn functions(&self) -> impl Iterator<Item = &str> + Clone {
        let known = FUNCTIONS
            .iter()
            .filter(|(_, function, _)| {
                self.reductions == Reductions::Columns || !function.is_over_columns()
            })
            .map(|(name, ..)| *name);
        let activations = ACTIVATIONS.iter().map(|entry| entry.name);
        let activations = activations.filter(|name| FUNCTIONS.iter().all(|(f, ..)| f != name));
        let own = self.definitions.iter().map(|own| own.name.as_str());
        own.chain(known).chain(activations)
    }

    /// The user's constant of this path, the same one every time.
    pub(super) fn constant(&mut self, path: &syn::Path) -> Rc<Constant> {
        let text = path.to_token_stream().to_string().replace(' ', "");
        if let Some(known) = self.constants.iter().find(|known| known.text == text) {
            return known.clone();
        }
        let constant = Rc::new(Constant {
            index: self.constants.len(),
            text,
            path: path.to_token_stream(),
        });
        self.constants.push(constant.clone());
        constant
    }

    /// Whether a formula has a value for each column, not one for them all.
    pub fn varies(&self, formula: &Formula) -> bool {
        let mut bound: Vec<_> = self
            .variables
            .iter()
            .map(|variable| (variable.name.as_str(), variable.varies))
            .collect();
        varies(formula, &mut bound)
    }
}

fn varies<'a>(formula: &'a Formula, bound: &mut Vec<(&'a str, bool)>) -> bool {
    match formula {
        Formula::Number(_) | Formula::Constant(_) => false,
        Formula::Variable(name) => {
            let found = bound.iter().rev().find(|(known, _)| known == name);
            found.is_some_and(|(_, varies)| *varies)
        }
        Formula::Negative(x) => varies(x, bound),
        Formula::Binary(_, a, b) => varies(a, bound) || varies(b, bound),
        Formula::Call(function, _) if function.is_over_columns() => false,
        Formula::Call(Function::Powi, arguments) => varies(&arguments[0], bound),
        Formula::Call(_, arguments) | Formula::Apply(_, arguments) => {
            arguments.iter().any(|argument| varies(argument, bound))
        }
        Formula::If {
            left,
            right,
            yes,
            no,
            ..
        } => [left, right, yes, no]
            .into_iter()
            .any(|part| varies(part, bound)),
        Formula::Let { name, value, body } => {
            let value = varies(value, bound);
            bound.push((name, value));
            let body = varies(body, bound);
            bound.pop();
            body
        }
    }
}

/// A table's formula; that all of them parse is a test.
pub(super) fn table_formula<'a>(
    text: &str,
    variables: impl IntoIterator<Item = &'a str>,
    reductions: Reductions,
) -> Formula {
    let mut scope = Scope {
        reductions,
        ..Scope::default()
    };
    for variable in variables {
        scope.bind(variable, true);
    }
    let expression = syn::parse_str(text).expect("the tables' formulas are expressions");
    parse(&expression, &mut scope, &mut Errors::default()).expect("the tables' formulas parse")
}
