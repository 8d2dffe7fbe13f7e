//! What the tests share: declarations to graphs, random data, dual numbers.

use crate::diagnostics::Errors;
use crate::formula::{Formula, Reductions, Scope};
use crate::ir::interpret::{Array, Element, Given};
use crate::ir::{Binary, Graph, NodeId, Source, Unary};
use crate::parse::parse;
use crate::resolve::resolve;
use crate::shape::{Network, shape};

/// A network from its declaration, which must be right.
#[track_caller]
pub fn network(declaration: &str) -> Network {
    let tokens = format!("unrolled, {declaration}").parse().expect("tokens");
    let mut errors = Errors::default();
    let declaration = parse(tokens, &mut errors).expect("a declaration");
    let model = resolve(declaration, &mut errors);
    let network = shape(&model, &mut errors);
    assert_eq!(errors.messages(), Vec::<String>::new());
    network
}

/// A formula from its text, which must be right; functions over columns are part of the language.
#[track_caller]
pub fn formula(text: &str, variables: &[&str]) -> Formula {
    let (mut scope, mut errors) = (Scope::default(), Errors::default());
    scope.reductions = Reductions::Columns;
    variables.iter().for_each(|name| scope.bind(*name, true));
    let expression = syn::parse_str(text).expect("an expression");
    let formula = crate::formula::parse(&expression, &mut scope, &mut errors);
    assert_eq!(errors.messages(), Vec::<String>::new(), "{text}");
    formula.expect("no mistakes")
}

/// Numbers in (−1, 1) that look random: the golden ratio's multiples.
pub fn numbers(seed: u64, length: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64 * 2.0 - 1.0
    };
    for _ in 0..16 {
        next();
    }
    (0..length).map(|_| next()).collect()
}

/// What a constant of the user's is in these tests.
pub const CONSTANT: f64 = 0.75;

/// Everything a network is given: rows, targets, parameters, statistics.
#[derive(Clone)]
pub struct Data {
    pub rows: usize,
    pub inputs: Vec<f64>,
    pub targets: Vec<f64>,
    pub parameters: Vec<Vec<f64>>,
    pub statistics: Vec<Vec<f64>>,
}

impl Data {
    pub fn random(network: &Network, rows: usize, seed: u64) -> Self {
        let tensors = |tensors: &[crate::shape::Tensor], seed: u64| {
            let random = |(i, t): (usize, &crate::shape::Tensor)| {
                numbers(seed + i as u64, t.rows * t.columns)
            };
            tensors.iter().enumerate().map(random).collect::<Vec<_>>()
        };
        let statistics = tensors(&network.statistics, seed + 200);
        Self {
            rows,
            inputs: numbers(seed, rows * network.inputs),
            targets: numbers(seed + 1, rows * network.targets),
            parameters: tensors(&network.parameters, seed + 100),
            statistics: statistics
                .into_iter()
                .map(|values| {
                    values
                        .into_iter()
                        .map(|value| 0.5 + value * value)
                        .collect()
                })
                .collect(),
        }
    }

    /// A tensor's values, and how they are shaped.
    pub fn source(&self, network: &Network, source: Source) -> Array {
        let (rows, columns, data) = match source {
            Source::Inputs => (self.rows, network.inputs, &self.inputs),
            Source::Targets => (self.rows, network.targets, &self.targets),
            Source::Parameter(index) => {
                let tensor = &network.parameters[index];
                (tensor.rows, tensor.columns, &self.parameters[index])
            }
            Source::Statistic(index) => (
                1,
                network.statistics[index].columns,
                &self.statistics[index],
            ),
            Source::Constant(_) => (1, 1, &vec![CONSTANT]),
            Source::Vector(_)
            | Source::Cotangent
            | Source::Adjoints
            | Source::Free(_)
            | Source::Argument(_) => {
                panic!("nobody gives {source:?} here")
            }
        };
        Array::new(rows, columns, data.clone())
    }

    /// The values of all nodes.
    pub fn run(&self, network: &Network, graph: &Graph) -> Vec<Array> {
        let source = |source: Source| self.source(network, source);
        let given = Given {
            rows: self.rows,
            source: &source,
            mask: &checkered,
        };
        crate::ir::interpret::interpret(graph, &given)
    }

    /// The value of a node without extent.
    pub fn scalar(&self, network: &Network, graph: &Graph, id: NodeId) -> f64 {
        self.run(network, graph)[id.index()].data[0]
    }
}

/// A mask that keeps two of three.
pub fn checkered(layer: u32, keep: f64, row: usize, unit: usize) -> f64 {
    if (layer as usize + 2 * row + unit).is_multiple_of(3) {
        0.0
    } else {
        1.0 / keep
    }
}

/// max |a − b| over max |b|, and that there is anything to compare.
#[track_caller]
pub fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    let error = relative_error(found, expected);
    assert!(
        error <= tolerance,
        "off by {error:e}: {found:?}, expected {expected:?}"
    );
}

pub fn relative_error(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0_f64, |m, v| m.max(v.abs()));
    let scale = norm(&mut expected.iter().copied());
    assert!(scale > 0.0, "nothing to compare: all zero");
    let off = found
        .iter()
        .zip(expected)
        .map(|(a, b)| if a.is_nan() { f64::INFINITY } else { a - b });
    norm(&mut { off }) / scale
}

/// a + b ε with ε² = 0: a number and its derivative, by rules written here and nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Dual {
    pub value: f64,
    pub slope: f64,
}

/// f′(x), in a closed form that owes nothing to the rules. At kinks, the rules' conventions.
pub fn slope(function: Unary, x: f64) -> f64 {
    let bell = 2.0 / std::f64::consts::PI.sqrt() * (-x * x).exp();
    match function {
        Unary::Neg => -1.0,
        Unary::Abs => Unary::Sign.value(x),
        Unary::Sign => 0.0,
        Unary::Sqrt => 0.5 / x.sqrt(),
        Unary::Exp | Unary::ExpM1 => x.exp(),
        Unary::Ln => 1.0 / x,
        Unary::Ln1p => 1.0 / (1.0 + x),
        Unary::Tanh => 1.0 / x.cosh().powi(2),
        Unary::Sigmoid => 0.25 / (0.5 * x).cosh().powi(2),
        Unary::Softplus => 1.0 / (1.0 + (-x).exp()),
        Unary::Relu => f64::from(u8::from(x > 0.0)),
        Unary::Sin => x.cos(),
        Unary::Cos => -x.sin(),
        Unary::Tan => 1.0 / x.cos().powi(2),
        Unary::Atan => 1.0 / (1.0 + x * x),
        Unary::Sinh => x.cosh(),
        Unary::Cosh => x.sinh(),
        Unary::Erf => bell,
        Unary::Erfc => -bell,
    }
}

impl Element for Dual {
    fn from_f64(value: f64) -> Self {
        Self { value, slope: 0.0 }
    }

    fn value(self) -> f64 {
        self.value
    }

    fn unary(self, function: Unary) -> Self {
        Self {
            value: function.value(self.value),
            slope: slope(function, self.value) * self.slope,
        }
    }

    fn powi(self, n: i32) -> Self {
        let slope = f64::from(n) * self.value.powi(n - 1) * self.slope;
        Self {
            value: self.value.powi(n),
            slope,
        }
    }

    fn binary(self, operation: Binary, other: Self) -> Self {
        let (a, b, da, db) = (self.value, other.value, self.slope, other.slope);
        let slope = match operation {
            Binary::Add => da + db,
            Binary::Sub => da - db,
            Binary::Mul => a * db + b * da,
            Binary::Div => (da * b - a * db) / (b * b),
            Binary::Pow => a.powf(b) * (db * a.ln() + b * da / a),
        };
        Self {
            value: operation.value(a, b),
            slope,
        }
    }
}
