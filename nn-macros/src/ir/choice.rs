//! Arithmetic on selections, done inside their branches.
//!
//! The derivative of a branch is zero where the branch is not taken. There its other factors may be
//! anything: e^x overflows where `if x > 0 { x } else { exp_m1(x) }` does not use it, and 0·∞ is
//! NaN. So a factor goes into the branch it belongs to,
//!
//! ```text
//! (if t { a } else { 0 })·b = if t { a·b } else { 0 }
//! ```
//!
//! and what is not taken is never computed with. This is also what makes a step function, 1 or 0,
//! a selection instead of a factor.

use super::{Graph, NodeId, Op, Test};

/// A selection's parts.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    test: Test,
    left: NodeId,
    right: NodeId,
    yes: NodeId,
    no: NodeId,
}

impl Graph {
    fn choice(&self, id: NodeId) -> Option<Choice> {
        match *self.op(id) {
            Op::Select {
                test,
                left,
                right,
                yes,
                no,
            } => Some(Choice {
                test,
                left,
                right,
                yes,
                no,
            }),
            _ => None,
        }
    }

    /// The parts of a selection one of whose branches is 0.
    pub(super) fn half_zero(&self, id: NodeId) -> Option<Choice> {
        self.choice(id)
            .filter(|choice| self.is(choice.yes, 0.0) || self.is(choice.no, 0.0))
    }

    /// The selection with `f` of its branches.
    pub(super) fn choose(
        &mut self,
        choice: Choice,
        f: impl Fn(&mut Self, NodeId) -> NodeId,
    ) -> NodeId {
        let (yes, no) = (f(self, choice.yes), f(self, choice.no));
        self.select(choice.test, choice.left, choice.right, yes, no)
    }

    /// `f`, a sum or a difference, of two selections by the same test, if a branch of one is 0:
    /// the branches are combined, which takes no more operations than combining the results.
    pub(super) fn both_chosen(
        &mut self,
        a: NodeId,
        b: NodeId,
        f: impl Fn(&mut Self, NodeId, NodeId) -> NodeId,
    ) -> Option<NodeId> {
        let (x, y) = (self.choice(a)?, self.choice(b)?);
        let same = (x.test, x.left, x.right) == (y.test, y.left, y.right);
        let is_sparse = self.half_zero(a).is_some() || self.half_zero(b).is_some();
        (same && is_sparse).then(|| {
            let (yes, no) = (f(self, x.yes, y.yes), f(self, x.no, y.no));
            self.select(x.test, x.left, x.right, yes, no)
        })
    }
}
