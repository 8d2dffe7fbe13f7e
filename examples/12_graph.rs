//! Draws computational graphs: the lecture's batch-norm layer, forward in black and backward in red,
//! and a small network. No Graphviz is needed, but there is a file for it.
//!
//! `cargo run --release --example graph`

mod cli;

use cli::{Course, Failure};
use unrolled::graph::Flow;
use unrolled::prelude::*;

network! {
    struct Small = 2 -> tanh(50) -> bn -> 1;
    derive(ComputationalGraph, Layers);
}

fn main() -> Result<(), Failure> {
    let what = "Draws the graph of the batch-norm layer and of a small network.";
    let out = Course::read("graph", what)?.out;
    std::fs::create_dir_all(&out)?;
    let batch_norm = Small::zeros().layer3().equations();
    let graphs = [
        ("batch-norm", batch_norm.graph),
        ("network", Small::graph()),
        ("network-forward", Small::graph().forward()),
    ];
    for (name, graph) in graphs {
        std::fs::write(out.join(format!("{name}.svg")), graph.to_svg())?;
        std::fs::write(out.join(format!("{name}.dot")), graph.to_dot())?;
        let count = |flow| graph.edges().filter(|edge| edge.flow == flow).count();
        let [values, slopes] = [Flow::Forward, Flow::Backward].map(count);
        let nodes = graph.nodes().len();
        println!("{name}: {nodes} nodes, {values} values and {slopes} derivatives flow");
    }
    println!("Pictures: {} (.svg, and .dot for Graphviz)", out.display());

    println!(
        "\nThe batch-norm layer\n{}\n{}",
        batch_norm.forward, batch_norm.backward
    );
    let ends = batch_norm
        .graph
        .nodes()
        .iter()
        .filter(|node| node.name.starts_with("∂L/∂"));
    let ends: Vec<_> = ends.map(|node| node.name).collect();
    for name in ["∂L/∂A₁", "∂L/∂γ₁", "∂L/∂β₁", "∂L/∂Z₁"] {
        assert!(ends.contains(&name), "the derivative flows through {name}");
    }
    Ok(())
}
