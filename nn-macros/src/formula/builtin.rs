//! The built-in activations and losses: names, settings with defaults, formulas.

/// An activation: a function of `x`, element by element.
pub struct Activation {
    pub name: &'static str,
    /// Constant settings and their defaults.
    pub settings: &'static [(&'static str, f64)],
    pub formula: &'static str,
    /// Which initializer suits the weights before it.
    pub gain: Gain,
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

/// How a row's columns become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    Sum,
    Mean,
}

/// How the outputs and targets enter a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// Output column j (`f`) against target column j (`y`).
    Columns,
    /// Likewise, and the columns are classes: at least two, and labels are accepted as targets.
    Classes,
    /// The first half of the outputs (`mu`) and the second (`s`) against as many targets (`y`).
    Halves,
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
    loss("binary_cross_entropy", &[], MEAN, "softplus(f) - y * f"),
    loss(
        "gaussian_nll",
        &[],
        (Reduction::Sum, Pairing::Halves),
        "0.5 * powi((y - mu) * exp(-s), 2) + s + 0.91893853320467274178",
    ),
];
