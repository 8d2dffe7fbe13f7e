//! Drawn graphs: that they are well formed, and that nothing in them overlaps.

use unrolled::graph::{Direction, Flow, Graph};
use unrolled::prelude::*;

/// Declarations, each with its checks.
macro_rules! drawn {
    ($($name:ident: { $($layers:tt)* } $loss:ident)*) => {$(
        #[test]
        fn $name() {
            unrolled::network! {
                struct Drawn<f64> = $($layers)*;
                loss = $loss;
                derive(ComputationalGraph, Layers);
            }
            check(&Drawn::graph());
            check(&Drawn::graph().forward());
            for layer in Drawn::LAYER_EQUATIONS {
                check(&layer.graph);
            }
        }
    )*};
}

drawn! {
    two_layers: { 2 -> tanh(50) -> 1 } sum_squares
    five_layers: { 64 -> tanh(50) -> tanh(50) -> tanh(50) -> tanh(50) -> 10 } cross_entropy
    hero: { 2 -> tanh(50) -> dropout(0.8) -> bn -> 1 } sum_squares
    batch_norm: { 3 -> bn -> 1 } mse
    scaled: { 3 -> standardize -> tanh(4) -> 2 -> unstandardize } mse
    residual: { 2 -> silu(5) -> skip(tanh(7) -> skip(bn) -> 5) -> 2 } gaussian_nll
    own: { 2 -> leaky(3) -> 1; let leaky(x; a = 0.1) = if x < 0 { a * x } else { x } } mae
    kinked: { 2 -> 6 -> bn -> leaky_relu -> dropout(1) -> sigmoid(1) } huber
}

fn check(graph: &Graph) {
    nodes(graph);
    dot(graph);
    let drawing = Drawing::read(&graph.to_svg());
    assert_eq!(drawing.boxes.len(), graph.nodes().len());
    boxes_do_not_overlap(&drawing);
    arrows_go_around_boxes(graph, &drawing);
}

/// Every edge leads from an earlier node to a later one, forward nodes come first and read no others.
fn nodes(graph: &Graph) {
    for (index, node) in graph.nodes().iter().enumerate() {
        assert!(node.inputs.iter().all(|&input| input < index), "{node:?}");
        assert!(node.derivative_by.is_none_or(|of| of < graph.nodes().len()));
        if node.direction == Direction::Forward {
            let forward = |&input: &usize| graph.nodes()[input].direction == Direction::Forward;
            assert!(node.inputs.iter().all(forward), "{node:?}");
        }
    }
}

/// Graphviz reads a node a node, labelled with its equation and shape, and an edge an edge, all in their
/// colours.
fn dot(graph: &Graph) {
    let (name, statements) = read_dot(&graph.to_dot());
    assert_eq!(name, format!("\"{}", graph.name()));
    let [defaults, statements @ ..] = &statements[..] else {
        panic!("an empty graph")
    };
    assert_eq!(defaults.names, ["node"]);
    let (nodes, edges) = statements.split_at(graph.nodes().len());
    for ((index, node), found) in graph.nodes().iter().enumerate().zip(nodes) {
        assert_eq!(found.names, [format!("v{index}")]);
        let label = format!("\"{}\n{}", node.equation(), node.shape);
        assert_eq!(found.attribute("label"), Some(&*label));
        let colour = match node.direction {
            Direction::Forward => None,
            Direction::Backward => Some("red"),
        };
        assert_eq!(found.attribute("color"), colour, "{label}");
    }
    assert_eq!(edges.len(), graph.edges().count());
    for (edge, found) in graph.edges().zip(edges) {
        assert_eq!(
            found.names,
            [format!("v{}", edge.from), format!("v{}", edge.to)]
        );
        let look = match edge.flow {
            Flow::Forward => [None, None],
            Flow::Backward => [Some("red"), None],
            Flow::Kept => [Some("red"), Some("dashed")],
        };
        let found = ["color", "style"].map(|key| found.attribute(key));
        assert_eq!(found, look, "{edge:?}");
    }
}

/// A node, or an edge between two, with attributes. Of strings the first quotation mark is left.
struct Statement {
    names: Vec<String>,
    attributes: Vec<[String; 2]>,
}

impl Statement {
    fn attribute(&self, key: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|[name, _]| name == key);
        found.map(|[_, value]| &**value)
    }
}

/// Name and statements of a graph in the language of Graphviz, as much of its grammar as is used.
fn read_dot(text: &str) -> (String, Vec<Statement>) {
    let tokens = dot_tokens(text);
    let [digraph, name, open, body @ .., close] = &tokens[..] else {
        panic!("{text}")
    };
    assert_eq!([digraph, open, close], ["digraph", "{", "}"]);
    let statements = body.split_inclusive(|token| token == ";").map(|tokens| {
        let [tokens @ .., end] = tokens else {
            panic!("nothing before the end")
        };
        assert_eq!(end, ";");
        let (chain, attributes) = match tokens.iter().position(|token| token == "[") {
            Some(open) => tokens.split_at(open),
            None => (tokens, &[][..]),
        };
        let name = |tokens: &[String]| match tokens {
            [name] => name.clone(),
            _ => panic!("{tokens:?} is not a name"),
        };
        let attribute = |tokens: &[String]| match tokens {
            [key, equals, value] if equals == "=" => [key.clone(), value.clone()],
            _ => panic!("{tokens:?} is not an attribute"),
        };
        let attributes = match attributes {
            [] => Vec::new(),
            [_, list @ .., close] if close == "]" => {
                list.split(|token| token == ",").map(attribute).collect()
            }
            _ => panic!("not closed: {attributes:?}"),
        };
        let names = chain.split(|token| token == "->").map(name).collect();
        Statement { names, attributes }
    });
    (name.clone(), statements.collect())
}

/// Names, signs, `->`, and strings: a quotation mark and what is meant by the text behind it.
fn dot_tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        let mut token = String::from(first);
        match first {
            '"' => loop {
                match rest.next().expect("the end of a string") {
                    '"' => break,
                    '\\' => token.push(match rest.next() {
                        Some('n') => '\n',
                        Some(plain @ ('"' | '\\')) => plain,
                        escape => panic!("the escape {escape:?} in {token}"),
                    }),
                    character => token.push(character),
                }
            },
            '-' => token.extend(rest.next_if_eq(&'>')),
            'a'..='z' | '0'..='9' => {
                token.extend(std::iter::from_fn(|| {
                    rest.next_if(char::is_ascii_alphanumeric)
                }));
            }
            '{' | '}' | '[' | ']' | '=' | ',' | ';' => {}
            _ if first.is_whitespace() => continue,
            _ => panic!("{first} outside of a string"),
        }
        tokens.push(token);
    }
    tokens
}

/// What an SVG shows: boxes (left, top, right, bottom), and arrows as points along their curves, each
/// with its colour.
struct Drawing {
    boxes: Vec<[f64; 4]>,
    arrows: Vec<Vec<[f64; 2]>>,
    colours: Vec<String>,
}

impl Drawing {
    /// Reads tags one by one; every one that is opened must be closed.
    fn read(svg: &str) -> Self {
        let mut drawing = Self {
            boxes: Vec::new(),
            arrows: Vec::new(),
            colours: Vec::new(),
        };
        let mut open = Vec::new();
        let mut rest = svg;
        while let Some(start) = rest.find('<') {
            let words = &rest[..start];
            assert!(!words.contains('>'), "a bare > in {words:?}");
            let entities = words.matches('&').count();
            let known = ["&lt;", "&gt;", "&amp;"].map(|entity| words.matches(entity).count());
            assert_eq!(entities, known.iter().sum(), "{words}");
            let end = start + rest[start..].find('>').expect("a closed tag");
            let tag = &rest[start + 1..end];
            let name = tag
                .split([' ', '/'])
                .find(|part| !part.is_empty())
                .expect("a name");
            match (tag.starts_with('/'), tag.ends_with('/')) {
                (true, _) => assert_eq!(open.pop(), Some(name), "{tag}"),
                (false, true) => {}
                (false, false) => open.push(name),
            }
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            match name {
                "rect" if tag.contains(" x=") => drawing.boxes.push(frame(tag)),
                "path" if tag.contains(" C") => {
                    drawing.arrows.push(curve(attribute(tag, "d")));
                    drawing.colours.push(attribute(tag, "stroke").to_owned());
                }
                _ => {}
            }
            rest = &rest[end + 1..];
        }
        assert!(open.is_empty(), "not closed: {open:?}");
        drawing
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let behind = tag
        .split_once(&format!(" {name}=\""))
        .expect("the attribute")
        .1;
    behind.split_once('"').expect("its end").0
}

fn frame(tag: &str) -> [f64; 4] {
    let [x, y, width, height] = ["x", "y", "width", "height"]
        .map(|name| attribute(tag, name).parse::<f64>().expect("a number"));
    [x, y, x + width, y + height]
}

/// Points along a path of cubic curves, forty to a curve, both ends included.
fn curve(path: &str) -> Vec<[f64; 2]> {
    let numbers: Vec<f64> = path
        .split([' ', 'M', 'C'])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().expect("a number"))
        .collect();
    let (points, _) = numbers.as_chunks::<2>();
    let mut along = vec![points[0]];
    let mut from = points[0];
    for [a, b, to] in points[1..].as_chunks::<3>().0 {
        for step in 1..=40 {
            let t = f64::from(step) / 40.0;
            let s = 1.0 - t;
            let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
            let at = |i: usize| {
                let corners = [from[i], a[i], b[i], to[i]];
                weights
                    .iter()
                    .zip(corners)
                    .map(|(weight, corner)| weight * corner)
                    .sum()
            };
            along.push([at(0), at(1)]);
        }
        from = *to;
    }
    along
}

fn boxes_do_not_overlap(drawing: &Drawing) {
    for (i, a) in drawing.boxes.iter().enumerate() {
        for b in &drawing.boxes[..i] {
            let apart = a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1];
            assert!(apart, "{a:?} and {b:?}");
        }
    }
}

/// Arrows end at their boxes and cross no box. Values arrive from above, pointing down, in black;
/// derivatives and kept values arrive from below, pointing up, in red.
fn arrows_go_around_boxes(graph: &Graph, drawing: &Drawing) {
    assert_eq!(drawing.arrows.len(), graph.edges().count());
    let arrows = drawing.arrows.iter().zip(&drawing.colours);
    for (edge, (arrow, colour)) in graph.edges().zip(arrows) {
        let [.., before, end] = arrow[..] else {
            panic!("an arrow has two ends")
        };
        let [from, to] = [edge.from, edge.to].map(|node| drawing.boxes[node]);
        // Coordinates are printed to a tenth.
        let touches = |at: [f64; 2], of: [f64; 4]| {
            of[0] <= at[0]
                && at[0] <= of[2]
                && (at[1] - of[1]).abs().min((at[1] - of[3]).abs()) < 0.15
        };
        assert!(touches(arrow[0], from) && touches(end, to), "{edge:?}");
        match edge.flow {
            Flow::Forward => assert!(
                before[1] < end[1] && from[3] < to[1],
                "{edge:?} points down"
            ),
            Flow::Backward => assert!(before[1] > end[1] && from[1] > to[3], "{edge:?} points up"),
            Flow::Kept => assert!(before[1] > end[1], "{edge:?} arrives from below"),
        }
        let (black, red) = ("#222222", "#c62828");
        let expected = if edge.flow == Flow::Forward {
            black
        } else {
            red
        };
        assert_eq!(colour, expected, "{edge:?}");
        for point in arrow {
            for of in &drawing.boxes {
                let [x, y] = *point;
                let inside =
                    of[0] + 0.2 < x && x < of[2] - 0.2 && of[1] + 0.2 < y && y < of[3] - 0.2;
                assert!(!inside, "{edge:?} runs through {of:?}");
            }
        }
    }
}

/// The layer of the lecture's figure: the derivative from above comes in, those of X, γ and β go out.
#[test]
fn the_batch_norm_layer_alone() {
    unrolled::network! {
        struct Normalized<f64> = 3 -> bn -> 1;
        derive(Layers);
    }
    let graph = Normalized::LAYER_EQUATIONS[0].graph;
    let names = |keep: &dyn Fn(usize) -> bool| -> Vec<_> {
        let nodes = graph.nodes().iter().enumerate();
        nodes
            .filter(|(i, _)| keep(*i))
            .map(|(_, node)| node.name)
            .collect()
    };
    let given = names(&|i| graph.nodes()[i].is_given());
    assert_eq!(given, ["X", "γ₁", "β₁", "∂L/∂Z₁"]);
    let ends = names(&|i| !graph.edges().any(|edge| edge.from == i));
    assert_eq!(ends, ["Z₁", "∂L/∂γ₁", "∂L/∂X"]);
}

#[test]
fn the_smallest_dot() {
    unrolled::network! {
        struct Line<f64> = 1 -> 1;
        derive(ComputationalGraph);
    }
    let text = Line::graph().forward().to_dot();
    assert!(text.starts_with("digraph \"Line\" {\n"), "{text}");
    assert!(
        text.contains("  v3 [label=\"F = X W₁ + b₁\\nn×1\"];\n"),
        "{text}"
    );
    assert!(text.contains("  v0 -> v3;\n"), "{text}");
}
