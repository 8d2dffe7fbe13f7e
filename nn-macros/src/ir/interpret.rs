//! The meaning of a graph, in plain `f64` loops: what generated code is tested against.

use super::{Axis, Extent, Graph, NodeId, Op, Product, Source, Test};

/// A tensor's elements, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub rows: usize,
    pub columns: usize,
    pub data: Vec<f64>,
}

impl Array {
    pub fn new(rows: usize, columns: usize, data: Vec<f64>) -> Self {
        assert_eq!(data.len(), rows * columns);
        Self {
            rows,
            columns,
            data,
        }
    }

    fn from_fn(rows: usize, columns: usize, f: impl Fn(usize, usize) -> f64) -> Self {
        let data = (0..rows * columns)
            .map(|i| f(i / columns, i % columns))
            .collect();
        Self {
            rows,
            columns,
            data,
        }
    }

    /// The element at (i, j), repeated along axes of extent 1.
    fn at(&self, i: usize, j: usize) -> f64 {
        let i = if self.rows == 1 { 0 } else { i };
        let j = if self.columns == 1 { 0 } else { j };
        self.data[i * self.columns + j]
    }
}

/// Computes all nodes for a batch of `n` rows, and returns their values in the nodes' order.
/// `source` gives the tensors from outside, `mask` a dropout mask (layer, keep, row, unit).
pub fn interpret(
    graph: &Graph,
    n: usize,
    source: &dyn Fn(Source) -> Array,
    mask: &dyn Fn(u32, f64, usize, usize) -> f64,
) -> Vec<Array> {
    let mut values: Vec<Array> = Vec::new();
    for id in graph.ids() {
        let shape = graph.shape(id);
        let rows = match shape.rows {
            Extent::Batch => n,
            Extent::Fixed(rows) => rows,
        };
        let at = |x: NodeId, i: usize, j: usize| values[x.index()].at(i, j);
        let of = |x: NodeId| &values[x.index()];
        let each = |f: &dyn Fn(usize, usize) -> f64| Array::from_fn(rows, shape.columns, f);
        let value = match *graph.op(id) {
            Op::Source(from) => source(from),
            Op::Constant(number) => each(&|_, _| number.value()),
            Op::Count => each(&|_, _| n as f64),
            Op::Mask { layer, keep } => each(&|i, j| mask(layer, keep.value(), i, j)),
            Op::Unary(function, x) => each(&|i, j| function.value(at(x, i, j))),
            Op::Power(x, n) => each(&|i, j| at(x, i, j).powi(n)),
            Op::Binary(operation, a, b) => each(&|i, j| operation.value(at(a, i, j), at(b, i, j))),
            Op::Select {
                test,
                left,
                right,
                yes,
                no,
            } => each(&|i, j| {
                let holds = match test {
                    Test::Less => at(left, i, j) < at(right, i, j),
                    Test::LessEqual => at(left, i, j) <= at(right, i, j),
                };
                at(if holds { yes } else { no }, i, j)
            }),
            Op::Product(kind, a, b) => each(&|i, j| {
                let (a, b) = (of(a), of(b));
                match kind {
                    Product::Plain => (0..a.columns).map(|k| a.at(i, k) * b.at(k, j)).sum(),
                    Product::RightTransposed => {
                        (0..a.columns).map(|k| a.at(i, k) * b.at(j, k)).sum()
                    }
                    Product::LeftTransposed => (0..a.rows).map(|k| a.at(k, i) * b.at(k, j)).sum(),
                }
            }),
            Op::Sum(Axis::Rows, x) => each(&|_, j| (0..of(x).rows).map(|i| at(x, i, j)).sum()),
            Op::Sum(Axis::Columns, x) => {
                each(&|i, _| (0..of(x).columns).map(|j| at(x, i, j)).sum())
            }
            Op::RowMax(x) => each(&|i, _| {
                (0..of(x).columns)
                    .map(|j| at(x, i, j))
                    .fold(f64::NEG_INFINITY, f64::max)
            }),
            Op::Broadcast(x) => each(&|i, j| at(x, i, j)),
            Op::Slice { of, start } => each(&|i, j| at(of, i, start + j)),
            Op::Place { of: x, start } => each(&|i, j| {
                let inside = (start..start + of(x).columns).contains(&j);
                if inside {
                    of(x).data[i * of(x).columns + j - start]
                } else {
                    0.0
                }
            }),
        };
        values.push(value);
    }
    values
}
