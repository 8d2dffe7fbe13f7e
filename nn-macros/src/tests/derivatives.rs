//! The derivative passes against central differences and dual numbers.

use super::support::{Data, Dual, assert_close, checkered, network, numbers, relative_error};
use crate::derive::{jvp, rules, vjp};
use crate::formula::builtin::{ACTIVATIONS, LOSSES};
use crate::ir::check::check;
use crate::ir::interpret::{Array, Given, interpret};
use crate::ir::{Binary, Graph, NodeId, Op, Product, Shape, Source, Test, Unary};
use crate::shape::Network;

/// Four-point central differences in f64 with this step are good to 1e-9 of the largest
/// derivative: the truncation error is about h⁴ = 1e-16, the rounding error 1e-16 / h = 1e-12, and
/// both grow with the curvature of small batches under batch normalization.
const STEP: f64 = 1e-4;
const TOLERANCE: f64 = 1e-8;

const NETWORKS: &[&str] = &[
    "3 -> tanh(4) -> 2",
    "3 -> tanh(4) -> dropout(0.7) -> bn -> 2",
    "3 -> 4 -> bn -> sigmoid -> 2; loss = mse",
    "3 -> bn -> silu(4) -> skip(tanh(5) -> 4) -> 3; loss = cross_entropy",
    "2 -> gelu(4) -> elu(3) -> 4; loss = gaussian_nll",
    "2 -> softsign(4) -> skip(bn -> softplus) -> 1; loss = binary_cross_entropy",
    "2 -> lecun_tanh(4) -> selu(4) -> sin(2); loss = huber(delta = 0.5)",
    "2 -> leaky_relu(4, slope = 0.2) -> gelu_tanh(3) -> relu(3) -> 2; loss = mae",
    "2 -> prelu(4) -> bn -> prelu -> 2; let prelu(x; a = 0.25) = if x > 0 { x } else { a * x }",
    "2 -> own(4) -> 2; let own(x, c = 0.3) = log2(2 + x * x) + log10(3 + x) + clamp(x, -c, DELTA)",
    "2 -> tanh(4) -> 3; loss(a, b, c; y) = a * y + exp(b - y) + powi(c, 2) * crate::DELTA",
    "2 -> tanh(4) -> 3; loss(f, y) = sqrt(1 + sum(powi(f - y, 2))) + mean(abs(f)) + log_sum_exp(f)",
];

/// The derivative at 0 of a function of one number.
fn difference(f: impl Fn(f64) -> f64) -> f64 {
    (8.0 * (f(STEP) - f(-STEP)) - (f(2.0 * STEP) - f(-2.0 * STEP))) / (12.0 * STEP)
}

/// The derivatives at 0 of a function of one number with many values.
fn differences_of(f: impl Fn(f64) -> Vec<f64>) -> Vec<f64> {
    let values = [STEP, -STEP, 2.0 * STEP, -2.0 * STEP].map(f);
    let stencil = |i: usize| {
        (8.0 * (values[0][i] - values[1][i]) - (values[2][i] - values[3][i])) / (12.0 * STEP)
    };
    (0..values[0].len()).map(stencil).collect()
}

/// The gradient graph of a network's loss: its derivatives by the parameters, in order.
fn gradient(network: &Network) -> (Graph, Vec<NodeId>) {
    let mut graph = network.training.graph.clone();
    let (loss, parameters) = (network.training.loss, &network.training.parameters);
    let gradient = vjp(&mut graph, loss, parameters, |name| format!("d{name}"));
    check(&graph);
    (graph, gradient)
}

/// ∂L/∂θ of every parameter by central differences, one vector a tensor.
fn differences(network: &Network, data: &Data) -> Vec<Vec<f64>> {
    let loss = |data: &Data| data.scalar(network, &network.training.graph, network.training.loss);
    let mut differences = Vec::new();
    for tensor in 0..data.parameters.len() {
        let by_element = |element: usize| {
            difference(|by| {
                let mut moved = data.clone();
                moved.parameters[tensor][element] += by;
                loss(&moved)
            })
        };
        differences.push((0..data.parameters[tensor].len()).map(by_element).collect());
    }
    differences
}

/// How far vjp's gradient is from central differences, over all parameters together.
fn gradient_error(declaration: &str) -> f64 {
    let network = network(declaration);
    let data = Data::random(&network, 5, 3);
    let (graph, gradient) = gradient(&network);
    let values = data.run(&network, &graph);
    let found: Vec<f64> = gradient
        .iter()
        .flat_map(|id| values[id.index()].data.clone())
        .collect();
    relative_error(&found, &differences(&network, &data).concat())
}

#[track_caller]
fn check_gradient(declaration: &str) {
    let error = gradient_error(declaration);
    assert!(error <= TOLERANCE, "{declaration}: off by {error:e}");
}

#[test]
fn gradients_match_differences() {
    NETWORKS
        .iter()
        .for_each(|declaration| check_gradient(declaration));
}

#[test]
fn gradients_of_every_activation_and_loss_match_differences() {
    for activation in ACTIVATIONS {
        check_gradient(&format!("2 -> {}(4) -> 2", activation.name));
        check_gradient(&format!("2 -> 4 -> bn -> {} -> 2", activation.name));
    }
    for loss in LOSSES {
        check_gradient(&format!("2 -> tanh(3) -> 4; loss = {}", loss.name));
    }
}

#[test]
fn gradients_match_dual_numbers() {
    for declaration in NETWORKS {
        let network = network(declaration);
        let data = Data::random(&network, 5, 3);
        let (graph, gradient) = gradient(&network);
        let values = data.run(&network, &graph);
        for (tensor, id) in gradient.iter().enumerate() {
            for element in 0..data.parameters[tensor].len() {
                let source = |source: Source| {
                    let array = data.source(&network, source);
                    let mut duals: Vec<_> = array
                        .data
                        .iter()
                        .map(|&value| Dual { value, slope: 0.0 })
                        .collect();
                    if source == Source::Parameter(tensor) {
                        duals[element].slope = 1.0;
                    }
                    Array::new(array.rows, array.columns, duals)
                };
                let given = Given {
                    rows: 5,
                    source: &source,
                    mask: &checkered,
                };
                let expected = interpret(&network.training.graph, &given)
                    [network.training.loss.index()]
                .data[0]
                    .slope;
                let found = values[id.index()].data[element];
                // Element by element: both are exact up to rounding of sums of O(1) terms.
                let off = (found - expected).abs() / expected.abs().max(1.0);
                assert!(off <= 1e-10, "{declaration}: {found} and {expected}");
            }
        }
    }
}

/// A graph with a free direction for every parameter.
fn directions(network: &Network, graph: &mut Graph) -> Vec<(NodeId, NodeId)> {
    let parameters = network.training.parameters.iter().enumerate();
    parameters
        .map(|(index, &id)| {
            let direction = graph.source(Source::Free(index), graph.shape(id), "direction");
            (id, direction)
        })
        .collect()
}

/// Runs a graph whose free inputs are the directions.
fn run_along(network: &Network, data: &Data, directions: &[Vec<f64>], graph: &Graph) -> Vec<Array> {
    let source = |source: Source| match source {
        Source::Free(index) => {
            let tensor = &network.parameters[index];
            Array::new(tensor.rows, tensor.columns, directions[index].clone())
        }
        source => data.source(network, source),
    };
    interpret(
        graph,
        &Given {
            rows: data.rows,
            source: &source,
            mask: &checkered,
        },
    )
}

/// The data with the parameters moved along the directions.
fn moved(data: &Data, directions: &[Vec<f64>], by: f64) -> Data {
    let mut data = data.clone();
    for (parameters, directions) in data.parameters.iter_mut().zip(directions) {
        for (parameter, direction) in parameters.iter_mut().zip(directions) {
            *parameter += by * direction;
        }
    }
    data
}

fn random_directions(network: &Network) -> Vec<Vec<f64>> {
    let tensors = network.parameters.iter().enumerate();
    tensors
        .map(|(i, t)| numbers(900 + i as u64, t.rows * t.columns))
        .collect()
}

#[test]
fn directional_derivatives_match_differences() {
    for declaration in NETWORKS {
        let network = network(declaration);
        let data = Data::random(&network, 5, 3);
        let mut graph = network.training.graph.clone();
        let along = directions(&network, &mut graph);
        let outputs = [network.training.loss, network.training.output];
        let tangents = jvp(&mut graph, &outputs, &along);
        check(&graph);
        let directions = random_directions(&network);
        let values = run_along(&network, &data, &directions, &graph);
        for (output, tangent) in outputs.iter().zip(tangents) {
            let differences = differences_of(|by| {
                let data = moved(&data, &directions, by);
                data.run(&network, &network.training.graph)[output.index()]
                    .data
                    .clone()
            });
            assert_close(&values[tangent.index()].data, &differences, TOLERANCE);
        }
    }
}

#[test]
fn hessian_vector_products_match_differences_of_gradients() {
    // mae is piecewise linear: its curvature comes from the network alone, which is fine too.
    for declaration in NETWORKS {
        let network = network(declaration);
        let data = Data::random(&network, 5, 3);
        let (mut graph, gradient) = gradient(&network);
        let plain = graph.clone();
        let along = directions(&network, &mut graph);
        let products = jvp(&mut graph, &gradient, &along);
        check(&graph);
        let directions = random_directions(&network);
        let values = run_along(&network, &data, &directions, &graph);
        let all = |values: &[Array], ids: &[NodeId]| -> Vec<f64> {
            ids.iter()
                .flat_map(|id| values[id.index()].data.clone())
                .collect()
        };
        let found = all(&values, &products);
        let differences = differences_of(|by| {
            all(
                &moved(&data, &directions, by).run(&network, &plain),
                &gradient,
            )
        });
        assert_close(&found, &differences, TOLERANCE);
    }
}

/// A small graph that uses every operation with a rule, so that any wrong rule shows.
const RULES: &[&str] = &[
    "2 -> elu(3) -> 2",
    "2 -> gelu(3) -> 2",
    "2 -> softplus(3) -> 2",
    "2 -> softsign(3) -> 2",
    "2 -> sin(3) -> 2",
    "2 -> sigmoid(3) -> 2",
    "2 -> relu(3) -> 2",
    "2 -> tanh(3) -> 2",
    "2 -> gelu_tanh(3) -> 2",
    "2 -> leaky_relu(3) -> 2; loss = mae",
    "2 -> 3 -> bn -> tanh -> 2; loss = cross_entropy",
    "2 -> tanh(3) -> 2; loss = gaussian_nll",
];

/// What to do to a rule to make it wrong.
const MUTATIONS: [fn(&mut Graph, NodeId) -> NodeId; 3] = [
    |g, partial| g.neg(partial),
    |g, partial| {
        let factor = g.constant(1.001);
        g.mul(factor, partial)
    },
    |g, partial| {
        let offset = g.constant(0.01);
        g.add(partial, offset)
    },
];

#[test]
fn a_wrong_rule_is_caught() {
    let mutants = rules::mutation::RULES;
    assert!(mutants.len() >= 10);
    for (name, applies) in mutants {
        for (index, mutation) in MUTATIONS.into_iter().enumerate() {
            let caught = rules::mutation::with(*applies, mutation, || {
                RULES
                    .iter()
                    .any(|declaration| gradient_error(declaration) > 100.0 * TOLERANCE)
            });
            assert!(
                caught,
                "mutation {index} of the rule for {name} goes unnoticed"
            );
        }
    }
}

/// Every elementary function's rule against differences, where it is smooth.
#[test]
fn rules_match_differences() {
    use Unary::{
        Abs, Atan, Cos, Cosh, Erf, Erfc, Exp, ExpM1, Ln, Ln1p, Neg, Relu, Sigmoid, Sign, Sin, Sinh,
        Softplus, Sqrt, Tan, Tanh,
    };
    let functions = [
        Abs, Atan, Cos, Cosh, Erf, Erfc, Exp, ExpM1, Ln, Ln1p, Neg, Relu, Sigmoid, Sign, Sin, Sinh,
        Softplus, Sqrt, Tan, Tanh,
    ];
    for function in functions {
        for x in [0.3, 1.1, 0.7] {
            check_scalar(x, |g, x| g.unary(function, x));
        }
    }
    for n in [-3, -1, 0, 1, 2, 3, 5] {
        check_scalar(0.8, |g, x| g.power(x, n));
    }
    for operation in [
        Binary::Add,
        Binary::Sub,
        Binary::Mul,
        Binary::Div,
        Binary::Pow,
    ] {
        check_scalar(0.8, |g, x| binary(g, operation, x, 1.7));
        check_scalar(0.8, |g, x| {
            let c = g.constant(1.7);
            apply(g, operation, c, x)
        });
    }
    check_scalar(0.8, |g, x| {
        let (limit, square) = (g.constant(0.5), g.power(x, 2));
        g.select(Test::Less, limit, x, square, x)
    });
}

fn binary(g: &mut Graph, operation: Binary, x: NodeId, c: f64) -> NodeId {
    let c = g.constant(c);
    apply(g, operation, x, c)
}

fn apply(g: &mut Graph, operation: Binary, a: NodeId, b: NodeId) -> NodeId {
    match operation {
        Binary::Add => g.add(a, b),
        Binary::Sub => g.sub(a, b),
        Binary::Mul => g.mul(a, b),
        Binary::Div => g.div(a, b),
        Binary::Pow => g.pow(a, b),
    }
}

/// A function of one number, built as a graph: its derivative against differences.
#[track_caller]
fn check_scalar(at: f64, build: impl Fn(&mut Graph, NodeId) -> NodeId) {
    let mut graph = Graph::default();
    let x = graph.source(Source::Free(0), Shape::SCALAR, "x");
    let y = build(&mut graph, x);
    let slope = vjp(&mut graph, y, &[x], str::to_owned)[0];
    let run = |at: f64| {
        let source = |_| Array::new(1, 1, vec![at]);
        interpret(
            &graph,
            &Given {
                rows: 1,
                source: &source,
                mask: &checkered,
            },
        )
    };
    let difference = difference(|by| run(at + by)[y.index()].data[0]);
    let found = run(at)[slope.index()].data[0];
    let off = (found - difference).abs() / difference.abs().max(1.0);
    assert!(
        off <= TOLERANCE,
        "{:?} at {at}: {found}, differences {difference}",
        graph.op(y)
    );
}

/// The three products are each other's derivatives.
#[test]
fn products_have_products_as_derivatives() {
    for (kind, expected) in [
        (
            Product::Plain,
            [Product::RightTransposed, Product::LeftTransposed],
        ),
        (
            Product::RightTransposed,
            [Product::Plain, Product::LeftTransposed],
        ),
        (
            Product::LeftTransposed,
            [Product::RightTransposed, Product::Plain],
        ),
    ] {
        let (n, k, p) = (3, 4, 5);
        let mut graph = Graph::default();
        let (a, b) = match kind {
            Product::Plain => (Shape::matrix(n, k), Shape::matrix(k, p)),
            Product::RightTransposed => (Shape::matrix(n, k), Shape::matrix(p, k)),
            Product::LeftTransposed => (Shape::matrix(k, n), Shape::matrix(k, p)),
        };
        let a = graph.source(Source::Free(0), a, "a");
        let b = graph.source(Source::Free(1), b, "b");
        let product = graph.product(kind, a, b);
        let square = graph.power(product, 2);
        let full = graph.shape(square);
        let rows = graph.sum(crate::ir::Axis::Rows, square, full);
        let total = graph.sum(crate::ir::Axis::Columns, rows, Shape::row(full.columns));
        let slopes = vjp(&mut graph, total, &[a, b], str::to_owned);
        check(&graph);
        for (slope, expected) in slopes.iter().zip(expected) {
            assert!(matches!(graph.op(*slope), Op::Product(kind, ..) if *kind == expected));
        }
    }
}
