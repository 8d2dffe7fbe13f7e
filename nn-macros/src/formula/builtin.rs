//! The built-in activations and losses: names, settings with defaults, formulas.

use super::scope::table_formula;
use super::{Definition, Formula, Parameter, Reductions};
use std::cell::OnceCell;

/// An activation: a function of `x`, element by element.
pub struct Activation {
    pub name: &'static str,
    /// Constant settings and their defaults.
    pub settings: &'static [(&'static str, f64)],
    pub formula: &'static str,
    /// Which initializer suits the weights before it.
    pub gain: Gain,
}

impl Activation {
    /// It as a formula that can be called, of `x` and its settings.
    pub fn definition(&self) -> Definition {
        let parameter = |name: &str, default| Parameter {
            name: name.to_owned(),
            default,
        };
        let settings = self.settings.iter();
        let settings = settings.map(|&(name, default)| parameter(name, Some(default)));
        Definition {
            name: self.name.to_owned(),
            parameters: [parameter("x", None)].into_iter().chain(settings).collect(),
            learnables: Vec::new(),
            body: OnceCell::from(self.parsed()),
        }
    }

    fn parsed(&self) -> Formula {
        let settings = self.settings.iter().map(|(name, _)| *name);
        table_formula(
            self.formula,
            ["x"].into_iter().chain(settings),
            Reductions::None,
        )
    }
}

/// The default initializer's family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gain {
    Glorot,
    He,
    LeCun,
}

const fn activation(
    name: &'static str,
    settings: &'static [(&'static str, f64)],
    gain: Gain,
    formula: &'static str,
) -> Activation {
    Activation {
        name,
        settings,
        formula,
        gain,
    }
}

/// selu's constants: Klambauer et al. (2017). lecun_tanh's: LeCun et al. (1998), section 4.4.
pub const ACTIVATIONS: &[Activation] = &[
    activation("identity", &[], Gain::Glorot, "x"),
    activation("tanh", &[], Gain::Glorot, "tanh(x)"),
    activation("sigmoid", &[], Gain::Glorot, "sigmoid(x)"),
    activation("relu", &[], Gain::He, "relu(x)"),
    activation(
        "leaky_relu",
        &[("slope", 0.01)],
        Gain::He,
        "if x > 0 { x } else { slope * x }",
    ),
    activation(
        "elu",
        &[("alpha", 1.0)],
        Gain::He,
        "if x > 0 { x } else { alpha * exp_m1(x) }",
    ),
    activation(
        "selu",
        &[],
        Gain::LeCun,
        "1.0507009873554804934193349852946
            * (if x > 0 { x } else { 1.6732632423543772848170429916717 * exp_m1(x) })",
    ),
    activation(
        "gelu",
        &[],
        Gain::He,
        "0.5 * x * erfc(-0.70710678118654752440 * x)",
    ),
    activation(
        "gelu_tanh",
        &[],
        Gain::He,
        "x * sigmoid(1.5957691216057307117 * (x + 0.044715 * powi(x, 3)))",
    ),
    activation("silu", &[], Gain::He, "x * sigmoid(x)"),
    activation("softplus", &[], Gain::He, "softplus(x)"),
    activation("softsign", &[], Gain::Glorot, "x / (1 + abs(x))"),
    activation("sin", &[], Gain::Glorot, "sin(x)"),
    activation(
        "lecun_tanh",
        &[],
        Gain::LeCun,
        "1.7159 * tanh(0.66666666666666666667 * x)",
    ),
];

/// A loss: the contribution of one sample, reduced over the columns; samples are summed.
pub struct Loss {
    pub name: &'static str,
    pub settings: &'static [(&'static str, f64)],
    pub formula: &'static str,
    /// How a row's columns become one number.
    pub over_columns: Reduction,
    /// How the outputs and targets enter the formula.
    pub pairing: Pairing,
}

impl Loss {
    /// The outputs and targets that its formula is of.
    pub fn variables(&self) -> &'static [&'static str] {
        match self.pairing {
            Pairing::Halves => &["mu", "s", "y"],
            _ => &["f", "y"],
        }
    }

    /// Its formula, of what its pairing names and its settings.
    pub fn parsed(&self) -> Formula {
        let settings = self.settings.iter().map(|(name, _)| *name);
        let variables = self.variables().iter().copied().chain(settings);
        table_formula(self.formula, variables, Reductions::Columns)
    }
}

/// How a row's columns become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    Sum,
    Mean,
    /// The formula comes to one number already.
    None,
}

/// How the outputs and targets enter a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// Output column j (`f`) against target column j (`y`).
    Columns,
    /// Likewise, and the columns are classes: at least two, and labels are accepted as targets.
    Classes,
    /// Likewise, and every target is 0 or 1, or between.
    Switches,
    /// The first half of the outputs (`mu`) and the second (`s`) against as many targets (`y`).
    Halves,
    /// The first of the names stand for so many outputs, the others for targets, a column each.
    Named { outputs: usize },
}

impl Pairing {
    /// How many targets a row has for so many outputs.
    pub fn targets(self, outputs: usize) -> usize {
        match self {
            Pairing::Halves => outputs / 2,
            _ => outputs,
        }
    }

    /// Whether the targets are numbers with a unit, not classes.
    pub fn has_units(self) -> bool {
        matches!(self, Pairing::Columns | Pairing::Halves)
    }
}

const fn loss(
    name: &'static str,
    settings: &'static [(&'static str, f64)],
    (over_columns, pairing): (Reduction, Pairing),
    formula: &'static str,
) -> Loss {
    Loss {
        name,
        settings,
        formula,
        over_columns,
        pairing,
    }
}

const SUM: (Reduction, Pairing) = (Reduction::Sum, Pairing::Columns);
const MEAN: (Reduction, Pairing) = (Reduction::Mean, Pairing::Columns);

/// The first is the default: the lecture's ½ Σ (F − Y)².
pub const LOSSES: &[Loss] = &[
    loss("sum_squares", &[], SUM, "0.5 * powi(f - y, 2)"),
    loss("mse", &[], MEAN, "powi(f - y, 2)"),
    loss("mae", &[], MEAN, "abs(f - y)"),
    loss(
        "huber",
        &[("delta", 1.0)],
        MEAN,
        "{ let d = abs(f - y); if d <= delta { 0.5 * d * d } else { delta * (d - 0.5 * delta) } }",
    ),
    loss(
        "cross_entropy",
        &[],
        (Reduction::Sum, Pairing::Classes),
        "y * (log_sum_exp(f) - f)",
    ),
    loss(
        "binary_cross_entropy",
        &[],
        (Reduction::Mean, Pairing::Switches),
        "softplus(f) - y * f",
    ),
    loss(
        "gaussian_nll",
        &[],
        (Reduction::Sum, Pairing::Halves),
        "0.5 * powi((y - mu) * exp(-s), 2) + s + 0.91893853320467274178",
    ),
];
