//! A graph in the language of Graphviz.

use super::{Direction, Flow, Graph, Node};
use std::fmt::Write;

/// One line a node, then one line an edge.
pub(super) fn write(graph: &Graph) -> String {
    let mut text = format!("digraph {} {{\n", quoted(graph.name()));
    text.push_str("  node [shape=box, fontname=\"DejaVu Sans Mono\", fontsize=11];\n");
    for (index, node) in graph.nodes().iter().enumerate() {
        let label = quoted(&format!("{}\n{}", node.equation(), node.shape));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  v{index} [label={label}{}];", style(node));
    }
    for edge in graph.edges() {
        let colour = match edge.flow {
            Flow::Forward => "",
            Flow::Backward => " [color=red]",
            Flow::Kept => " [color=red, style=dashed]",
        };
        let _ = writeln!(text, "  v{} -> v{}{colour};", edge.from, edge.to);
    }
    text.push_str("}\n");
    text
}

fn style(node: &Node) -> &'static str {
    match (node.direction, node.is_given()) {
        (Direction::Forward, false) => "",
        (Direction::Forward, true) => ", style=\"rounded,filled\", fillcolor=\"#eef2f7\"",
        (Direction::Backward, false) => ", color=red",
        (Direction::Backward, true) => {
            ", color=red, style=\"rounded,filled\", fillcolor=\"#fdf0ee\""
        }
    }
}

/// A string in quotation marks: quotes and backslashes escaped, line ends as `\n`.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
