//! The meaning of a graph, in plain loops: what generated code is tested against.
//!
//! The loops are generic over the number: `f64` gives values, dual numbers give derivatives that
//! owe nothing to the rules of [`crate::derive`].

use super::{Axis, Binary, Extent, Graph, NodeId, Op, Product, Source, Test, Unary};

/// What the interpreter computes with.
pub trait Element: Copy {
    fn from_f64(value: f64) -> Self;
    fn value(self) -> f64;
    fn unary(self, function: Unary) -> Self;
    fn powi(self, n: i32) -> Self;
    fn binary(self, operation: Binary, other: Self) -> Self;
}

impl Element for f64 {
    fn from_f64(value: f64) -> Self {
        value
    }
    fn value(self) -> f64 {
        self
    }
    fn unary(self, function: Unary) -> Self {
        function.value(self)
    }
    fn powi(self, n: i32) -> Self {
        f64::powi(self, n)
    }
    fn binary(self, operation: Binary, other: Self) -> Self {
        operation.value(self, other)
    }
}

/// A tensor's elements, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Array<E = f64> {
    pub rows: usize,
    pub columns: usize,
    pub data: Vec<E>,
}

impl<E: Element> Array<E> {
    pub fn new(rows: usize, columns: usize, data: Vec<E>) -> Self {
        assert_eq!(data.len(), rows * columns);
        Self {
            rows,
            columns,
            data,
        }
    }

    fn from_fn(rows: usize, columns: usize, f: impl Fn(usize, usize) -> E) -> Self {
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
    fn at(&self, i: usize, j: usize) -> E {
        let i = if self.rows == 1 { 0 } else { i };
        let j = if self.columns == 1 { 0 } else { j };
        self.data[i * self.columns + j]
    }
}

/// What a graph is given from outside.
pub struct Given<'a, E> {
    /// n, the rows of the batch.
    pub rows: usize,
    pub source: &'a dyn Fn(Source) -> Array<E>,
    /// A dropout mask's value by layer, keep probability, row and unit.
    pub mask: &'a dyn Fn(u32, f64, usize, usize) -> f64,
}

/// Computes all nodes and returns their values in the nodes' order.
pub fn interpret<E: Element>(graph: &Graph, given: &Given<'_, E>) -> Vec<Array<E>> {
    let mut values: Vec<Array<E>> = Vec::new();
    for id in graph.ids() {
        let shape = graph.shape(id);
        let rows = match shape.rows {
            Extent::Batch => given.rows,
            Extent::Fixed(rows) => rows,
        };
        let value = match *graph.op(id) {
            Op::Source(from) => (given.source)(from),
            Op::Mask { layer, keep } => Array::from_fn(rows, shape.columns, |i, j| {
                E::from_f64((given.mask)(layer, keep.value(), i, j))
            }),
            Op::Count => Array::new(1, 1, vec![E::from_f64(given.rows as f64)]),
            _ => Array::from_fn(rows, shape.columns, |i, j| {
                element(graph, id, &values, i, j)
            }),
        };
        values.push(value);
    }
    values
}

/// One element of a computed node.
fn element<E: Element>(graph: &Graph, id: NodeId, values: &[Array<E>], i: usize, j: usize) -> E {
    let of = |x: NodeId| &values[x.index()];
    let at = |x: NodeId| of(x).at(i, j);
    let zero = E::from_f64(0.0);
    let sum = |terms: &mut dyn Iterator<Item = E>| {
        terms.fold(zero, |sum, term| sum.binary(Binary::Add, term))
    };
    let dot = |k: usize, term: &dyn Fn(usize) -> (E, E)| {
        sum(&mut (0..k).map(|k| {
            let (a, b) = term(k);
            a.binary(Binary::Mul, b)
        }))
    };
    match *graph.op(id) {
        Op::Constant(number) => E::from_f64(number.value()),
        Op::Unary(function, x) => at(x).unary(function),
        Op::Power(x, n) => at(x).powi(n),
        Op::Binary(operation, a, b) => at(a).binary(operation, at(b)),
        Op::Select {
            test,
            left,
            right,
            yes,
            no,
        } => {
            let holds = match test {
                Test::Less => at(left).value() < at(right).value(),
                Test::LessEqual => at(left).value() <= at(right).value(),
            };
            at(if holds { yes } else { no })
        }
        Op::Product(kind, a, b) => {
            let (a, b) = (of(a), of(b));
            match kind {
                Product::Plain => dot(a.columns, &|k| (a.at(i, k), b.at(k, j))),
                Product::RightTransposed => dot(a.columns, &|k| (a.at(i, k), b.at(j, k))),
                Product::LeftTransposed => dot(a.rows, &|k| (a.at(k, i), b.at(k, j))),
            }
        }
        Op::Sum(Axis::Rows, x) => sum(&mut (0..of(x).rows).map(|i| of(x).at(i, j))),
        Op::Sum(Axis::Columns, x) => sum(&mut (0..of(x).columns).map(|j| of(x).at(i, j))),
        Op::RowMax(x) => {
            let larger = |a: E, b: E| if a.value() < b.value() { b } else { a };
            (1..of(x).columns)
                .map(|j| of(x).at(i, j))
                .fold(of(x).at(i, 0), larger)
        }
        Op::Broadcast(x) => at(x),
        Op::Slice { of: x, start } => of(x).at(i, start + j),
        Op::Place { of: x, start } => {
            let inside = (start..start + of(x).columns).contains(&j);
            if inside { of(x).at(i, j - start) } else { zero }
        }
        ref given => unreachable!("{given:?} is given from outside"),
    }
}
