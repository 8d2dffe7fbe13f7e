//! Every kind of bad input gets its own sentence, before any work is done.

use super::*;

/// `fit` gives this error, and neither trains nor changes the network.
#[track_caller]
fn refused<const LEAST: usize>(
    expected: &str,
    fit: impl FnOnce(Trainer<'static, Sgd>, &mut Linear<LEAST>) -> Result<History, Error>,
) {
    let mut network = Linear::zeros();
    let error = fit(trainer(3), &mut network).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert_eq!(network.batches(), []);
    assert_eq!(network.parameters(), [0.0; 3]);
    assert_eq!(network.statistics(), [0.0; 2]);
}

#[test]
fn bad_data() {
    let (x, y) = data(20, 0.0);
    let mut bad = x.clone();
    bad[3][1] = f64::NAN;
    let mut far = y.clone();
    far[19][0] = f64::NEG_INFINITY;
    let wide = Array2::<f64>::zeros((20, 3));
    let none: [[f64; 2]; 0] = [];

    refused::<1>(
        "there are no rows in the inputs; give at least one",
        |t, n| t.fit(n, &none, &y),
    );
    refused::<1>("the inputs have 3 columns, but 2 are needed", |t, n| {
        t.fit(n, &wide, &y)
    });
    refused::<1>("the targets have 3 columns, but 1 are needed", |t, n| {
        t.fit(n, &x, &wide)
    });
    refused::<1>(
        "the inputs hold NaN at row 3, column 1; remove or impute it first",
        |t, n| t.fit(n, &bad, &y),
    );
    refused::<1>(
        "the targets hold -inf at row 19, column 0; remove or impute it first",
        |t, n| t.fit(n, &x, &far),
    );
    refused::<1>(
        "the inputs have 20 rows, but the targets have 19; they must pair up one to one",
        |t, n| t.fit(n, &x, &y[1..]),
    );
    refused::<1>(
        "label 2 at row 1 is not below the number of classes, 2; labels count from 0",
        |t, n| t.fit(n, &x, &Labels(&[0, 2])),
    );
    refused::<2>(
        "a batch of 1 row under batch normalization has no variance; use at least 2 rows",
        |t, n| t.fit(n, &x[..1], &y[..1]),
    );
    let late: &'static Vec<_> = Box::leak(Box::new(bad));
    let y_late: &'static Vec<_> = Box::leak(Box::new(y.clone()));
    refused::<1>(
        "the validation inputs hold NaN at row 3, column 1; remove or impute it first",
        |t, n| t.validation(late, y_late).fit(n, &x, &y),
    );
    refused::<1>(
        "the validation inputs have 20 rows, but the validation targets have 5; they must pair up one to one",
        |t, n| t.validation(&x, &y[..5]).fit(n, &x, &y),
    );
}

#[test]
fn bad_settings() {
    let (x, y) = data(20, 0.0);
    refused::<1>("number of epochs is 0, but must be at least 1", |t, n| {
        t.epochs(0).fit(n, &x, &y)
    });
    refused::<1>("batch size is 0, but must be at least 1", |t, n| {
        t.batch_size(0).fit(n, &x, &y)
    });
    refused::<2>(
        "a batch of 1 row under batch normalization has no variance; use at least 2 rows",
        |t, n| t.batch_size(1).fit(n, &x, &y),
    );
    for (weight, value) in [(-0.1, "-0.1"), (1.5, "1.5"), (f64::NAN, "NaN")] {
        let expected =
            format!("weight of the emphasizing order is {value}, but must be from 0 to 1");
        refused::<1>(&expected, |t, n| {
            t.order(Order::Emphasizing { weight }).fit(n, &x, &y)
        });
    }
    refused::<1>("patience is 0, but must be at least 1 epoch", |t, n| {
        t.early_stopping(EarlyStopping::patience(0)).fit(n, &x, &y)
    });
    refused::<1>(
        "validation share is 0, but must be above 0 and below 1",
        |t, n| t.validation_split(0.0).fit(n, &x, &y),
    );
    refused::<1>(
        "validation share is 1, but must be at least 0 and below 1",
        |t, n| t.validation_split(1.0).fit(n, &x, &y),
    );
    refused::<1>("step epochs is 0, but must be at least 1", |t, n| {
        t.schedule(Schedule::step(0, 0.5)).fit(n, &x, &y)
    });
    refused::<1>(
        "gradient norm limit is -1, but must be positive and finite",
        |t, n| t.clip(Clip::Norm(-1.0)).fit(n, &x, &y),
    );
    refused::<1>(
        "L2 penalty is -1, but must be finite and not negative",
        |t, n| t.penalty(Penalty::l2(-1.0)).fit(n, &x, &y),
    );
    let optimizer = Trainer::new(Sgd::new(f64::NAN)).fit(&mut Linear::<1>::zeros(), &x, &y);
    assert!(matches!(optimizer, Err(Error::Setting { .. })));
}
