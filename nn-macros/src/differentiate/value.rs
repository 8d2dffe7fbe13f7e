//! What an expression of a function's body stands for while the body is read.

use crate::ir::{Graph, NodeId, Test};

/// The value of an expression, as far as it is known at compile time.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A float: a node of the graph.
    Number(NodeId),
    /// A whole number: an index, an exponent, a bound. Known.
    Integer(i64),
    /// The outcome of a comparison.
    Truth(Condition),
    Array(Vec<Value>),
    Tuple(Vec<Value>),
    Reference(Box<Value>),
    /// The value of a mistake that is reported already.
    Mistaken,
}

/// A comparison of floats, or several joined; one of whole numbers is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    Known(bool),
    Test(Test, NodeId, NodeId),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

impl Value {
    pub const UNIT: Self = Self::Tuple(Vec::new());

    /// What a reference refers to.
    pub fn referent(&self) -> &Self {
        match self {
            Value::Reference(inner) => inner.referent(),
            value => value,
        }
    }

    /// What it is, for messages.
    pub fn what(&self) -> String {
        match self.referent() {
            Value::Number(_) => "a float".to_owned(),
            Value::Integer(value) => format!("the integer {value}"),
            Value::Truth(_) => "a comparison".to_owned(),
            Value::Array(elements) => format!("an array of {}", elements.len()),
            Value::Tuple(parts) if parts.is_empty() => "no value".to_owned(),
            Value::Tuple(_) => "a tuple".to_owned(),
            Value::Reference(_) | Value::Mistaken => "this".to_owned(),
        }
    }
}

impl Condition {
    pub fn negated(self) -> Self {
        match self {
            Condition::Known(holds) => Condition::Known(!holds),
            Condition::Not(inner) => *inner,
            other => Condition::Not(Box::new(other)),
        }
    }

    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Condition::Known(true), other) | (other, Condition::Known(true)) => other,
            (Condition::Known(false), _) | (_, Condition::Known(false)) => Condition::Known(false),
            (a, b) => Condition::And(Box::new(a), Box::new(b)),
        }
    }

    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Condition::Known(false), other) | (other, Condition::Known(false)) => other,
            (Condition::Known(true), _) | (_, Condition::Known(true)) => Condition::Known(true),
            (a, b) => Condition::Or(Box::new(a), Box::new(b)),
        }
    }

    /// `if self { yes } else { no }` as nodes.
    ///
    /// Comparisons joined become 1 or 0 first, so that each branch is in one selection only:
    /// derivatives then know that a branch has no say where it is not taken.
    pub fn select(&self, graph: &mut Graph, yes: NodeId, no: NodeId) -> NodeId {
        match self {
            Condition::Known(true) => yes,
            Condition::Known(false) => no,
            &Condition::Test(test, left, right) => graph.select(test, left, right, yes, no),
            Condition::Not(inner) => inner.select(graph, no, yes),
            Condition::And(..) | Condition::Or(..) => {
                let (zero, holds) = (graph.constant(0.0), self.indicator(graph));
                graph.select(Test::Less, zero, holds, yes, no)
            }
        }
    }

    /// 1 where it holds, else 0.
    fn indicator(&self, graph: &mut Graph) -> NodeId {
        let (one, zero) = (graph.constant(1.0), graph.constant(0.0));
        match self {
            Condition::And(a, b) => {
                let b = b.indicator(graph);
                a.select(graph, b, zero)
            }
            Condition::Or(a, b) => {
                let b = b.indicator(graph);
                a.select(graph, one, b)
            }
            single => single.select(graph, one, zero),
        }
    }

    /// `if self { yes } else { no }` of values; `None` if it would not be known where it must be.
    pub fn choose(&self, graph: &mut Graph, yes: &Value, no: &Value) -> Option<Value> {
        let all = |graph: &mut Graph, yes: &[Value], no: &[Value]| {
            let pairs = yes.iter().zip(no);
            let chosen: Option<Vec<_>> = pairs.map(|(a, b)| self.choose(graph, a, b)).collect();
            chosen.filter(|_| yes.len() == no.len())
        };
        match (yes, no) {
            (yes, no) if yes == no => Some(yes.clone()),
            (Value::Number(yes), Value::Number(no)) => {
                Some(Value::Number(self.select(graph, *yes, *no)))
            }
            (Value::Array(yes), Value::Array(no)) => all(graph, yes, no).map(Value::Array),
            (Value::Tuple(yes), Value::Tuple(no)) => all(graph, yes, no).map(Value::Tuple),
            (Value::Reference(yes), Value::Reference(no)) => {
                let chosen = self.choose(graph, yes, no)?;
                Some(Value::Reference(Box::new(chosen)))
            }
            (Value::Truth(yes), Value::Truth(no)) => {
                let yes = self.clone().and(yes.clone());
                Some(Value::Truth(yes.or(self.clone().negated().and(no.clone()))))
            }
            (Value::Mistaken, _) | (_, Value::Mistaken) => Some(Value::Mistaken),
            _ => None,
        }
    }
}
