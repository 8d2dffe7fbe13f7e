//! Rewrites what loses digits or overflows where its value does not.
//!
//! `ln(1 + exp(x))` is infinite at x = 1000, and `1 - sigmoid(x)` is 0 at x = 40, where the values
//! are 1000 and 4e-18. Both have a function of their own. So formulas are lowered through
//! [`unary`] and [`binary`], which look at what the operand *is*: the graph makes equal nodes
//! once, so a pattern is found through bindings and calls, whichever way it is spelled.
//!
//! The constructors of the graph do not do this: the derivative of σ is s·(1 − s) on purpose, from
//! the s that is there anyway, and a second σ would be dearer than the digits are worth.
//!
//! Every rewrite is an identity in real arithmetic. [`Graph::rewrites`] says which were made, and
//! the documentation of the declared type repeats it.

use crate::ir::{Axis, Binary, Graph, NodeId, Op, Unary};

/// What a pattern becomes, and how to say so.
type Rewritten = Option<(NodeId, &'static str)>;

/// `function` of `x`.
pub fn unary(g: &mut Graph, function: Unary, x: NodeId) -> NodeId {
    let rewritten = match function {
        Unary::Ln => ln(g, x),
        Unary::Ln1p => ln_1p(g, x),
        Unary::Sqrt => sqrt(g, x),
        _ => None,
    };
    noted(g, rewritten).unwrap_or_else(|| g.unary(function, x))
}

/// `a` and `b` in an arithmetic operation.
pub fn binary(g: &mut Graph, operation: Binary, a: NodeId, b: NodeId) -> NodeId {
    let rewritten = match operation {
        Binary::Add => add(g, a, b).or_else(|| add(g, b, a)),
        Binary::Sub => subtract(g, a, b),
        Binary::Div => divide(g, a, b),
        Binary::Mul | Binary::Pow => None,
    };
    noted(g, rewritten).unwrap_or_else(|| match operation {
        Binary::Add => g.add(a, b),
        Binary::Sub => g.sub(a, b),
        Binary::Mul => g.mul(a, b),
        Binary::Div => g.div(a, b),
        Binary::Pow => g.pow(a, b),
    })
}

fn noted(g: &mut Graph, rewritten: Rewritten) -> Option<NodeId> {
    let (result, note) = rewritten?;
    g.note_rewrite(note);
    Some(result)
}

fn ln(g: &mut Graph, x: NodeId) -> Rewritten {
    if let Some(x) = argument(g, Unary::Exp, x) {
        return Some((x, "ln(exp(x)) as x"));
    }
    if let Some(x) = argument(g, Unary::Sigmoid, x) {
        return Some((log_sigmoid(g, x), "ln(sigmoid(x)) as log_sigmoid(x)"));
    }
    if let Some(x) = sum_of_exp(g, x) {
        let full = g.shape(x);
        let log_sum_exp = super::lower::log_sum_exp(g, x, full);
        return Some((log_sum_exp, "ln(sum(exp(x))) as log_sum_exp(x)"));
    }
    if let Op::Binary(Binary::Div, a, b) = *g.op(x)
        && let Some(exponent) = argument(g, Unary::Exp, a)
        && sum_of_exp(g, b) == Some(exponent)
    {
        let ln = g.unary(Unary::Ln, b);
        let note = "ln(exp(x) / sum(exp(x))) as x - log_sum_exp(x)";
        return Some((g.sub(exponent, ln), note));
    }
    if let Op::Binary(Binary::Sub, one, x) = *g.op(x)
        && g.is(one, 1.0)
    {
        let x = g.neg(x);
        return Some((g.unary(Unary::Ln1p, x), "ln(1 - x) as ln_1p(-x)"));
    }
    let x = one_plus(g, x)?;
    match argument(g, Unary::Exp, x) {
        Some(x) => {
            let softplus = g.unary(Unary::Softplus, x);
            Some((softplus, "ln(1 + exp(x)) as softplus(x)"))
        }
        None => Some((g.unary(Unary::Ln1p, x), "ln(1 + x) as ln_1p(x)")),
    }
}

fn ln_1p(g: &mut Graph, x: NodeId) -> Rewritten {
    if let Some(x) = argument(g, Unary::Exp, x) {
        let softplus = g.unary(Unary::Softplus, x);
        return Some((softplus, "ln_1p(exp(x)) as softplus(x)"));
    }
    let negated = argument(g, Unary::Neg, x)?;
    let x = argument(g, Unary::Sigmoid, negated)?;
    let flipped = g.neg(x);
    let note = "ln_1p(-sigmoid(x)) as log_sigmoid(-x)";
    Some((log_sigmoid(g, flipped), note))
}

/// The derivative of √(x²) at 0 would be 0/0; that of |x| is 0.
fn sqrt(g: &mut Graph, x: NodeId) -> Rewritten {
    match *g.op(x) {
        Op::Binary(Binary::Mul, a, b) if a == b => {
            Some((g.unary(Unary::Abs, a), "sqrt(x * x) as abs(x)"))
        }
        _ => None,
    }
}

fn add(g: &mut Graph, a: NodeId, b: NodeId) -> Rewritten {
    if g.is(a, -1.0) {
        return minus_one(g, b);
    }
    if !g.is(a, 1.0) {
        return None;
    }
    if let Some(x) = argument(g, Unary::Erf, b) {
        let flipped = g.neg(x);
        return Some((g.unary(Unary::Erfc, flipped), "1 + erf(x) as erfc(-x)"));
    }
    let x = argument(g, Unary::Tanh, b)?;
    let note = "1 + tanh(x) as 2 * sigmoid(2 * x)";
    Some((twice_sigmoid(g, 2.0, x), note))
}

fn subtract(g: &mut Graph, a: NodeId, b: NodeId) -> Rewritten {
    if g.is(a, 1.0) {
        return one_minus(g, b);
    }
    if g.is(b, 1.0) {
        return minus_one(g, a);
    }
    // log_sum_exp(x) is max(x) + ln Σ exp(x − max(x)): the maximum goes to x first, so that large
    // logits do not swallow the logarithm.
    if let Some((max, ln)) = log_sum_exp(g, a, b) {
        let shifted = g.sub(b, max);
        let note = "log_sum_exp(x) - x with the maximum subtracted from x";
        return Some((g.sub(ln, shifted), note));
    }
    let (max, ln) = log_sum_exp(g, b, a)?;
    let shifted = g.sub(a, max);
    let note = "x - log_sum_exp(x) with the maximum subtracted from x";
    Some((g.sub(shifted, ln), note))
}

/// 1 − x
fn one_minus(g: &mut Graph, x: NodeId) -> Rewritten {
    if let Some(tanh) = halved_tanh(g, -0.5, x) {
        return Some((tanh, "1 - 2 * sigmoid(x) as tanh(-0.5 * x)"));
    }
    let Op::Unary(function, x) = *g.op(x) else {
        return None;
    };
    Some(match function {
        Unary::Sigmoid => {
            let flipped = g.neg(x);
            let sigmoid = g.unary(Unary::Sigmoid, flipped);
            (sigmoid, "1 - sigmoid(x) as sigmoid(-x)")
        }
        Unary::Exp => {
            let exp_m1 = g.unary(Unary::ExpM1, x);
            (g.neg(exp_m1), "1 - exp(x) as -exp_m1(x)")
        }
        Unary::Tanh => (
            twice_sigmoid(g, -2.0, x),
            "1 - tanh(x) as 2 * sigmoid(-2 * x)",
        ),
        Unary::Erf => (g.unary(Unary::Erfc, x), "1 - erf(x) as erfc(x)"),
        Unary::Erfc => (g.unary(Unary::Erf, x), "1 - erfc(x) as erf(x)"),
        Unary::Cos => {
            let half = g.constant(0.5);
            let angle = g.mul(half, x);
            let sin = g.unary(Unary::Sin, angle);
            let (two, square) = (g.constant(2.0), g.power(sin, 2));
            let note = "1 - cos(x) as 2 * powi(sin(0.5 * x), 2)";
            (g.mul(two, square), note)
        }
        _ => return None,
    })
}

/// x − 1
fn minus_one(g: &mut Graph, x: NodeId) -> Rewritten {
    if let Some(tanh) = halved_tanh(g, 0.5, x) {
        return Some((tanh, "2 * sigmoid(x) - 1 as tanh(0.5 * x)"));
    }
    let Op::Unary(function, x) = *g.op(x) else {
        return None;
    };
    match function {
        Unary::Exp => Some((g.unary(Unary::ExpM1, x), "exp(x) - 1 as exp_m1(x)")),
        Unary::Sigmoid => {
            let flipped = g.neg(x);
            let sigmoid = g.unary(Unary::Sigmoid, flipped);
            Some((g.neg(sigmoid), "sigmoid(x) - 1 as -sigmoid(-x)"))
        }
        Unary::Tanh => {
            let note = "tanh(x) - 1 as -2 * sigmoid(-2 * x)";
            let sigmoid = twice_sigmoid(g, -2.0, x);
            Some((g.neg(sigmoid), note))
        }
        Unary::Erf => {
            let erfc = g.unary(Unary::Erfc, x);
            Some((g.neg(erfc), "erf(x) - 1 as -erfc(x)"))
        }
        _ => None,
    }
}

fn divide(g: &mut Graph, a: NodeId, b: NodeId) -> Rewritten {
    if let Some(exponent) = argument(g, Unary::Exp, a)
        && sum_of_exp(g, b) == Some(exponent)
    {
        let (sum, shifted) = shifted_sum(g, exponent);
        let exp = g.unary(Unary::Exp, shifted);
        let note = "exp(x) / sum(exp(x)) with the maximum subtracted from x";
        return Some((g.div(exp, sum), note));
    }
    if let Some(x) = quotient_of_differences(g, a, b) {
        let note = "(exp(x) - exp(-x)) / (exp(x) + exp(-x)) as tanh(x)";
        return Some((g.unary(Unary::Tanh, x), note));
    }
    let z = one_plus(g, b).and_then(|exp| argument(g, Unary::Exp, exp))?;
    if argument(g, Unary::ExpM1, a) == Some(z) {
        let half = g.constant(0.5);
        let x = g.mul(half, z);
        let note = "(exp(x) - 1) / (exp(x) + 1) as tanh(0.5 * x)";
        return Some((g.unary(Unary::Tanh, x), note));
    }
    if argument(g, Unary::Exp, a) == Some(z) {
        let note = "exp(x) / (1 + exp(x)) as sigmoid(x)";
        return Some((g.unary(Unary::Sigmoid, z), note));
    }
    let flipped = g.neg(z);
    let sigmoid = g.unary(Unary::Sigmoid, flipped);
    let note = if g.is(a, 1.0) {
        "1 / (1 + exp(-x)) as sigmoid(x)"
    } else {
        "a / (1 + exp(-x)) as a * sigmoid(x)"
    };
    Some((g.mul(a, sigmoid), note))
}

/// x of (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).
fn quotient_of_differences(g: &mut Graph, a: NodeId, b: NodeId) -> Option<NodeId> {
    let (Op::Binary(Binary::Sub, rising, falling), Op::Binary(Binary::Add, p, q)) =
        (g.op(a).clone(), g.op(b).clone())
    else {
        return None;
    };
    let x = argument(g, Unary::Exp, rising)?;
    let y = argument(g, Unary::Exp, falling)?;
    let same = (p, q) == (rising, falling) || (q, p) == (rising, falling);
    (same && g.neg(x) == y).then_some(x)
}

/// 2σ(factor·x)
fn twice_sigmoid(g: &mut Graph, factor: f64, x: NodeId) -> NodeId {
    let (two, factor) = (g.constant(2.0), g.constant(factor));
    let inside = g.mul(factor, x);
    let sigmoid = g.unary(Unary::Sigmoid, inside);
    g.mul(two, sigmoid)
}

/// tanh(half·x) if `id` is 2σ(x); 2σ(x) − 1 is tanh(x/2), 1 − 2σ(x) is tanh(−x/2).
fn halved_tanh(g: &mut Graph, half: f64, id: NodeId) -> Option<NodeId> {
    let Op::Binary(Binary::Mul, two, sigmoid) = *g.op(id) else {
        return None;
    };
    let x = argument(g, Unary::Sigmoid, sigmoid).filter(|_| g.is(two, 2.0))?;
    let half = g.constant(half);
    let inside = g.mul(half, x);
    Some(g.unary(Unary::Tanh, inside))
}

/// log_sigmoid(x) = −softplus(−x)
fn log_sigmoid(g: &mut Graph, x: NodeId) -> NodeId {
    let flipped = g.neg(x);
    let softplus = g.unary(Unary::Softplus, flipped);
    g.neg(softplus)
}

/// x − maxⱼ xⱼ, and Σⱼ exp of it, a column.
fn shifted_sum(g: &mut Graph, x: NodeId) -> (NodeId, NodeId) {
    let max = g.row_max(x);
    let shifted = g.sub(x, max);
    let exponentials = g.unary(Unary::Exp, shifted);
    let full = g.shape(exponentials);
    (g.sum(Axis::Columns, exponentials, full), shifted)
}

/// The x of `function`(x).
fn argument(g: &Graph, function: Unary, id: NodeId) -> Option<NodeId> {
    match *g.op(id) {
        Op::Unary(found, x) if found == function => Some(x),
        _ => None,
    }
}

/// The x of 1 + x.
fn one_plus(g: &Graph, id: NodeId) -> Option<NodeId> {
    match *g.op(id) {
        Op::Binary(Binary::Add, one, x) | Op::Binary(Binary::Add, x, one) if g.is(one, 1.0) => {
            Some(x)
        }
        _ => None,
    }
}

/// The x of Σⱼ exp(xⱼ).
fn sum_of_exp(g: &Graph, id: NodeId) -> Option<NodeId> {
    match *g.op(id) {
        Op::Sum(Axis::Columns, x) => argument(g, Unary::Exp, x),
        _ => None,
    }
}

/// The maximum and the logarithm of log_sum_exp(x), if that is what `id` is.
fn log_sum_exp(g: &mut Graph, id: NodeId, x: NodeId) -> Option<(NodeId, NodeId)> {
    let Op::Binary(Binary::Add, max, ln) = *g.op(id) else {
        return None;
    };
    let sum = argument(g, Unary::Ln, ln)?;
    let shifted = sum_of_exp(g, sum)?;
    (*g.op(max) == Op::RowMax(x) && *g.op(shifted) == Op::Binary(Binary::Sub, x, max))
        .then_some((max, ln))
}

#[cfg(test)]
mod tests;
