//! The passes of single layers.

use super::pass::{Argument, Leaves, Output, Pass, PassKind};
use crate::derive::vjp;
use crate::ir::{Axis, Graph, NodeId, Op, Source};
use crate::passes::{drop_dead, name_shared};
use crate::shape::{Module, Network};

/// Forward and backward of every layer.
pub fn passes(network: &Network) -> Vec<Pass> {
    let numbered = network.modules.iter().zip(1..);
    numbered
        .flat_map(|(module, number)| [forward(module, number), backward(network, module, number)])
        .collect()
}

fn forward(module: &Module, number: usize) -> Pass {
    let arguments = [
        Argument::LayerInputs(module.graph.shape(module.input).columns),
        Argument::Draw,
        Argument::Parameters,
        Argument::Statistics,
    ];
    let outputs = vec![Output::new(
        module.result,
        Leaves::Rows("outputs".to_owned()),
    )];
    Pass::new(
        PassKind::LayerForward(number),
        &module.graph,
        arguments,
        outputs,
    )
}

fn backward(network: &Network, module: &Module, number: usize) -> Pass {
    let Slopes {
        graph,
        inputs,
        parameters,
    } = Slopes::new(network, module);
    let arguments = [
        Argument::LayerInputs(graph.shape(module.input).columns),
        Argument::Adjoints(graph.shape(module.result).columns),
        Argument::Draw,
        Argument::Parameters,
        Argument::Statistics,
    ];
    let mut outputs = vec![Output::new(inputs, Leaves::Rows("slopes".to_owned()))];
    let parameters = parameters.into_iter();
    outputs.extend(parameters.map(|id| Output::new(id, Leaves::Flat("gradient"))));
    Pass::new(PassKind::LayerBackward(number), &graph, arguments, outputs)
}

/// A layer's equations, forward and backward, for people to read; and the result in it.
pub fn drawn(network: &Network, module: &Module) -> (Graph, NodeId) {
    let Slopes {
        graph,
        inputs,
        parameters,
    } = Slopes::new(network, module);
    let mut results = vec![module.result, inputs];
    results.extend(parameters);
    let (mut graph, results) = drop_dead(&graph, &results);
    name_shared(&mut graph, &results);
    (graph, results[0])
}

/// A layer with its derivatives.
struct Slopes {
    graph: Graph,
    /// By the layer's inputs.
    inputs: NodeId,
    /// By its parameters.
    parameters: Vec<NodeId>,
}

impl Slopes {
    /// The derivatives of Σ Z ⊙ Z̄, where Z is what comes out of the layer and Z̄ the derivative of
    /// the loss by it: they are the derivatives of the loss.
    fn new(network: &Network, module: &Module) -> Self {
        let mut graph = module.graph.clone();
        let name_of = |name: &str| network.training.adjoint_name(name);
        let full = graph.shape(module.result);
        let name = module.adjoint_name(&network.training);
        let adjoints = graph.source(Source::Adjoints, full, &name);
        let weighted = graph.mul(module.result, adjoints);
        let rows = graph.sum(Axis::Rows, weighted, full);
        let sum = graph.sum(Axis::Columns, rows, graph.shape(rows));
        let mut wrt = vec![module.input];
        wrt.extend(&module.parameters);
        let mut parameters = vjp(&mut graph, sum, &wrt, name_of);
        let inputs = own(&mut graph, parameters.remove(0));
        let name = graph.node(module.input).name.as_deref().map(name_of);
        if let Some(name) = name {
            graph.name(inputs, name);
        }
        Self {
            graph,
            inputs,
            parameters,
        }
    }
}

/// A tensor that a pass can hand out: what is given is copied.
pub fn own(graph: &mut Graph, id: NodeId) -> NodeId {
    if matches!(graph.op(id), Op::Source(_)) {
        let shape = graph.shape(id);
        graph.push(Op::Broadcast(id), shape)
    } else {
        id
    }
}
