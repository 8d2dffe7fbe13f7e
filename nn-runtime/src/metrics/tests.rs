//! Each metric on numbers worked out by hand.

use super::*;

/// 1e-15 relative: a handful of roundings.
#[track_caller]
fn check(found: Result<f64, Error>, expected: f64) {
    let found = found.expect("valid input");
    let close = (found - expected).abs() <= 1e-15 * expected.abs();
    assert!(close || found == expected, "{found} for {expected}");
}

#[test]
fn errors_of_regression() {
    let (f, y) = ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 4.0], [0.0, 3.0]]);
    check(rmse(&f, &y), (14.0_f64 / 4.0).sqrt());
    check(mae(&f, &y), 6.0 / 4.0);
    check(rmse(&f, &f), 0.0);
    check(rmse(&[[1.0_f32]], &[[3.0_f32]]), 2.0);
    assert!(rmse(&[[f64::NAN]], &[[0.0]]).expect("one row").is_nan());
}

#[test]
fn coefficient_of_determination() {
    let y = [[1.0], [2.0], [3.0], [6.0]];
    check(r2(&y, &y), 1.0);
    check(r2(&[[3.0]; 4], &y), 0.0);
    // Residuals 1, 0, 0, 2 against a scatter of 4 + 1 + 0 + 9.
    check(r2(&[[2.0], [2.0], [3.0], [4.0]], &y), 1.0 - 5.0 / 14.0);
    check(
        r2(&[[-10.0]; 4], &y),
        1.0 - (121.0 + 144.0 + 169.0 + 256.0) / 14.0,
    );
    // Two columns: every one around its own mean, 0.5 and 15.
    let (f, y) = ([[0.0, 12.0], [1.0, 20.0]], [[0.0, 10.0], [1.0, 20.0]]);
    check(r2(&f, &y), 1.0 - 4.0 / 50.5);
    // 0.1 + 0.1 + 0.1 is not 0.3; the targets are constant all the same.
    check(r2(&[[0.1]; 3], &[[0.1]; 3]), 1.0);
    check(r2(&[[0.1], [0.1], [0.2]], &[[0.1]; 3]), 0.0);
    check(r2(&[[5.0]], &[[5.0]]), 1.0);
    assert!(
        r2(&[[f64::NAN]; 2], &[[1.0]; 2])
            .expect("two rows")
            .is_nan()
    );
}

#[test]
fn classes_are_the_first_largest() {
    let rows = [
        [0.1, 0.7, 0.2],
        [0.4, 0.4, 0.2],
        [-3.0, -2.0, -2.0],
        [0.0, 0.0, f64::INFINITY],
    ];
    assert_eq!(classes(&rows), Ok(vec![1, 0, 1, 2]));
    assert_eq!(
        classes(&[[-0.5_f32], [0.0], [0.5], [1.0]]),
        Ok(vec![0, 0, 1, 1])
    );
    let found = classes(&[[0.0, 1.0], [0.0, f64::NAN]]);
    assert!(
        matches!(
            found,
            Err(Error::NotFinite {
                row: 1,
                column: 1,
                ..
            })
        ),
        "{found:?}"
    );
}

#[test]
fn accuracies() {
    let outputs = [
        [0.1, 0.7, 0.2],
        [0.4, 0.4, 0.2],
        [0.0, 0.1, 0.9],
        [0.0, 0.1, 0.9],
    ];
    check(accuracy(&outputs, &[1, 0, 2, 1]), 0.75);
    let one_hot = [
        [0.0, 1.0, 0.0],
        [1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0],
        [0.0, 1.0, 0.0],
    ];
    check(
        accuracy(&outputs, &classes(&one_hot).expect("finite")),
        0.75,
    );
    check(accuracy(&[[-1.0_f32], [2.0]], &[0, 1]), 1.0);
}

#[test]
fn log_likelihoods() {
    let half_ln_tau = 0.5 * core::f64::consts::TAU.ln();
    check(
        gaussian_log_likelihood(&[[1.0]], &[[1.0]], &[[1.0]]),
        -half_ln_tau,
    );
    // Deviations 2 and ½, each one deviation off, over two rows of which the first is exact.
    let found = gaussian_log_likelihood(
        &[[0.0, 0.0], [0.0, 0.0]],
        &[[1.0, 1.0], [4.0, 0.25]],
        &[[0.0, 0.0], [2.0, -0.5]],
    );
    check(found, -2.0 * half_ln_tau - 0.5);

    check(class_log_likelihood(&[[0.0; 4]], &[2]), -(4.0_f64.ln()));
    check(
        class_log_likelihood(&[[1000.0, 0.0], [0.0, 1000.0]], &[1, 1]),
        -500.0,
    );
    check(
        class_log_likelihood(&[[0.0], [0.0]], &[0, 1]),
        -(2.0_f64.ln()),
    );
    let sigmoid = 1.0 / (1.0 + (-1.5_f64).exp());
    check(class_log_likelihood(&[[1.5]], &[1]), sigmoid.ln());
    check(class_log_likelihood(&[[1.5]], &[0]), (1.0 - sigmoid).ln());
}

#[track_caller]
fn check_refused<V: core::fmt::Debug>(found: Result<V, Error>, expected: Error) {
    assert_eq!(found.expect_err("bad input"), expected);
}

#[test]
fn bad_input_is_refused() {
    let none: [[f64; 1]; 0] = [];
    let one = [[1.0]];
    let rows = |left, right| Error::RowCount {
        left,
        left_rows: 1,
        right,
        right_rows: 2,
    };
    check_refused(rmse(&one, &[[1.0], [2.0]]), rows("predictions", "targets"));
    check_refused(
        mae(&none, &none),
        Error::Empty {
            what: "predictions",
        },
    );
    check_refused(
        r2(&none, &none),
        Error::Empty {
            what: "predictions",
        },
    );
    check_refused(accuracy(&one, &[0, 1]), rows("outputs", "labels"));
    check_refused(accuracy(&none, &[]), Error::Empty { what: "outputs" });
    let label = |classes| Error::Label {
        row: 1,
        label: 3,
        classes,
    };
    check_refused(accuracy(&[[0.0; 3]; 2], &[2, 3]), label(3));
    check_refused(accuracy(&[[0.0]; 2], &[1, 3]), label(2));
    check_refused(class_log_likelihood(&[[0.0; 3]; 2], &[2, 3]), label(3));
    check_refused(ConfusionMatrix::new(&[[0.0; 3]; 2], &[2, 3]), label(3));
    check_refused(ConfusionMatrix::from_labels(&[0, 1], &[0, 3], 2), label(2));
    check_refused(
        gaussian_log_likelihood(&one, &none, &one),
        Error::RowCount {
            left: "variances",
            left_rows: 0,
            right: "targets",
            right_rows: 1,
        },
    );
    let variance = |value| Error::Setting {
        name: "variance",
        value,
        range: "positive",
    };
    check_refused(gaussian_log_likelihood(&one, &[[0.0]], &one), variance(0.0));
    check_refused(
        gaussian_log_likelihood(&one, &[[-1.0]], &one),
        variance(-1.0),
    );
}

#[test]
fn confusion() {
    // True 0: 0 0 1. True 1: 1 1 1 2. True 2: none. True 3: 0.
    let labels = [0, 0, 0, 1, 1, 1, 1, 3];
    let matrix = ConfusionMatrix::from_labels(&labels, &[0, 0, 1, 1, 1, 1, 2, 0], 4);
    let matrix = matrix.expect("valid labels");
    assert_eq!(
        (matrix.count(0, 1), matrix.count(1, 0), matrix.count(9, 0)),
        (1, 0, 0)
    );
    assert_eq!((matrix.classes(), matrix.total(), matrix.hits()), (4, 8, 5));
    let table = [(0, 2, 3, 3), (1, 3, 4, 4), (2, 0, 1, 0), (3, 0, 0, 1)];
    for (class, hits, predicted, actual) in table {
        assert_eq!(matrix.predicted(class), predicted);
        assert_eq!(matrix.actual(class), actual);
        let share = |of: usize| {
            if of == 0 {
                0.0
            } else {
                f64::from(hits) / of as f64
            }
        };
        check(Ok(matrix.precision(class)), share(predicted));
        check(Ok(matrix.recall(class)), share(actual));
        check(
            Ok(matrix.f1(class)),
            2.0 * f64::from(hits) / (predicted + actual) as f64,
        );
    }
    check(Ok(matrix.accuracy()), 5.0 / 8.0);
}

#[test]
fn confusion_prints_an_aligned_table() {
    let rows = |label: usize, predicted: usize, n| vec![(label, predicted); n];
    let pairs = [rows(0, 0, 8), rows(0, 1, 2), rows(1, 0, 1), rows(1, 1, 9)].concat();
    let (labels, predicted): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
    let matrix = ConfusionMatrix::from_labels(&labels, &predicted, 2).expect("valid labels");
    let expected = "     predicted
true    0    1  precision  recall     F1  rows
   0    8    2      0.889   0.800  0.842    10
   1    1    9      0.818   0.900  0.857    10
accuracy 0.850 (17 of 20)";
    assert_eq!(matrix.to_string(), expected);

    let matrix = ConfusionMatrix::from_labels(&[0, 1, 1], &[0, 1, 0], 2).expect("valid labels");
    let expected = "     predicted
true    0    1  precision  recall     F1  rows
   0    1    ·      0.500   1.000  0.667     1
   1    1    1      1.000   0.500  0.667     2
accuracy 0.667 (2 of 3)";
    assert_eq!(matrix.to_string(), expected);

    let large = vec![1; 123_456];
    let matrix = ConfusionMatrix::from_labels(&large, &large, 12).expect("valid labels");
    let lines: Vec<String> = matrix.to_string().lines().map(str::to_owned).collect();
    let widths: Vec<usize> = lines[1..13]
        .iter()
        .map(|line| line.chars().count())
        .collect();
    assert!(widths.iter().all(|&width| width == widths[0]), "{matrix}");
}

/// 1e-15: a handful of roundings of numbers below 1.
#[track_caller]
fn softens<const N: usize>(logits: [f64; N], expected: [f64; N]) {
    let found = probabilities(&[logits]);
    let close = |(found, expected): (&f64, &f64)| (found - expected).abs() <= 1e-15;
    assert!(
        found[0].iter().zip(&expected).all(close),
        "{found:?} for {expected:?}"
    );
}

#[test]
fn logits_to_probabilities() {
    let third = 1.0 / 3.0;
    softens([7.0; 3], [third; 3]);
    softens([0.0, 3.0_f64.ln()], [0.25, 0.75]);
    softens([1e300, 0.0, -1e300], [1.0, 0.0, 0.0]);
    softens([0.0], [0.5]);
    softens([3.0_f64.ln()], [0.75]);
    softens([-800.0], [0.0]);
    softens([800.0], [1.0]);
    let unknown = probabilities(&[[f64::NAN, 0.0]]);
    assert!(unknown[0].iter().all(|p| p.is_nan()));
}
