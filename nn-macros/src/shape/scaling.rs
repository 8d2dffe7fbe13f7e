//! The equations of the scaling layers: inputs without a unit, outputs in the targets' units.

use super::{Role, Writer};
use crate::formula::builtin::Pairing;
use crate::ir::{NodeId, Unary};

/// The outputs without a unit, and what gives targets theirs.
#[derive(Clone, Copy)]
pub(super) struct Standard {
    pub output: NodeId,
    mean: NodeId,
    deviation: NodeId,
}

impl Writer<'_> {
    /// X̃ = (X − mean) / deviation
    pub(super) fn standardize(&mut self, x: NodeId) -> NodeId {
        let width = self.columns(x);
        let mean = self.statistic("input_mean".to_owned(), Role::InputMean, width);
        let deviation = self.statistic("input_deviation".to_owned(), Role::InputDeviation, width);
        self.row("standardize".to_owned(), width, 0);
        let standard = self.without_unit(x, mean, deviation);
        self.graph.name(standard, "x_standard")
    }

    /// F = F̃ ⊙ deviation + mean. The loss compares F̃ with the standardized targets, so that its
    /// gradient does not depend on their unit.
    pub(super) fn unstandardize(&mut self, output: NodeId, result: Option<&str>) -> NodeId {
        let outputs = self.columns(output);
        // An odd number of outputs in two halves is a mistake that is reported with the loss.
        let targets = self.pairing.targets(outputs).max(1);
        let mean = self.statistic("target_mean".to_owned(), Role::TargetMean, targets);
        let deviation = self.statistic(
            "target_deviation".to_owned(),
            Role::TargetDeviation,
            targets,
        );
        self.row("unstandardize".to_owned(), outputs, 0);
        let g = &mut self.graph;
        let f = if self.pairing == Pairing::Halves {
            // The deviation that the second half predicts has the targets' unit too.
            let (mu, s) = (
                g.slice(output, 0, targets),
                g.slice(output, targets, targets),
            );
            let scaled = g.mul(mu, deviation);
            let mu = g.add(scaled, mean);
            let unit = g.unary(Unary::Ln, deviation);
            let s = g.add(s, unit);
            let (left, right) = (g.place(mu, 0, outputs), g.place(s, targets, outputs));
            g.add(left, right)
        } else {
            let scaled = g.mul(output, deviation);
            g.add(scaled, mean)
        };
        self.standard = Some(Standard {
            output,
            mean,
            deviation,
        });
        match result {
            Some(name) => self.graph.name(f, name),
            None => f,
        }
    }

    /// What the loss compares: outputs and targets as they are, or both without a unit.
    pub(super) fn compared(&mut self, f: NodeId, y: NodeId) -> (NodeId, NodeId) {
        let Some(standard) = self.standard else {
            return (f, y);
        };
        let y = self.without_unit(y, standard.mean, standard.deviation);
        (standard.output, self.graph.name(y, "y_standard"))
    }

    /// (x − mean) / deviation
    fn without_unit(&mut self, x: NodeId, mean: NodeId, deviation: NodeId) -> NodeId {
        let centred = self.graph.sub(x, mean);
        self.graph.div(centred, deviation)
    }
}
