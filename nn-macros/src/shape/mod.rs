//! What a declaration means to what is computed: the forward equations, every width checked.
//!
//! This is the last stage that can find a user's mistake. After one it goes on with the width that
//! was meant, and says nothing about widths that depend on a mistake, so that one mistake gives one
//! message. What it returns then is not emitted.

mod batch_norm;
mod layers;
mod loss;
mod modules;
mod scaling;

pub use modules::Module;

use crate::diagnostics::Errors;
use crate::formula::builtin::{Gain, Pairing};
use crate::ir::{Graph, NodeId, Shape, Source};
use crate::model::{Derivable, Layer, LayerKind, Model};
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
    /// Running statistics of batch normalization, and the constants of the scaling layers.
    pub statistics: Vec<Tensor>,
    pub layers: Vec<LayerRow>,
    /// Whether dropout or batch normalization tells training from prediction.
    pub training_differs: bool,
    /// With dropout and batch statistics; its last outputs are the running statistics, moved on.
    pub training: Forward,
    /// Without dropout, with running statistics.
    pub prediction: Forward,
    /// The layers one by one, if the declaration asks for them.
    pub modules: Vec<Module>,
    /// With dropout and running statistics: one mask a layer, which all samples share. Only if some
    /// layer drops something.
    pub sampling: Option<Forward>,
}

/// The equations of one pass over a batch.
pub struct Forward {
    pub graph: Graph,
    /// F, a row per sample.
    pub output: NodeId,
    /// The outputs as the loss compares them: F, or what `unstandardize` makes F of.
    pub compared: NodeId,
    /// L, the sum over the samples.
    pub loss: NodeId,
    /// The parameters, in the order of [`Network::parameters`].
    pub parameters: Vec<NodeId>,
    /// What this pass moves of [`Network::statistics`] (see [`Role::is_running`]), in their order.
    pub statistics: Vec<NodeId>,
    /// What to call the derivative of a named tensor.
    pub adjoint_of_output: String,
    /// What every layer makes of what goes in, in the order in which they are computed.
    pub results: Vec<LayerResult>,
}

/// What goes into a layer and what comes out.
#[derive(Clone, Copy, Debug)]
pub struct LayerResult {
    pub input: NodeId,
    pub result: NodeId,
    pub kind: ResultKind,
}

/// What the result of a layer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultKind {
    /// H = A W + b
    PreActivation,
    /// A = f(H)
    Activation,
    /// Of any other layer.
    Other,
}

/// A named piece of the flat slice of parameters or of statistics.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub name: String,
    pub role: Role,
    pub rows: usize,
    pub columns: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    Weight(Gain),
    Bias,
    Scale,
    Shift,
    Mean,
    Variance,
    /// A scalar of a formula, and what it starts from.
    Learnable(f64),
    InputMean,
    InputDeviation,
    TargetMean,
    TargetDeviation,
}

impl Role {
    /// Whether training passes move it: a running statistic of batch normalization.
    pub fn is_running(self) -> bool {
        matches!(self, Role::Mean | Role::Variance)
    }

    /// Whether it is something to divide by, and so starts at one.
    pub fn is_divisor(self) -> bool {
        matches!(
            self,
            Role::Variance | Role::InputDeviation | Role::TargetDeviation
        )
    }
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
    // Further walks find the same mistakes again; they are reported once.
    let again = |mode| forward(model, mode, &mut Errors::default()).0;
    let prediction = again(Mode::Prediction);
    let sampling = tensors.drops.then(|| again(Mode::Sampling));
    count_parameters(&tensors, errors);
    let outputs = training.graph.shape(training.output).columns;
    Network {
        inputs: model.inputs,
        outputs,
        targets: tensors.targets,
        loss: model.loss.name.clone(),
        parameters: tensors.parameters,
        statistics: tensors.statistics,
        layers: tensors.layers,
        training_differs: tensors.training_differs,
        training,
        prediction,
        modules: if model.derives.contains(&Derivable::Layers) {
            modules::modules(model)
        } else {
            Vec::new()
        },
        sampling,
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

/// Which of a layer's behaviours is written out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Training,
    Prediction,
    /// A prediction of one of the networks that dropout makes.
    Sampling,
}

/// What the walk over the layers collects besides equations.
struct Tensors {
    parameters: Vec<Tensor>,
    statistics: Vec<Tensor>,
    layers: Vec<LayerRow>,
    training_differs: bool,
    /// Whether a dropout layer drops something.
    drops: bool,
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
    results: Vec<LayerResult>,
    /// How many layers of each kind came so far, by the letter of their result.
    numbers: HashMap<&'static str, usize>,
    /// How deep in skips.
    depth: usize,
    /// How the loss pairs outputs with targets.
    pairing: Pairing,
    /// What the loss compares instead of outputs and targets in their own units.
    standard: Option<scaling::Standard>,
    /// The index of weights that no activation has followed yet.
    unclaimed: Option<usize>,
    /// Whether the width so far is what was written, not a repair after a mistake.
    is_known: bool,
}

fn forward(model: &Model, mode: Mode, errors: &mut Errors) -> (Forward, Tensors) {
    let mut writer = Writer::new(mode, model.loss.pairing, errors);
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
        compared: writer.standard.map_or(output, |standard| standard.output),
        loss,
        parameters: writer.parameters,
        statistics: writer.statistics,
        results: writer.results,
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

impl<'a> Writer<'a> {
    fn new(mode: Mode, pairing: Pairing, errors: &'a mut Errors) -> Self {
        let tensors = Tensors {
            parameters: Vec::new(),
            statistics: Vec::new(),
            layers: Vec::new(),
            training_differs: false,
            drops: false,
            targets: 0,
            largest: None,
        };
        Self {
            graph: Graph::default(),
            mode,
            errors,
            tensors,
            parameters: Vec::new(),
            statistics: Vec::new(),
            results: Vec::new(),
            numbers: HashMap::new(),
            depth: 0,
            pairing,
            standard: None,
            unclaimed: None,
            is_known: true,
        }
    }

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

    fn layer(&mut self, layer: &Layer, input: NodeId, name: Option<&str>) -> NodeId {
        let result = self.equations(layer, input, name);
        let kind = match layer.kind {
            LayerKind::Assertion { .. } | LayerKind::Unknown => return result,
            LayerKind::Affine { .. } => ResultKind::PreActivation,
            LayerKind::Activation(_) => ResultKind::Activation,
            _ => ResultKind::Other,
        };
        self.results.push(LayerResult {
            input,
            result,
            kind,
        });
        result
    }

    fn equations(&mut self, layer: &Layer, x: NodeId, result: Option<&str>) -> NodeId {
        match &layer.kind {
            LayerKind::Affine { units } => self.affine(layer.span, *units, x, result),
            LayerKind::Activation(activation) => self.activation(activation, x, result),
            LayerKind::Dropout { keep } => self.dropout(*keep, x),
            LayerKind::BatchNorm { eps, momentum } => self.batch_norm(*eps, *momentum, x),
            LayerKind::Skip(inner) => self.skip(layer, inner, x, result),
            LayerKind::Standardize => self.standardize(x),
            LayerKind::Unstandardize => self.unstandardize(x, result),
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
        self.parameter_as(&name.clone(), name, role, rows, columns)
    }

    /// A parameter whose variable has another name than people know it by.
    fn parameter_as(
        &mut self,
        variable: &str,
        name: String,
        role: Role,
        rows: usize,
        columns: usize,
    ) -> NodeId {
        let source = Source::Parameter(self.parameters.len());
        let id = self
            .graph
            .source(source, Shape::matrix(rows, columns), variable);
        self.parameters.push(id);
        self.tensors.parameters.push(Tensor {
            name,
            role,
            rows,
            columns,
        });
        id
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

    fn indent(&self) -> String {
        "  ".repeat(self.depth)
    }

    fn row(&mut self, name: String, width: usize, parameters: usize) {
        let name = format!("{}{name}", self.indent());
        self.tensors.layers.push(LayerRow {
            name,
            width,
            parameters,
        });
    }
}
