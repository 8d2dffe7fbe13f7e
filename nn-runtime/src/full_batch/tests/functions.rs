//! Test functions of Moré, Garbow and Hillstrom (1981, *ACM Transactions on Mathematical Software* 7,
//! 17-41), with their starts and their minima. They are Σ r², twice what is minimized here.

use super::dual::Dual;
use crate::error::Error;
use crate::full_batch::LeastSquares;

#[derive(Debug, Clone, Copy)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) start: &'static [f64],
    /// min Σ r², as printed in the paper.
    pub(super) minimum: f64,
    residuals: fn(&[Dual], &mut dyn FnMut(Dual)),
}

impl LeastSquares for Function {
    fn dimension(&self) -> usize {
        self.start.len()
    }

    fn linearize(&mut self, x: &[f64], visit: &mut dyn FnMut(f64, &[f64])) -> Result<(), Error> {
        let x: Vec<Dual> = (0..).zip(x).map(|(k, &x)| Dual::variable(k, x)).collect();
        (self.residuals)(&x, &mut |r| visit(r.value, &r.slopes[..x.len()]));
        Ok(())
    }
}

pub(super) const ROSENBROCK: Function = Function {
    name: "Rosenbrock",
    start: &[-1.2, 1.0],
    minimum: 0.0,
    residuals: |x, r| {
        r(10.0 * (x[1] - x[0] * x[0]));
        r(1.0 - x[0]);
    },
};

/// From this start everything goes to the local minimum; the global one is 0.
pub(super) const FREUDENSTEIN_ROTH: Function = Function {
    name: "Freudenstein and Roth",
    start: &[0.5, -2.0],
    minimum: 48.9842,
    residuals: |x, r| {
        r(-13.0 + (x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1]));
        r(-29.0 + (x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1]));
    },
};

pub(super) const BEALE: Function = Function {
    name: "Beale",
    start: &[1.0, 1.0],
    minimum: 0.0,
    residuals: |x, r| {
        let mut power = x[1];
        for y in [1.5, 2.25, 2.625] {
            r(y - x[0] * (1.0 - power));
            power = power * x[1];
        }
    },
};

pub(super) const HELICAL_VALLEY: Function = Function {
    name: "helical valley",
    start: &[-1.0, 0.0, 0.0],
    minimum: 0.0,
    residuals: |x, r| {
        let turns = (x[1] / x[0]).atan() / std::f64::consts::TAU;
        let half = if x[0].value < 0.0 { 0.5 } else { 0.0 };
        r(10.0 * (x[2] - 10.0 * (turns + half)));
        r(10.0 * ((x[0] * x[0] + x[1] * x[1]).sqrt() - 1.0));
        r(x[2]);
    },
};

pub(super) const BARD: Function = Function {
    name: "Bard",
    start: &[1.0, 1.0, 1.0],
    minimum: 8.21487e-3,
    residuals: |x, r| {
        let y = [
            0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10,
            4.39,
        ];
        for (u, y) in (1..).map(f64::from).zip(y) {
            let v = 16.0 - u;
            r(y - (x[0] + u / (v * x[1] + u.min(v) * x[2])));
        }
    },
};

pub(super) const BOX: Function = Function {
    name: "Box in three dimensions",
    start: &[0.0, 10.0, 20.0],
    minimum: 0.0,
    residuals: |x, r| {
        for t in (1..=10).map(|i| -0.1 * f64::from(i)) {
            let share = t.exp() - (10.0 * t).exp();
            r((t * x[0]).exp() - (t * x[1]).exp() - x[2] * share);
        }
    },
};

pub(super) const POWELL_SINGULAR: Function = Function {
    name: "Powell's singular function",
    start: &[3.0, -1.0, 0.0, 1.0],
    minimum: 0.0,
    residuals: |x, r| {
        let square = |x: Dual| x * x;
        r(x[0] + 10.0 * x[1]);
        r(5_f64.sqrt() * (x[2] - x[3]));
        r(square(x[1] - 2.0 * x[2]));
        r(10_f64.sqrt() * square(x[0] - x[3]));
    },
};

pub(super) const WOOD: Function = Function {
    name: "Wood",
    start: &[-3.0, -1.0, -3.0, -1.0],
    minimum: 0.0,
    residuals: |x, r| {
        r(10.0 * (x[1] - x[0] * x[0]));
        r(1.0 - x[0]);
        r(90_f64.sqrt() * (x[3] - x[2] * x[2]));
        r(1.0 - x[2]);
        r(10_f64.sqrt() * (x[1] + x[3] - 2.0));
        r((x[1] - x[3]) / 10_f64.sqrt());
    },
};

pub(super) const KOWALIK_OSBORNE: Function = Function {
    name: "Kowalik and Osborne",
    start: &[0.25, 0.39, 0.415, 0.39],
    minimum: 3.07505e-4,
    residuals: |x, r| {
        let y = [
            0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246,
        ];
        let u = [
            4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625,
        ];
        for (u, y) in u.into_iter().zip(y) {
            r(y - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3]));
        }
    },
};

pub(super) const BROWN_DENNIS: Function = Function {
    name: "Brown and Dennis",
    start: &[25.0, 5.0, -5.0, -1.0],
    minimum: 85822.2,
    residuals: |x, r| {
        for t in (1..=20).map(|i| f64::from(i) / 5.0) {
            let first = x[0] + t * x[1] - t.exp();
            let second = x[2] + t.sin() * x[3] - t.cos();
            r(first * first + second * second);
        }
    },
};

pub(super) const JENNRICH_SAMPSON: Function = Function {
    name: "Jennrich and Sampson",
    start: &[0.3, 0.4],
    minimum: 124.362,
    residuals: |x, r| {
        for i in (1..=10).map(f64::from) {
            r(2.0 + 2.0 * i - ((i * x[0]).exp() + (i * x[1]).exp()));
        }
    },
};

pub(super) const ALL: [Function; 11] = [
    ROSENBROCK,
    FREUDENSTEIN_ROTH,
    BEALE,
    HELICAL_VALLEY,
    BARD,
    BOX,
    POWELL_SINGULAR,
    WOOD,
    KOWALIK_OSBORNE,
    BROWN_DENNIS,
    JENNRICH_SAMPSON,
];
