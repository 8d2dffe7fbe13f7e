//! What the rustdoc of a generated type says.

use crate::ir::{Extent, Graph, Op, print};
use crate::model::Scalar;
use crate::shape::Network;

/// The layers, the cost of a sample, the forward and backward equations, and what was rewritten in
/// the formulas.
pub fn network(
    network: &Network,
    training: &Graph,
    prediction: &Graph,
    scalar: Scalar,
    bytes_per_row: usize,
) -> String {
    let mut text = String::from("\n# Layers\n\n| layer | width | parameters |\n|---|---|---|\n");
    text.push_str(&format!("| inputs | {} | 0 |\n", network.inputs));
    for row in &network.layers {
        let name = row.name.replace(' ', "\u{a0}");
        text.push_str(&format!(
            "| `{name}` | {} | {} |\n",
            row.width, row.parameters
        ));
    }
    let parameters: usize = network.parameters.iter().map(|t| t.rows * t.columns).sum();
    let (train, predict) = (product_flops(training), product_flops(prediction));
    text.push_str(&format!(
        "\n{parameters} parameters of type `{}`. A sample costs {train} FLOP in the products of a \
         training step and {predict} in those of a prediction; a training step keeps \
         {bytes_per_row} bytes of it.\n",
        scalar.name()
    ));
    text.push_str(&format!(
        "\n# Equations of a training step\n\n```text\n{}```\n",
        print::print(training)
    ));
    text.push_str(&print::rewrites(&network.training.graph));
    text
}

/// Floating-point operations a sample in the products of a graph, a multiply-add counting as two.
pub fn product_flops(graph: &Graph) -> usize {
    let products = graph.ids().filter_map(|id| match *graph.op(id) {
        Op::Product(_, a, b) => Some((graph.shape(a), graph.shape(b), graph.shape(id))),
        _ => None,
    });
    products
        .map(|(a, b, result)| match (a.rows, result.rows) {
            (Extent::Batch, Extent::Batch) => 2 * a.columns * result.columns,
            (Extent::Batch, Extent::Fixed(_)) => 2 * a.columns * b.columns,
            _ => 0,
        })
        .sum()
}
