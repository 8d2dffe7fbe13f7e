//! The pass that tells what flows through a network.

use super::layers::own;
use super::pass::{Argument, Leaves, Output, Pass, PassKind};
use crate::derive::vjp;
use crate::ir::limits::asymptotes;
use crate::ir::{Graph, NodeId, Op, Shape};
use crate::shape::{LayerResult, Network, ResultKind};

/// A tensor that flows through a network.
#[derive(Clone, Debug)]
pub struct Signal {
    /// `h1`, `g1`.
    pub name: String,
    pub kind: SignalKind,
    /// The number of the layer, from 0.
    pub layer: usize,
    pub width: usize,
    /// Which of the pass's results it is; several may be the same.
    pub output: usize,
    pub asymptotes: [Option<f64>; 2],
}

#[derive(Clone, Copy, Debug)]
pub enum SignalKind {
    Result(ResultKind),
    /// The derivative by the signal of this index.
    Adjoint(usize),
}

/// All signals of a network: the layers' results, then the derivatives by them in reverse.
pub fn signals(network: &Network) -> Vec<Signal> {
    Traced::new(network).signals
}

/// The training pass, all signals kept.
pub fn pass(network: &Network) -> Pass {
    let Traced { graph, nodes, .. } = Traced::new(network);
    let mut outputs = vec![Output::new(network.training.loss, Leaves::Returned)];
    let numbered = nodes.iter().enumerate();
    outputs.extend(numbered.map(|(i, &id)| Output::new(id, Leaves::Rows(format!("signal{i}")))));
    let arguments = [
        Argument::Inputs,
        Argument::Targets,
        Argument::Draw,
        Argument::Parameters,
        Argument::Statistics,
    ];
    Pass::new(PassKind::Signals, &graph, arguments, outputs)
}

struct Traced {
    graph: Graph,
    /// The distinct tensors among the signals.
    nodes: Vec<NodeId>,
    signals: Vec<Signal>,
}

impl Traced {
    fn new(network: &Network) -> Self {
        let training = &network.training;
        let mut traced = Self {
            graph: training.graph.clone(),
            nodes: Vec::new(),
            signals: Vec::new(),
        };
        let results = traced.results(&training.results);
        let name_of = |name: &str| training.adjoint_name(name);
        let adjoints = vjp(&mut traced.graph, training.loss, &results, name_of);
        for (of, adjoint) in adjoints.into_iter().enumerate().rev() {
            let Signal { name, layer, .. } = &traced.signals[of];
            let (name, layer) = (name_of(name), *layer);
            let adjoint = own(&mut traced.graph, adjoint);
            let kind = SignalKind::Adjoint(of);
            traced.add(adjoint, name, kind, layer, [None; 2]);
        }
        traced
    }

    /// Adds the layers' results, and returns their nodes. A layer that changes nothing (dropout
    /// that keeps everything) has none of its own.
    fn results(&mut self, results: &[LayerResult]) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        for (
            layer,
            &LayerResult {
                input,
                result,
                kind,
            },
        ) in results.iter().enumerate()
        {
            let is_new = result != input && !matches!(self.graph.op(result), Op::Source(_));
            let Some(name) = self.graph.node(result).name.clone().filter(|_| is_new) else {
                continue;
            };
            let asymptotes = match kind {
                ResultKind::Activation => asymptotes(&self.graph, input, result),
                _ => [None; 2],
            };
            self.add(result, name, SignalKind::Result(kind), layer, asymptotes);
            nodes.push(result);
        }
        nodes
    }

    fn add(
        &mut self,
        id: NodeId,
        name: String,
        kind: SignalKind,
        layer: usize,
        asymptotes: [Option<f64>; 2],
    ) {
        let known = self.nodes.iter().position(|&node| node == id);
        let output = known.unwrap_or(self.nodes.len());
        if known.is_none() {
            self.nodes.push(id);
        }
        let Shape { columns, .. } = self.graph.shape(id);
        self.signals.push(Signal {
            name,
            kind,
            layer,
            width: columns,
            output,
            asymptotes,
        });
    }
}
