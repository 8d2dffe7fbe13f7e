//! What each pass of a network computes.

use super::pass::{Argument, Leaves, Output, Pass, PassKind, Passes};
use super::{layers, signals};
use crate::derive::{RowDerivative, curvature, jvp, loss_curvature, vjp, vjp_by_row};
use crate::ir::{NodeId, Op, Shape, Source};
use crate::model::Derivable;
use crate::shape::{Forward, Network};

/// The passes that every network has, sampling where there is dropout, and those that its
/// declaration derives.
pub fn passes(network: &Network, derives: &[Derivable]) -> Passes {
    let mut passes = vec![gradient(network), prediction(network), loss(network)];
    passes.extend(network.sampling.as_ref().map(sampling));
    passes.extend(derives.iter().flat_map(|&derive| derived(network, derive)));
    Passes::new(passes)
}

/// The passes behind a derived trait.
fn derived(network: &Network, derive: Derivable) -> Vec<Pass> {
    match derive {
        Derivable::HessianVectorProduct => vec![hessian_vector_product(network)],
        Derivable::Jacobian => vec![jacobian(network)],
        Derivable::InputJacobian => vec![input_jacobian(network)],
        Derivable::DiagonalCurvature => vec![diagonal_curvature(network)],
        Derivable::ComputationalGraph => Vec::new(),
        Derivable::Layers => layers::passes(network),
        Derivable::Signals => vec![signals::pass(network)],
    }
}

/// L, ∂L/∂θ and the moved statistics, with dropout and batch statistics.
fn gradient(network: &Network) -> Pass {
    let Forward {
        graph,
        loss,
        parameters,
        statistics,
        ..
    } = &network.training;
    let mut graph = graph.clone();
    let name_of = |name: &str| network.training.adjoint_name(name);
    let gradient = vjp(&mut graph, *loss, parameters, name_of);
    let mut outputs = vec![Output::new(*loss, Leaves::Returned)];
    let slopes = gradient.into_iter();
    outputs.extend(slopes.map(|id| Output::new(id, Leaves::Flat("gradient"))));
    let tensors = network.statistics.iter().enumerate();
    let running = tensors.filter(|(_, tensor)| tensor.role.is_running());
    let moved = statistics.iter().zip(running);
    outputs.extend(moved.map(|(&id, (index, _))| Output::new(id, Leaves::Statistic(index))));
    let arguments = [
        Argument::Inputs,
        Argument::Targets,
        Argument::Draw,
        Argument::Parameters,
        Argument::MovedStatistics,
        Argument::Part,
    ];
    Pass::new(PassKind::Gradient, &graph, arguments, outputs)
}

/// F, without dropout, with running statistics.
fn prediction(network: &Network) -> Pass {
    let Forward { graph, output, .. } = &network.prediction;
    let outputs = vec![Output::new(*output, Leaves::Rows("outputs".to_owned()))];
    let arguments = [Argument::Inputs, Argument::Parameters, Argument::Statistics];
    Pass::new(PassKind::Prediction, graph, arguments, outputs)
}

/// L of predictions.
fn loss(network: &Network) -> Pass {
    let Forward { graph, loss, .. } = &network.prediction;
    let outputs = vec![Output::new(*loss, Leaves::Returned)];
    let arguments = [
        Argument::Inputs,
        Argument::Targets,
        Argument::Parameters,
        Argument::Statistics,
    ];
    Pass::new(PassKind::Loss, graph, arguments, outputs)
}

/// F of one of the networks that dropout makes, with running statistics.
fn sampling(forward: &Forward) -> Pass {
    let outputs = vec![Output::new(
        forward.output,
        Leaves::Rows("outputs".to_owned()),
    )];
    let arguments = [
        Argument::Inputs,
        Argument::Draw,
        Argument::Parameters,
        Argument::Statistics,
    ];
    Pass::new(PassKind::Sampling, &forward.graph, arguments, outputs)
}

/// L, ∂L/∂θ and (∂²L/∂θ²) v: the derivative of the gradient along v (Pearlmutter 1994).
fn hessian_vector_product(network: &Network) -> Pass {
    let Forward {
        graph,
        loss,
        parameters,
        ..
    } = &network.prediction;
    let mut graph = graph.clone();
    let name_of = |name: &str| network.prediction.adjoint_name(name);
    let gradient = vjp(&mut graph, *loss, parameters, name_of);
    let tangents = parameters.iter().enumerate().map(|(index, &parameter)| {
        let shape = graph.shape(parameter);
        let name = graph.node(parameter).name.as_deref();
        let name = format!("v_{}", name.unwrap_or_default());
        (parameter, graph.source(Source::Vector(index), shape, &name))
    });
    let along: Vec<_> = tangents.collect();
    let product = jvp(&mut graph, &gradient, &along);
    let mut outputs = vec![Output::new(*loss, Leaves::Returned)];
    for (slopes, slice) in [(gradient, "gradient"), (product, "product")] {
        let slopes = slopes.into_iter();
        outputs.extend(slopes.map(|id| Output::new(id, Leaves::Flat(slice))));
    }
    let arguments = [
        Argument::Inputs,
        Argument::Targets,
        Argument::Vector,
        Argument::Parameters,
        Argument::Statistics,
    ];
    Pass::new(PassKind::HessianVectorProduct, &graph, arguments, outputs)
}

/// F and ∂f/∂θ of one output f, a row per sample. It runs once for every output, so that the code
/// is no longer for many of them; rows stay apart, so that it runs for a whole batch at once.
fn jacobian(network: &Network) -> Pass {
    let parameters = &network.prediction.parameters;
    let sizes = network.parameters.iter().map(|t| t.rows * t.columns);
    let ends = sizes.scan(0, |end, size| {
        *end += size;
        Some((*end - size, *end))
    });
    let ends: Vec<_> = ends.collect();
    let length = ends.last().map_or(0, |&(_, end)| end);
    let pieces: Vec<_> = parameters
        .iter()
        .copied()
        .zip(ends.iter().map(|&(at, _)| at))
        .collect();
    outputs_by(network, PassKind::Jacobian, &pieces, length)
}

/// F and ∂f/∂x of one output f, a row per sample: backward from each output, since networks mostly
/// have fewer outputs than inputs.
fn input_jacobian(network: &Network) -> Pass {
    let Forward { graph, .. } = &network.prediction;
    let is_input = |id: &NodeId| *graph.op(*id) == Op::Source(Source::Inputs);
    let pieces: Vec<_> = graph
        .ids()
        .find(is_input)
        .map(|id| (id, 0))
        .into_iter()
        .collect();
    outputs_by(network, PassKind::InputJacobian, &pieces, network.inputs)
}

/// F and the derivatives of one output by some tensors, each with where its columns begin in a row
/// of this length.
fn outputs_by(
    network: &Network,
    kind: PassKind,
    pieces: &[(NodeId, usize)],
    length: usize,
) -> Pass {
    let Forward { graph, output, .. } = &network.prediction;
    let mut graph = graph.clone();
    let shape = Shape::row(network.outputs);
    let cotangent = graph.source(Source::Cotangent, shape, "cotangent");
    let wrt: Vec<_> = pieces.iter().map(|&(id, _)| id).collect();
    let name_of = |name: &str| format!("d{name}");
    let derivatives = vjp_by_row(&mut graph, (*output, cotangent), &wrt, name_of);
    let mut outputs = vec![Output::new(*output, Leaves::Rows("outputs".to_owned()))];
    for (derivative, &(_, at)) in derivatives.into_iter().zip(pieces) {
        let (left, id) = match derivative {
            RowDerivative::Elements(id) => (None, id),
            RowDerivative::Outer(left, id) => (Some(left), id),
        };
        let leaves = Leaves::Columns {
            rows: "jacobian",
            length,
            at,
            left,
        };
        outputs.push(Output::new(id, leaves));
    }
    let arguments = [
        Argument::Inputs,
        Argument::Cotangent,
        Argument::Output,
        Argument::Parameters,
        Argument::Statistics,
    ];
    Pass::new(kind, &graph, arguments, outputs)
}

/// L and the approximate diagonal of its Hessian.
fn diagonal_curvature(network: &Network) -> Pass {
    let Forward {
        graph,
        compared,
        loss,
        parameters,
        ..
    } = &network.prediction;
    let mut graph = graph.clone();
    let of_output = loss_curvature(&mut graph, *loss, *compared);
    let curvatures = curvature(&mut graph, *compared, of_output, parameters);
    let mut outputs = vec![Output::new(*loss, Leaves::Returned)];
    let pieces = curvatures.into_iter();
    outputs.extend(pieces.map(|id| Output::new(id, Leaves::Flat("curvature"))));
    let arguments = [
        Argument::Inputs,
        Argument::Targets,
        Argument::Parameters,
        Argument::Statistics,
    ];
    Pass::new(PassKind::DiagonalCurvature, &graph, arguments, outputs)
}
