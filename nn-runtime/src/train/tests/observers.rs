//! Observers: who is told what and when, and what a failing one does.

use std::cell::RefCell;

use super::*;

/// Writes down what it is told, under its name.
struct Witness<'a> {
    name: char,
    log: &'a RefCell<Vec<String>>,
    fails_at: Option<usize>,
}

impl Observer for Witness<'_> {
    fn start(&mut self, plan: &Plan) -> Result<(), Error> {
        let &Plan {
            training_rows,
            validation_rows,
            batches,
            epochs,
            ..
        } = plan;
        let entry = format!(
            "{} {training_rows}+{validation_rows} {batches}x{epochs}",
            self.name
        );
        self.log.borrow_mut().push(entry);
        Ok(())
    }
    fn epoch(&mut self, epoch: &Epoch) -> Result<ControlFlow<()>, Error> {
        self.log
            .borrow_mut()
            .push(format!("{} {}", self.name, epoch.epoch));
        if Some(epoch.epoch) == self.fails_at {
            return Err(broken());
        }
        Ok(ControlFlow::Continue(()))
    }
    fn end(&mut self, history: &History) -> Result<(), Error> {
        let entry = format!("{} {}", self.name, history.stopped);
        self.log.borrow_mut().push(entry);
        Ok(())
    }
}

fn broken() -> Error {
    Error::Output {
        what: "witness".into(),
        reason: "pencil broke".into(),
    }
}

#[test]
fn observers_are_told_in_order() {
    let (x, y) = data(20, 0.0);
    let log = RefCell::default();
    let witness = |name| Witness {
        name,
        log: &log,
        fails_at: None,
    };
    trainer(5)
        .validation_split(0.2)
        .observe(witness('a'))
        .observe(stop_after(2))
        .observe(witness('b'))
        .fit(&mut Linear::<1>::zeros(), &x, &y)
        .unwrap();
    let end = "stopped after epoch 2 because an observer asked for it";
    let expected = [
        "a 16+4 2x5",
        "b 16+4 2x5",
        "a 1",
        "b 1",
        "a 2",
        "b 2",
        &format!("a {end}"),
        &format!("b {end}"),
    ];
    assert_eq!(*log.borrow(), expected);
}

#[test]
fn an_observer_that_fails_leaves_the_network() {
    let (x, y) = data(20, 0.0);
    let log = RefCell::default();
    let witness = Witness {
        name: 'a',
        log: &log,
        fails_at: Some(3),
    };
    let mut network = Linear::zeros();
    let result = trainer(5).observe(witness).fit(&mut network, &x, &y);
    assert_eq!(result, Err(broken()));
    assert_eq!(log.borrow().len(), 4);
    same_state(&network, &Linear::zeros());
}

#[test]
fn a_log_of_the_epochs() {
    let (x, y) = data(20, 0.0);
    let path = std::env::temp_dir().join(format!("unrolled-log-{}.csv", std::process::id()));
    let mut network = Linear::<1>::zeros();
    let with = trainer(2).validation_split(0.2).observe(CsvLog::new(&path));
    let history = with.fit(&mut network, &x, &y).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    let head = "epoch,training_loss,validation_loss,rate,gradient_norm,seconds";
    assert_eq!(lines.next(), Some(head));
    for e in &history.epochs {
        let numbers: Vec<f64> = lines
            .next()
            .unwrap()
            .split(',')
            .map(|n| n.parse().unwrap())
            .collect();
        let validation = e.validation_loss.unwrap();
        let expected = [
            e.epoch as f64,
            e.training_loss,
            validation,
            e.rate,
            e.gradient_norm,
            e.seconds,
        ];
        assert_eq!(numbers, expected);
    }
    assert_eq!(lines.next(), None);

    trainer(1)
        .observe(CsvLog::new(&path))
        .fit(&mut network, &x, &y)
        .unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(text.lines().count(), 2, "replaced, not appended to");
    assert_eq!(text.lines().nth(1).unwrap().split(',').nth(2), Some(""));
}

#[test]
fn a_log_that_cannot_be_written() {
    let (x, y) = data(20, 0.0);
    let mut network = Linear::zeros();
    let log = CsvLog::new("/nowhere/at/all.csv");
    let error = trainer(2)
        .observe(log)
        .fit(&mut network, &x, &y)
        .unwrap_err();
    let Error::Output { what, reason } = error else {
        panic!("{error:?}");
    };
    assert_eq!(what, "training log /nowhere/at/all.csv");
    assert!(!reason.is_empty());
    same_state(&network, &Linear::zeros());
}
