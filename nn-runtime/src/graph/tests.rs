use super::*;

const fn node(name: &'static str, formula: &'static str, inputs: &'static [usize]) -> Node {
    Node {
        name,
        formula,
        shape: Shape {
            rows: None,
            columns: 2,
        },
        direction: Direction::Forward,
        inputs,
        derivative_by: None,
    }
}

/// y reads x and, further down, z reads both; w is given late but read early.
static NODES: [Node; 5] = [
    node("x", "", &[]),
    node("w", "", &[]),
    node("y", "x < w", &[0, 1]),
    node("z", "y \"and\" x & w", &[2, 0, 1]),
    Node {
        direction: Direction::Backward,
        derivative_by: Some(0),
        ..node("dx", "z \\ y", &[3, 2])
    },
];

#[test]
fn names_are_quoted() {
    let text = Graph::new("a \"graph\"", &NODES).to_dot();
    assert!(
        text.starts_with("digraph \"a \\\"graph\\\"\" {\n"),
        "{text}"
    );
    assert!(
        text.contains("label=\"z = y \\\"and\\\" x & w\\nn×2\""),
        "{text}"
    );
    assert!(
        text.contains("label=\"dx = z \\\\ y\\nn×2\", color=red"),
        "{text}"
    );
    let svg = Graph::new("a <graph>", &NODES).to_svg();
    assert!(svg.contains("<title>a &lt;graph&gt;</title>"), "{svg}");
    assert!(svg.contains(">y = x &lt; w</text>"), "{svg}");
}

#[test]
fn levels_follow_the_arrows() {
    let graph = Graph::new("levels", &NODES);
    assert_eq!(levels::levels(&graph), [0, 0, 1, 2, 0]);
    let flows: Vec<_> = graph.edges().map(|edge| edge.flow).collect();
    assert_eq!(flows[..5], [Flow::Forward; 5]);
    assert_eq!(flows[5..], [Flow::Kept; 2]);
    assert_eq!(graph.forward().nodes().len(), 4);
}

#[test]
fn nothing_can_be_drawn() {
    let empty = Graph::new("nothing", &[]);
    assert!(empty.to_svg().ends_with("</svg>\n"));
    assert_eq!(empty.to_dot().matches("->").count(), 0);
}
