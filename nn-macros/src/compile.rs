//! The whole pipeline.

use crate::derive::vjp;
use crate::diagnostics::Errors;
use crate::emit::{self, Passes, Planned};
use crate::ir::{Graph, NodeId, check::check};
use crate::parse::parse;
use crate::passes::{drop_dead, name_shared};
use crate::plan::plan;
use crate::resolve::resolve;
use crate::shape::{Forward, Network, shape};
use proc_macro2::TokenStream;

/// A declaration to its code; one with mistakes to their messages.
pub fn compile(tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(declaration) = parse(tokens, &mut errors) else {
        return errors.items();
    };
    let model = resolve(declaration, &mut errors);
    let network = shape(&model, &mut errors);
    match &model.item {
        _ if errors.is_empty() => emit::emit(&model, &network, &passes(&network)),
        Some(item) => errors.item(&item.visibility, &item.name),
        None => errors.expression(),
    }
}

/// The three passes of a network: gradient, prediction, loss.
pub fn passes(network: &Network) -> Passes {
    let Forward {
        graph,
        loss,
        parameters,
        statistics,
        ..
    } = &network.training;
    let mut training = graph.clone();
    let name_of = |name: &str| network.training.adjoint_name(name);
    let gradient = vjp(&mut training, *loss, parameters, name_of);
    let outputs: Vec<_> = [*loss]
        .into_iter()
        .chain(gradient)
        .chain(statistics.clone())
        .collect();
    let prediction = &network.prediction;
    Passes {
        gradient: planned(&training, &outputs),
        prediction: planned(&prediction.graph, &[prediction.output]),
        loss: planned(&prediction.graph, &[prediction.loss]),
    }
}

/// Cleans a graph up and plans it.
fn planned(graph: &Graph, outputs: &[NodeId]) -> Planned {
    let (mut graph, outputs) = drop_dead(graph, outputs);
    name_shared(&mut graph, &outputs);
    if cfg!(debug_assertions) {
        check(&graph);
    }
    let plan = plan(&graph, &outputs);
    Planned {
        graph,
        plan,
        outputs,
    }
}
