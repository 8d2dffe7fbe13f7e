//! What happens at a minimum, at NaN, where the gradient lies, and with bad settings: a reason or a
//! typed error, never a panic, and the best variables are left behind.

use super::functions::{BEALE, Function, ROSENBROCK};
use crate::error::Error;
use crate::full_batch::{
    FullBatch, FullBatchHistory, HalfSquares, Lbfgs, LeastSquares, LevenbergMarquardt, Method,
    NotFinite, Objective, Scg, StopReason, TwiceDifferentiable,
};

/// ½ ‖x‖² of two variables, with something wrong beyond the line x₀ = 1.
struct Wrong(Mistake);

#[derive(Clone, Copy, PartialEq)]
enum Mistake {
    Value,
    Slopes,
    /// The slopes point uphill, everywhere.
    Sign,
    /// Slopes so large that their squares are not finite.
    Steep,
    /// An error of the objective's own.
    Error,
}

const FAILURE: Error = Error::Empty { what: "test" };

impl LeastSquares for Wrong {
    fn dimension(&self) -> usize {
        2
    }
    fn linearize(&mut self, x: &[f64], visit: &mut dyn FnMut(f64, &[f64])) -> Result<(), Error> {
        let beyond = x[0] < 1.0;
        let slope = match self.0 {
            Mistake::Error if beyond => return Err(FAILURE),
            Mistake::Sign => -1.0,
            Mistake::Slopes if beyond => f64::NAN,
            Mistake::Steep if beyond => 1e200,
            _ => 1.0,
        };
        let value = if self.0 == Mistake::Value && beyond {
            f64::NAN
        } else {
            1.0
        };
        visit(value * x[0], &[slope, 0.0]);
        visit(value * x[1], &[0.0, slope]);
        Ok(())
    }
}

/// Runs all three methods from x, and checks what came of it.
#[track_caller]
fn all<F: LeastSquares>(
    f: impl Fn() -> F,
    start: [f64; 2],
    check: impl Fn(&FullBatchHistory, [f64; 2]),
) {
    fn run<O>(
        method: impl Method<O>,
        mut objective: O,
        mut x: [f64; 2],
    ) -> (FullBatchHistory, [f64; 2]) {
        let history = FullBatch::new(method)
            .minimize(&mut objective, &mut x)
            .unwrap();
        println!("{} at {x:?}", history.stopped);
        (history, x)
    }
    for (history, x) in [
        run(Scg::default(), HalfSquares(f()), start),
        run(Lbfgs::default(), HalfSquares(f()), start),
        run(LevenbergMarquardt::default(), f(), start),
    ] {
        check(&history, x);
    }
}

#[test]
fn at_the_minimum_there_is_nothing_to_do() {
    all(
        || BEALE,
        [3.0, 0.5],
        |history, x| {
            assert!(matches!(
                history.stopped.reason,
                StopReason::Gradient { .. }
            ));
            assert_eq!((history.stopped.cycle, history.cycles.len()), (0, 0));
            assert_eq!(x, [3.0, 0.5]);
        },
    );
}

#[test]
fn a_start_that_is_not_finite() {
    let stopped = |quantity| {
        move |history: &FullBatchHistory, x: [f64; 2]| {
            assert_eq!(history.stopped.reason, StopReason::NotFinite { quantity });
            assert_eq!((history.stopped.cycle, x), (0, [0.5, 0.0]));
        }
    };
    all(
        || Wrong(Mistake::Value),
        [0.5, 0.0],
        stopped(NotFinite::Value),
    );
    all(
        || Wrong(Mistake::Slopes),
        [0.5, 0.0],
        stopped(NotFinite::Gradient),
    );
}

/// The minimum is behind the line: they come close to it and stay on the right side.
#[test]
fn beyond_the_line_there_is_no_value() {
    all(
        || Wrong(Mistake::Value),
        [3.0, 4.0],
        |history, x| {
            assert!(x[0] >= 1.0 && history.value.is_finite());
            assert!(history.value < 0.9 * history.initial_value);
            assert_eq!(history.value, 0.5 * (x[0] * x[0] + x[1] * x[1]));
        },
    );
}

/// Slopes that are NaN at a lower point end it there; L-BFGS, which always asks for them, steps back.
#[test]
fn beyond_the_line_there_are_no_slopes() {
    all(
        || Wrong(Mistake::Slopes),
        [3.0, 4.0],
        |history, x| {
            assert!(x[0] >= 1.0, "{x:?}");
            assert_eq!(history.value, 0.5 * (x[0] * x[0] + x[1] * x[1]));
            assert!(
                history
                    .cycles
                    .iter()
                    .all(|cycle| cycle.gradient_norm.is_finite())
            );
        },
    );
}

/// Levenberg's and Marquardt's JᵀJ is infinite there; the others try a step or two with such slopes.
#[test]
fn beyond_the_line_slopes_have_no_squares() {
    all(
        || Wrong(Mistake::Steep),
        [3.0, 4.0],
        |history, x| {
            assert_ne!(history.stopped.reason, StopReason::Cycles);
            assert_eq!(history.value, 0.5 * (x[0] * x[0] + x[1] * x[1]));
            assert!(history.value < history.initial_value);
        },
    );
    let mut x = [3.0, 4.0];
    let history = FullBatch::new(LevenbergMarquardt::default())
        .minimize(&mut Wrong(Mistake::Steep), &mut x)
        .unwrap();
    let quantity = NotFinite::Curvature;
    assert_eq!(history.stopped.reason, StopReason::NotFinite { quantity });
}

impl TwiceDifferentiable for HalfSquares<Wrong> {
    fn hessian_vector_product(
        &mut self,
        _: &[f64],
        _: &[f64],
        product: &mut [f64],
    ) -> Result<(), Error> {
        product.fill(f64::NAN);
        Ok(())
    }
}

#[test]
fn a_curvature_that_is_not_finite() {
    let quantity = NotFinite::Curvature;
    let mut x = [3.0, 4.0];
    let history = FullBatch::new(Scg::default().exact())
        .minimize(&mut HalfSquares(Wrong(Mistake::Sign)), &mut x)
        .unwrap();
    assert_eq!(history.stopped.reason, StopReason::NotFinite { quantity });
    assert_eq!((history.stopped.cycle, x), (1, [3.0, 4.0]));
    // The probing step goes beyond the line.
    let mut x = [1.0, 0.0];
    let history = FullBatch::new(Scg::default())
        .minimize(&mut HalfSquares(Wrong(Mistake::Slopes)), &mut x)
        .unwrap();
    assert_eq!(history.stopped.reason, StopReason::NotFinite { quantity });
    assert_eq!(x, [1.0, 0.0]);
}

#[test]
fn a_gradient_that_points_uphill() {
    let mut x = [3.0, 4.0];
    let mut objective = HalfSquares(Wrong(Mistake::Sign));
    let history = FullBatch::new(Lbfgs::default())
        .minimize(&mut objective, &mut x)
        .unwrap();
    assert_eq!(history.stopped.reason, StopReason::NoDecrease);
    assert_eq!(x, [3.0, 4.0]);
    let history = FullBatch::new(Scg::default())
        .cycles(1000)
        .minimize(&mut objective, &mut x)
        .unwrap();
    assert_eq!(history.stopped.reason, StopReason::NoDecrease);
    assert!((x[0] - 3.0).abs() + (x[1] - 4.0).abs() < 1e-15, "{x:?}");
    let mut x = [3.0, 4.0];
    let history = FullBatch::new(LevenbergMarquardt::default()).minimize(&mut objective.0, &mut x);
    assert_eq!(history.unwrap().stopped.reason, StopReason::NoDecrease);
    assert_eq!(x, [3.0, 4.0]);
}

#[test]
fn an_error_leaves_the_variables_alone() {
    let mut x = [3.0, 4.0];
    let mut wrong = Wrong(Mistake::Error);
    let found = FullBatch::new(LevenbergMarquardt::default()).minimize(&mut wrong, &mut x);
    assert_eq!(found, Err(FAILURE));
    let mut wrong = HalfSquares(wrong);
    assert_eq!(
        FullBatch::new(Lbfgs::default()).minimize(&mut wrong, &mut x),
        Err(FAILURE)
    );
    assert_eq!(
        FullBatch::new(Scg::default()).minimize(&mut wrong, &mut x),
        Err(FAILURE)
    );
    assert_eq!(x, [3.0, 4.0]);
}

/// E falls for ever: −x.
struct Endless;

impl Objective for Endless {
    fn dimension(&self) -> usize {
        1
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Error> {
        Ok(-x[0])
    }
    fn gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, Error> {
        gradient.fill(-1.0);
        self.value(x)
    }
}

#[test]
fn a_function_without_a_minimum() {
    let run = |history: Result<FullBatchHistory, Error>, x: [f64; 1]| {
        let history = history.unwrap();
        assert!(x[0].is_finite() && x[0] > 1.0, "{x:?} {}", history.stopped);
    };
    let mut x = [0.0];
    run(
        FullBatch::new(Lbfgs::default()).minimize(&mut Endless, &mut x),
        x,
    );
    run(
        FullBatch::new(Scg::default())
            .cycles(2000)
            .minimize(&mut Endless, &mut x),
        x,
    );
}

#[track_caller]
fn refused<M: Method<HalfSquares<Function>>>(run: FullBatch<'_, M>, sentence: &str) {
    let mut x = [-1.2, 1.0];
    let found = run.minimize(&mut HalfSquares(ROSENBROCK), &mut x);
    assert_eq!(found.unwrap_err().to_string(), sentence);
    assert_eq!(x, [-1.2, 1.0]);
}

#[test]
fn bad_settings_are_refused() {
    let scg = || FullBatch::new(Scg::default());
    refused(
        scg().cycles(0),
        "number of cycles is 0, but must be at least 1",
    );
    refused(
        scg().alpha(-1.0),
        "alpha is -1, but must be finite and not negative",
    );
    refused(
        scg().target(f64::NAN),
        "target is NaN, but must be a number",
    );
    let lbfgs = |memory| FullBatch::new(Lbfgs::default().memory(memory));
    refused(lbfgs(0), "L-BFGS's memory is 0, but must be from 1 to 1000");
    refused(
        lbfgs(1001),
        "L-BFGS's memory is 1001, but must be from 1 to 1000",
    );
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let range = "but must be finite and not negative";
        let run = FullBatch::new(Scg::default().tolerances(bad, 0.0));
        refused(run, &format!("SCG's step tolerance is {bad}, {range}"));
        let run = FullBatch::new(Scg::default().tolerances(0.0, bad));
        refused(run, &format!("SCG's value tolerance is {bad}, {range}"));
        let run = FullBatch::new(Lbfgs::default().tolerances(bad, 0.0));
        refused(
            run,
            &format!("L-BFGS's gradient tolerance is {bad}, {range}"),
        );
        let run = FullBatch::new(Lbfgs::default().tolerances(0.0, bad));
        refused(run, &format!("L-BFGS's value tolerance is {bad}, {range}"));
    }
    let sigma = FullBatch::new(Scg::default().sigma(0.0));
    refused(sigma, "SCG's σ₀ is 0, but must be positive and finite");

    let damped = LevenbergMarquardt {
        initial: 0.0,
        ..Default::default()
    };
    let found = FullBatch::new(damped).minimize(&mut ROSENBROCK.clone(), &mut [1.0, 2.0]);
    assert!(matches!(found, Err(Error::Setting { .. })));
    for tolerances in [[-1.0, 0.0], [0.0, f64::NAN]] {
        let method = LevenbergMarquardt::default().tolerances(tolerances[0], tolerances[1]);
        let found = FullBatch::new(method).minimize(&mut ROSENBROCK.clone(), &mut [1.0, 2.0]);
        assert!(matches!(found, Err(Error::Setting { .. })));
    }
}

/// ½ x₀² of so many variables that nobody has memory for their matrix.
struct Wide;

impl LeastSquares for Wide {
    fn dimension(&self) -> usize {
        1 << 20
    }
    fn linearize(&mut self, x: &[f64], visit: &mut dyn FnMut(f64, &[f64])) -> Result<(), Error> {
        let mut slopes = vec![0.0; x.len()];
        slopes[0] = 1.0;
        visit(x[0], &slopes);
        Ok(())
    }
}

#[test]
fn matrices_beyond_memory_are_refused() {
    let mut x = vec![1.0; 1 << 20];
    let found = FullBatch::new(LevenbergMarquardt::default()).minimize(&mut Wide, &mut x);
    assert_eq!(
        found.unwrap_err().to_string(),
        "number of parameters under Levenberg-Marquardt is 1048576, but must be at most 10000; \
         use L-BFGS"
    );
}

#[test]
fn a_start_of_another_length_is_refused() {
    fn length<O>(method: impl Method<O>, mut objective: O) {
        for length in [0, 1, 3] {
            let found = FullBatch::new(&method).minimize(&mut objective, &mut vec![1.0; length]);
            assert!(
                matches!(found, Err(Error::Length { .. } | Error::Setting { .. })),
                "{found:?}"
            );
        }
    }
    length(Scg::default(), HalfSquares(ROSENBROCK));
    length(Lbfgs::default(), HalfSquares(ROSENBROCK));
    length(LevenbergMarquardt::default(), ROSENBROCK);
}
