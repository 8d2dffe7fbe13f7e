//! L-BFGS: a quasi-Newton method that remembers the last few steps instead of a matrix.

use super::evaluator::Evaluator;
use super::history::StopReason;
use super::method::{Method, Status};
use super::objective::Objective;
use super::vector::{add_scaled, all_finite, dot, largest, move_along, norm};
use super::wolfe::{Point, search};
use crate::error::Error;
use crate::optim::{check_length, not_negative};

/// L-BFGS (Nocedal 1980; Nocedal and Wright 2006, algorithms 7.4 and 7.5) with a line search for the
/// strong Wolfe conditions, c₁ = 1e-4 and c₂ = 0.9.
///
/// The direction is −H g, where H approximates the inverse Hessian from the last m steps s and changes
/// of the gradient y, starting at (sᵀy/yᵀy) I. The first step is along −g and at most 1 long. Where
/// the search finds no lower point, the memory is dropped and the next cycle tries −g; if that fails,
/// too, it is the end.
///
/// A cycle costs one gradient, rarely two or three.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lbfgs {
    /// m, how many steps are remembered, two vectors each. Default 10; from 1 to 1000.
    pub memory: usize,
    /// Stops when no component of the gradient is larger than this. Default 1e-5; not negative.
    pub gradient_tolerance: f64,
    /// Stops when a cycle lowers E by no more than this share of it. Default 2.2e-9 (as 1e7 roundings,
    /// L-BFGS-B's `factr`); not negative, and 0 never stops for this reason.
    pub value_tolerance: f64,
}

/// More steps are of no use, and would be a slip.
const MOST: usize = 1000;

impl Default for Lbfgs {
    fn default() -> Self {
        Self {
            memory: 10,
            gradient_tolerance: 1e-5,
            value_tolerance: 2.2e-9,
        }
    }
}

impl Lbfgs {
    /// Remembers m steps; from 1 to 1000.
    pub fn memory(self, memory: usize) -> Self {
        Self { memory, ..self }
    }

    /// Stops when no component of the gradient is larger than `gradient`, or when a cycle lowers E by
    /// no more than the share `value` of it.
    pub fn tolerances(self, gradient: f64, value: f64) -> Self {
        Self {
            gradient_tolerance: gradient,
            value_tolerance: value,
            ..self
        }
    }
}

/// What [`Lbfgs`] remembers from cycle to cycle.
#[derive(Debug, Clone)]
pub struct LbfgsState {
    value: f64,
    gradient: Vec<f64>,
    direction: Vec<f64>,
    pairs: Pairs,
    trial: Vec<f64>,
    trial_gradient: Vec<f64>,
}

/// The last steps s and changes of the gradient y, in a ring.
#[derive(Debug, Clone)]
struct Pairs {
    dimension: usize,
    steps: Vec<f64>,
    changes: Vec<f64>,
    /// sᵀy of every pair, positive.
    products: Vec<f64>,
    /// αᵢ of the two-loop recursion.
    weights: Vec<f64>,
    /// How many are remembered, and where the next one goes.
    count: usize,
    next: usize,
}

impl<O: Objective + ?Sized> Method<O> for Lbfgs {
    type State = LbfgsState;

    fn start(
        &self,
        evaluator: &mut Evaluator<'_, O>,
        x: &[f64],
    ) -> Result<(LbfgsState, Status), Error> {
        if !(1..=MOST).contains(&self.memory) {
            return Err(Error::Setting {
                name: "L-BFGS's memory",
                value: self.memory as f64,
                range: "from 1 to 1000",
            });
        }
        not_negative("L-BFGS's gradient tolerance", self.gradient_tolerance)?;
        not_negative("L-BFGS's value tolerance", self.value_tolerance)?;
        let n = evaluator.dimension();
        check_length("start", x, n)?;
        let mut gradient = vec![0.0; n];
        let state = LbfgsState {
            value: evaluator.gradient(x, &mut gradient)?,
            gradient,
            direction: vec![0.0; n],
            pairs: Pairs::new(self.memory, n),
            trial: vec![0.0; n],
            trial_gradient: vec![0.0; n],
        };
        let stop = self.flat(&state);
        let status = state.status(stop);
        Ok((state, status))
    }

    fn cycle(
        &self,
        state: &mut LbfgsState,
        evaluator: &mut Evaluator<'_, O>,
        x: &mut [f64],
    ) -> Result<Status, Error> {
        let slope = state.aim();
        let start = Point {
            step: 0.0,
            value: state.value,
            slope,
        };
        let first = match state.pairs.count {
            0 => (1.0 / norm(&state.gradient)).min(1.0),
            _ => 1.0,
        };
        let mut line = |step: f64| {
            move_along(&mut state.trial, x, step, &state.direction);
            let mut value = evaluator.gradient(&state.trial, &mut state.trial_gradient)?;
            if !all_finite(&state.trial_gradient) {
                value = f64::NAN;
            }
            let slope = dot(&state.trial_gradient, &state.direction);
            Ok(Point { step, value, slope })
        };
        let Some(found) = search(&mut line, start, first)? else {
            let stop = (state.pairs.count == 0).then_some(StopReason::NoDecrease);
            state.pairs.count = 0;
            return Ok(state.status(stop));
        };
        let stop = self.accept(state, x, found.value);
        Ok(state.status(stop))
    }
}

impl Lbfgs {
    /// Moves to the trial point and remembers the step.
    fn accept(&self, state: &mut LbfgsState, x: &mut [f64], value: f64) -> Option<StopReason> {
        let step = state
            .pairs
            .push([&state.trial, x], [&state.trial_gradient, &state.gradient]);
        let decrease = state.value - value;
        let scale = state.value.abs().max(value.abs());
        x.copy_from_slice(&state.trial);
        std::mem::swap(&mut state.gradient, &mut state.trial_gradient);
        state.value = value;
        let small = decrease <= self.value_tolerance * scale && self.value_tolerance > 0.0;
        self.flat(state)
            .or(small.then_some(StopReason::Step { step, decrease }))
    }

    fn flat(&self, state: &LbfgsState) -> Option<StopReason> {
        let norm = norm(&state.gradient);
        (largest(&state.gradient) <= self.gradient_tolerance)
            .then_some(StopReason::Gradient { norm })
    }
}

impl LbfgsState {
    /// Sets the direction and returns its slope dᵀg, which is negative unless the gradient is zero.
    fn aim(&mut self) -> f64 {
        for (d, g) in self.direction.iter_mut().zip(&self.gradient) {
            *d = -g;
        }
        self.pairs.times_inverse_hessian(&mut self.direction);
        let slope = dot(&self.direction, &self.gradient);
        if slope < 0.0 {
            return slope;
        }
        // Rounding has spoilt the memory.
        self.pairs.count = 0;
        for (d, g) in self.direction.iter_mut().zip(&self.gradient) {
            *d = -g;
        }
        -dot(&self.gradient, &self.gradient)
    }

    fn status(&self, stop: Option<StopReason>) -> Status {
        Status {
            value: self.value,
            gradient_norm: norm(&self.gradient),
            damping: None,
            stop,
        }
    }
}

impl Pairs {
    fn new(memory: usize, dimension: usize) -> Self {
        Self {
            dimension,
            steps: vec![0.0; memory * dimension],
            changes: vec![0.0; memory * dimension],
            products: vec![0.0; memory],
            weights: vec![0.0; memory],
            count: 0,
            next: 0,
        }
    }

    fn capacity(&self) -> usize {
        self.products.len()
    }

    /// Remembers a pair, each given as [new, old], and returns the largest component of the step. A
    /// pair without positive curvature would spoil H, and is left out.
    fn push(&mut self, x: [&[f64]; 2], gradient: [&[f64]; 2]) -> f64 {
        let place = self.next * self.dimension..(self.next + 1) * self.dimension;
        let (s, y) = (&mut self.steps[place.clone()], &mut self.changes[place]);
        for (to, [new, old]) in [(&mut *s, x), (&mut *y, gradient)] {
            for ((to, new), old) in to.iter_mut().zip(new).zip(old) {
                *to = new - old;
            }
        }
        let product = dot(s, y);
        let step = largest(s);
        if product > f64::EPSILON * dot(y, y) {
            self.products[self.next] = product;
            self.next = (self.next + 1) % self.capacity();
            self.count = (self.count + 1).min(self.capacity());
        }
        step
    }

    /// v ← H v by the two-loop recursion.
    fn times_inverse_hessian(&mut self, v: &mut [f64]) {
        let (n, capacity) = (self.dimension, self.capacity());
        let nth_latest = |i: usize| (self.next + capacity - 1 - i) % capacity;
        for k in (0..self.count).map(nth_latest) {
            let (s, y) = (&self.steps[k * n..][..n], &self.changes[k * n..][..n]);
            self.weights[k] = dot(s, v) / self.products[k];
            add_scaled(v, -self.weights[k], y);
        }
        if self.count > 0 {
            let k = nth_latest(0);
            let y = &self.changes[k * n..][..n];
            let scale = self.products[k] / dot(y, y);
            v.iter_mut().for_each(|v| *v *= scale);
        }
        for k in (0..self.count).rev().map(nth_latest) {
            let (s, y) = (&self.steps[k * n..][..n], &self.changes[k * n..][..n]);
            let weight = self.weights[k] - dot(y, v) / self.products[k];
            add_scaled(v, weight, s);
        }
    }
}
