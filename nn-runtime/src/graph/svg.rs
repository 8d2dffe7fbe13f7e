//! A graph as a drawing in SVG.

use super::layout::{Arrow, CHARACTER, Frame, LINE, Layout, characters, layout};
use super::{Direction, Flow, Graph, Node};
use std::fmt::Write;

const BLACK: &str = "#222222";
const RED: &str = "#c62828";
const FONT: &str = "DejaVu Sans Mono, Menlo, Consolas, monospace";
/// Room for the legend below the drawing.
const LEGEND: f64 = 40.0;

/// The kinds of arrows, by the ends of their markers' names, with what the legend says.
const FLOWS: [(Flow, &str, &str); 3] = [
    (Flow::Forward, "forward", "value"),
    (Flow::Backward, "backward", "derivative"),
    (Flow::Kept, "kept", "value that the backward pass reads"),
];

/// Arrows first, so that no arrow lies over a box.
pub(super) fn write(graph: &Graph) -> String {
    let layout = layout(graph);
    let shown: Vec<_> = FLOWS
        .iter()
        .filter(|(flow, ..)| graph.edges().any(|edge| edge.flow == *flow))
        .collect();
    let legend: f64 = shown.iter().map(|(.., words)| entry_width(words)).sum();
    let width = layout.width.max(legend + 48.0);
    let height = layout.height + LEGEND;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"{FONT}\" font-size=\"13\">\n\
         <title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<defs>\n",
        escaped(graph.name())
    );
    for (flow, name, _) in &shown {
        let _ = writeln!(
            text,
            "<marker id=\"{name}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" \
             markerHeight=\"7\" orient=\"auto\"><path d=\"M0 1 L10 5 L0 9 z\" fill=\"{}\"/></marker>",
            colour(*flow)
        );
    }
    text.push_str("</defs>\n");
    let Layout { arrows, boxes, .. } = &layout;
    for arrow in arrows {
        text.push_str(&path(arrow));
    }
    for (node, frame) in graph.nodes().iter().zip(boxes) {
        text.push_str(&boxed(node, frame));
    }
    let mut left = 24.0;
    for (flow, _, words) in shown {
        text.push_str(&entry(*flow, words, left, layout.height + LEGEND / 2.0));
        left += entry_width(words);
    }
    text.push_str("</svg>\n");
    text
}

fn colour(flow: Flow) -> &'static str {
    match flow {
        Flow::Forward => BLACK,
        Flow::Backward | Flow::Kept => RED,
    }
}

/// Colour, dashes and arrow head.
fn stroke(flow: Flow) -> String {
    let (_, name, _) = FLOWS[match flow {
        Flow::Forward => 0,
        Flow::Backward => 1,
        Flow::Kept => 2,
    }];
    let dashes = match flow {
        Flow::Kept => " stroke-width=\"1\" stroke-dasharray=\"4 3\" opacity=\"0.75\"",
        _ => " stroke-width=\"1.4\"",
    };
    format!(
        "fill=\"none\" stroke=\"{}\"{dashes} marker-end=\"url(#{name})\"",
        colour(flow)
    )
}

fn path(arrow: &Arrow) -> String {
    let mut along = format!("M{:.1} {:.1}", arrow.start.0, arrow.start.1);
    for [a, b, end] in &arrow.curves {
        let _ = write!(
            along,
            " C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            a.0, a.1, b.0, b.1, end.0, end.1
        );
    }
    format!("<path d=\"{along}\" {}/>\n", stroke(arrow.flow))
}

/// A frame with the equation and, in grey, the shape; round if the tensor is given.
fn boxed(node: &Node, frame: &Frame) -> String {
    let (line, paper) = match (node.direction, node.is_given()) {
        (Direction::Forward, true) => (BLACK, "#eef2f7"),
        (Direction::Forward, false) => (BLACK, "white"),
        (Direction::Backward, true) => (RED, "#fbe3e0"),
        (Direction::Backward, false) => (RED, "#fff8f7"),
    };
    let Frame {
        left,
        top,
        width,
        height,
        lines,
    } = frame;
    let radius = if node.is_given() { height / 2.5 } else { 2.0 };
    let mut text = format!(
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
         rx=\"{radius:.1}\" fill=\"{paper}\" stroke=\"{line}\"/>\n"
    );
    let middle = left + width / 2.0;
    for (number, words) in lines.iter().enumerate() {
        let y = top + LINE * (number as f64 + 1.0);
        let ink = if number + 1 == lines.len() {
            "#666666"
        } else {
            BLACK
        };
        let _ = writeln!(
            text,
            "<text x=\"{middle:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" fill=\"{ink}\">{}</text>",
            escaped(words.trim())
        );
    }
    text
}

fn entry(flow: Flow, words: &str, left: f64, y: f64) -> String {
    let (end, words_at) = (left + 34.0, left + 42.0);
    format!(
        "<path d=\"M{left:.1} {y:.1} L{end:.1} {y:.1}\" {}/>\n<text x=\"{words_at:.1}\" \
         y=\"{:.1}\" fill=\"{BLACK}\">{words}</text>\n",
        stroke(flow),
        y + 4.5
    )
}

fn entry_width(words: &str) -> f64 {
    42.0 + characters(words) as f64 * CHARACTER + 28.0
}

/// Text between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
