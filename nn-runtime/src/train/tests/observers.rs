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

/// Writes down which epoch's parameters it is shown, under its name.
struct Onlooker<'a> {
    name: char,
    log: &'a RefCell<Vec<String>>,
}

impl NetworkObserver<Linear> for Onlooker<'_> {
    fn start(&mut self, _plan: &Plan, network: &Linear) -> Result<(), Error> {
        same_state(network, &state_after(0, 8));
        self.log.borrow_mut().push(format!("{} start", self.name));
        Ok(())
    }
    fn epoch(&mut self, epoch: &Epoch, network: &Linear) -> Result<ControlFlow<()>, Error> {
        same_state(network, &state_after(epoch.epoch, 8));
        let entry = format!("{} {}", self.name, epoch.epoch);
        self.log.borrow_mut().push(entry);
        Ok(ControlFlow::Continue(()))
    }
    fn end(&mut self, history: &History, network: &Linear) -> Result<(), Error> {
        same_state(network, &state_after(history.kept_epoch.unwrap(), 8));
        self.log.borrow_mut().push(format!("{} end", self.name));
        Ok(())
    }
}

#[test]
fn watchers_see_the_network_of_every_epoch() {
    let (x, y) = data(20, 0.0);
    let log = RefCell::default();
    let onlooker = |name| Onlooker { name, log: &log };
    let witness = Witness {
        name: 'o',
        log: &log,
        fails_at: None,
    };
    let stop = |epoch: &Epoch, network: &Linear| match epoch.epoch {
        2 if network.parameters()[0] != 0.0 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let history = trainer(5)
        .watch(onlooker('a'))
        .watch(stop)
        .watch(onlooker('b'))
        .observe(witness)
        .fit(&mut Linear::<1>::zeros(), &x, &y)
        .unwrap();
    assert_eq!(history.stopped, Stopped::Observer { epoch: 2 });
    let expected = [
        "o 20+0 3x5",
        "a start",
        "b start",
        "o 1",
        "a 1",
        "b 1",
        "o 2",
        "a 2",
        "b 2",
        "o stopped after epoch 2 because an observer asked for it",
        "a end",
        "b end",
    ];
    assert_eq!(*log.borrow(), expected);
}

/// Its last look is at the best epoch's parameters, which early stopping brings back.
#[test]
fn a_watcher_sees_what_is_kept() {
    let (x, y) = data(20, 0.0);
    let (xv, yv) = endings::half_way();
    let log = RefCell::default();
    let history = trainer(100)
        .watch(Onlooker {
            name: 'a',
            log: &log,
        })
        .validation(&xv, &yv)
        .early_stopping(EarlyStopping::patience(4))
        .fit(&mut Linear::zeros(), &x, &y)
        .unwrap();
    assert!(history.kept_epoch < Some(history.epochs.len()));
    assert_eq!(log.borrow().last().unwrap(), "a end");
}

/// A checkpoint that cannot be written.
struct Checkpoint;

impl<N: Network> NetworkObserver<N> for Checkpoint {
    fn epoch(&mut self, epoch: &Epoch, _network: &N) -> Result<ControlFlow<()>, Error> {
        match epoch.epoch {
            3 => Err(broken()),
            _ => Ok(ControlFlow::Continue(())),
        }
    }
}

#[test]
fn a_watcher_that_fails_leaves_the_network() {
    let (x, y) = data(20, 0.0);
    let mut network = Linear::<1>::zeros();
    let result = trainer(5).watch(Checkpoint).fit(&mut network, &x, &y);
    assert_eq!(result, Err(broken()));
    same_state(&network, &Linear::zeros());
}
