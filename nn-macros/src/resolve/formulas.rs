//! Formulas of the user's own: which name means which, and what each comes to.

use super::layers::OTHER_LAYERS;
use super::numbers;
use crate::ast;
use crate::diagnostics::{Errors, Place};
use crate::formula::builtin::{ACTIVATIONS, Gain, LOSSES, Pairing, Reduction};
use crate::formula::{
    self, Constant, Definition, FUNCTIONS, Formula, Parameter, Reductions, Scope,
};
use crate::model::Loss;
use proc_macro2::{Ident, Span};
use std::cell::OnceCell;
use std::rc::Rc;
use syn::ext::IdentExt;

/// A formula with more parts than this, those of the formulas it calls included, is refused.
const LARGEST: usize = 2000;

/// All formulas of a declaration.
pub struct Formulas {
    own: Vec<Own>,
    scope: Scope,
}

/// One of the user's.
struct Own {
    definition: Rc<Definition>,
    span: Span,
    /// Which others its body calls, and where.
    calls: Vec<(usize, Span)>,
    /// How many parts its body has, those of the formulas it calls included.
    size: usize,
    is_used: bool,
}

impl Own {
    fn new(written: &ast::Definition, name: String, errors: &mut Errors) -> Self {
        let mut parameters = |written: &[ast::Parameter]| -> Vec<_> {
            let parameter = |written: &ast::Parameter| Parameter {
                name: written.name.unraw().to_string(),
                default: written
                    .value
                    .as_ref()
                    .map(|value| numbers::float(value, errors).unwrap_or(0.0)),
            };
            written.iter().map(parameter).collect()
        };
        let definition = Definition {
            name,
            parameters: parameters(&written.parameters),
            learnables: parameters(&written.learnables),
            body: OnceCell::new(),
        };
        Self {
            definition: Rc::new(definition),
            span: written.name.span(),
            calls: Vec::new(),
            size: 0,
            is_used: false,
        }
    }
}

/// What a formula computes, and the names it is given values for.
struct Body {
    names: Vec<Ident>,
    expression: syn::Expr,
}

impl Body {
    fn new(written: ast::Definition) -> Option<Self> {
        let all = written.parameters.into_iter().chain(written.learnables);
        Some(Self {
            names: all.map(|parameter| parameter.name).collect(),
            expression: written.body?,
        })
    }
}

impl Formulas {
    /// Reads the bodies of all formulas. One that calls itself, or has another mistake, is left
    /// without a body.
    pub fn resolve(written: Vec<ast::Definition>, errors: &mut Errors) -> Self {
        let mut bodies = Vec::new();
        let mut own: Vec<Own> = Vec::new();
        for definition in written {
            let name = &definition.name;
            let text = name.unraw().to_string();
            let first = own.iter().find(|own| own.definition.name == text);
            let message = taken(&text, first.is_some());
            let is_taken = message.is_some();
            if let Some(message) = message {
                errors.push(name.span(), message);
            }
            if first.is_some() {
                continue;
            }
            let mut one = Own::new(&definition, text, errors);
            one.is_used = is_taken; // nobody can use it
            own.push(one);
            bodies.push(Body::new(definition));
        }
        let scope = Scope::new(own.iter().map(|own| own.definition.clone()).collect());
        let mut formulas = Self { own, scope };
        let bodies: Vec<_> = bodies
            .into_iter()
            .enumerate()
            .map(|(index, body)| formulas.body(index, &body?, errors))
            .collect();
        formulas.connect(bodies, errors);
        formulas
    }

    /// An activation by its name, and how weights before it are initialized.
    pub fn activation(&mut self, name: &str) -> Option<(Rc<Definition>, Gain)> {
        let own = self.own.iter_mut().find(|own| own.definition.name == name);
        if let Some(own) = own {
            own.is_used = true;
            return Some((own.definition.clone(), Gain::Glorot));
        }
        let entry = ACTIVATIONS.iter().find(|entry| entry.name == name)?;
        Some((Rc::new(entry.definition()), entry.gain))
    }

    /// The names of the user's formulas.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.own.iter().map(|own| own.definition.name.as_str())
    }

    /// What `loss(…) = …` means.
    pub fn loss(&mut self, written: ast::LossFormula, errors: &mut Errors) -> Option<Loss> {
        let ast::LossFormula {
            span,
            outputs,
            targets,
            is_by_name,
            body,
        } = written;
        self.scope.clear(match is_by_name {
            true => Reductions::Named,
            false => Reductions::Columns,
        });
        let names: Vec<_> = outputs.iter().chain(&targets).collect();
        let variables: Vec<_> = names.iter().map(|name| name.unraw().to_string()).collect();
        for variable in &variables {
            self.scope.bind(variable, !is_by_name);
        }
        let formula = formula::parse(&body, &mut self.scope, errors);
        let varies = formula.as_ref().is_some_and(|f| self.scope.varies(f));
        let is_reduced = self.scope.is_reduced;
        let whole = self.unused(&names, "the loss", formula.is_some(), errors);
        let mut size = self.scope.size;
        for (called, _) in self.calls() {
            self.own[called].is_used = true;
            size += self.own[called].size;
        }
        if size > LARGEST {
            errors.push(span, too_large("the loss", size));
        }
        if varies && is_reduced {
            let message = "`sum` or `mean` makes one number of a row's columns, but this formula \
                           still has one for each column; put all of it into `sum(…)` or `mean(…)`";
            errors.push(Place::of(&body), message);
        }
        let listed = |names: &[Ident]| {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            names.join(", ")
        };
        let between = if is_by_name { "; " } else { ", " };
        Some(Loss {
            name: format!("loss({}{between}{})", listed(&outputs), listed(&targets)),
            formula: formula.filter(|_| whole)?,
            variables,
            settings: Vec::new(),
            over_columns: match varies {
                true => Reduction::Sum,
                false => Reduction::None,
            },
            pairing: match is_by_name {
                true => Pairing::Named {
                    outputs: outputs.len(),
                },
                false => Pairing::Columns,
            },
            span,
        })
    }

    /// The user's constants that the formulas name, once nothing is left to resolve; a formula that
    /// nothing uses is a mistake.
    pub fn finish(mut self, errors: &mut Errors) -> Vec<Rc<Constant>> {
        for caller in 0..self.own.len() {
            for (called, _) in self.own[caller].calls.clone() {
                self.own[called].is_used = true;
            }
        }
        for own in self.own.iter().filter(|own| !own.is_used) {
            let name = &own.definition.name;
            let message =
                format!("`{name}` is never used; use it as a layer, `{name}(50)`, or leave it out");
            errors.push(own.span, message);
        }
        self.scope.constants
    }

    /// Reads the body of one formula.
    fn body(&mut self, index: usize, body: &Body, errors: &mut Errors) -> Option<Formula> {
        let definition = self.own[index].definition.clone();
        self.scope.clear(Reductions::None);
        for name in &body.names {
            self.scope.bind(name.unraw().to_string(), true);
        }
        let formula = formula::parse(&body.expression, &mut self.scope, errors);
        self.own[index].calls = self.calls();
        self.own[index].size = self.scope.size;
        let names: Vec<_> = body.names.iter().collect();
        let owner = format!("`{}`", definition.name);
        let whole = self.unused(&names, &owner, formula.is_some(), errors);
        formula.filter(|_| whole)
    }

    /// Unbinds `names` and reports those that the formula does not use, unless it has mistakes.
    fn unused(
        &mut self,
        names: &[&Ident],
        owner: &str,
        is_read: bool,
        errors: &mut Errors,
    ) -> bool {
        let mut whole = true;
        for name in names.iter().rev() {
            if !self.scope.unbind() && is_read && !name.unraw().to_string().starts_with('_') {
                let message = format!(
                    "`{name}` is not used in {owner}; use it, or call it `_{name}` if that is meant"
                );
                errors.push(name.span(), message);
                whole = false;
            }
        }
        whole
    }

    /// The user's formulas that the formula just read calls.
    fn calls(&self) -> Vec<(usize, Span)> {
        let place = |called: &Rc<Definition>| {
            let is_it = |own: &Own| Rc::ptr_eq(&own.definition, called);
            self.own.iter().position(is_it)
        };
        let calls = self.scope.calls.iter();
        calls
            .filter_map(|(called, span)| Some((place(called)?, *span)))
            .collect()
    }

    /// Gives every formula its body, called ones first; one that calls itself, by way of others or
    /// not, gets none.
    fn connect(&mut self, mut bodies: Vec<Option<Formula>>, errors: &mut Errors) {
        let mut states = vec![State::Unseen; self.own.len()];
        for index in 0..self.own.len() {
            self.visit(index, &mut states, &mut bodies, errors);
        }
    }

    fn visit(
        &mut self,
        index: usize,
        states: &mut [State],
        bodies: &mut [Option<Formula>],
        errors: &mut Errors,
    ) {
        if states[index] != State::Unseen {
            return;
        }
        states[index] = State::Open;
        let name = self.own[index].definition.name.clone();
        for (called, span) in self.own[index].calls.clone() {
            self.visit(called, states, bodies, errors);
            if states[called] == State::Open {
                let other = &self.own[called].definition.name;
                let message = match called == index {
                    true => format!("`{name}` calls itself, so it would never have a value"),
                    false => format!(
                        "`{other}` calls `{name}` already, so neither would ever have a value"
                    ),
                };
                errors.push(span, format!("{message}; write it without this call"));
                bodies[index] = None;
            }
            self.own[index].size += self.own[called].size;
        }
        states[index] = State::Done;
        let Own {
            definition,
            span,
            size,
            ..
        } = &mut self.own[index];
        if *size > LARGEST {
            errors.push(*span, too_large(&format!("`{name}`"), *size));
            (bodies[index], *size) = (None, 0);
        }
        if let Some(body) = bodies[index].take() {
            let _ = definition.body.set(body);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Unseen,
    Open,
    Done,
}

fn too_large(owner: &str, size: usize) -> String {
    format!(
        "{owner} has {size} parts, those of the formulas it calls included, but {LARGEST} are the \
         most; make it simpler"
    )
}

/// Why a formula cannot have this name.
fn taken(name: &str, is_twice: bool) -> Option<String> {
    let is = |known: &str| known == name;
    let what = if is_twice {
        return Some(format!("`{name}` is declared twice; give one another name"));
    } else if ACTIVATIONS.iter().any(|entry| is(entry.name)) {
        "an activation"
    } else if FUNCTIONS.iter().any(|(known, ..)| is(known)) {
        "a function"
    } else if LOSSES.iter().any(|entry| is(entry.name)) {
        "a loss"
    } else if OTHER_LAYERS.contains(&name) {
        "a layer"
    } else if is("loss") {
        return Some("the loss is declared without `let`; write `loss(f, y) = …`".to_owned());
    } else {
        return None;
    };
    Some(format!(
        "`{name}` is {what} already; give this another name"
    ))
}
