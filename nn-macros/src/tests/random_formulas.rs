//! Ten thousand random formulas: what the graph makes of them against the formula as it is written.
//!
//! A formula is generated as a syntax tree, printed, parsed again and lowered. The witness never
//! sees a graph: it evaluates the tree, with plain numbers, with hyper-dual numbers for first and
//! second derivatives, and with running error bounds. The language is covered but for functions
//! over columns, which the networks of the other tests use.
//!
//! **What is a sensible point.** Every intermediate value is finite and at most [`LARGEST`], no
//! comparison and no kink is decided by a rounding error, and rounding leaves the value six digits.
//!
//! **What errors are measured in.** Values: the tree's running error bound, in which each operation
//! is off by 1 ulp of its result and the error is carried on by the derivative. The graph stays
//! within 4 of these; where nothing cancels, that is 4 ulp an operation. Derivatives: relative to
//! the sum of the absolute values of the terms the derivative is the sum of (at least 1), or the
//! derived graph's own running error bound where that is larger: rules like 1 − y² cancel where a
//! function saturates.

use super::hyperdual::{Bounded, HyperDual, Part};
use super::support::{checkered, formula};
use crate::derive::rules::mutation;
use crate::derive::{jvp, vjp};
use crate::formula::{FUNCTIONS, Formula, Function, lower};
use crate::ir::check::check;
use crate::ir::interpret::{Array, Element, Given, interpret};
use crate::ir::{Binary, Graph, NodeId, Op, Shape, Source, Test, Unary};
use crate::passes::drop_dead;
use std::collections::HashSet;

const FORMULAS: usize = 10_000;
const LARGEST: f64 = 1e4;
const VARIABLES: [&str; 3] = ["x", "y", "z"];

/// xorshift64*, Vigna (2016): small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound
    }

    /// In (−1, 1).
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// A formula of some depth over the variables in scope.
fn generate(random: &mut Random, depth: usize, scope: &mut Vec<String>) -> Formula {
    if depth == 0 || random.below(12) == 0 {
        return leaf(random, scope);
    }
    let mut part = |random: &mut Random| Box::new(part_of(random, depth, scope));
    match random.below(12) {
        0 => Formula::Negative(part(random)),
        1..=5 => {
            let operations = [Binary::Add, Binary::Sub, Binary::Mul, Binary::Div];
            let operation = operations[random.below(4)];
            Formula::Binary(operation, part(random), part(random))
        }
        6..=9 => call(random, depth, scope),
        10 => Formula::If {
            test: [Test::Less, Test::LessEqual][random.below(2)],
            left: part(random),
            right: part(random),
            yes: part(random),
            no: part(random),
        },
        _ => {
            let value = part(random);
            let name = format!("t{}", scope.len());
            scope.push(name.clone());
            // Used at least once: an unused binding is a mistake.
            let (used, rest) = (
                Formula::Variable(name.clone()),
                part_of(random, depth, scope),
            );
            scope.pop();
            let body = Formula::Binary(Binary::Mul, Box::new(used), Box::new(rest));
            Formula::Let {
                name,
                value,
                body: Box::new(body),
            }
        }
    }
}

fn part_of(random: &mut Random, depth: usize, scope: &mut Vec<String>) -> Formula {
    generate(random, depth - 1, scope)
}

fn leaf(random: &mut Random, scope: &[String]) -> Formula {
    match random.below(4) {
        0 => Formula::Number([0.0, 0.5, 1.0, 1.0, 2.0, 3.0, 0.1, 1.7][random.below(8)]),
        _ => Formula::Variable(scope[random.below(scope.len())].clone()),
    }
}

/// A call of any function but those over columns.
fn call(random: &mut Random, depth: usize, scope: &mut Vec<String>) -> Formula {
    let (function, arity) = loop {
        let (_, function, arity) = FUNCTIONS[random.below(FUNCTIONS.len())];
        if !function.is_over_columns() {
            break (function, arity);
        }
    };
    let mut arguments: Vec<_> = (0..arity).map(|_| part_of(random, depth, scope)).collect();
    if function == Function::Powi {
        arguments[1] = Formula::Number([0.0, 1.0, 2.0, 3.0, 4.0, 5.0][random.below(6)]);
    }
    // Two numbers the wrong way round are a mistake that the parser finds.
    if function == Function::Clamp {
        arguments[1] = Formula::Number([0.0, 0.5][random.below(2)]);
    }
    if function == Function::Clamp
        && matches!(arguments[2], Formula::Number(_) | Formula::Negative(_))
    {
        arguments[2] = Formula::Number([0.7, 1.0][random.below(2)]);
    }
    Formula::Call(function, arguments)
}

/// The formula as a user would write it, all parentheses in place.
pub fn print(formula: &Formula) -> String {
    match formula {
        Formula::Number(value) => format!("{value:?}"),
        Formula::Variable(name) => name.clone(),
        Formula::Negative(x) => format!("(-{})", print(x)),
        Formula::Binary(operation, a, b) => {
            let sign = match operation {
                Binary::Add => '+',
                Binary::Sub => '-',
                Binary::Mul => '*',
                Binary::Div => '/',
                Binary::Pow => unreachable!("written as powf"),
            };
            format!("({} {sign} {})", print(a), print(b))
        }
        Formula::Call(function, arguments) => {
            let name = FUNCTIONS.iter().find(|(_, known, _)| known == function);
            let (name, ..) = name.expect("a function of the language");
            let whole = *function == Function::Powi;
            let arguments = arguments.iter().enumerate();
            let arguments = arguments.map(|(i, argument)| match argument {
                Formula::Number(n) if whole && i == 1 => format!("{n}"),
                argument => print(argument),
            });
            format!("{name}({})", arguments.collect::<Vec<_>>().join(", "))
        }
        Formula::If {
            test,
            left,
            right,
            yes,
            no,
        } => {
            let [left, right, yes, no] = [left, right, yes, no].map(|part| print(part));
            let test = match test {
                Test::Less => "<",
                Test::LessEqual => "<=",
            };
            format!("(if {left} {test} {right} {{ {yes} }} else {{ {no} }})")
        }
        Formula::Let { name, value, body } => {
            format!("{{ let {name} = {}; {} }}", print(value), print(body))
        }
        Formula::Constant(_) | Formula::Apply(..) => unreachable!("not generated"),
    }
}

/// A number that may say that its sign is decided by rounding.
trait Witness: Element {
    fn is_doubtful(self) -> bool {
        false
    }
}

impl Witness for f64 {}
impl Witness for HyperDual {}
impl Witness for Bounded {
    fn is_doubtful(self) -> bool {
        self.error > 0.0 && self.value.abs() <= 8.0 * self.error
    }
}

/// The formula's value; `None` where the point is not sensible for it.
fn evaluate<E: Witness>(formula: &Formula, bindings: &mut Vec<(String, E)>) -> Option<E> {
    let number = E::from_f64;
    let value = match formula {
        Formula::Number(value) => number(*value),
        Formula::Variable(name) => {
            let found = bindings.iter().rev().find(|(known, _)| known == name);
            found.expect("bound").1
        }
        Formula::Negative(x) => evaluate(x, bindings)?.unary(Unary::Neg),
        Formula::Binary(operation, a, b) => {
            let (a, b) = (evaluate(a, bindings)?, evaluate(b, bindings)?);
            a.binary(*operation, b)
        }
        Formula::Call(Function::Powi, arguments) => {
            let &Formula::Number(n) = &arguments[1] else {
                unreachable!("a whole number")
            };
            evaluate(&arguments[0], bindings)?.powi(n as i32)
        }
        Formula::Call(function, arguments) => {
            let values = arguments.iter();
            let values: Option<Vec<_>> = values.map(|x| evaluate(x, bindings)).collect();
            let values = values?;
            // A power with a variable exponent is a function of positive bases.
            if *function == Function::Powf && values[0].value() <= 0.0 {
                return None;
            }
            apply(*function, &values)?
        }
        Formula::If {
            test,
            left,
            right,
            yes,
            no,
        } => {
            let (left, right) = (evaluate(left, bindings)?, evaluate(right, bindings)?);
            let holds = compare(*test, left, right)?;
            // The graph computes both branches; both must be sensible.
            let (yes, no) = (evaluate(yes, bindings)?, evaluate(no, bindings)?);
            if holds { yes } else { no }
        }
        Formula::Let { name, value, body } => {
            let value = evaluate(value, bindings)?;
            bindings.push((name.clone(), value));
            let body = evaluate(body, bindings);
            bindings.pop();
            body?
        }
        Formula::Constant(_) | Formula::Apply(..) => unreachable!("not generated"),
    };
    (value.value().abs() <= LARGEST).then_some(value)
}

fn compare<E: Witness>(test: Test, left: E, right: E) -> Option<bool> {
    let doubtful = left.binary(Binary::Sub, right).is_doubtful();
    (!doubtful).then(|| test.holds(left.value(), right.value()))
}

fn apply<E: Witness>(function: Function, arguments: &[E]) -> Option<E> {
    let choose = |a: E, b: E, left: E, right: E| {
        compare(Test::Less, left, right).map(|holds| if holds { a } else { b })
    };
    let max = |a: E, b: E| choose(b, a, a, b);
    let min = |a: E, b: E| choose(b, a, b, a);
    let ln_over = |x: E, base: f64| {
        x.unary(Unary::Ln)
            .binary(Binary::Div, E::from_f64(base.ln()))
    };
    Some(match (function, arguments) {
        (Function::Unary(Unary::Abs | Unary::Relu | Unary::Sign), &[x]) if x.is_doubtful() => {
            return None;
        }
        (Function::Unary(function), &[x]) => x.unary(function),
        (Function::Log2, &[x]) => ln_over(x, 2.0),
        (Function::Log10, &[x]) => ln_over(x, 10.0),
        (Function::Powf, &[x, y]) => x.binary(Binary::Pow, y),
        (Function::Min, &[a, b]) => min(a, b)?,
        (Function::Max, &[a, b]) => max(a, b)?,
        (Function::Clamp, &[x, low, high]) => min(max(x, low)?, high)?,
        (Function::LogSigmoid, &[x]) => {
            let flipped = x.unary(Unary::Neg).unary(Unary::Softplus);
            flipped.unary(Unary::Neg)
        }
        _ => unreachable!("not generated"),
    })
}

/// The formula read again from its text, as a graph of scalars.
fn lowered(text: &str) -> (Graph, NodeId, Vec<NodeId>) {
    let formula = formula(text, &VARIABLES);
    let mut graph = Graph::default();
    let sources = VARIABLES.iter().enumerate();
    let variables: Vec<_> = sources
        .map(|(i, name)| graph.source(Source::Free(i), Shape::SCALAR, name))
        .collect();
    let bindings: Vec<_> = VARIABLES.into_iter().zip(variables.clone()).collect();
    let value = lower(&mut graph, &formula, &bindings);
    (graph, value, variables)
}

/// A free direction for every variable.
fn directions(graph: &mut Graph, variables: &[NodeId]) -> Vec<(NodeId, NodeId)> {
    let variables = variables.iter().enumerate();
    variables
        .map(|(i, &id)| {
            let name = format!("v{i}");
            (id, graph.source(Source::Free(3 + i), Shape::SCALAR, &name))
        })
        .collect()
}

/// All nodes' values, with bounds, at a point and a direction.
fn run(graph: &Graph, point: &[f64], direction: &[f64]) -> Vec<Bounded> {
    let source = |source: Source| match source {
        Source::Free(i) => {
            let all = [point, direction].concat();
            Array::new(1, 1, vec![Bounded::from_f64(all[i])])
        }
        other => unreachable!("{other:?} is not in a formula"),
    };
    let given = Given {
        rows: 1,
        source: &source,
        mask: &checkered,
    };
    let values = interpret(graph, &given);
    values.iter().map(|array| array.data[0]).collect()
}

/// How many operations the outputs take.
fn operations(graph: &Graph, outputs: &[NodeId]) -> usize {
    let (graph, _) = drop_dead(graph, outputs);
    let is_computed = |op: &Op| !matches!(op, Op::Source(_) | Op::Constant(_));
    graph.ids().filter(|&id| is_computed(graph.op(id))).count()
}

/// A formula with a sensible point and what is expected there.
pub struct Sample {
    pub formula: Formula,
    pub text: String,
    pub point: [f64; 3],
    pub direction: [f64; 3],
    pub value: Bounded,
    /// For each variable: the derivative by it, and that derivative's change along the direction.
    pub derivatives: [HyperDual; 3],
}

/// The samples of a seed, one after the other.
pub fn samples(seed: u64) -> impl Iterator<Item = Sample> {
    let mut random = Random(seed);
    std::iter::repeat_with(move || sample(&mut random)).flatten()
}

fn sample(random: &mut Random) -> Option<Sample> {
    let depth = 1 + random.below(5);
    let mut scope = VARIABLES.map(str::to_owned).to_vec();
    let formula = generate(random, depth, &mut scope);
    (0..6).find_map(|_| {
        let point = [(); 3].map(|()| 2.0 * random.uniform());
        let direction = [(); 3].map(|()| random.uniform());
        let at = |make: &dyn Fn(usize) -> f64| {
            let names = VARIABLES.iter().enumerate();
            names
                .map(|(i, name)| ((*name).to_owned(), Bounded::from_f64(make(i))))
                .collect::<Vec<_>>()
        };
        let value = evaluate(&formula, &mut at(&|i| point[i]))?;
        if value.error > 1e-6 * value.value.abs().max(1.0) {
            return None;
        }
        let derivatives = derivatives(&formula, &point, &direction);
        let sensible = derivatives.iter().all(|d| {
            let parts = [d.first[0], d.second];
            parts.iter().all(|part| part.magnitude <= 1e8)
        });
        sensible.then(|| Sample {
            formula: formula.clone(),
            text: print(&formula),
            point,
            direction,
            value,
            derivatives,
        })
    })
}

/// For each variable, the first derivative by it and the second by it and along the direction.
pub fn derivatives(formula: &Formula, point: &[f64], direction: &[f64]) -> [HyperDual; 3] {
    [0, 1, 2].map(|variable| {
        let names = VARIABLES.iter().enumerate();
        let mut bindings: Vec<_> = names
            .map(|(i, name)| {
                let unit = f64::from(u8::from(i == variable));
                let number = HyperDual {
                    value: point[i],
                    first: [Part::new(unit), Part::new(direction[i])],
                    second: Part::ZERO,
                };
                ((*name).to_owned(), number)
            })
            .collect();
        evaluate(formula, &mut bindings).expect("the same values")
    })
}

/// What |found − expected| of a derivative may be, if the graph's own bound is `error`.
pub fn allowed(error: f64, expected: Part, tolerance: f64) -> f64 {
    (tolerance * expected.magnitude.max(1.0)).max(4.0 * error)
}

/// |found − expected| over what it may be.
fn excess(found: Bounded, expected: Part, tolerance: f64) -> f64 {
    let allowed = allowed(found.error, expected, tolerance);
    let off = (found.value - expected.sum).abs() / allowed;
    if off.is_nan() { f64::INFINITY } else { off }
}

#[derive(Default)]
struct Worst {
    value: f64,
    first: f64,
    second: f64,
    growth: f64,
    second_growth: f64,
    total: [usize; 3],
}

fn examine(sample: &Sample, worst: &mut Worst) {
    let Sample {
        text,
        point,
        direction,
        ..
    } = sample;
    let (mut graph, value, variables) = lowered(text);
    let gradient = vjp(&mut graph, value, &variables, str::to_owned);
    let all: Vec<_> = [value].into_iter().chain(gradient.clone()).collect();
    let counts = [operations(&graph, &[value]), operations(&graph, &all)];
    let along = directions(&mut graph, &variables);
    let products = jvp(&mut graph, &gradient, &along);
    check(&graph);
    let made = graph.ids().map(|id| (graph.op(id), graph.shape(id)));
    let distinct: HashSet<_> = made.collect();
    assert_eq!(distinct.len(), graph.ids().len(), "{text}: something twice");
    let everything: Vec<_> = all.into_iter().chain(products.clone()).collect();
    let counts = [counts[0], counts[1], operations(&graph, &everything)];
    let values = run(&graph, point, direction);
    let of = |id: NodeId| values[id.index()];

    let off = (of(value).value - sample.value.value).abs();
    let units = if off == 0.0 {
        0.0
    } else {
        off / sample.value.error
    };
    assert!(units <= 4.0, "{text} at {point:?}: off by {units} bounds");
    worst.value = worst.value.max(units);
    for (i, expected) in sample.derivatives.iter().enumerate() {
        let first = excess(of(gradient[i]), expected.first[0], 1e-10);
        let second = excess(of(products[i]), expected.second, 1e-8);
        let name = VARIABLES[i];
        let (f, s) = (of(gradient[i]), of(products[i]));
        assert!(
            first <= 1.0,
            "∂/∂{name} of {text} at {point:?}: {f:?}, {:?}",
            expected.first[0]
        );
        assert!(
            second <= 1.0,
            "second of {text} by {name} at {point:?}: {s:?}, {:?}",
            expected.second
        );
        worst.first = worst.first.max(first);
        worst.second = worst.second.max(second);
    }
    // Of a single operation the derivatives are a handful; what must not swell is the large ones.
    if counts[0] >= 4 {
        worst.growth = worst.growth.max(counts[1] as f64 / counts[0] as f64);
        worst.second_growth = worst.second_growth.max(counts[2] as f64 / counts[0] as f64);
    }
    for (total, count) in worst.total.iter_mut().zip(counts) {
        *total += count;
    }
}

#[test]
fn ten_thousand_agree() {
    let mut worst = Worst::default();
    for sample in samples(1).take(FORMULAS) {
        examine(&sample, &mut worst);
    }
    let [forward, first, second] = worst.total.map(|count| count as f64);
    let (mean, second_mean) = (first / forward, second / forward);
    println!(
        "values off by {:.2} bounds; of what is allowed, gradients are off by {:.1e}, second \
         derivatives by {:.1e}; value and gradient take {mean:.2} times the value's operations, \
         {:.2} at worst; with second derivatives {second_mean:.2}, {:.2} at worst",
        worst.value, worst.first, worst.second, worst.growth, worst.second_growth
    );
    assert!(mean <= 2.5 && worst.growth <= 6.0);
    assert!(second_mean <= 6.0 && worst.second_growth <= 22.0);
}

/// The gradient and its change along the direction, of the derived graph.
pub fn graph_values(text: &str, point: &[f64], direction: &[f64]) -> [[Bounded; 3]; 2] {
    let (mut graph, value, variables) = lowered(text);
    let gradient = vjp(&mut graph, value, &variables, str::to_owned);
    let along = directions(&mut graph, &variables);
    let products = jvp(&mut graph, &gradient, &along);
    let values = run(&graph, point, direction);
    [gradient, products].map(|ids| [0, 1, 2].map(|i| values[ids[i].index()]))
}

/// How far the first derivatives of the graph are off, in what is allowed.
fn gradient_excess(sample: &Sample) -> f64 {
    let (mut graph, value, variables) = lowered(&sample.text);
    let gradient = vjp(&mut graph, value, &variables, str::to_owned);
    let values = run(&graph, &sample.point, &[0.0; 3]);
    let pairs = gradient.iter().zip(&sample.derivatives);
    pairs
        .map(|(id, expected)| excess(values[id.index()], expected.first[0], 1e-10))
        .fold(0.0, f64::max)
}

/// The rules that only formulas use, off by a thousandth, are all found out.
#[test]
fn a_wrong_rule_is_caught() {
    let samples: Vec<_> = samples(2).take(1000).collect();
    for (name, applies) in mutation::FORMULA_RULES {
        let mutate = |g: &mut Graph, partial| {
            let factor = g.constant(1.001);
            g.mul(factor, partial)
        };
        let caught = mutation::with(*applies, mutate, || {
            samples.iter().any(|sample| gradient_excess(sample) > 100.0)
        });
        assert!(caught, "a wrong rule for {name} goes unnoticed");
    }
}
