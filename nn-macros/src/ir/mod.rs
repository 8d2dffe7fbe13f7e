//! The intermediate representation: what is computed, as equations between named, shaped tensors.
//!
//! A [`Graph`] is a list of nodes in an order in which they can be computed. A node is one
//! operation on earlier nodes. The operations are closed under differentiation: whatever `vjp` and
//! `jvp` make of a graph is a graph again, so the passes compose.
//!
//! There is no separate language for scalar formulas. An activation is a handful of element-wise
//! nodes, and a scalar function is a graph whose every tensor has shape `1 x 1`: one rule table,
//! one simplifier and one printer serve both.
//!
//! Always true, and checked by [`check`]:
//! * operands come before their users;
//! * element-wise operations broadcast: along each axis the operands have the result's extent or 1;
//! * no two nodes are the same operation on the same operands (equal nodes are made once).

mod build;
pub mod check;
mod choice;
#[cfg(test)]
pub mod interpret;
pub mod limits;
pub mod outline;
pub mod print;

use std::collections::HashMap;
use std::rc::Rc;

/// Equations in computable order.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    /// Finds an equal node; never iterated, so that the output stays deterministic.
    made: HashMap<(Op, Shape), NodeId>,
    /// What formulas were rewritten on the way here, in order.
    rewrites: Vec<&'static str>,
}

/// A node's place in its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One equation: a name (where people should see one), a shape, an operation.
#[derive(Clone, Debug)]
pub struct Node {
    pub name: Option<String>,
    pub shape: Shape,
    pub op: Op,
}

/// `rows x columns`. Tensors are told apart by it: `n x p` holds a row per sample, `1 x p` a bias
/// or a column statistic, `k x p` weights, `1 x 1` a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    pub rows: Extent,
    pub columns: usize,
}

/// How many rows a tensor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// As many as the batch has samples: n.
    Batch,
    /// Known at compile time.
    Fixed(usize),
}

impl Shape {
    pub const SCALAR: Self = Self::matrix(1, 1);

    pub const fn rows(columns: usize) -> Self {
        Self {
            rows: Extent::Batch,
            columns,
        }
    }

    pub const fn row(columns: usize) -> Self {
        Self::matrix(1, columns)
    }

    pub const fn matrix(rows: usize, columns: usize) -> Self {
        Self {
            rows: Extent::Fixed(rows),
            columns,
        }
    }

    /// Whether there is a row per sample.
    pub fn is_batch(self) -> bool {
        self.rows == Extent::Batch
    }

    /// The shape both broadcast to.
    pub fn join(self, other: Self) -> Self {
        let rows = if self.rows == Extent::Fixed(1) {
            other.rows
        } else {
            self.rows
        };
        Self {
            rows,
            columns: self.columns.max(other.columns),
        }
    }
}

/// Where a tensor comes from when it is not computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// X, the batch's inputs.
    Inputs,
    /// Y, the batch's targets.
    Targets,
    /// The parameter tensor of this index.
    Parameter(usize),
    /// The running statistic of this index.
    Statistic(usize),
    /// An argument of a differentiated function; of an array, one element.
    Argument(usize),
    /// The user's constant of this index: a scalar whose value the macro does not know.
    Constant(usize),
    /// The piece of a vector over the parameters that belongs to the parameter tensor of this
    /// index.
    Vector(usize),
    /// A row as wide as the outputs, the same for all samples: which combination of the outputs is
    /// differentiated.
    Cotangent,
    /// The derivative by a layer's results, from the layer above: what a layer's own backward pass
    /// starts from.
    Adjoints,
    /// A free input of a graph built in tests: a tangent or a direction.
    #[cfg(test)]
    Free(usize),
}

/// A finite number, compared by its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number(u64);

impl Number {
    pub fn new(value: f64) -> Self {
        Self((value + 0.0).to_bits()) // + 0.0 turns -0 into 0
    }

    pub fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

/// What a node computes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Given from outside.
    Source(Source),
    /// A number.
    Constant(Number),
    /// n, the number of rows in the batch.
    Count,
    /// A dropout mask: 1/keep with probability keep, else 0; independent of everything else. A row
    /// is the mask of a batch's first sample.
    Mask { layer: u32, keep: Number },
    /// One of the elementary functions, element by element.
    Unary(Unary, NodeId),
    /// xⁿ, element by element.
    Power(NodeId, i32),
    /// An arithmetic operation, element by element.
    Binary(Binary, NodeId, NodeId),
    /// `if left < right { yes } else { no }`, element by element.
    Select {
        test: Test,
        left: NodeId,
        right: NodeId,
        yes: NodeId,
        no: NodeId,
    },
    /// A matrix product.
    Product(Product, NodeId, NodeId),
    /// The sum along an axis.
    Sum(Axis, NodeId),
    /// The largest element of every row. Its derivative is taken as zero: it only ever shifts an
    /// expression that does not depend on the shift (log-sum-exp), where that is exact.
    RowMax(NodeId),
    /// The operand repeated to the node's shape.
    Broadcast(NodeId),
    /// The node's number of columns, from `start` on.
    Slice { of: NodeId, start: usize },
    /// The operand's columns from column `start` on, zeros around them.
    Place { of: NodeId, start: usize },
    /// A function of scalars that differentiates itself, or one of its derivatives: by its
    /// arguments of these indices, in ascending order. `f(x, y)` has none, ∂²f/∂x∂y has 0 and 1.
    Call {
        function: Rc<str>,
        by: Vec<usize>,
        arguments: Vec<NodeId>,
    },
}

/// The three products of backpropagation. Each one's derivatives are the other two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Product {
    /// X·W
    Plain,
    /// G·Wᵀ
    RightTransposed,
    /// Xᵀ·G
    LeftTransposed,
}

/// Elementary functions of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    Neg,
    Abs,
    Sign,
    Sqrt,
    Exp,
    ExpM1,
    Ln,
    Ln1p,
    Tanh,
    Sigmoid,
    Softplus,
    Relu,
    Sin,
    Cos,
    Tan,
    Atan,
    Sinh,
    Cosh,
    Erf,
    Erfc,
}

/// Arithmetic of two arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
}

/// The comparison of a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    Less,
    LessEqual,
}

/// Along which axis a sum runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Over the rows: `1ᵀ·A`, a row is left.
    Rows,
    /// Over the columns: `A·1`, a column is left.
    Columns,
}

impl Op {
    /// The nodes it reads, in order.
    pub fn operands(&self) -> Vec<NodeId> {
        match *self {
            Op::Source(_) | Op::Constant(_) | Op::Count | Op::Mask { .. } => vec![],
            Op::Call { ref arguments, .. } => arguments.clone(),
            Op::Unary(_, x)
            | Op::Power(x, _)
            | Op::Sum(_, x)
            | Op::RowMax(x)
            | Op::Broadcast(x)
            | Op::Slice { of: x, .. }
            | Op::Place { of: x, .. } => vec![x],
            Op::Binary(_, a, b) | Op::Product(_, a, b) => vec![a, b],
            Op::Select {
                left,
                right,
                yes,
                no,
                ..
            } => vec![left, right, yes, no],
        }
    }

    /// The same operation on other nodes.
    pub fn map(&self, f: impl Fn(NodeId) -> NodeId) -> Self {
        match *self {
            Op::Source(_) | Op::Constant(_) | Op::Count | Op::Mask { .. } => self.clone(),
            Op::Call {
                ref function,
                ref by,
                ref arguments,
            } => Op::Call {
                function: function.clone(),
                by: by.clone(),
                arguments: arguments.iter().map(|&argument| f(argument)).collect(),
            },
            Op::Unary(function, x) => Op::Unary(function, f(x)),
            Op::Power(x, n) => Op::Power(f(x), n),
            Op::Sum(axis, x) => Op::Sum(axis, f(x)),
            Op::RowMax(x) => Op::RowMax(f(x)),
            Op::Broadcast(x) => Op::Broadcast(f(x)),
            Op::Slice { of, start } => Op::Slice { of: f(of), start },
            Op::Place { of, start } => Op::Place { of: f(of), start },
            Op::Binary(operation, a, b) => Op::Binary(operation, f(a), f(b)),
            Op::Product(kind, a, b) => Op::Product(kind, f(a), f(b)),
            Op::Select {
                test,
                left,
                right,
                yes,
                no,
            } => Op::Select {
                test,
                left: f(left),
                right: f(right),
                yes: f(yes),
                no: f(no),
            },
        }
    }

    /// Whether each element depends only on the operands' elements at the same place (after
    /// broadcasting), so that a loop over the elements can compute it along with others.
    pub fn is_elementwise(&self) -> bool {
        matches!(
            self,
            Op::Unary(..) | Op::Power(..) | Op::Binary(..) | Op::Select { .. } | Op::Broadcast(_)
        )
    }
}

impl Graph {
    /// All nodes in computable order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + ExactSizeIterator + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    pub fn op(&self, id: NodeId) -> &Op {
        &self.node(id).op
    }

    pub fn shape(&self, id: NodeId) -> Shape {
        self.node(id).shape
    }

    /// Whether a node is a product g·wᵀ of a column and a row: element (i, j) is gᵢ·wⱼ, so a loop
    /// over the elements can compute it along with others.
    pub fn is_outer_product(&self, id: NodeId) -> bool {
        match *self.op(id) {
            Op::Product(Product::RightTransposed, g, _) => self.shape(g).columns == 1,
            _ => false,
        }
    }

    /// Whether a node reads its operands at other places than its own: at shifted columns, or a
    /// column as a row.
    pub fn is_view(&self, id: NodeId) -> bool {
        matches!(self.op(id), Op::Slice { .. } | Op::Place { .. }) || self.is_outer_product(id)
    }

    /// For every node, whether one of `results` depends on it or is it.
    pub fn leads_to(&self, results: &[NodeId]) -> Vec<bool> {
        let mut leads = vec![false; self.nodes.len()];
        for &id in results {
            leads[id.index()] = true;
        }
        for id in self.ids().rev() {
            if leads[id.index()] {
                for operand in self.op(id).operands() {
                    leads[operand.index()] = true;
                }
            }
        }
        leads
    }

    /// The node that computes `op`, made if there is none yet.
    pub fn push(&mut self, op: Op, shape: Shape) -> NodeId {
        if let Some(&equal) = self.made.get(&(op.clone(), shape)) {
            return equal;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.made.insert((op.clone(), shape), id);
        self.nodes.push(Node {
            name: None,
            shape,
            op,
        });
        id
    }

    /// Notes, once, that a formula was rewritten for accuracy.
    pub fn note_rewrite(&mut self, note: &'static str) {
        if !self.rewrites.contains(&note) {
            self.rewrites.push(note);
        }
    }

    /// What formulas were rewritten for accuracy: "ln(1 + exp(x)) as softplus(x)".
    pub fn rewrites(&self) -> &[&'static str] {
        &self.rewrites
    }

    /// Names a node, unless it has a name already.
    pub fn name(&mut self, id: NodeId, name: impl Into<String>) -> NodeId {
        self.nodes[id.index()].name.get_or_insert(name.into());
        id
    }
}
