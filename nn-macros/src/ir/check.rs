//! What must hold of every graph. Run after every pass in debug builds and in tests.

use super::{Axis, Extent, Graph, NodeId, Op, Product, Shape};

/// Panics, naming the node, where a graph breaks an invariant of [`super`]: this is the compiler
/// checking itself, not its input.
pub fn check(graph: &Graph) {
    for id in graph.ids() {
        let node = graph.node(id);
        for operand in node.op.operands() {
            assert!(
                operand < id,
                "{id:?} reads {operand:?}, which is computed later"
            );
        }
        let expected = expected_shape(graph, id);
        assert_eq!(node.shape, expected, "the shape of {id:?}, {:?}", node.op);
    }
}

/// The shape that a node's operation gives its operands.
fn expected_shape(graph: &Graph, id: NodeId) -> Shape {
    let of = |x: NodeId| graph.shape(x);
    let own = graph.shape(id);
    match *graph.op(id) {
        Op::Source(_) => own,
        Op::Constant(_) | Op::Count => Shape::SCALAR,
        Op::Call { ref arguments, .. } => {
            let scalars = arguments.iter().all(|&x| of(x) == Shape::SCALAR);
            assert!(scalars, "{id:?} calls a function with more than scalars");
            Shape::SCALAR
        }
        Op::Mask { .. } if own.is_batch() => Shape::rows(own.columns),
        Op::Mask { .. } => Shape::row(own.columns),
        Op::Unary(_, x) | Op::Power(x, _) => of(x),
        Op::Binary(..) | Op::Select { .. } => {
            let operands = graph.op(id).operands();
            let joined = operands
                .iter()
                .fold(Shape::SCALAR, |shape, &x| shape.join(of(x)));
            for x in operands {
                assert!(
                    broadcasts(of(x), joined),
                    "{x:?} does not broadcast in {id:?}"
                );
            }
            joined
        }
        Op::Product(kind, a, b) => product_shape(kind, of(a), of(b)),
        Op::Sum(Axis::Rows, x) => Shape::row(of(x).columns),
        Op::Sum(Axis::Columns, x) | Op::RowMax(x) => Shape {
            columns: 1,
            ..of(x)
        },
        Op::Broadcast(x) => {
            assert!(broadcasts(of(x), own), "{x:?} does not broadcast to {id:?}");
            own
        }
        Op::Slice { of: x, start } => {
            assert!(
                start + own.columns <= of(x).columns,
                "{id:?} slices past the end"
            );
            Shape {
                columns: own.columns,
                ..of(x)
            }
        }
        Op::Place { of: x, start } => {
            assert!(
                start + of(x).columns <= own.columns,
                "{id:?} places past the end"
            );
            Shape {
                columns: own.columns,
                ..of(x)
            }
        }
    }
}

fn product_shape(kind: Product, a: Shape, b: Shape) -> Shape {
    match kind {
        Product::Plain => {
            assert_eq!(
                b.rows,
                Extent::Fixed(a.columns),
                "inner extents of a product"
            );
            Shape {
                rows: a.rows,
                columns: b.columns,
            }
        }
        Product::RightTransposed => {
            assert_eq!(a.columns, b.columns, "inner extents of a product");
            let Extent::Fixed(rows) = b.rows else {
                panic!("a batch as transposed right operand")
            };
            Shape {
                rows: a.rows,
                columns: rows,
            }
        }
        Product::LeftTransposed => {
            assert_eq!(a.rows, b.rows, "inner extents of a product");
            Shape::matrix(a.columns, b.columns)
        }
    }
}

/// Whether `from` can be repeated to `to`.
fn broadcasts(from: Shape, to: Shape) -> bool {
    (from.rows == to.rows || from.rows == Extent::Fixed(1))
        && (from.columns == to.columns || from.columns == 1)
}
