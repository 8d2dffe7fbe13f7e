//! The equation of the loss, and whether it fits the outputs.

use super::{Writer, entry_formula};
use crate::formula;
use crate::formula::builtin::{self, LOSSES, Pairing, Reduction};
use crate::ir::{Axis, NodeId, Op, Shape, Source};
use crate::model::Loss;

impl Writer<'_> {
    /// L = Σ over samples of the loss's formula, reduced over the columns.
    pub(super) fn loss(&mut self, loss: &Loss, f: NodeId) -> NodeId {
        let outputs = self.columns(f);
        let entry = self.fitting(loss, outputs);
        let targets = if entry.pairing == Pairing::Halves {
            outputs / 2
        } else {
            outputs
        };
        let g = &mut self.graph;
        let y = g.source(Source::Targets, Shape::rows(targets), "y");
        let mut bindings = vec![("f", f), ("y", y)];
        if entry.pairing == Pairing::Halves {
            bindings.push(("mu", g.slice(f, 0, targets)));
            bindings.push(("s", g.slice(f, targets, targets)));
        }
        for ((name, _), value) in entry.settings.iter().zip(&loss.settings) {
            bindings.push((name, g.constant(*value)));
        }
        let term = formula::lower(g, &entry_formula(entry.formula), &bindings);
        let full = Shape::rows(targets);
        let rows = g.sum(Axis::Rows, term, full);
        let total = g.sum(Axis::Columns, rows, Shape::row(targets));
        let loss = match entry.over_columns {
            Reduction::Sum => total,
            Reduction::Mean => {
                let p = g.constant(targets as f64);
                g.div(total, p)
            }
        };
        self.tensors.targets = targets;
        if !matches!(self.graph.op(loss), Op::Constant(_)) {
            self.graph.name(loss, "loss");
        }
        loss
    }

    /// The loss, if the outputs fit it; the default one after a mistake.
    fn fitting(&mut self, loss: &Loss, outputs: usize) -> &'static builtin::Loss {
        let message = match loss.entry.pairing {
            Pairing::Classes if outputs < 2 => Some(format!(
                "{} needs an output for every class, so at least 2, but the network has \
                 {outputs}; for two classes on one output, use binary_cross_entropy",
                loss.entry.name
            )),
            Pairing::Halves if !outputs.is_multiple_of(2) => Some(format!(
                "{} needs two outputs for every target, its mean and its log-deviation, but the \
                 network has {outputs}; give the last layer an even number of units",
                loss.entry.name
            )),
            _ => None,
        };
        let Some(message) = message else {
            return loss.entry;
        };
        if self.is_known {
            self.errors.push(loss.span, message);
        }
        &LOSSES[0]
    }
}
