//! A line search for the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6).

use crate::error::Error;

/// A point on the line, φ(α) = E(x + α d).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    /// α.
    pub(super) step: f64,
    /// φ(α).
    pub(super) value: f64,
    /// φ′(α).
    pub(super) slope: f64,
}

/// c₁ and c₂ as Nocedal and Wright give them for quasi-Newton methods: the value must fall by a
/// ten-thousandth of what the slope promised, and the slope must lose a tenth of its size.
const DECREASE: f64 = 1e-4;
const CURVATURE: f64 = 0.9;
/// How often a step is made longer or shorter.
const TRIALS: usize = 40;

impl Point {
    /// φ(α) ≤ φ(0) + c₁ α φ′(0); no NaN does.
    fn falls_from(&self, start: &Point) -> bool {
        self.value <= start.value + DECREASE * self.step * start.slope && self.value.is_finite()
    }

    /// |φ′(α)| ≤ c₂ |φ′(0)|.
    fn flattens(&self, start: &Point) -> bool {
        self.slope.abs() <= -CURVATURE * start.slope
    }
}

/// A step that satisfies both conditions; failing that, one that at least lowers the value; `None` if
/// there is no such step. `start` is at α = 0 and leads down; `first` is tried first. The line was last
/// asked at the step that is returned.
pub(super) fn search(
    line: &mut impl FnMut(f64) -> Result<Point, Error>,
    start: Point,
    first: f64,
) -> Result<Option<Point>, Error> {
    let (mut before, mut step) = (start, first);
    for _ in 0..TRIALS {
        let here = line(step)?;
        if !here.falls_from(&start) || (here.value >= before.value && before.step > 0.0) {
            return zoom(line, start, before, here);
        }
        if here.flattens(&start) {
            return Ok(Some(here));
        }
        if here.slope >= 0.0 {
            return zoom(line, start, here, before);
        }
        before = here;
        step *= 4.0;
    }
    // It falls and falls.
    Ok(Some(before))
}

/// Between `low`, the best point so far, and `high` there is a step that satisfies both conditions.
fn zoom(
    line: &mut impl FnMut(f64) -> Result<Point, Error>,
    start: Point,
    mut low: Point,
    mut high: Point,
) -> Result<Option<Point>, Error> {
    for _ in 0..TRIALS {
        let step = between(&low, &high);
        if step == low.step || step == high.step {
            break;
        }
        let here = line(step)?;
        if !here.falls_from(&start) || here.value >= low.value {
            high = here;
            continue;
        }
        if here.flattens(&start) {
            return Ok(Some(here));
        }
        if here.slope * (high.step - low.step) >= 0.0 {
            high = low;
        }
        low = here;
    }
    if low.step > 0.0 {
        line(low.step).map(Some)
    } else {
        Ok(None)
    }
}

/// The minimum of the cubic through both points and their slopes, kept a tenth of the interval away
/// from its ends; the middle if there is no such cubic.
fn between(low: &Point, high: &Point) -> f64 {
    let width = high.step - low.step;
    let d1 = low.slope + high.slope - 3.0 * (high.value - low.value) / width;
    let d2 = (d1 * d1 - low.slope * high.slope).sqrt().copysign(width);
    let share = 1.0 - (high.slope + d2 - d1) / (high.slope - low.slope + 2.0 * d2);
    if share.is_finite() {
        low.step + width * share.clamp(0.1, 0.9)
    } else {
        low.step + 0.5 * width
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches along φ from 0 with this first step, and checks both conditions.
    #[track_caller]
    fn finds(phi: impl Fn(f64) -> (f64, f64), first: f64) {
        let mut line = |step| {
            let (value, slope) = phi(step);
            Ok(Point { step, value, slope })
        };
        let start = line(0.0).unwrap();
        let found = search(&mut line, start, first).unwrap().unwrap();
        let promised = start.value + 1e-4 * found.step * start.slope;
        assert!(found.value <= promised, "{found:?}");
        assert!(found.slope.abs() <= 0.9 * start.slope.abs(), "{found:?}");
    }

    /// From first steps much too short, right, and much too long.
    #[test]
    fn both_conditions_hold() {
        for first in [1e-9, 1e-3, 1.0, 10.0, 1e6] {
            finds(|a| ((a - 1.0) * (a - 1.0), 2.0 * (a - 1.0)), first);
            finds(|a| (a.powi(4) - a, 4.0 * a.powi(3) - 1.0), first);
            // Moré and Thuente's first function (1994), β = 2.
            finds(
                |a| (-a / (a * a + 2.0), (a * a - 2.0) / (a * a + 2.0).powi(2)),
                first,
            );
            // Defined below 2 only.
            finds(|a| (-a - (2.0 - a).ln(), -1.0 + 1.0 / (2.0 - a)), first);
        }
    }

    #[test]
    fn a_slope_that_is_not_the_values_finds_nothing() {
        let mut trials = 0;
        let mut line = |step: f64| {
            trials += 1;
            Ok(Point {
                step,
                value: step,
                slope: -1.0,
            })
        };
        let start = line(0.0).unwrap();
        assert_eq!(search(&mut line, start, 1.0), Ok(None));
        assert!(trials <= 2 + TRIALS);
    }

    #[test]
    fn a_line_without_end_is_followed_for_a_while() {
        let mut line = |step: f64| {
            Ok(Point {
                step,
                value: -step,
                slope: -1.0,
            })
        };
        let start = line(0.0).unwrap();
        let found = search(&mut line, start, 1.0).unwrap().unwrap();
        assert!(found.step.is_finite() && found.value < 0.0);
    }

    #[test]
    fn nowhere_finite() {
        let mut line = |step: f64| {
            Ok(Point {
                step,
                value: f64::NAN,
                slope: f64::NAN,
            })
        };
        let start = Point {
            step: 0.0,
            value: 1.0,
            slope: -1.0,
        };
        assert_eq!(search(&mut line, start, 1.0), Ok(None));
    }
}
