//! A pass: one program over a batch, what it is given and how its results leave.
//!
//! A network is a list of passes. Adding one means to build its graph, to say its arguments and
//! its outputs (`passes.rs`), and to print the trait or the method that runs it (`emit/`).

use crate::ir::{Graph, NodeId, Op, Shape, check::check};
use crate::passes::{drop_dead, name_shared};
use crate::plan::{Plan, Wanted, plan};
use std::ops::Index;

/// One planned pass.
pub struct Pass {
    pub kind: PassKind,
    pub graph: Graph,
    pub plan: Plan,
    /// What it is given, besides scratch memory and the places of its results.
    pub arguments: Vec<Argument>,
    pub outputs: Vec<Output>,
}

/// Which pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassKind {
    /// Loss, derivatives by the parameters, moved statistics.
    Gradient,
    /// F.
    Prediction,
    /// The loss of predictions.
    Loss,
    /// F, with dropout masks that all samples share.
    Sampling,
    /// The loss's gradient and its Hessian times a vector.
    HessianVectorProduct,
    /// F, and the derivatives of one output by the parameters.
    Jacobian,
    /// F, and the derivatives of one output by the inputs.
    InputJacobian,
    /// The loss and the approximate diagonal of its Hessian.
    DiagonalCurvature,
    /// Every layer's results and the derivatives by them.
    Signals,
    /// What the layer of this number makes of its inputs.
    LayerForward(usize),
    /// The derivatives by its inputs and its parameters.
    LayerBackward(usize),
}

impl PassKind {
    /// The end of the name of the pass's program.
    pub fn name(self) -> String {
        match self {
            Self::LayerForward(number) => format!("Layer{number}Forward"),
            Self::LayerBackward(number) => format!("Layer{number}Backward"),
            kind => format!("{kind:?}"),
        }
    }
}

/// What a pass is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// X, a row per sample.
    Inputs,
    /// Y, a row per sample.
    Targets,
    /// Which random numbers to draw.
    Draw,
    /// θ.
    Parameters,
    /// The running statistics, to read.
    Statistics,
    /// The running statistics, to move on.
    MovedStatistics,
    /// As many numbers as there are parameters: the direction of a derivative.
    Vector,
    /// A row as wide as the outputs: the derivative is that of its product with F.
    Cotangent,
    /// The number of the output that is differentiated: which columns the derivatives go to.
    Output,
    /// Which phases to run, and which of the batch's rows the given ones are.
    Part,
    /// What goes into a layer, a row of so many columns per sample.
    LayerInputs(usize),
    /// The derivatives by what comes out of it, likewise.
    Adjoints(usize),
}

/// One result of a pass.
#[derive(Clone, Debug)]
pub struct Output {
    pub id: NodeId,
    pub leaves: Leaves,
}

/// How a result leaves a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// A number: returned.
    Returned,
    /// The next piece of the flat slice of this name: `gradient`.
    Flat(&'static str),
    /// A row per sample: the caller's rows of this name, `outputs`.
    Rows(String),
    /// A row per sample: columns of the caller's rows of this name, which hold one such piece for
    /// every output of the network. The columns begin at `at` in each piece of `length`. With
    /// `left`, the row is the outer product of that tensor's row and this one's.
    Columns {
        rows: &'static str,
        length: usize,
        at: usize,
        left: Option<NodeId>,
    },
    /// The running statistic of this index: into scratch memory, copied back at the end.
    Statistic(usize),
}

impl Output {
    pub fn new(id: NodeId, leaves: Leaves) -> Self {
        Self { id, leaves }
    }

    fn left(&self) -> Option<NodeId> {
        match self.leaves {
            Leaves::Columns { left, .. } => left,
            _ => None,
        }
    }

    fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        self.left().into_iter().chain([self.id])
    }

    /// The same output of another graph; `f` is asked for its nodes in order.
    fn map(mut self, mut f: impl FnMut(NodeId) -> NodeId) -> Self {
        if let Leaves::Columns { left, .. } = &mut self.leaves {
            *left = left.map(&mut f);
        }
        self.id = f(self.id);
        self
    }
}

/// A result that can be stored: n itself is no tensor, so it leaves as one that holds it.
fn stored(graph: &mut Graph, id: NodeId) -> NodeId {
    match graph.op(id) {
        Op::Count => graph.push(Op::Broadcast(id), Shape::SCALAR),
        _ => id,
    }
}

/// Which results are computed where they go and which are copied there: pieces of rows, rows that
/// leave twice, rows that the caller gave.
fn wanted(graph: &Graph, outputs: &[Output]) -> Vec<Wanted> {
    let is_source = |id: NodeId| matches!(graph.op(id), Op::Source(_));
    let wanted = outputs.iter().enumerate().map(|(index, output)| {
        let earlier = outputs[..index].iter().any(|other| other.id == output.id);
        let is_copied = match output.leaves {
            Leaves::Columns { .. } => true,
            Leaves::Rows(_) => earlier || is_source(output.id),
            _ => false,
        };
        match is_copied {
            true => Wanted::Copied {
                left: output.left(),
                right: output.id,
            },
            false => Wanted::Whole(output.id),
        }
    });
    wanted.collect()
}

impl Pass {
    /// Cleans a graph up and plans it.
    pub fn new(
        kind: PassKind,
        graph: &Graph,
        arguments: impl Into<Vec<Argument>>,
        outputs: Vec<Output>,
    ) -> Self {
        let mut graph = graph.clone();
        let mut stored = |id| stored(&mut graph, id);
        let outputs: Vec<_> = outputs
            .into_iter()
            .map(|output| output.map(&mut stored))
            .collect();
        let nodes: Vec<_> = outputs.iter().flat_map(Output::nodes).collect();
        let (mut graph, nodes) = drop_dead(&graph, &nodes);
        name_shared(&mut graph, &nodes);
        if cfg!(debug_assertions) {
            check(&graph);
        }
        let mut nodes = nodes.into_iter();
        let mut next = |_| nodes.next().expect("as many nodes as before");
        let outputs: Vec<_> = outputs
            .into_iter()
            .map(|output| output.map(&mut next))
            .collect();
        let plan = plan(&graph, &wanted(&graph, &outputs));
        Self {
            kind,
            plan,
            arguments: arguments.into(),
            outputs,
            graph,
        }
    }

    /// Whether blocks of rows may go through the phases one by one, not only a batch through all.
    pub fn is_part(&self) -> bool {
        self.arguments.contains(&Argument::Part)
    }

    /// The flat slices that results are cut from, in the order of their first use.
    pub fn flat_slices(&self) -> Vec<&'static str> {
        let mut slices = Vec::new();
        for output in &self.outputs {
            if let Leaves::Flat(slice) = output.leaves
                && !slices.contains(&slice)
            {
                slices.push(slice);
            }
        }
        slices
    }

    /// The nodes of the results.
    #[cfg(test)]
    pub fn ids(&self) -> Vec<NodeId> {
        self.outputs.iter().map(|output| output.id).collect()
    }
}

/// All passes of a network.
pub struct Passes(Vec<Pass>);

impl Passes {
    pub fn new(passes: Vec<Pass>) -> Self {
        Self(passes)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Pass> {
        self.0.iter()
    }
}

/// The pass of a kind that the network has.
impl Index<PassKind> for Passes {
    type Output = Pass;

    fn index(&self, kind: PassKind) -> &Pass {
        let pass = self.0.iter().find(|pass| pass.kind == kind);
        pass.expect("only passes of the network are asked for")
    }
}
