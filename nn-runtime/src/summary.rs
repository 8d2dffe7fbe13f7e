//! What a network consists of, as a table to print.

use core::fmt;

use crate::math::Real;
use crate::network::{Layer, Network, Tensor};

/// A network's layers, parameter tensors and memory. `Display` aligns them:
///
/// ```text
/// Sine, f64
///
/// layer     width  parameters
/// input         1
/// tanh(50)     50         100
/// 1             1          51
/// total                   151
///
/// tensor   shape  offset
/// w1      1 x 50       0
/// b1      1 x 50      50
/// w2      50 x 1     100
/// b2       1 x 1     150
///
/// parameters 1208 bytes, running statistics 0 bytes
/// workspace of a training step 8192 bytes and 0 for every row of the batch
/// a sample costs 500 FLOP in the products of a training step, 200 in those of a prediction
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// The declared name.
    pub name: &'static str,
    /// `f32` or `f64`.
    pub scalar: &'static str,
    /// Width of an input row.
    pub inputs: usize,
    /// The layers, input side first.
    pub layers: &'static [Layer],
    /// The parameter tensors, as they lie in the flat slice.
    pub tensors: &'static [Tensor],
    /// The running statistics, likewise in theirs.
    pub statistic_tensors: &'static [Tensor],
    /// How many trainable numbers there are.
    pub parameters: usize,
    /// Bytes of all of them.
    pub parameter_bytes: usize,
    /// Bytes of the running statistics.
    pub statistic_bytes: usize,
    /// Bytes of scratch memory for a training step, whatever the batch.
    pub workspace_bytes: usize,
    /// Further bytes for every row of the batch.
    pub workspace_bytes_per_row: usize,
    /// Floating-point operations a sample in the products of a training step.
    pub training_flop: usize,
    /// Likewise in those of a prediction.
    pub prediction_flop: usize,
}

impl Summary {
    /// The summary of a network type.
    pub fn of<N: Network>() -> Self {
        let scalar = size_of::<N::Scalar>();
        Self {
            name: N::NAME,
            scalar: N::Scalar::NAME,
            inputs: N::INPUTS,
            layers: N::LAYERS,
            tensors: N::TENSORS,
            statistic_tensors: N::STATISTIC_TENSORS,
            parameters: N::PARAMETERS,
            parameter_bytes: N::PARAMETERS * scalar,
            statistic_bytes: N::STATISTICS * scalar,
            workspace_bytes: N::WORKSPACE_BYTES,
            workspace_bytes_per_row: N::WORKSPACE_BYTES_PER_ROW,
            training_flop: N::TRAINING_FLOP,
            prediction_flop: N::PREDICTION_FLOP,
        }
    }

    fn layer_table(&self) -> Table {
        let mut table = Table::new(["layer", "width", "parameters"]);
        table.push(["input".into(), self.inputs.to_string(), String::new()]);
        for layer in self.layers {
            let parameters = match layer.parameters {
                0 => String::new(),
                some => some.to_string(),
            };
            table.push([layer.name.into(), layer.width.to_string(), parameters]);
        }
        table.push(["total".into(), String::new(), self.parameters.to_string()]);
        table
    }
}

/// The summary of a network's type, for networks whose type has no name: `Summary::from(&network)`.
impl<N: Network> From<&N> for Summary {
    fn from(_network: &N) -> Self {
        Self::of::<N>()
    }
}

fn tensor_table(kind: &'static str, tensors: &[Tensor]) -> Table {
    let mut table = Table::new([kind, "shape", "offset"]);
    for tensor in tensors {
        let shape = format!("{} x {}", tensor.rows, tensor.columns);
        table.push([tensor.name.into(), shape, tensor.offset.to_string()]);
    }
    table
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {}\n", self.name, self.scalar)?;
        writeln!(f, "{}", self.layer_table())?;
        writeln!(f, "{}", tensor_table("tensor", self.tensors))?;
        if !self.statistic_tensors.is_empty() {
            writeln!(
                f,
                "{}",
                tensor_table("running statistic", self.statistic_tensors)
            )?;
        }
        writeln!(
            f,
            "parameters {} bytes, running statistics {} bytes",
            self.parameter_bytes, self.statistic_bytes
        )?;
        writeln!(
            f,
            "workspace of a training step {} bytes and {} for every row of the batch",
            self.workspace_bytes, self.workspace_bytes_per_row
        )?;
        write!(
            f,
            "a sample costs {} FLOP in the products of a training step, {} in those of a prediction",
            self.training_flop, self.prediction_flop
        )
    }
}

/// Columns as wide as their widest cell; the first to the left, the others to the right.
struct Table {
    lines: Vec<[String; 3]>,
}

impl Table {
    fn new(head: [&str; 3]) -> Self {
        Self {
            lines: vec![head.map(String::from)],
        }
    }

    fn push(&mut self, line: [String; 3]) {
        self.lines.push(line);
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or(0)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            let mut text = format!("{:<width$}", line[0], width = self.width(0));
            for column in 1..3 {
                text += &format!("  {:>width$}", line[column], width = self.width(column));
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::mock::Linear;

    #[test]
    fn of_a_value() {
        let network = Linear::<1>::zeros();
        assert_eq!(Summary::from(&network), Summary::of::<Linear<1>>());
    }

    #[test]
    fn a_table() {
        assert_eq!(
            Linear::<1>::summary().to_string(),
            "\
Linear, f64

layer  width  parameters
input      2
1          1           3
total                  3

tensor  shape  offset
w1      2 x 1       0
b1      1 x 1       2

running statistic  shape  offset
mean1              1 x 2       0

parameters 24 bytes, running statistics 16 bytes
workspace of a training step 64 bytes and 0 for every row of the batch
a sample costs 4 FLOP in the products of a training step, 2 in those of a prediction"
        );
    }
}
