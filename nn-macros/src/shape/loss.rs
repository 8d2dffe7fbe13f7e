//! The equation of the loss, and whether it fits the outputs.

use super::Writer;
use crate::formula;
use crate::formula::builtin::{Pairing, Reduction};
use crate::ir::{Axis, NodeId, Op, Shape, Source};
use crate::model::Loss;

impl Writer<'_> {
    /// L = Σ over samples of the loss's formula, reduced over the columns.
    pub(super) fn loss(&mut self, loss: &Loss, f: NodeId) -> NodeId {
        let outputs = self.columns(f);
        if let Some(message) = mismatch(loss, outputs) {
            if self.is_known {
                self.errors.push(loss.span, message);
            }
            return self.graph.constant(0.0);
        }
        let targets = match loss.pairing {
            Pairing::Named { outputs } => loss.variables.len() - outputs,
            pairing => pairing.targets(outputs),
        };
        let columns = match (loss.pairing, loss.over_columns) {
            (Pairing::Named { .. }, _) | (_, Reduction::None) => 1,
            _ => targets,
        };
        let given = self.given(loss.pairing, f, targets);
        let g = &mut self.graph;
        let names = loss.variables.iter().map(String::as_str);
        let mut bindings: Vec<_> = names.zip(given).collect();
        for (name, value) in &loss.settings {
            bindings.push((name, g.constant(*value)));
        }
        let term = formula::lower(g, &loss.formula, &bindings);
        let rows = g.sum(Axis::Rows, term, Shape::rows(columns));
        let total = g.sum(Axis::Columns, rows, Shape::row(columns));
        let loss = match loss.over_columns {
            Reduction::Sum | Reduction::None => total,
            Reduction::Mean => {
                let p = g.constant(columns as f64);
                g.div(total, p)
            }
        };
        self.tensors.targets = targets;
        if !matches!(self.graph.op(loss), Op::Constant(_)) {
            self.graph.name(loss, "loss");
        }
        loss
    }

    /// The outputs and targets that the loss's formula is of, in the order of its variables.
    fn given(&mut self, pairing: Pairing, f: NodeId, targets: usize) -> Vec<NodeId> {
        let y = Source::Targets;
        let y = self.graph.source(y, Shape::rows(targets), "y");
        let (f, y) = self.compared(f, y);
        let g = &mut self.graph;
        match pairing {
            Pairing::Columns | Pairing::Classes | Pairing::Switches => vec![f, y],
            Pairing::Halves => {
                vec![g.slice(f, 0, targets), g.slice(f, targets, targets), y]
            }
            Pairing::Named { outputs } => {
                let columns = [(f, outputs), (y, targets)];
                let each = columns
                    .into_iter()
                    .flat_map(|(of, columns)| (0..columns).map(move |start| (of, start)));
                each.map(|(of, start)| g.slice(of, start, 1)).collect()
            }
        }
    }
}

/// Why the loss does not fit so many outputs.
fn mismatch(loss: &Loss, outputs: usize) -> Option<String> {
    let name = &loss.name;
    match loss.pairing {
        Pairing::Classes if outputs < 2 => Some(format!(
            "{name} needs an output for every class, so at least 2, but the network has {outputs}; \
             for two classes on one output, use binary_cross_entropy"
        )),
        Pairing::Halves if !outputs.is_multiple_of(2) => Some(format!(
            "{name} needs two outputs for every target, its mean and its log-deviation, but the \
             network has {outputs}; give the last layer an even number of units"
        )),
        Pairing::Named { outputs: named } if named != outputs => {
            let are = if named == 1 {
                "1 output"
            } else {
                &format!("{named} outputs")
            };
            Some(format!(
                "the loss names {are}, {}, but the network has {outputs}; name every output, or \
                 give the last layer as many units as there are names",
                loss.variables[..named].join(", ")
            ))
        }
        _ => None,
    }
}
