//! The computational graph of a network, as data and drawn.
//!
//! A [`Graph`] lists what a training step computes: a [`Node`] for every named tensor, with its
//! equation as the compiler prints it, its shape, and the nodes it reads. What the loss (and the
//! running statistics) need is *forward*; the derivatives are *backward*.
//!
//! [`to_svg`](Graph::to_svg) draws it without any other program: values flow down in black,
//! derivatives flow up in red, and every derivative stands beside what it is the derivative of, as in
//! the lecture's figure of the batch-norm layer. [`to_dot`](Graph::to_dot) is for Graphviz.
//!
//! ```text
//! network! {
//!     struct Sine<f64> = 1 -> tanh(10) -> 1;
//!     derive(ComputationalGraph);
//! }
//! std::fs::write("sine.svg", Sine::graph().to_svg())?;
//! std::fs::write("sine.dot", Sine::graph().forward().to_dot())?;
//! ```

mod dot;
mod layout;
mod levels;
mod place;
mod svg;
#[cfg(test)]
mod tests;

use core::fmt;

use crate::network::Network;

/// A network that knows its equations as a graph.
#[diagnostic::on_unimplemented(
    note = "write `derive(ComputationalGraph);` behind the network's layers"
)]
pub trait ComputationalGraph: Network {
    /// What a training step computes: the equations of [`EQUATIONS`](Network::EQUATIONS), and what
    /// they are given.
    const GRAPH: Graph;

    /// [`GRAPH`](Self::GRAPH), forward and backward; [`Graph::forward`] is its first half.
    fn graph() -> Graph {
        Self::GRAPH
    }
}

/// Equations as a graph: nodes in computable order, the forward ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Graph {
    name: &'static str,
    nodes: &'static [Node],
}

/// A named tensor: given from outside, or computed by one equation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// The symbol in the equations: `A₁`, `∂L/∂W₁`.
    pub name: &'static str,
    /// The right-hand side of its equation: `tanh(H₁)`. Empty if the tensor is given: inputs,
    /// targets, parameters, running statistics, the derivative from the layer above.
    pub formula: &'static str,
    /// Rows and columns.
    pub shape: Shape,
    /// Whether the loss needs it or it is there for the derivatives.
    pub direction: Direction,
    /// The nodes it reads, by their indices; all of them come earlier.
    pub inputs: &'static [usize],
    /// The node it is the derivative by, if that is in the graph: W₁ for ∂L/∂W₁.
    pub derivative_by: Option<usize>,
}

/// The shape of a tensor, printed as `n×50` or `2×50`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Rows; `None` is a row per sample of the batch, n.
    pub rows: Option<usize>,
    /// Columns.
    pub columns: usize,
}

/// Which pass computes a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The outputs, the loss or the running statistics depend on it.
    Forward,
    /// Only derivatives depend on it.
    Backward,
}

/// An arrow: a node reads another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The index of the node that is read.
    pub from: usize,
    /// The index of the node that reads it.
    pub to: usize,
    /// What flows along it.
    pub flow: Flow,
}

/// What flows along an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    /// A value, from forward to forward: black.
    Forward,
    /// A derivative: red.
    Backward,
    /// A value of the forward pass that the backward pass reads: dashed, red.
    Kept,
}

impl Graph {
    /// A graph of these nodes. They are in computable order, the forward ones first.
    #[doc(hidden)]
    pub const fn new(name: &'static str, nodes: &'static [Node]) -> Self {
        Self { name, nodes }
    }

    /// What it is the graph of.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The nodes in computable order, the forward ones first.
    pub const fn nodes(&self) -> &'static [Node] {
        self.nodes
    }

    /// The forward nodes alone.
    pub fn forward(self) -> Self {
        let backward = |node: &Node| node.direction == Direction::Backward;
        let end = self.nodes.iter().position(backward);
        Self {
            nodes: &self.nodes[..end.unwrap_or(self.nodes.len())],
            ..self
        }
    }

    /// All arrows, by the node that reads.
    pub fn edges(&self) -> impl Iterator<Item = Edge> + use<> {
        let nodes = self.nodes;
        nodes.iter().enumerate().flat_map(move |(to, node)| {
            node.inputs.iter().map(move |&from| Edge {
                from,
                to,
                flow: flow(&nodes[from], node),
            })
        })
    }

    /// The graph in the language of Graphviz: `dot -Tsvg`.
    pub fn to_dot(&self) -> String {
        dot::write(self)
    }

    /// A drawing as SVG: values flow down in black, derivatives flow up in red.
    pub fn to_svg(&self) -> String {
        svg::write(self)
    }
}

/// What flows from a node to one that reads it.
fn flow(from: &Node, to: &Node) -> Flow {
    let is_derivative = from.direction == Direction::Backward || from.derivative_by.is_some();
    match to.direction {
        Direction::Forward => Flow::Forward,
        Direction::Backward if is_derivative => Flow::Backward,
        Direction::Backward => Flow::Kept,
    }
}

impl Node {
    /// Whether it comes from outside instead of an equation.
    pub const fn is_given(&self) -> bool {
        self.formula.is_empty()
    }

    /// `A₁ = tanh(H₁)`, or the symbol alone if it is given.
    pub fn equation(&self) -> String {
        if self.is_given() {
            self.name.to_owned()
        } else {
            format!("{} = {}", self.name, self.formula)
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rows {
            Some(rows) => write!(f, "{rows}×{}", self.columns),
            None => write!(f, "n×{}", self.columns),
        }
    }
}
