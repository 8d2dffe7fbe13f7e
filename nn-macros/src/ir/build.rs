//! Making nodes, already simplified.
//!
//! Every operation has a constructor that applies the algebra a person would apply without
//! thinking: constants fold, `x·1` is `x`, `x·0` is 0, a double negation vanishes, a sum of a
//! repeated value is a multiple of it. The rules here are exact in real arithmetic and none makes
//! a rounding error worse.

use super::{Axis, Binary, Extent, Graph, NodeId, Number, Op, Product, Shape, Source, Test, Unary};
use std::rc::Rc;

impl Graph {
    pub fn source(&mut self, source: Source, shape: Shape, name: &str) -> NodeId {
        let id = self.push(Op::Source(source), shape);
        self.name(id, name)
    }

    pub fn constant(&mut self, value: f64) -> NodeId {
        self.push(Op::Constant(Number::new(value)), Shape::SCALAR)
    }

    /// n.
    pub fn count(&mut self) -> NodeId {
        let id = self.push(Op::Count, Shape::SCALAR);
        self.name(id, "n")
    }

    /// A dropout mask: with a shape of rows one for every sample, with a row one for all of them.
    pub fn mask(&mut self, layer: u32, keep: f64, shape: Shape) -> NodeId {
        let keep = Number::new(keep);
        self.push(Op::Mask { layer, keep }, shape)
    }

    /// The number a node is, if it is a constant.
    pub fn as_constant(&self, id: NodeId) -> Option<f64> {
        match *self.op(id) {
            Op::Constant(number) => Some(number.value()),
            _ => None,
        }
    }

    /// Whether a node is this constant.
    pub fn is(&self, id: NodeId, value: f64) -> bool {
        self.as_constant(id) == Some(value)
    }

    /// `value` as a constant if it is finite; otherwise the operation stays as it is written.
    fn fold(&mut self, value: f64) -> Option<NodeId> {
        value.is_finite().then(|| self.constant(value))
    }

    pub fn unary(&mut self, function: Unary, x: NodeId) -> NodeId {
        if let Some(value) = self.as_constant(x)
            && let Some(folded) = self.fold(function.value(value))
        {
            return folded;
        }
        match (function, self.op(x)) {
            (Unary::Neg, &Op::Unary(Unary::Neg, inner)) => inner,
            (Unary::Neg, &Op::Binary(Binary::Sub, a, b)) => self.sub(b, a),
            _ => self.push(Op::Unary(function, x), self.shape(x)),
        }
    }

    pub fn neg(&mut self, x: NodeId) -> NodeId {
        self.unary(Unary::Neg, x)
    }

    /// The operand of a negation.
    fn negated(&self, id: NodeId) -> Option<NodeId> {
        match *self.op(id) {
            Op::Unary(Unary::Neg, inner) => Some(inner),
            _ => None,
        }
    }

    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.as_constant(a), self.as_constant(b)) {
            (Some(x), Some(y)) if (x + y).is_finite() => return self.constant(x + y),
            (Some(0.0), _) => return b,
            (_, Some(0.0)) => return a,
            _ => {}
        }
        if a == b {
            let two = self.constant(2.0);
            return self.mul(two, a);
        }
        if let Some(b) = self.negated(b) {
            return self.sub(a, b);
        }
        if let Some(a) = self.negated(a) {
            return self.sub(b, a);
        }
        if let Some(sum) = self.both_chosen(a, b, Self::add) {
            return sum;
        }
        self.binary(Binary::Add, a, b)
    }

    pub fn sub(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.as_constant(a), self.as_constant(b)) {
            (Some(x), Some(y)) if (x - y).is_finite() => return self.constant(x - y),
            (Some(0.0), _) => return self.neg(b),
            (_, Some(0.0)) => return a,
            _ => {}
        }
        if a == b {
            return self.constant(0.0);
        }
        if let Some(b) = self.negated(b) {
            return self.add(a, b);
        }
        if let Some(difference) = self.both_chosen(a, b, Self::sub) {
            return difference;
        }
        self.binary(Binary::Sub, a, b)
    }

    pub fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.as_constant(a), self.as_constant(b)) {
            (Some(x), Some(y)) if (x * y).is_finite() => return self.constant(x * y),
            (Some(0.0), _) | (_, Some(0.0)) => return self.constant(0.0),
            (Some(1.0), _) => return b,
            (_, Some(1.0)) => return a,
            (Some(-1.0), _) => return self.neg(b),
            (_, Some(-1.0)) => return self.neg(a),
            (None, Some(_)) => return self.mul(b, a),
            _ => {}
        }
        if let Some(a) = self.negated(a) {
            let product = self.mul(a, b);
            return self.neg(product);
        }
        if let Some(b) = self.negated(b) {
            let product = self.mul(a, b);
            return self.neg(product);
        }
        if let Some(choice) = self.half_zero(a) {
            return self.choose(choice, |g, x| g.mul(x, b));
        }
        if let Some(choice) = self.half_zero(b) {
            return self.choose(choice, |g, x| g.mul(a, x));
        }
        match (self.op(a).clone(), self.op(b).clone()) {
            // c·(d·x) = (cd)·x
            (Op::Constant(c), Op::Binary(Binary::Mul, d, x)) if self.as_constant(d).is_some() => {
                let d = self.as_constant(d).unwrap_or(1.0);
                let folded = self.constant(c.value() * d);
                self.mul(folded, x)
            }
            // (c·x)·(d·y) = (cd)·(x·y)
            (Op::Binary(Binary::Mul, c, x), Op::Binary(Binary::Mul, d, y))
                if self.as_constant(c).and(self.as_constant(d)).is_some() =>
            {
                let (factor, product) = (self.mul(c, d), self.mul(x, y));
                self.mul(factor, product)
            }
            // (1/b)·g = g/b, unless the reciprocal serves many elements
            (Op::Binary(Binary::Div, one, divisor), _)
                if self.is(one, 1.0) && self.shape(a) == self.shape(b) =>
            {
                self.div(b, divisor)
            }
            (_, Op::Binary(Binary::Div, one, divisor))
                if self.is(one, 1.0) && self.shape(a) == self.shape(b) =>
            {
                self.div(a, divisor)
            }
            _ => self.binary(Binary::Mul, a, b),
        }
    }

    pub fn div(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.as_constant(a), self.as_constant(b)) {
            (Some(x), Some(y)) if (x / y).is_finite() => return self.constant(x / y),
            (Some(0.0), _) => return a,
            (_, Some(1.0)) => return a,
            (_, Some(-1.0)) => return self.neg(a),
            _ => {}
        }
        if let Some(a) = self.negated(a) {
            let quotient = self.div(a, b);
            return self.neg(quotient);
        }
        if let Some(choice) = self.half_zero(a) {
            return self.choose(choice, |g, x| g.div(x, b));
        }
        self.binary(Binary::Div, a, b)
    }

    pub fn pow(&mut self, x: NodeId, y: NodeId) -> NodeId {
        match self.as_constant(y) {
            Some(n) if n == n.trunc() && n.abs() <= 64.0 => self.power(x, n as i32),
            _ => self.binary(Binary::Pow, x, y),
        }
    }

    pub fn power(&mut self, x: NodeId, n: i32) -> NodeId {
        if let Some(value) = self.as_constant(x)
            && let Some(folded) = self.fold(value.powi(n))
        {
            return folded;
        }
        match n {
            0 => self.constant(1.0),
            1 => x,
            2 => self.mul(x, x),
            _ => self.push(Op::Power(x, n), self.shape(x)),
        }
    }

    fn binary(&mut self, operation: Binary, a: NodeId, b: NodeId) -> NodeId {
        if let (Some(x), Some(y)) = (self.as_constant(a), self.as_constant(b))
            && let Some(folded) = self.fold(operation.value(x, y))
        {
            return folded;
        }
        let shape = self.shape(a).join(self.shape(b));
        self.push(Op::Binary(operation, a, b), shape)
    }

    pub fn select(
        &mut self,
        test: Test,
        left: NodeId,
        right: NodeId,
        yes: NodeId,
        no: NodeId,
    ) -> NodeId {
        if yes == no {
            return yes;
        }
        if let (Some(l), Some(r)) = (self.as_constant(left), self.as_constant(right)) {
            return if test.holds(l, r) { yes } else { no };
        }
        let shape = [right, yes, no]
            .iter()
            .fold(self.shape(left), |shape, &id| shape.join(self.shape(id)));
        self.push(
            Op::Select {
                test,
                left,
                right,
                yes,
                no,
            },
            shape,
        )
    }

    /// A function that differentiates itself, differentiated by the arguments of indices `by`. The
    /// order of differentiations does not matter, so they are sorted.
    pub fn call(&mut self, function: Rc<str>, by: Vec<usize>, arguments: Vec<NodeId>) -> NodeId {
        let mut by = by;
        by.sort_unstable();
        let call = Op::Call {
            function,
            by,
            arguments,
        };
        self.push(call, Shape::SCALAR)
    }

    /// The node of an operation on nodes of this graph, simplified.
    pub fn make(&mut self, op: Op, shape: Shape) -> NodeId {
        match op {
            Op::Unary(function, x) => self.unary(function, x),
            Op::Power(x, n) => self.power(x, n),
            Op::Binary(Binary::Add, a, b) => self.add(a, b),
            Op::Binary(Binary::Sub, a, b) => self.sub(a, b),
            Op::Binary(Binary::Mul, a, b) => self.mul(a, b),
            Op::Binary(Binary::Div, a, b) => self.div(a, b),
            Op::Binary(Binary::Pow, a, b) => self.pow(a, b),
            Op::Select {
                test,
                left,
                right,
                yes,
                no,
            } => self.select(test, left, right, yes, no),
            Op::Product(kind, a, b) => self.product(kind, a, b),
            Op::Sum(axis, x) => self.sum(axis, x, self.shape(x)),
            Op::RowMax(x) => self.row_max(x),
            Op::Broadcast(x) => self.broadcast(x, shape),
            Op::Slice { of, start } => self.slice(of, start, shape.columns),
            Op::Place { of, start } => self.place(of, start, shape.columns),
            Op::Source(_) | Op::Constant(_) | Op::Count | Op::Mask { .. } | Op::Call { .. } => {
                self.push(op, shape)
            }
        }
    }

    pub fn product(&mut self, kind: Product, a: NodeId, b: NodeId) -> NodeId {
        let (left, right) = (self.shape(a), self.shape(b));
        let shape = match kind {
            Product::Plain => Shape {
                rows: left.rows,
                columns: right.columns,
            },
            Product::RightTransposed => match right.rows {
                Extent::Fixed(rows) => Shape {
                    rows: left.rows,
                    columns: rows,
                },
                Extent::Batch => unreachable!("a batch is never the transposed right operand"),
            },
            Product::LeftTransposed => Shape::matrix(left.columns, right.columns),
        };
        self.push(Op::Product(kind, a, b), shape)
    }

    /// The sum of `x` along an axis on which it counts as `full` long, though it may be given as a
    /// single value that stands for all of them.
    pub fn sum(&mut self, axis: Axis, x: NodeId, full: Shape) -> NodeId {
        let shape = self.shape(x);
        let (given, left) = match axis {
            Axis::Rows => (shape.rows == full.rows, Shape::row(shape.columns)),
            Axis::Columns => (
                shape.columns == full.columns,
                Shape {
                    rows: shape.rows,
                    columns: 1,
                },
            ),
        };
        if !given {
            let times = match (axis, full.rows) {
                (Axis::Rows, Extent::Batch) => self.count(),
                (Axis::Rows, Extent::Fixed(rows)) => self.constant(rows as f64),
                (Axis::Columns, _) => self.constant(full.columns as f64),
            };
            return self.mul(times, x);
        }
        if left == shape {
            return x;
        }
        match *self.op(x) {
            Op::Unary(Unary::Neg, inner) => {
                let sum = self.sum(axis, inner, full);
                self.neg(sum)
            }
            // Deviations from the mean sum to zero: they need not be added up to find that out.
            Op::Binary(Binary::Add, a, b) if axis == Axis::Rows && self.sums_to_zero(b) => {
                self.sum(axis, a, full)
            }
            Op::Binary(Binary::Add, a, b) if axis == Axis::Rows && self.sums_to_zero(a) => {
                self.sum(axis, b, full)
            }
            Op::Binary(Binary::Sub, a, b) if axis == Axis::Rows && self.sums_to_zero(b) => {
                self.sum(axis, a, full)
            }
            Op::Binary(Binary::Sub, a, b) if axis == Axis::Rows && self.sums_to_zero(a) => {
                let sum = self.sum(axis, b, full);
                self.neg(sum)
            }
            // What does not vary along the axis comes out of the sum.
            Op::Binary(Binary::Mul, a, b) if !self.varies(a, axis) => {
                let sum = self.sum(axis, b, full);
                self.mul(a, sum)
            }
            Op::Binary(Binary::Mul, a, b) if !self.varies(b, axis) => {
                let sum = self.sum(axis, a, full);
                self.mul(sum, b)
            }
            Op::Binary(Binary::Div, a, b) if !self.varies(b, axis) => {
                let sum = self.sum(axis, a, full);
                self.div(sum, b)
            }
            // Columns of sums, not sums of columns: rows then add up lane by lane.
            Op::Sum(Axis::Columns, inner) if axis == Axis::Rows => {
                let full = self.shape(inner);
                let rows = self.sum(Axis::Rows, inner, full);
                let full = self.shape(rows);
                self.sum(Axis::Columns, rows, full)
            }
            _ => self.push(Op::Sum(axis, x), left),
        }
    }

    /// Whether the rows are deviations from their own mean, x − 1ᵀx/n, perhaps times a row.
    fn sums_to_zero(&self, id: NodeId) -> bool {
        match *self.op(id) {
            Op::Unary(Unary::Neg, x) => self.sums_to_zero(x),
            Op::Binary(Binary::Mul, a, b) if !self.varies(a, Axis::Rows) => self.sums_to_zero(b),
            Op::Binary(Binary::Mul | Binary::Div, a, b) if !self.varies(b, Axis::Rows) => {
                self.sums_to_zero(a)
            }
            Op::Binary(Binary::Sub, x, mean) => match *self.op(mean) {
                Op::Binary(Binary::Div, sum, n) => {
                    *self.op(sum) == Op::Sum(Axis::Rows, x) && *self.op(n) == Op::Count
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a tensor is longer than 1 along the axis.
    fn varies(&self, id: NodeId, axis: Axis) -> bool {
        match axis {
            Axis::Rows => self.shape(id).rows != Extent::Fixed(1),
            Axis::Columns => self.shape(id).columns != 1,
        }
    }

    pub fn row_max(&mut self, x: NodeId) -> NodeId {
        let shape = Shape {
            columns: 1,
            ..self.shape(x)
        };
        if shape == self.shape(x) {
            x
        } else {
            self.push(Op::RowMax(x), shape)
        }
    }

    pub fn broadcast(&mut self, x: NodeId, shape: Shape) -> NodeId {
        if self.shape(x) == shape {
            x
        } else {
            self.push(Op::Broadcast(x), shape)
        }
    }

    pub fn slice(&mut self, of: NodeId, start: usize, columns: usize) -> NodeId {
        let shape = self.shape(of);
        if shape.columns == columns {
            return of;
        }
        self.push(Op::Slice { of, start }, Shape { columns, ..shape })
    }

    pub fn place(&mut self, of: NodeId, start: usize, columns: usize) -> NodeId {
        let shape = self.shape(of);
        if shape.columns == columns {
            return of;
        }
        self.push(Op::Place { of, start }, Shape { columns, ..shape })
    }
}

impl Unary {
    /// The function's value, for folding constants.
    pub fn value(self, x: f64) -> f64 {
        match self {
            Unary::Neg => -x,
            Unary::Abs => x.abs(),
            Unary::Sign => {
                if x == 0.0 {
                    0.0
                } else {
                    x.signum()
                }
            }
            Unary::Sqrt => x.sqrt(),
            Unary::Exp => x.exp(),
            Unary::ExpM1 => x.exp_m1(),
            Unary::Ln => x.ln(),
            Unary::Ln1p => x.ln_1p(),
            Unary::Tanh => x.tanh(),
            Unary::Sigmoid => {
                let e = (-x.abs()).exp();
                (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
            }
            Unary::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Unary::Relu => x.max(0.0),
            Unary::Sin => x.sin(),
            Unary::Cos => x.cos(),
            Unary::Tan => x.tan(),
            Unary::Atan => x.atan(),
            Unary::Sinh => x.sinh(),
            Unary::Cosh => x.cosh(),
            Unary::Erf => libm::erf(x),
            Unary::Erfc => libm::erfc(x),
        }
    }
}

impl Binary {
    /// The operation's value, for folding constants.
    pub fn value(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Add => a + b,
            Binary::Sub => a - b,
            Binary::Mul => a * b,
            Binary::Div => a / b,
            Binary::Pow => a.powf(b),
        }
    }
}

impl Test {
    /// Whether the comparison holds.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Test::Less => left < right,
            Test::LessEqual => left <= right,
        }
    }
}
