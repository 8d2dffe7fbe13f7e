//! Why a minimization ends where nothing is wrong: a small step, the target, the last cycle, an
//! observer.

use std::ops::ControlFlow;

use super::functions::{FREUDENSTEIN_ROTH, ROSENBROCK};
use crate::full_batch::{
    FullBatch, HalfSquares, Lbfgs, LevenbergMarquardt, Method, Scg, StopReason,
};

/// What ends it is the last step, as it is reported, and it satisfies what was asked of it.
#[test]
fn a_small_step_ends_it() {
    #[track_caller]
    fn check<O>(method: impl Method<O>, mut f: O, small: impl Fn(f64, f64, f64) -> bool) {
        let mut x = FREUDENSTEIN_ROTH.start.to_vec();
        let mut course = vec![x.clone()];
        let history = FullBatch::new(method)
            .cycles(1000)
            .observe(|_, x| {
                course.push(x.to_vec());
                ControlFlow::Continue(())
            })
            .minimize(&mut f, &mut x)
            .unwrap();
        let StopReason::Step { step, decrease } = history.stopped.reason else {
            panic!("{}", history.stopped)
        };
        assert!(small(step, decrease, history.value), "{}", history.stopped);
        let [.., before, _] = &history.cycles[..] else {
            panic!("{}", history.stopped)
        };
        assert_eq!(decrease, before.value - history.value);
        let [.., before, last] = &course[..] else {
            panic!("{}", history.stopped)
        };
        let moved = last.iter().zip(before).map(|(a, b)| (a - b).abs());
        // One rounding of x more.
        let moved = moved.fold(0.0, f64::max);
        assert!((step - moved).abs() < 1e-14, "{step:e} {moved:e}");
    }
    // Both must be small; once the one is later, once the other.
    for tolerances in [[10.0, 1e-6], [1e-6, 10.0]] {
        let f = HalfSquares(FREUDENSTEIN_ROTH);
        let method = Scg::default().tolerances(tolerances[0], tolerances[1]);
        check(method, f, |step, decrease, _| {
            step < tolerances[0] && decrease < tolerances[1]
        });
    }
    let f = HalfSquares(FREUDENSTEIN_ROTH);
    check(
        Lbfgs::default().tolerances(0.0, 1e-6),
        f,
        |_, gain, value| gain <= 1e-6 * value,
    );
    let method = LevenbergMarquardt::default().tolerances(0.0, 1e-4);
    check(method, FREUDENSTEIN_ROTH, |step, _, _| {
        // ‖x‖ is below 12 at the minimum, (11.4, −0.9).
        step < 12e-4
    });
}

#[test]
fn target_cycles_and_observers_end_it() {
    let fresh = || (HalfSquares(ROSENBROCK), [-1.2, 1.0]);
    let (mut f, mut x) = fresh();
    let history = FullBatch::new(Lbfgs::default())
        .target(0.1)
        .minimize(&mut f, &mut x)
        .unwrap();
    assert!(
        matches!(history.stopped.reason, StopReason::Target { value, target: 0.1 } if value <= 0.1)
    );
    assert!(history.value <= 0.1 && history.cycles[history.cycles.len() - 2].value > 0.1);

    let (mut f, mut x) = fresh();
    let history = FullBatch::new(Lbfgs::default())
        .target(1e9)
        .minimize(&mut f, &mut x)
        .unwrap();
    assert_eq!((history.stopped.cycle, x), (0, [-1.2, 1.0]));

    let (mut f, mut x) = fresh();
    let history = FullBatch::new(Scg::default())
        .cycles(7)
        .minimize(&mut f, &mut x)
        .unwrap();
    assert_eq!((history.stopped.cycle, history.cycles.len()), (7, 7));
    assert_eq!(
        history.stopped.to_string(),
        "stopped after cycle 7: it was the last one asked for"
    );

    let (mut f, mut x) = fresh();
    let mut seen = Vec::new();
    let history = FullBatch::new(Scg::default())
        .observe(|cycle, x| {
            seen.push((cycle.value, x.to_vec()));
            if cycle.cycle == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .minimize(&mut f, &mut x)
        .unwrap();
    assert_eq!(
        (history.stopped.cycle, history.stopped.reason),
        (3, StopReason::Observer)
    );
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[2], (history.value, x.to_vec()));
}
