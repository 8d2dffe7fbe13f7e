//! The equations of each layer but batch normalization.

use super::{LayerRow, Mode, Role, Writer};
use crate::formula::{self, Parameter, builtin::Gain};
use crate::ir::{NodeId, Product, Shape, print::LEARNED};
use crate::model::{Activation, Layer, LayerKind};
use proc_macro2::Span;

impl Writer<'_> {
    /// H = A W + b
    pub(super) fn affine(
        &mut self,
        at: Span,
        units: usize,
        x: NodeId,
        result: Option<&str>,
    ) -> NodeId {
        let (number, fan_in) = (self.number("h"), self.columns(x));
        self.is_known = true;
        let largest = &mut self.tensors.largest;
        if largest.is_none_or(|(weights, _)| weights < fan_in * units) {
            *largest = Some((fan_in * units, at));
        }
        let w = self.parameter(
            format!("w{number}"),
            Role::Weight(Gain::Glorot),
            fan_in,
            units,
        );
        self.unclaimed = Some(self.parameters.len() - 1);
        let b = self.parameter(format!("b{number}"), Role::Bias, 1, units);
        let product = self.graph.product(Product::Plain, x, w);
        let h = self.graph.add(product, b);
        self.row(format!("{units}"), units, (fan_in + 1) * units);
        let name = result.map_or_else(|| format!("h{number}"), str::to_owned);
        self.graph.name(h, name)
    }

    pub(super) fn activation(
        &mut self,
        activation: &Activation,
        x: NodeId,
        result: Option<&str>,
    ) -> NodeId {
        let number = self.number("a");
        let width = self.columns(x);
        // The first activation behind weights says how they are initialized, also through a bn.
        if let Some(weight) = self.unclaimed.take() {
            self.tensors.parameters[weight].role = Role::Weight(activation.gain);
        }
        let definition = &*activation.definition;
        let names = definition.parameters.iter().map(|p| p.name.as_str());
        let settings = activation.settings.iter();
        let mut given: Vec<_> = settings.map(|value| self.graph.constant(*value)).collect();
        given.insert(0, x);
        let mut bindings: Vec<_> = names.zip(given).collect();
        for learnable in &definition.learnables {
            let node = self.learnable(&definition.name, learnable, number);
            bindings.push((&learnable.name, node));
        }
        let body = definition.body.get(); // none after a mistake
        let a = body.map_or(x, |body| formula::lower(&mut self.graph, body, &bindings));
        let full = self.graph.shape(x);
        let a = self.graph.broadcast(a, full);
        self.activation_row(activation, width);
        let name = result.map_or_else(|| format!("a{number}"), str::to_owned);
        self.graph.name(a, name)
    }

    /// A scalar of the layer whose result has this number: `prelu_a1` of A₁.
    fn learnable(&mut self, owner: &str, learnable: &Parameter, number: usize) -> NodeId {
        let Parameter { name, default } = learnable;
        let between = if name.ends_with(|last: char| last.is_ascii_digit()) {
            "_"
        } else {
            ""
        };
        let name = format!("{owner}_{name}{between}{number}");
        let variable = format!("{LEARNED}{name}");
        let role = Role::Learnable(default.unwrap_or(0.0));
        self.parameter_as(&variable, name, role, 1, 1)
    }

    /// Behind an affine layer an activation shares its line: `tanh(50)`.
    fn activation_row(&mut self, activation: &Activation, width: usize) {
        let definition = &*activation.definition;
        let (name, learnables) = (&definition.name, definition.learnables.len());
        let settings = definition.parameters.iter().skip(1);
        let changed = settings.zip(&activation.settings);
        let changed = changed.filter(|(setting, value)| setting.default != Some(**value));
        let mut inside: Vec<_> = changed
            .map(|(setting, value)| format!("{} = {value}", setting.name))
            .collect();
        let (indent, units) = (self.indent(), width.to_string());
        let line = format!("{indent}{units}");
        let affine = self.tensors.layers.last_mut();
        let affine = affine.filter(|row| row.name == line);
        match affine {
            Some(row) => {
                inside.insert(0, units);
                row.name = format!("{indent}{name}({})", inside.join(", "));
                row.parameters += learnables;
            }
            None if inside.is_empty() => self.row(name.clone(), width, learnables),
            None => self.row(format!("{name}({})", inside.join(", ")), width, learnables),
        }
    }

    /// D = A ⊙ M with M = 1/keep with probability keep, else 0 (inverted dropout).
    pub(super) fn dropout(&mut self, keep: f64, x: NodeId) -> NodeId {
        let (number, width) = (self.number("d"), self.columns(x));
        self.row(format!("dropout(keep = {keep})"), width, 0);
        if keep == 1.0 {
            return x;
        }
        self.tensors.training_differs = true;
        self.tensors.drops = true;
        let shape = match self.mode {
            Mode::Training => Shape::rows(width),
            Mode::Sampling => Shape::row(width),
            Mode::Prediction => return x,
        };
        let mask = self.graph.mask(number as u32, keep, shape);
        self.graph.name(mask, format!("m{number}"));
        let d = self.graph.mul(x, mask);
        self.graph.name(d, format!("d{number}"))
    }

    /// x + f(x)
    pub(super) fn skip(
        &mut self,
        layer: &Layer,
        inner: &[Layer],
        x: NodeId,
        result: Option<&str>,
    ) -> NodeId {
        let number = self.number("r");
        let before = self.tensors.layers.len();
        self.depth += 1;
        let known_before = self.is_known;
        let f = self.chain(inner, x, None);
        let known_behind = std::mem::replace(&mut self.is_known, known_before);
        self.depth -= 1;
        let (from, to) = (self.columns(x), self.columns(f));
        let line = LayerRow {
            name: format!("{}skip", self.indent()),
            width: to,
            parameters: 0,
        };
        self.tensors.layers.insert(before, line);
        if from != to {
            if known_before && known_behind {
                let message = format!(
                    "skip adds what goes in, {from} wide, to what comes out, {to} wide; end it \
                     with {from} units"
                );
                self.errors
                    .push(last_units(inner).unwrap_or(layer.span), message);
            }
            return x;
        }
        let sum = self.graph.add(x, f);
        let name = result.map_or_else(|| format!("r{number}"), str::to_owned);
        self.graph.name(sum, name)
    }
}

/// Where the last number of units in a chain is written.
fn last_units(layers: &[Layer]) -> Option<Span> {
    layers.iter().rev().find_map(|layer| match &layer.kind {
        LayerKind::Affine { .. } => Some(layer.span),
        LayerKind::Skip(inner) => last_units(inner),
        _ => None,
    })
}
