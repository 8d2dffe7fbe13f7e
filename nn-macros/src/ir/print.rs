//! Graphs as people write them: one equation a line, in the lecture's notation.

use super::{Axis, Binary, Extent, Graph, NodeId, Op, Product, Shape, Test, Unary};

/// What a node computes, in the names of what it reads: `tanh(H₁)`. What has no name is written
/// out.
pub fn right_side(graph: &Graph, id: NodeId) -> String {
    Printer {
        graph,
        notation: &LECTURE,
    }
    .operation(id)
    .0
}

/// The same in a notation of one's own.
pub fn right_side_in(notation: &Notation, graph: &Graph, id: NodeId) -> String {
    Printer { graph, notation }.operation(id).0
}

/// A node where it is used: its name if it has one, else what it computes.
pub fn operand_in(notation: &Notation, graph: &Graph, id: NodeId) -> String {
    Printer { graph, notation }.operand(id, Binding::Sum)
}

/// How names and numbers are written.
pub struct Notation {
    pub symbol: fn(&str) -> String,
    pub number: fn(f64) -> String,
}

const LECTURE: Notation = Notation {
    symbol,
    number: decimal,
};

/// The graph as a listing: an equation a line for every named tensor, with its shape.
pub fn print(graph: &Graph) -> String {
    let given = |id: &NodeId| matches!(graph.op(*id), Op::Source(_) | Op::Count);
    let line = |id: NodeId| {
        let name = graph.node(id).name.as_deref()?;
        Some((
            format!("{} = {}", symbol(name), right_side(graph, id)),
            graph.shape(id),
        ))
    };
    let ids = graph.ids().filter(|id| !given(id));
    listing(&ids.filter_map(line).collect::<Vec<_>>())
}

/// Equations with their shapes, one a line, the shapes below each other.
pub fn listing(lines: &[(String, Shape)]) -> String {
    let widths = lines.iter().map(|(line, _)| width(line));
    let longest = widths.max().unwrap_or(0).min(64);
    let mut text = String::new();
    for (line, size) in lines {
        let pad = " ".repeat(longest.saturating_sub(width(line)));
        text.push_str(&format!("{line}{pad}  [{}]\n", shape(*size)));
    }
    text
}

/// The places that a line takes; a hat or a bar stands above the letter before it.
fn width(line: &str) -> usize {
    let is_letter = |c: &char| !('\u{300}'..='\u{36f}').contains(c);
    line.chars().filter(is_letter).count()
}

/// What was rewritten for accuracy, a line each, as a block of documentation; empty if nothing was.
pub fn rewrites(graph: &Graph) -> String {
    let line = |rewrite: &&str| format!("Rewritten for accuracy: {rewrite}\n");
    match graph.rewrites().iter().map(line).collect::<String>() {
        lines if lines.is_empty() => lines,
        lines => format!("\n\n```text\n{lines}```\n"),
    }
}

struct Printer<'a> {
    graph: &'a Graph,
    notation: &'a Notation,
}

/// How tightly an expression binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Sum,
    Term,
    Factor,
    Atom,
}

impl Printer<'_> {
    fn name(&self, id: NodeId) -> Option<String> {
        self.graph
            .node(id)
            .name
            .as_deref()
            .map(self.notation.symbol)
    }

    /// A node where it is used: its name, or what it computes.
    fn operand(&self, id: NodeId, around: Binding) -> String {
        if let Some(name) = self.name(id) {
            return name;
        }
        let (text, binding) = self.operation(id);
        if binding < around {
            format!("({text})")
        } else {
            text
        }
    }

    /// What a node computes, and how tightly it binds.
    fn operation(&self, id: NodeId) -> (String, Binding) {
        use Binding::{Atom, Factor, Sum, Term};
        let at = |x: NodeId, binding| self.operand(x, binding);
        match *self.graph.op(id) {
            Op::Source(source) => (format!("{source:?}"), Atom),
            Op::Constant(number) => {
                let value = number.value();
                (
                    (self.notation.number)(value),
                    if value < 0.0 { Sum } else { Atom },
                )
            }
            Op::Count => ("n".to_owned(), Atom),
            Op::Mask { keep, .. } => (format!("mask(keep {})", keep.value()), Atom),
            Op::Unary(Unary::Neg, x) => (format!("−{}", at(x, Factor)), Sum),
            Op::Unary(function, x) => (format!("{}({})", function.name(), at(x, Sum)), Atom),
            Op::Power(x, n) => (format!("{}{}", at(x, Atom), superscript(n)), Factor),
            Op::Binary(Binary::Add, a, b) => (format!("{} + {}", at(a, Sum), at(b, Sum)), Sum),
            Op::Binary(Binary::Sub, a, b) => (format!("{} − {}", at(a, Sum), at(b, Term)), Sum),
            Op::Binary(Binary::Mul, a, b) => {
                let sign = if self.is_scalar(a) || self.is_scalar(b) {
                    " "
                } else {
                    " ⊙ "
                };
                (format!("{}{sign}{}", at(a, Term), at(b, Factor)), Term)
            }
            Op::Binary(Binary::Div, a, b) => (format!("{} / {}", at(a, Term), at(b, Factor)), Term),
            Op::Binary(Binary::Pow, a, b) => (format!("{}^{}", at(a, Atom), at(b, Atom)), Factor),
            Op::Select {
                test,
                left,
                right,
                yes,
                no,
            } => {
                let sign = match test {
                    Test::Less => "<",
                    Test::LessEqual => "≤",
                };
                let (left, right, yes, no) =
                    (at(left, Sum), at(right, Sum), at(yes, Sum), at(no, Sum));
                (format!("[{left} {sign} {right} ? {yes} : {no}]"), Atom)
            }
            Op::Product(kind, a, b) => match kind {
                Product::Plain => (format!("{} {}", at(a, Factor), at(b, Factor)), Term),
                Product::RightTransposed => (format!("{} {}ᵀ", at(a, Factor), at(b, Atom)), Term),
                Product::LeftTransposed => (format!("{}ᵀ {}", at(a, Atom), at(b, Factor)), Term),
            },
            Op::Sum(Axis::Rows, x) => (format!("1ᵀ {}", at(x, Factor)), Term),
            Op::Sum(Axis::Columns, x) => (format!("{} 1", at(x, Term)), Term),
            Op::RowMax(x) => (format!("max({})", at(x, Sum)), Atom),
            Op::Broadcast(x) => (at(x, Atom), Atom),
            Op::Slice { of, start } => {
                let columns = self.graph.shape(id).columns;
                (
                    format!("{}[:, {start}..{}]", at(of, Atom), start + columns),
                    Atom,
                )
            }
            Op::Place { of, start } => (format!("place({}, at {start})", at(of, Sum)), Atom),
            Op::Call {
                ref function,
                ref by,
                ref arguments,
            } => {
                let by = by.iter().map(|index| format!("∂{}", subscripts(index + 1)));
                let by: String = by.collect();
                let arguments: Vec<_> = arguments.iter().map(|&x| at(x, Sum)).collect();
                (format!("{by}{function}({})", arguments.join(", ")), Atom)
            }
        }
    }

    fn is_scalar(&self, id: NodeId) -> bool {
        self.graph.shape(id) == Shape::SCALAR
    }
}

/// `n×50`, `2×50`.
pub fn shape(shape: Shape) -> String {
    match shape.rows {
        Extent::Batch => format!("n×{}", shape.columns),
        Extent::Fixed(rows) => format!("{rows}×{}", shape.columns),
    }
}

/// In front of the names that a user chose, so that they are nothing else's.
pub const LEARNED: &str = "learned_";

/// A generated name as the lecture writes it: `h1` is H₁, `dw1` is ∂L/∂W₁, `gamma2` is γ₂. The
/// piece of a vector over the parameters that belongs to W₁, `v_w1`, is V(W₁). A user's constant is
/// written as its path.
pub fn symbol(name: &str) -> String {
    if name.contains("::") {
        return name.to_owned();
    }
    if let Some(of) = name.strip_prefix("v_") {
        return format!("V({})", symbol(of));
    }
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let number: String = name[stem.len()..].chars().filter_map(subscript).collect();
    let letter = match stem {
        "loss" => "L",
        "gamma" => "γ",
        "beta" => "β",
        "mu" => "μ",
        "var" => "σ²",
        "xhat" => "X̂",
        "mean" => "μ̄",
        "variance" => "σ̄²",
        "x_standard" => "X̃",
        "y_standard" => "Ỹ",
        "input_mean" => "mean(X)",
        "input_deviation" => "dev(X)",
        "target_mean" => "mean(Y)",
        "target_deviation" => "dev(Y)",
        "next_mean" => "μ̄′",
        "next_variance" => "σ̄²′",
        "b" | "n" | "s" => stem,
        _ => {
            if let Some(of) = stem.strip_prefix('d').filter(|of| !of.is_empty()) {
                return format!("∂L/∂{}", symbol(&format!("{of}{}", &name[stem.len()..])));
            }
            if let Some(chosen) = stem.strip_prefix(LEARNED) {
                return format!("{chosen}{number}");
            }
            return format!("{}{number}", stem.to_uppercase());
        }
    };
    format!("{letter}{number}")
}

/// `₁₂`.
pub fn subscripts(number: usize) -> String {
    number.to_string().chars().filter_map(subscript).collect()
}

fn subscript(digit: char) -> Option<char> {
    char::from_u32('₀' as u32 + digit.to_digit(10)?)
}

/// `³`, `⁻²`.
fn superscript(n: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = n.unsigned_abs().to_string();
    let digits = digits
        .bytes()
        .map(|digit| DIGITS[usize::from(digit - b'0')]);
    (n < 0).then_some('⁻').into_iter().chain(digits).collect()
}

/// A number for reading: halves as ½, long ones to six digits.
fn decimal(value: f64) -> String {
    if value == 0.5 {
        return "½".to_owned();
    }
    let plain = format!("{value}");
    let text = if plain.len() <= 8 {
        plain
    } else {
        format!("{:.6}", value)
    };
    text.replace('-', "−")
}

impl Unary {
    /// The function's name in formulas.
    pub fn name(self) -> &'static str {
        match self {
            Unary::Neg => "−",
            Unary::Abs => "abs",
            Unary::Sign => "sign",
            Unary::Sqrt => "√",
            Unary::Exp => "exp",
            Unary::ExpM1 => "exp_m1",
            Unary::Ln => "ln",
            Unary::Ln1p => "ln_1p",
            Unary::Tanh => "tanh",
            Unary::Sigmoid => "σ",
            Unary::Softplus => "softplus",
            Unary::Relu => "relu",
            Unary::Sin => "sin",
            Unary::Cos => "cos",
            Unary::Tan => "tan",
            Unary::Atan => "atan",
            Unary::Sinh => "sinh",
            Unary::Cosh => "cosh",
            Unary::Erf => "erf",
            Unary::Erfc => "erfc",
        }
    }
}
