//! The layers one by one: each with a graph of its own, from its inputs to its results.

use super::{Forward, Mode, Network, Tensor, Writer};
use crate::diagnostics::Errors;
use crate::ir::{Graph, NodeId, Op, Shape, Source};
use crate::model::{LayerKind, Model};
use std::ops::Range;

/// One layer as declared, alone.
pub struct Module {
    /// As in the summary: `tanh`, `bn`, `50`.
    pub name: String,
    /// From the layer's inputs to its results, with the network's parameters.
    pub graph: Graph,
    pub input: NodeId,
    pub result: NodeId,
    /// Its parameters in the graph.
    pub parameters: Vec<NodeId>,
    /// Which of the network's parameters they are.
    pub range: Range<usize>,
    /// Whether it needs the statistics of a batch.
    pub has_statistics: bool,
}

/// The layers of a declaration without mistakes, in training, by the writer of the whole network's
/// equations: names, numbers and parameters are those of the network.
pub(super) fn modules(model: &Model) -> Vec<Module> {
    let mut errors = Errors::default();
    let mut writer = Writer::new(Mode::Training, model.loss.pairing, &mut errors);
    let (mut width, mut input_name) = (model.inputs, "x".to_owned());
    let is_module =
        |kind: &LayerKind| !matches!(kind, LayerKind::Assertion { .. } | LayerKind::Unknown);
    let last = model
        .layers
        .iter()
        .rposition(|layer| is_module(&layer.kind));
    let mut modules: Vec<Module> = Vec::new();
    for (index, layer) in model.layers.iter().enumerate() {
        if !is_module(&layer.kind) {
            continue;
        }
        writer.graph = Graph::default();
        writer.tensors.layers.clear();
        let (first, statistics) = (writer.parameters.len(), writer.statistics.len());
        let source = Shape::rows(width);
        let input = writer.graph.source(Source::Inputs, source, &input_name);
        let result = writer.layer(layer, input, (Some(index) == last).then_some("f"));
        width = writer.columns(result);
        let result = full(&mut writer.graph, result, width, modules.len() + 1);
        if let Some(name) = &writer.graph.node(result).name {
            input_name.clone_from(name);
        }
        modules.push(Module {
            name: writer
                .tensors
                .layers
                .first()
                .map_or_else(String::new, |row| row.name.clone()),
            graph: std::mem::take(&mut writer.graph),
            input,
            result,
            parameters: writer.parameters[first..].to_vec(),
            range: first..writer.parameters.len(),
            has_statistics: writer.statistics.len() > statistics,
        });
    }
    modules
}

/// A result with a row per sample that is the layer's own: a layer that changes nothing still hands
/// on a copy.
fn full(graph: &mut Graph, result: NodeId, width: usize, number: usize) -> NodeId {
    let shape = Shape::rows(width);
    if graph.shape(result) == shape && !matches!(graph.op(result), Op::Source(_)) {
        return result;
    }
    let copy = graph.push(Op::Broadcast(result), shape);
    graph.name(copy, format!("out{number}"))
}

impl Module {
    /// The parameter tensors of the layer.
    pub fn tensors<'n>(&self, network: &'n Network) -> &'n [Tensor] {
        &network.parameters[self.range.clone()]
    }

    /// What the derivative by the layer's results is called.
    pub fn adjoint_name(&self, training: &Forward) -> String {
        let name = self.graph.node(self.result).name.as_deref();
        training.adjoint_name(name.unwrap_or("out"))
    }
}
