//! What a minimization reports: a line a cycle, and why it ended.

use core::fmt;

use super::evaluator::Evaluations;

/// The course of a minimization. All values are E: summed over the rows, penalty included.
#[derive(Debug, Clone, PartialEq)]
pub struct FullBatchHistory {
    /// E at the start.
    pub initial_value: f64,
    /// E at the parameters that are left behind, the lowest one seen.
    pub value: f64,
    /// The cycles, first to last.
    pub cycles: Vec<Cycle>,
    /// What was evaluated in all.
    pub evaluations: Evaluations,
    /// When and why it ended.
    pub stopped: Stop,
}

/// One cycle: a trial step, accepted or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cycle {
    /// Its number, from 1.
    pub cycle: usize,
    /// E at its end.
    pub value: f64,
    /// ‖∂E/∂θ‖ there, the Euclidean norm.
    pub gradient_norm: f64,
    /// What held its step back: scaled conjugate gradient's β, Levenberg's and Marquardt's μ; `None`
    /// for methods that search along a line.
    pub damping: Option<f64>,
    /// What was evaluated so far, from the start on.
    pub evaluations: Evaluations,
}

/// When and why a minimization ended. `Display` says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stop {
    /// The last cycle; 0 if there was nothing to do at the start.
    pub cycle: usize,
    /// Why.
    pub reason: StopReason,
}

/// Why a minimization ended.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum StopReason {
    /// The gradient has vanished, as far as the method's tolerance goes: a minimum, or at least a
    /// stationary point.
    Gradient {
        /// Its Euclidean norm.
        norm: f64,
    },
    /// The last step and what it gained were within the method's tolerances.
    Step {
        /// The largest change of a parameter.
        step: f64,
        /// By how much E fell.
        decrease: f64,
    },
    /// E has reached the target.
    Target {
        /// E.
        value: f64,
        /// The target.
        target: f64,
    },
    /// All cycles asked for were done.
    Cycles,
    /// No step lowers E any further. At a minimum this says that E has no more digits; elsewhere the
    /// gradient is not E's.
    NoDecrease,
    /// Something was not finite where it must be. The parameters are those of the last cycle.
    NotFinite {
        /// What it was.
        quantity: NotFinite,
    },
    /// An observer asked for it.
    Observer,
}

/// What was NaN or infinite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFinite {
    /// E at the start.
    Value,
    /// The gradient at the start, or at a step that lowered E.
    Gradient,
    /// The curvature along the search direction, or JᵀJ.
    Curvature,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cycle, reason } = self;
        match cycle {
            0 => write!(f, "stopped at the start: {reason}"),
            _ => write!(f, "stopped after cycle {cycle}: {reason}"),
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gradient { norm } => {
                write!(f, "the gradient has vanished, its norm is {norm:.1e}")
            }
            Self::Step { step, decrease } => write!(
                f,
                "the last step changed no parameter by more than {step:.1e} and the error by \
                 {decrease:.1e}"
            ),
            Self::Target { value, target } => {
                write!(f, "the error {value:.6e} has reached the target {target:e}")
            }
            Self::Cycles => write!(f, "it was the last one asked for"),
            Self::NoDecrease => write!(f, "no step lowers the error any further"),
            Self::NotFinite { quantity } => write!(f, "{quantity} is not finite"),
            Self::Observer => write!(f, "an observer asked for it"),
        }
    }
}

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value => "the error",
            Self::Gradient => "the gradient",
            Self::Curvature => "the curvature",
        })
    }
}
