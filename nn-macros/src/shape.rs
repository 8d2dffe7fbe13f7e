//! What a declaration means to what is computed: the forward equations, every width checked.
//!
//! This is the last stage that can find a user's mistake. After one it goes on with the width that
//! was meant, and says nothing about widths that depend on a mistake, so that one mistake gives one
//! message. What it returns then is not emitted.

use crate::diagnostics::Errors;
use crate::formula::builtin::{Gain, LOSSES, Pairing, Reduction};
use crate::formula::{self, Formula};
use crate::ir::{Axis, Graph, NodeId, Op, Shape, Source, Unary};
use crate::model::{Activation, Layer, LayerKind, Loss, Model};
use proc_macro2::Span;
use std::collections::HashMap;

/// More parameters than this would not fit a gigabyte of `f32`.
const MOST_PARAMETERS: usize = 1 << 28;

/// A checked network: its tensors and its forward equations, in training and in prediction.
pub struct Network {
    pub inputs: usize,
    pub outputs: usize,
    pub targets: usize,
    pub loss: String,
    pub parameters: Vec<Tensor>,
    pub statistics: Vec<Tensor>,
    pub layers: Vec<LayerRow>,
    /// With dropout and batch statistics; its last outputs are the running statistics, moved on.
    pub training: Forward,
    /// Without dropout, with running statistics.
    pub prediction: Forward,
}

/// The equations of one pass over a batch.
pub struct Forward {
    pub graph: Graph,
    /// F, a row per sample.
    pub output: NodeId,
    /// L, the sum over the samples.
    pub loss: NodeId,
    /// The parameters, in the order of [`Network::parameters`].
    pub parameters: Vec<NodeId>,
    /// The running statistics after this pass, in the order of [`Network::statistics`].
    pub statistics: Vec<NodeId>,
    /// What to call the derivative of a named tensor.
    pub adjoint_of_output: String,
}

/// A named piece of the flat parameter slice or of the running statistics.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub name: String,
    pub role: Role,
    pub rows: usize,
    pub columns: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Weight(Gain),
    Bias,
    Scale,
    Shift,
    Mean,
    Variance,
}

/// One line of the summary.
#[derive(Clone, Debug)]
pub struct LayerRow {
    pub name: String,
    pub width: usize,
    pub parameters: usize,
}

pub fn shape(model: &Model, errors: &mut Errors) -> Network {
    let (training, tensors) = forward(model, Mode::Training, errors);
    // The second walk finds the same mistakes again; they are reported once.
    let (prediction, _) = forward(model, Mode::Prediction, &mut Errors::default());
    count_parameters(&tensors, errors);
    let outputs = training.graph.shape(training.output).columns;
    Network {
        inputs: model.inputs,
        outputs,
        targets: tensors.targets,
        loss: model.loss.entry.name.to_owned(),
        parameters: tensors.parameters,
        statistics: tensors.statistics,
        layers: tensors.layers,
        training,
        prediction,
    }
}

/// The flat parameter slice must fit in memory.
fn count_parameters(tensors: &Tensors, errors: &mut Errors) {
    let sizes = tensors
        .parameters
        .iter()
        .map(|tensor| tensor.rows * tensor.columns);
    let total = sizes.fold(0_usize, usize::saturating_add);
    if let Some((_, span)) = tensors.largest
        && total > MOST_PARAMETERS
    {
        let message = format!(
            "this network has {total} parameters, most of them in this layer, but {MOST_PARAMETERS} \
             are the most it can have; use fewer units"
        );
        errors.push(span, message);
    }
}

/// Which of a layer's two behaviours is written out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Training,
    Prediction,
}

/// What the walk over the layers collects besides equations.
struct Tensors {
    parameters: Vec<Tensor>,
    statistics: Vec<Tensor>,
    layers: Vec<LayerRow>,
    targets: usize,
    /// The most weights of a layer, and where its units are written.
    largest: Option<(usize, Span)>,
}

/// Writes the forward equations, layer by layer.
struct Writer<'a> {
    graph: Graph,
    mode: Mode,
    errors: &'a mut Errors,
    tensors: Tensors,
    parameters: Vec<NodeId>,
    statistics: Vec<NodeId>,
    /// How many layers of each kind came so far, by the letter of their result.
    numbers: HashMap<&'static str, usize>,
    /// How deep in skips.
    depth: usize,
    /// Whether the width so far is what was written, not a repair after a mistake.
    is_known: bool,
}

fn forward(model: &Model, mode: Mode, errors: &mut Errors) -> (Forward, Tensors) {
    let tensors = Tensors {
        parameters: Vec::new(),
        statistics: Vec::new(),
        layers: Vec::new(),
        targets: 0,
        largest: None,
    };
    let mut writer = Writer {
        graph: Graph::default(),
        mode,
        errors,
        tensors,
        parameters: Vec::new(),
        statistics: Vec::new(),
        numbers: HashMap::new(),
        depth: 0,
        is_known: true,
    };
    let x = writer
        .graph
        .source(Source::Inputs, Shape::rows(model.inputs), "x");
    let ends_affine = matches!(
        model.layers.last(),
        Some(Layer {
            kind: LayerKind::Affine { .. },
            ..
        })
    );
    let output = writer.chain(&model.layers, x, Some("f"));
    let loss = writer.loss(&model.loss, output);
    let last = writer.numbers.get("h").copied().unwrap_or(1);
    let forward = Forward {
        graph: writer.graph,
        output,
        loss,
        parameters: writer.parameters,
        statistics: writer.statistics,
        adjoint_of_output: if ends_affine {
            format!("g{last}")
        } else {
            "df".to_owned()
        },
    };
    (forward, writer.tensors)
}

impl Forward {
    /// The name of the adjoint of a tensor: Gₗ for Hₗ as in the lecture, else ∂L/∂ of it.
    pub fn adjoint_name(&self, name: &str) -> String {
        match name.strip_prefix('h') {
            Some(number) if number.bytes().all(|digit| digit.is_ascii_digit()) => {
                format!("g{number}")
            }
            _ if name == "f" => self.adjoint_of_output.clone(),
            _ => format!("d{name}"),
        }
    }
}

impl Writer<'_> {
    /// The result of a chain on `x`; the last layer's result is named `result` if given.
    fn chain(&mut self, layers: &[Layer], x: NodeId, result: Option<&str>) -> NodeId {
        let mut x = x;
        let last = layers
            .iter()
            .rposition(|layer| !matches!(layer.kind, LayerKind::Assertion { .. }));
        for (index, layer) in layers.iter().enumerate() {
            let name = result.filter(|_| Some(index) == last);
            x = self.layer(layer, x, name);
        }
        x
    }

    fn layer(&mut self, layer: &Layer, x: NodeId, result: Option<&str>) -> NodeId {
        match &layer.kind {
            LayerKind::Affine { units } => self.affine(layer.span, *units, x, result),
            LayerKind::Activation(activation) => self.activation(activation, x, result),
            LayerKind::Dropout { keep } => self.dropout(*keep, x),
            LayerKind::BatchNorm { eps, momentum } => self.batch_norm(*eps, *momentum, x),
            LayerKind::Skip(inner) => self.skip(layer, inner, x, result),
            LayerKind::Assertion { width } => {
                let found = self.columns(x);
                if found != *width && self.is_known {
                    let message = format!(
                        "the width here is {found}, not {width}; write `[{found}]`, or change the \
                         layer before"
                    );
                    self.errors.push(layer.span, message);
                }
                x
            }
            LayerKind::Unknown => {
                self.is_known = false;
                x
            }
        }
    }

    fn columns(&self, x: NodeId) -> usize {
        self.graph.shape(x).columns
    }

    /// The next number of the layers whose result has this letter.
    fn number(&mut self, letter: &'static str) -> usize {
        let number = self.numbers.entry(letter).or_insert(0);
        *number += 1;
        *number
    }

    fn parameter(&mut self, name: String, role: Role, rows: usize, columns: usize) -> NodeId {
        let source = Source::Parameter(self.parameters.len());
        let id = self
            .graph
            .source(source, Shape::matrix(rows, columns), &name);
        self.parameters.push(id);
        self.tensors.parameters.push(Tensor {
            name,
            role,
            rows,
            columns,
        });
        id
    }

    fn row(&mut self, name: String, width: usize, parameters: usize) {
        let name = format!("{}{name}", "  ".repeat(self.depth));
        self.tensors.layers.push(LayerRow {
            name,
            width,
            parameters,
        });
    }

    /// H = A W + b
    fn affine(&mut self, at: Span, units: usize, x: NodeId, result: Option<&str>) -> NodeId {
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
        let b = self.parameter(format!("b{number}"), Role::Bias, 1, units);
        let product = self.graph.product(crate::ir::Product::Plain, x, w);
        let h = self.graph.add(product, b);
        self.row(format!("{units}"), units, (fan_in + 1) * units);
        let name = result.map_or_else(|| format!("h{number}"), str::to_owned);
        self.graph.name(h, name)
    }

    fn activation(&mut self, activation: &Activation, x: NodeId, result: Option<&str>) -> NodeId {
        let number = self.number("a");
        let width = self.columns(x);
        // The weights right before an activation are initialized for it, also through a bn.
        if let Some(weight) = self
            .tensors
            .parameters
            .iter_mut()
            .rfind(|tensor| matches!(tensor.role, Role::Weight(_)) && tensor.columns == width)
        {
            weight.role = Role::Weight(activation.entry.gain);
        }
        let entry = activation.entry;
        let formula = entry_formula(entry.formula);
        let mut bindings = vec![("x", x)];
        for ((name, _), value) in entry.settings.iter().zip(&activation.settings) {
            bindings.push((name, self.graph.constant(*value)));
        }
        let a = formula::lower(&mut self.graph, &formula, &bindings);
        self.activation_row(activation, width);
        let name = result.map_or_else(|| format!("a{number}"), str::to_owned);
        self.graph.name(a, name)
    }

    /// Behind an affine layer an activation shares its line: `tanh(50)`.
    fn activation_row(&mut self, activation: &Activation, width: usize) {
        let entry = activation.entry;
        let changed = entry.settings.iter().zip(&activation.settings);
        let changed = changed.filter(|((_, default), value)| default != *value);
        let mut inside: Vec<_> = changed
            .map(|((name, _), value)| format!("{name} = {value}"))
            .collect();
        let units = width.to_string();
        let affine = self
            .tensors
            .layers
            .last_mut()
            .filter(|row| row.name.trim() == units);
        match affine {
            Some(row) => {
                inside.insert(0, units.clone());
                let call = format!("{}({})", entry.name, inside.join(", "));
                row.name = row.name.replace(&units, &call);
            }
            None if inside.is_empty() => self.row(entry.name.to_owned(), width, 0),
            None => self.row(format!("{}({})", entry.name, inside.join(", ")), width, 0),
        }
    }

    /// D = A ⊙ M with M = 1/keep with probability keep, else 0 (inverted dropout).
    fn dropout(&mut self, keep: f64, x: NodeId) -> NodeId {
        let (number, width) = (self.number("d"), self.columns(x));
        self.row(format!("dropout(keep = {keep})"), width, 0);
        if self.mode == Mode::Prediction || keep == 1.0 {
            return x;
        }
        let mask = self.graph.mask(number as u32, keep, width);
        self.graph.name(mask, format!("m{number}"));
        let d = self.graph.mul(x, mask);
        self.graph.name(d, format!("d{number}"))
    }

    /// Ioffe and Szegedy (2015), Algorithm 1; running statistics as PyTorch keeps them.
    fn batch_norm(&mut self, eps: f64, momentum: f64, x: NodeId) -> NodeId {
        let (k, width) = (self.number("z"), self.columns(x));
        let gamma = self.parameter(format!("gamma{k}"), Role::Scale, 1, width);
        let beta = self.parameter(format!("beta{k}"), Role::Shift, 1, width);
        let mean = self.statistic(format!("mean{k}"), Role::Mean, width);
        let variance = self.statistic(format!("variance{k}"), Role::Variance, width);
        self.row("bn".to_owned(), width, 2 * width);
        let (mu, sigma2) = match self.mode {
            Mode::Training => {
                let (mu, sigma2) = self.batch_statistics(k, x);
                self.move_statistics(momentum, (mean, mu), (variance, sigma2));
                (mu, sigma2)
            }
            Mode::Prediction => {
                self.statistics.extend([mean, variance]);
                (mean, variance)
            }
        };
        let g = &mut self.graph;
        let eps = g.constant(eps);
        let shifted = g.add(sigma2, eps);
        let root = g.unary(Unary::Sqrt, shifted);
        let one = g.constant(1.0);
        let s = g.div(one, root);
        g.name(s, format!("s{k}"));
        let centred = g.sub(x, mu);
        g.name(centred, format!("c{k}"));
        let x_hat = g.mul(centred, s);
        g.name(x_hat, format!("xhat{k}"));
        let scaled = g.mul(gamma, x_hat);
        let z = g.add(scaled, beta);
        g.name(z, format!("z{k}"))
    }

    fn statistic(&mut self, name: String, role: Role, width: usize) -> NodeId {
        let source = Source::Statistic(self.tensors.statistics.len());
        let id = self.graph.source(source, Shape::row(width), &name);
        self.tensors.statistics.push(Tensor {
            name,
            role,
            rows: 1,
            columns: width,
        });
        id
    }

    /// The batch's mean and biased variance, in two passes: no cancellation.
    fn batch_statistics(&mut self, k: usize, x: NodeId) -> (NodeId, NodeId) {
        let g = &mut self.graph;
        let n = g.count();
        let full = g.shape(x);
        let sum = g.sum(Axis::Rows, x, full);
        let mu = g.div(sum, n);
        g.name(mu, format!("mu{k}"));
        let centred = g.sub(x, mu);
        let square = g.power(centred, 2);
        let squares = g.sum(Axis::Rows, square, full);
        let sigma2 = g.div(squares, n);
        (mu, g.name(sigma2, format!("var{k}")))
    }

    /// running ← (1 − momentum)·running + momentum·new, with the unbiased variance n/(n−1)·σ².
    fn move_statistics(
        &mut self,
        momentum: f64,
        (mean, mu): (NodeId, NodeId),
        (variance, sigma2): (NodeId, NodeId),
    ) {
        let g = &mut self.graph;
        let (n, one) = (g.count(), g.constant(1.0));
        let fewer = g.sub(n, one);
        let ratio = g.div(n, fewer);
        let unbiased = g.mul(ratio, sigma2);
        for (running, new) in [(mean, mu), (variance, unbiased)] {
            let (keep, weight) = (g.constant(1.0 - momentum), g.constant(momentum));
            let (old, new) = (g.mul(keep, running), g.mul(weight, new));
            let moved = g.add(old, new);
            let name = g
                .node(running)
                .name
                .as_deref()
                .map(|name| format!("next_{name}"));
            if let Some(name) = name {
                g.name(moved, name);
            }
            self.statistics.push(moved);
        }
    }

    /// x + f(x)
    fn skip(&mut self, layer: &Layer, inner: &[Layer], x: NodeId, result: Option<&str>) -> NodeId {
        let number = self.number("r");
        let before = self.tensors.layers.len();
        self.depth += 1;
        let known_before = self.is_known;
        let f = self.chain(inner, x, None);
        let known_behind = std::mem::replace(&mut self.is_known, known_before);
        self.depth -= 1;
        let (from, to) = (self.columns(x), self.columns(f));
        let line = LayerRow {
            name: "skip".to_owned(),
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

    /// L = Σ over samples of the loss's formula, reduced over the columns.
    fn loss(&mut self, loss: &Loss, f: NodeId) -> NodeId {
        let outputs = self.columns(f);
        let entry = self.fitting(loss, outputs);
        let targets = if entry.pairing == Pairing::Halves {
            outputs / 2
        } else {
            outputs
        };
        let g = &mut self.graph;
        let y = g.source(Source::Targets, Shape::rows(targets), "y");
        let mut bindings = vec![("f", f), ("y", y)];
        if entry.pairing == Pairing::Halves {
            bindings.push(("mu", g.slice(f, 0, targets)));
            bindings.push(("s", g.slice(f, targets, targets)));
        }
        for ((name, _), value) in entry.settings.iter().zip(&loss.settings) {
            bindings.push((name, g.constant(*value)));
        }
        let term = formula::lower(g, &entry_formula(entry.formula), &bindings);
        let full = Shape::rows(targets);
        let rows = g.sum(Axis::Rows, term, full);
        let total = g.sum(Axis::Columns, rows, Shape::row(targets));
        let loss = match entry.over_columns {
            Reduction::Sum => total,
            Reduction::Mean => {
                let p = g.constant(targets as f64);
                g.div(total, p)
            }
        };
        self.tensors.targets = targets;
        if !matches!(self.graph.op(loss), Op::Constant(_)) {
            self.graph.name(loss, "loss");
        }
        loss
    }

    /// The loss, if the outputs fit it; the default one after a mistake.
    fn fitting(&mut self, loss: &Loss, outputs: usize) -> &'static formula::builtin::Loss {
        let message = match loss.entry.pairing {
            Pairing::Classes if outputs < 2 => Some(format!(
                "{} needs an output for every class, so at least 2, but the network has \
                 {outputs}; for two classes on one output, use binary_cross_entropy",
                loss.entry.name
            )),
            Pairing::Halves if !outputs.is_multiple_of(2) => Some(format!(
                "{} needs two outputs for every target, its mean and its log-deviation, but the \
                 network has {outputs}; give the last layer an even number of units",
                loss.entry.name
            )),
            _ => None,
        };
        let Some(message) = message else {
            return loss.entry;
        };
        if self.is_known {
            self.errors.push(loss.span, message);
        }
        &LOSSES[0]
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

/// A table entry's formula; that all of them parse is a test.
fn entry_formula(text: &str) -> Formula {
    syn::parse_str(text)
        .and_then(|expression| formula::parse(&expression))
        .expect("the tables' formulas parse")
}
