//! The equations of batch normalization.

use super::{Mode, Role, Writer};
use crate::ir::{Axis, NodeId, Unary};

impl Writer<'_> {
    /// Ioffe and Szegedy (2015), Algorithm 1; running statistics as PyTorch keeps them.
    pub(super) fn batch_norm(&mut self, eps: f64, momentum: f64, x: NodeId) -> NodeId {
        let (k, width) = (self.number("z"), self.columns(x));
        let gamma = self.parameter(format!("gamma{k}"), Role::Scale, 1, width);
        let beta = self.parameter(format!("beta{k}"), Role::Shift, 1, width);
        let mean = self.statistic(format!("mean{k}"), Role::Mean, width);
        let variance = self.statistic(format!("variance{k}"), Role::Variance, width);
        self.row("bn".to_owned(), width, 2 * width);
        let (mu, sigma2) = match self.mode {
            Mode::Training => {
                self.tensors.training_differs = true;
                let (mu, sigma2) = self.batch_statistics(k, x);
                self.move_statistics(momentum, (mean, mu), (variance, sigma2));
                (mu, sigma2)
            }
            Mode::Prediction | Mode::Sampling => {
                self.statistics.extend([mean, variance]);
                (mean, variance)
            }
        };
        let g = &mut self.graph;
        let eps = g.constant(eps);
        let shifted = g.add(sigma2, eps);
        let root = g.unary(Unary::Sqrt, shifted);
        let one = g.constant(1.0);
        let s = g.div(one, root);
        g.name(s, format!("s{k}"));
        let centred = g.sub(x, mu);
        g.name(centred, format!("c{k}"));
        let x_hat = g.mul(centred, s);
        g.name(x_hat, format!("xhat{k}"));
        let scaled = g.mul(gamma, x_hat);
        let z = g.add(scaled, beta);
        g.name(z, format!("z{k}"))
    }

    /// The batch's mean and biased variance, in two passes: no cancellation.
    fn batch_statistics(&mut self, k: usize, x: NodeId) -> (NodeId, NodeId) {
        let g = &mut self.graph;
        let n = g.count();
        let full = g.shape(x);
        let sum = g.sum(Axis::Rows, x, full);
        let mu = g.div(sum, n);
        g.name(mu, format!("mu{k}"));
        let centred = g.sub(x, mu);
        let square = g.power(centred, 2);
        let squares = g.sum(Axis::Rows, square, full);
        let sigma2 = g.div(squares, n);
        (mu, g.name(sigma2, format!("var{k}")))
    }

    /// running ← (1 − momentum)·running + momentum·new, with the unbiased variance n/(n−1)·σ².
    fn move_statistics(
        &mut self,
        momentum: f64,
        (mean, mu): (NodeId, NodeId),
        (variance, sigma2): (NodeId, NodeId),
    ) {
        let g = &mut self.graph;
        let (n, one) = (g.count(), g.constant(1.0));
        let fewer = g.sub(n, one);
        let ratio = g.div(n, fewer);
        let unbiased = g.mul(ratio, sigma2);
        for (running, new) in [(mean, mu), (variance, unbiased)] {
            let (keep, weight) = (g.constant(1.0 - momentum), g.constant(momentum));
            let (old, new) = (g.mul(keep, running), g.mul(weight, new));
            let moved = g.add(old, new);
            let name = g
                .node(running)
                .name
                .as_deref()
                .map(|name| format!("next_{name}"));
            if let Some(name) = name {
                g.name(moved, name);
            }
            self.statistics.push(moved);
        }
    }
}
