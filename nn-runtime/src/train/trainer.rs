//! The settings of a training run, and `fit`, which checks them and hands over to the loop.

use crate::data::Rows;
use crate::error::Error;
use crate::network::Network;
use crate::optim::{Clip, Penalty, Schedule, Survey};
use crate::simd::Isa;
use crate::train::observer::Audience;
use crate::train::run::Run;
use crate::train::{
    EarlyStopping, HeldOut, History, NetworkObserver, NoValidation, Observer, Order, Samples,
    SplitOff, Unwatched, Validation, Watched,
};

/// Trains a network.
///
/// | setting | default | range |
/// |---|---|---|
/// | [`epochs`](Self::epochs) | 100 | at least 1 |
/// | [`batch_size`](Self::batch_size) | 32 | at least 1; at least 2 under batch normalization |
/// | [`seed`](Self::seed) | 0 | any |
/// | [`order`](Self::order) | shuffled | see [`Order`] |
/// | [`schedule`](Self::schedule) | constant | see [`Schedule`] |
/// | [`clip`](Self::clip) | no limit | see [`Clip`] |
/// | [`penalty`](Self::penalty) | none | see [`Penalty`] |
/// | [`validation`](Self::validation), [`validation_split`](Self::validation_split) | none | |
/// | [`early_stopping`](Self::early_stopping) | none | see [`EarlyStopping`] |
/// | `threads` (feature `rayon`) | the caller's | 1 to 1024 |
/// | [`observe`](Self::observe), [`watch`](Self::watch) | nobody | any number |
///
/// The module's documentation says what a run does, and in which order.
#[must_use = "nothing happens before `fit`"]
pub struct Trainer<'o, O, V = NoValidation, W = Unwatched> {
    optimizer: O,
    settings: Settings,
    validation: V,
    audience: Audience<'o, W>,
}

/// What the loop needs besides the optimizer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    pub(super) seed: u64,
    pub(super) order: Order,
    pub(super) schedule: Schedule,
    pub(super) clip: Clip,
    pub(super) penalty: Penalty,
    pub(super) stopping: Option<EarlyStopping>,
    #[cfg(feature = "rayon")]
    pub(super) threads: Option<usize>,
}

/// A limit that no finite norm exceeds: [`Clip::apply`] then only measures.
const NO_LIMIT: Clip = Clip::Norm(f64::MAX);

impl<'o, O> Trainer<'o, O> {
    /// A trainer with this optimizer and default settings.
    pub fn new(optimizer: O) -> Self {
        Self {
            optimizer,
            settings: Settings {
                epochs: 100,
                batch_size: 32,
                seed: 0,
                order: Order::default(),
                schedule: Schedule::default(),
                clip: NO_LIMIT,
                penalty: Penalty::default(),
                stopping: None,
                #[cfg(feature = "rayon")]
                threads: None,
            },
            validation: NoValidation,
            audience: Audience {
                observers: Vec::new(),
                watchers: Unwatched,
            },
        }
    }
}

impl<'o, O, V, W> Trainer<'o, O, V, W> {
    /// How often all training rows are visited, at most. Default 100; at least 1.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.settings.epochs = epochs;
        self
    }

    /// Rows in a mini-batch. Default 32; at least 1, and at least 2 under batch normalization. A
    /// size above the number of rows means the whole set.
    ///
    /// The rows that remain after the last full batch make a short one. Under batch normalization
    /// a single remaining row joins the batch before it.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.settings.batch_size = rows;
        self
    }

    /// Decides the order of rows, the dropout masks and the validation split. Default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Which rows an epoch visits. Default every row once.
    pub fn order(mut self, order: Order) -> Self {
        self.settings.order = order;
        self
    }

    /// How the learning rate changes. Default constant.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.settings.schedule = schedule;
        self
    }

    /// Limits the mean gradient of every step. Default: no limit.
    pub fn clip(mut self, clip: Clip) -> Self {
        self.settings.clip = clip;
        self
    }

    /// What is added to the mean loss for large parameters. Default nothing.
    pub fn penalty(mut self, penalty: Penalty) -> Self {
        self.settings.penalty = penalty;
        self
    }

    /// Stops when the validation loss (without validation data, the training loss) no longer
    /// improves. The network then holds the best parameters and statistics, for whatever reason
    /// training ended. Default: never; then it holds those of the last epoch.
    pub fn early_stopping(mut self, rule: EarlyStopping) -> Self {
        self.settings.stopping = Some(rule);
        self
    }

    /// Trains on this many threads, 1 to 1024; needs the feature `rayon`. Default: on the caller's.
    ///
    /// A batch is cut into blocks of rows, one for about every 64 and at least two from 64 rows on (one
    /// for every 128 if the network is larger than a megabyte), at most 16, and the blocks are shared
    /// among the threads. The result has the same bits for any number of threads. It differs in
    /// rounding from a run without `threads`, which adds up a batch as one block.
    #[cfg(feature = "rayon")]
    pub fn threads(mut self, threads: usize) -> Self {
        self.settings.threads = Some(threads);
        self
    }

    /// Measures the loss of predictions on these rows after every epoch.
    pub fn validation<'v, X: ?Sized, T: ?Sized>(
        self,
        inputs: &'v X,
        targets: &'v T,
    ) -> Trainer<'o, O, HeldOut<'v, X, T>, W> {
        self.validated_by(HeldOut { inputs, targets })
    }

    /// Sets a random fraction of the rows given to [`fit`](Self::fit) aside for validation; in
    /// (0, 1), and at least one row must remain on either side. Which rows depends on the seed.
    pub fn validation_split(self, fraction: f64) -> Trainer<'o, O, SplitOff, W> {
        self.validated_by(SplitOff { fraction })
    }

    fn validated_by<U>(self, validation: U) -> Trainer<'o, O, U, W> {
        Trainer {
            optimizer: self.optimizer,
            settings: self.settings,
            validation,
            audience: self.audience,
        }
    }

    /// Tells `observer` about every epoch; several are told in the order in which they were given.
    /// A closure `|epoch: &Epoch| …` that returns a [`ControlFlow`](std::ops::ControlFlow) will do.
    pub fn observe(mut self, observer: impl Observer + 'o) -> Self {
        self.audience.observers.push(Box::new(observer));
        self
    }

    /// Shows `observer` the network after every epoch; several are shown it in the order in which
    /// they were given, after all that only [`observe`](Self::observe). A closure
    /// `|epoch: &Epoch, network: &Wave| …` that returns a
    /// [`ControlFlow`](std::ops::ControlFlow) will do.
    pub fn watch<F>(self, observer: F) -> Trainer<'o, O, V, Watched<W, F>> {
        Trainer {
            optimizer: self.optimizer,
            settings: self.settings,
            validation: self.validation,
            audience: Audience {
                observers: self.audience.observers,
                watchers: Watched {
                    earlier: self.audience.watchers,
                    last: observer,
                },
            },
        }
    }

    /// Trains `network` on rows of inputs and targets that pair up one to one.
    ///
    /// # Errors
    /// The network is left as it was by every error, and except for the last kind no work is done:
    ///
    /// * [`Error::Setting`]: a setting of the trainer, the optimizer, the schedule, … out of range;
    /// * [`Error::BatchTooSmall`]: fewer rows, or a smaller batch size, than the network trains on;
    /// * [`Error::Empty`], [`Error::RowCount`], [`Error::Width`], [`Error::NotFinite`],
    ///   [`Error::Label`]: unusable data, for training or validation;
    /// * [`Error::Isa`]: `UNROLLED_ISA` names an instruction set that is not available;
    /// * whatever an observer reports, such as [`Error::Output`] from a log.
    ///
    /// Divergence is no error: training ends with [`Stopped::Diverged`](crate::train::Stopped), and
    /// the network holds its best finite state.
    pub fn fit<N, X, T>(
        mut self,
        network: &mut N,
        inputs: &X,
        targets: &T,
    ) -> Result<History, Error>
    where
        N: Network,
        O: Survey<N>,
        V: Validation<N::Input, N::Target>,
        W: NetworkObserver<N>,
        X: Rows<N::Input> + ?Sized,
        T: Rows<N::Target> + ?Sized,
    {
        self.settings.validate()?;
        let isa = Isa::detect()?;
        let samples = Samples::checked(inputs, targets, ["inputs", "targets"])?;
        let sets = self.validation.divide(samples, self.settings.seed)?;
        let mut run = Run::new(isa, &self.optimizer, &self.settings, network, sets)?;
        let history = run.train(&mut self.audience)?;
        run.write(network);
        Ok(history)
    }
}

impl Settings {
    /// What does not depend on the network.
    fn validate(&self) -> Result<(), Error> {
        if self.epochs == 0 {
            return Err(Error::Setting {
                name: "number of epochs",
                value: 0.0,
                range: "at least 1",
            });
        }
        #[cfg(feature = "rayon")]
        if let Some(threads) = self.threads
            && !(1..=1024).contains(&threads)
        {
            return Err(Error::Setting {
                name: "number of threads",
                value: threads as f64,
                range: "from 1 to 1024",
            });
        }
        self.order.validate()?;
        self.clip.validate()?;
        self.penalty.validate()?;
        self.stopping.map_or(Ok(()), |rule| rule.validate())
    }
}
