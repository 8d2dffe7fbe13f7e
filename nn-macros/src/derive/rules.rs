//! The derivatives of the element-wise operations: one table, a line each.
//!
//! `y` is the operation's own value. A rule uses it wherever it can, because the forward pass
//! holds it anyway: tanh' = 1 − y² needs no second tanh.
//!
//! At kinks: relu'(0) = 0, |·|'(0) = 0, and a selection has the derivative of the branch it takes.

use crate::ir::{Binary, Graph, NodeId, Op, Unary};

/// ∂y/∂x of y = f(x).
fn unary(g: &mut Graph, function: Unary, x: NodeId, y: NodeId) -> NodeId {
    let one = g.constant(1.0);
    match function {
        Unary::Neg => g.constant(-1.0),
        Unary::Abs => g.unary(Unary::Sign, x),
        Unary::Sign => g.constant(0.0),
        Unary::Sqrt => half_over(g, y),
        Unary::Exp => y,
        Unary::ExpM1 => g.add(y, one),
        Unary::Ln => g.div(one, x),
        Unary::Ln1p => one_over_one_plus(g, x),
        Unary::Tanh => one_minus_square(g, y),
        Unary::Sigmoid => times_one_minus(g, y),
        Unary::Softplus => g.unary(Unary::Sigmoid, x),
        Unary::Relu => step(g, y),
        Unary::Sin => g.unary(Unary::Cos, x),
        Unary::Cos => negative(g, Unary::Sin, x),
        Unary::Tan => one_plus_square(g, y),
        Unary::Atan => one_over_one_plus_square(g, x),
        Unary::Sinh => g.unary(Unary::Cosh, x),
        Unary::Cosh => g.unary(Unary::Sinh, x),
        Unary::Erf => gaussian(g, x, core::f64::consts::FRAC_2_SQRT_PI),
        Unary::Erfc => gaussian(g, x, -core::f64::consts::FRAC_2_SQRT_PI),
    }
}

/// ∂y/∂a and ∂y/∂b of y = a ∘ b.
fn binary(g: &mut Graph, operation: Binary, a: NodeId, b: NodeId, y: NodeId) -> [NodeId; 2] {
    match operation {
        Binary::Add => [g.constant(1.0), g.constant(1.0)],
        Binary::Sub => [g.constant(1.0), g.constant(-1.0)],
        Binary::Mul => [b, a],
        Binary::Div => [one_over(g, b), minus_over(g, y, b)],
        Binary::Pow => [power_rule(g, a, b), times_ln(g, y, a)],
    }
}

/// The operands of an element-wise node, each with the partial derivative by it (constant zeros
/// included).
pub fn partials(g: &mut Graph, node: NodeId) -> Vec<(NodeId, NodeId)> {
    let op = g.op(node).clone();
    let partials = table(g, &op, node);
    #[cfg(test)]
    let partials = {
        let mut partials = partials;
        mutation::apply(g, &op, &mut partials);
        partials
    };
    partials
}

fn table(g: &mut Graph, op: &Op, node: NodeId) -> Vec<(NodeId, NodeId)> {
    match *op {
        Op::Unary(function, x) => vec![(x, unary(g, function, x, node))],
        Op::Power(x, n) => vec![(x, monomial(g, x, n))],
        Op::Binary(operation, a, b) => {
            let [by_a, by_b] = binary(g, operation, a, b, node);
            vec![(a, by_a), (b, by_b)]
        }
        Op::Select {
            test,
            left,
            right,
            yes,
            no,
        } => {
            let (one, zero) = (g.constant(1.0), g.constant(0.0));
            let by_yes = g.select(test, left, right, one, zero);
            let by_no = g.select(test, left, right, zero, one);
            vec![(yes, by_yes), (no, by_no)]
        }
        Op::Broadcast(x) => vec![(x, g.constant(1.0))],
        Op::Call {
            ref function,
            ref by,
            ref arguments,
        } => {
            let partial = |(index, &x): (usize, &NodeId)| {
                let by = by.iter().copied().chain([index]).collect();
                (x, g.call(function.clone(), by, arguments.clone()))
            };
            arguments.iter().enumerate().map(partial).collect()
        }
        _ => Vec::new(),
    }
}

/// n·xⁿ⁻¹
fn monomial(g: &mut Graph, x: NodeId, n: i32) -> NodeId {
    let factor = g.constant(f64::from(n));
    let power = g.power(x, n.saturating_sub(1));
    g.mul(factor, power)
}

/// b·aᵇ⁻¹
fn power_rule(g: &mut Graph, a: NodeId, b: NodeId) -> NodeId {
    let one = g.constant(1.0);
    let exponent = g.sub(b, one);
    let power = g.pow(a, exponent);
    g.mul(b, power)
}

/// y·ln a
fn times_ln(g: &mut Graph, y: NodeId, a: NodeId) -> NodeId {
    let ln = g.unary(Unary::Ln, a);
    g.mul(y, ln)
}

/// 1/b
fn one_over(g: &mut Graph, b: NodeId) -> NodeId {
    let one = g.constant(1.0);
    g.div(one, b)
}

/// −y/b
fn minus_over(g: &mut Graph, y: NodeId, b: NodeId) -> NodeId {
    let quotient = g.div(y, b);
    g.neg(quotient)
}

/// ½/y
fn half_over(g: &mut Graph, y: NodeId) -> NodeId {
    let half = g.constant(0.5);
    g.div(half, y)
}

/// 1/(1 + x)
fn one_over_one_plus(g: &mut Graph, x: NodeId) -> NodeId {
    let one = g.constant(1.0);
    let sum = g.add(one, x);
    g.div(one, sum)
}

/// 1 − y²
fn one_minus_square(g: &mut Graph, y: NodeId) -> NodeId {
    let (one, square) = (g.constant(1.0), g.power(y, 2));
    g.sub(one, square)
}

/// 1 + y²
fn one_plus_square(g: &mut Graph, y: NodeId) -> NodeId {
    let (one, square) = (g.constant(1.0), g.power(y, 2));
    g.add(one, square)
}

/// 1/(1 + x²)
fn one_over_one_plus_square(g: &mut Graph, x: NodeId) -> NodeId {
    let sum = one_plus_square(g, x);
    one_over(g, sum)
}

/// y·(1 − y)
fn times_one_minus(g: &mut Graph, y: NodeId) -> NodeId {
    let one = g.constant(1.0);
    let rest = g.sub(one, y);
    g.mul(y, rest)
}

/// 1 where y > 0, else 0
fn step(g: &mut Graph, y: NodeId) -> NodeId {
    let (one, zero) = (g.constant(1.0), g.constant(0.0));
    g.select(crate::ir::Test::Less, zero, y, one, zero)
}

/// −f(x)
fn negative(g: &mut Graph, function: Unary, x: NodeId) -> NodeId {
    let value = g.unary(function, x);
    g.neg(value)
}

/// c·exp(−x²)
fn gaussian(g: &mut Graph, x: NodeId, c: f64) -> NodeId {
    let square = g.power(x, 2);
    let exponent = g.neg(square);
    let (factor, bell) = (g.constant(c), g.unary(Unary::Exp, exponent));
    g.mul(factor, bell)
}

/// Deliberately wrong rules, for the test that no wrong rule goes unnoticed.
#[cfg(test)]
pub mod mutation {
    use super::{Binary, Graph, NodeId, Op, Unary};
    use std::cell::Cell;

    /// Which operation's rule to spoil, and by which operand.
    pub type Applies = fn(&Op, usize) -> bool;
    /// What becomes of the partial derivative.
    pub type Mutation = fn(&mut Graph, NodeId) -> NodeId;

    thread_local! {
        static ACTIVE: Cell<Option<(Applies, Mutation)>> = const { Cell::new(None) };
    }

    /// The rules that the networks of the tests use.
    pub const RULES: &[(&str, Applies)] = &[
        ("abs", |op, _| matches!(op, Op::Unary(Unary::Abs, _))),
        ("√", |op, _| matches!(op, Op::Unary(Unary::Sqrt, _))),
        ("exp", |op, _| matches!(op, Op::Unary(Unary::Exp, _))),
        ("exp_m1", |op, _| matches!(op, Op::Unary(Unary::ExpM1, _))),
        ("ln", |op, _| matches!(op, Op::Unary(Unary::Ln, _))),
        ("tanh", |op, _| matches!(op, Op::Unary(Unary::Tanh, _))),
        ("sigmoid", |op, _| {
            matches!(op, Op::Unary(Unary::Sigmoid, _))
        }),
        ("softplus", |op, _| {
            matches!(op, Op::Unary(Unary::Softplus, _))
        }),
        ("relu", |op, _| matches!(op, Op::Unary(Unary::Relu, _))),
        ("sin", |op, _| matches!(op, Op::Unary(Unary::Sin, _))),
        ("erfc", |op, _| matches!(op, Op::Unary(Unary::Erfc, _))),
        ("powers", |op, _| matches!(op, Op::Power(..))),
        ("addition, left", |op, i| {
            matches!(op, Op::Binary(Binary::Add, ..)) && i == 0
        }),
        ("addition, right", |op, i| {
            matches!(op, Op::Binary(Binary::Add, ..)) && i == 1
        }),
        ("subtraction, left", |op, i| {
            matches!(op, Op::Binary(Binary::Sub, ..)) && i == 0
        }),
        ("subtraction, right", |op, i| {
            matches!(op, Op::Binary(Binary::Sub, ..)) && i == 1
        }),
        ("product, left", |op, i| {
            matches!(op, Op::Binary(Binary::Mul, ..)) && i == 0
        }),
        ("product, right", |op, i| {
            matches!(op, Op::Binary(Binary::Mul, ..)) && i == 1
        }),
        ("quotient, left", |op, i| {
            matches!(op, Op::Binary(Binary::Div, ..)) && i == 0
        }),
        ("quotient, right", |op, i| {
            matches!(op, Op::Binary(Binary::Div, ..)) && i == 1
        }),
        ("selection, yes", |op, i| {
            matches!(op, Op::Select { .. }) && i == 0
        }),
        ("selection, no", |op, i| {
            matches!(op, Op::Select { .. }) && i == 1
        }),
    ];

    /// The rules that only formulas of the user's use.
    pub const FORMULA_RULES: &[(&str, Applies)] = &[
        ("ln_1p", |op, _| matches!(op, Op::Unary(Unary::Ln1p, _))),
        ("cos", |op, _| matches!(op, Op::Unary(Unary::Cos, _))),
        ("tan", |op, _| matches!(op, Op::Unary(Unary::Tan, _))),
        ("atan", |op, _| matches!(op, Op::Unary(Unary::Atan, _))),
        ("sinh", |op, _| matches!(op, Op::Unary(Unary::Sinh, _))),
        ("cosh", |op, _| matches!(op, Op::Unary(Unary::Cosh, _))),
        ("erf", |op, _| matches!(op, Op::Unary(Unary::Erf, _))),
        ("powf, base", |op, i| {
            matches!(op, Op::Binary(Binary::Pow, ..)) && i == 0
        }),
        ("powf, exponent", |op, i| {
            matches!(op, Op::Binary(Binary::Pow, ..)) && i == 1
        }),
    ];

    /// Runs `check` with a spoilt rule.
    pub fn with<T>(applies: Applies, mutation: Mutation, check: impl FnOnce() -> T) -> T {
        ACTIVE.set(Some((applies, mutation)));
        let result = check();
        ACTIVE.set(None);
        result
    }

    /// The partial derivatives, spoilt if a mutation is active.
    pub fn apply(g: &mut Graph, op: &Op, partials: &mut [(NodeId, NodeId)]) {
        let Some((applies, mutation)) = ACTIVE.get() else {
            return;
        };
        for (index, (_, partial)) in partials.iter_mut().enumerate() {
            if applies(op, index) {
                *partial = mutation(g, *partial);
            }
        }
    }
}
