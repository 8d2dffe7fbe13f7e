//! One training run: its memory, its epochs and its steps.

use std::ops::Range;
use std::time::Instant;

use crate::data::batches::Batches;
use crate::data::emphasis::emphasizing_order;
use crate::data::shuffle::epoch_order;
use crate::error::Error;
use crate::math::Real;
use crate::network::{Draw, Network};
use crate::optim::{Annealing, Step, Survey};
use crate::simd::Isa;
use crate::train::batch::Batch;
use crate::train::order::row_losses;
use crate::train::scaling::fit_new_scaling;
use crate::train::stopping::{Verdict, Watch};
#[cfg(feature = "rayon")]
use crate::train::team::Team;
use crate::train::trainer::Settings;
use crate::train::{
    Epoch, History, NetworkObserver, Order, Plan, Quantity, Samples, Sets, Stopped,
};
use crate::workspace::{Aligned, Workspace};

/// Everything a run needs, allocated before its first step.
pub(super) struct Run<'d, N: Network, O: Survey<N>> {
    isa: Isa,
    optimizer: &'d O,
    settings: &'d Settings,
    sets: Sets<'d, N::Input, N::Target>,
    batches: Batches,

    /// What is trained: a copy of the caller's network.
    network: N,
    best: Best<N>,
    state: O::State,
    annealing: Annealing,
    watch: Option<Watch>,
    /// Steps taken so far.
    step: u64,

    order: Vec<usize>,
    /// Every training row's, if the order goes by it.
    losses: Vec<f64>,
    batch: Batch<N::Input, N::Target>,
    /// What the optimizer looks at before an epoch.
    surveyed: Batch<N::Input, N::Target>,
    gradient: Aligned<N::Scalar>,
    workspace: Workspace<N::Scalar>,
    #[cfg(feature = "rayon")]
    team: Option<Team<N>>,
}

/// The network after its best epoch; before the first one, as it was given.
struct Best<N> {
    network: N,
    epoch: Option<usize>,
    loss: f64,
}

/// What one step reports.
struct Stepped {
    /// Summed over the batch.
    loss: f64,
    gradient_norm: f64,
    rate: f64,
}

/// What ends an epoch before its time.
enum Interrupt {
    Diverged(Quantity),
    Error(Error),
}

impl From<Error> for Interrupt {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl<'d, N: Network, O: Survey<N>> Run<'d, N, O> {
    /// Checks what depends on the network, and allocates.
    pub(super) fn new(
        isa: Isa,
        optimizer: &'d O,
        settings: &'d Settings,
        network: &N,
        sets: Sets<'d, N::Input, N::Target>,
    ) -> Result<Self, Error> {
        let rows = sets.training.rows();
        let batches = Batches::new(rows, settings.batch_size, N::LEAST_BATCH)?;
        let state = optimizer.prepare(N::TENSORS)?;
        let annealing = settings.schedule.start()?;
        #[cfg(feature = "rayon")]
        let team = settings
            .threads
            .map(|threads| Team::new(threads, batches.longest()));
        #[cfg(feature = "rayon")]
        let team = team.transpose()?;
        let mut scaled = network.clone();
        fit_new_scaling(&mut scaled, &sets.training)?;
        Ok(Self {
            isa,
            optimizer,
            settings,
            sets,
            network: scaled,
            best: Best {
                network: network.clone(),
                epoch: None,
                loss: f64::INFINITY,
            },
            state,
            annealing,
            watch: settings.stopping.map(|rule| rule.start()),
            step: 0,
            order: vec![0; rows],
            losses: match settings.order {
                Order::Shuffled => Vec::new(),
                Order::Emphasizing { .. } => vec![0.0; rows],
            },
            batch: Batch::new(batches.longest()),
            surveyed: Batch::new(optimizer.survey_rows().min(rows)),
            batches,
            gradient: Aligned::zeros(N::PARAMETERS),
            workspace: Workspace::new(),
            #[cfg(feature = "rayon")]
            team,
        })
    }

    fn plan(&self) -> Plan {
        Plan {
            network: N::NAME,
            parameters: N::PARAMETERS,
            training_rows: self.sets.training.rows(),
            validation_rows: self.sets.validation.as_ref().map_or(0, Samples::rows),
            batches: self.batches.count(),
            epochs: self.settings.epochs,
        }
    }

    /// Runs until something says stop. Afterwards the run's own network is the one to keep.
    pub(super) fn train(
        &mut self,
        audience: &mut impl NetworkObserver<N>,
    ) -> Result<History, Error> {
        audience.start(&self.plan(), &self.network)?;
        let mut epochs = Vec::new();
        let stopped = loop {
            let epoch = match self.epoch_on_its_threads(epochs.len() + 1) {
                Ok(epoch) => epoch,
                Err(Interrupt::Error(error)) => return Err(error),
                Err(Interrupt::Diverged(quantity)) => {
                    break Stopped::Diverged {
                        epoch: epochs.len() + 1,
                        step: self.step,
                        quantity,
                        restored: self.best.epoch,
                    };
                }
            };
            epochs.push(epoch);
            if let Some(stopped) = self.judge(&epoch, audience)? {
                break stopped;
            }
        };
        let restore = self.watch.is_some() || matches!(stopped, Stopped::Diverged { .. });
        let kept_epoch = if restore {
            copy(&self.best.network, &mut self.network);
            self.best.epoch
        } else {
            Some(epochs.len())
        };
        let history = History {
            epochs,
            steps: self.step,
            best_epoch: self.best.epoch,
            kept_epoch,
            stopped,
        };
        audience.end(&history, &self.network)?;
        Ok(history)
    }

    /// Hands the result over.
    pub(super) fn write(&self, network: &mut N) {
        copy(&self.network, network);
    }

    /// [`epoch`](Self::epoch) on one of the team's threads, if there is a team: passes that start
    /// there wake nobody up.
    fn epoch_on_its_threads(&mut self, number: usize) -> Result<Epoch, Interrupt> {
        #[cfg(feature = "rayon")]
        if let Some(team) = &self.team {
            let threads = team.threads();
            return threads.install(|| self.epoch(number));
        }
        self.epoch(number)
    }

    /// One pass over the training rows, then the validation. `number` counts from 1.
    fn epoch(&mut self, number: usize) -> Result<Epoch, Interrupt> {
        let start = Instant::now();
        self.put_in_order(number as u64 - 1)?;
        self.survey()?;
        let (mut loss, mut norm, mut rate) = (0.0, 0.0, 0.0);
        for range in self.batches.iter() {
            let stepped = self.step(number - 1, range)?;
            loss += stepped.loss;
            norm += stepped.gradient_norm;
            rate = stepped.rate;
        }
        finite(self.network.parameters(), Quantity::Parameters)?;
        finite(self.network.statistics(), Quantity::Statistics)?;
        let validation_loss = self.validate()?;
        Ok(Epoch {
            epoch: number,
            training_loss: loss / self.order.len() as f64,
            validation_loss,
            rate,
            gradient_norm: norm / self.batches.count() as f64,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    /// Decides which rows the epoch visits. `epoch` counts from 0.
    fn put_in_order(&mut self, epoch: u64) -> Result<(), Interrupt> {
        let seed = self.settings.seed;
        match self.settings.order {
            Order::Shuffled => epoch_order(seed, epoch, &mut self.order),
            Order::Emphasizing { weight } => {
                self.row_losses()?;
                finite(&self.losses, Quantity::TrainingLoss)?;
                emphasizing_order(seed, epoch, weight, &self.losses, &mut self.order);
            }
        }
        Ok(())
    }

    fn row_losses(&mut self) -> Result<(), Error> {
        let samples = &self.sets.training;
        let rows = (samples.inputs(), samples.targets());
        let (network, losses) = (&self.network, &mut self.losses);
        #[cfg(feature = "rayon")]
        if let Some(team) = &mut self.team {
            return team.row_losses(network, self.isa, rows, losses);
        }
        row_losses(network, self.isa, rows, &mut self.workspace, losses)
    }

    /// Shows the optimizer the network and the rows that the epoch visits first.
    fn survey(&mut self) -> Result<(), Error> {
        if self.surveyed.inputs.is_empty() {
            return Ok(());
        }
        self.surveyed.gather(&self.sets.training, &self.order);
        let rows = (&self.surveyed.inputs[..], &self.surveyed.targets[..]);
        let (state, workspace) = (&mut self.state, &mut self.workspace);
        self.optimizer
            .survey(state, self.isa, &self.network, rows, workspace)
    }

    /// One step on the rows at these places of the epoch's order. `epoch` counts from 0.
    fn step(&mut self, epoch: usize, range: Range<usize>) -> Result<Stepped, Interrupt> {
        let rows = range.len();
        let draw = Draw {
            seed: self.settings.seed,
            step: self.step,
        };
        let scale = 1.0 / rows as f64;
        let rate = self.optimizer.rate() * self.annealing.factor(self.step, epoch);
        self.step += 1;

        self.batch.gather(&self.sets.training, &self.order[range]);
        let loss = self.gradient(rows, draw)?;
        finite(&[loss], Quantity::TrainingLoss)?;
        let gradient = &mut self.gradient[..];
        let parameters = self.network.parameters_mut();
        let penalty = &self.settings.penalty;
        penalty.apply(self.isa, N::TENSORS, rows, parameters, gradient)?;
        let gradient_norm = self.settings.clip.apply(self.isa, scale, gradient);
        finite(&[gradient_norm], Quantity::Gradient)?;
        let step = Step {
            isa: self.isa,
            rate,
            scale,
        };
        self.optimizer
            .step(&mut self.state, step, parameters, gradient)?;
        Ok(Stepped {
            loss: loss.to_f64(),
            gradient_norm,
            rate,
        })
    }

    /// The training pass over the first `rows` rows of the gathered batch.
    fn gradient(&mut self, rows: usize, draw: Draw) -> Result<N::Scalar, Error> {
        let (inputs, targets) = (&self.batch.inputs[..rows], &self.batch.targets[..rows]);
        let (network, gradient) = (&mut self.network, &mut self.gradient);
        #[cfg(feature = "rayon")]
        if let Some(team) = &mut self.team {
            return team.gradient(network, self.isa, inputs, targets, draw, gradient);
        }
        network.gradient(
            self.isa,
            inputs,
            targets,
            draw,
            &mut self.workspace,
            gradient,
        )
    }

    /// The mean loss of predictions on the validation rows.
    fn validate(&mut self) -> Result<Option<f64>, Interrupt> {
        let Some(samples) = &self.sets.validation else {
            return Ok(None);
        };
        let (inputs, targets) = (samples.inputs(), samples.targets());
        let loss = self
            .network
            .loss(self.isa, inputs, targets, &mut self.workspace)?;
        finite(&[loss], Quantity::ValidationLoss)?;
        Ok(Some(loss.to_f64() / samples.rows() as f64))
    }

    /// What a completed epoch means: for the best, the schedule, the rule, the observers.
    fn judge(
        &mut self,
        epoch: &Epoch,
        audience: &mut impl NetworkObserver<N>,
    ) -> Result<Option<Stopped>, Error> {
        let loss = epoch.watched_loss();
        if loss < self.best.loss {
            copy(&self.network, &mut self.best.network);
            self.best.epoch = Some(epoch.epoch);
            self.best.loss = loss;
        }
        self.annealing.observe(loss);
        let asked = audience.epoch(epoch, &self.network)?;
        let verdict = self.watch.as_mut().map(|watch| watch.observe(loss));
        let number = epoch.epoch;
        Ok(
            if let (Some(Verdict::Exhausted), Some(rule)) = (verdict, self.settings.stopping) {
                Some(Stopped::Early {
                    epoch: number,
                    patience: rule.patience,
                    // The first epoch is always the best so far, so there is one.
                    best_epoch: self.best.epoch.unwrap_or(number),
                    best_loss: self.best.loss,
                })
            } else if asked.is_break() {
                Some(Stopped::Observer { epoch: number })
            } else if number == self.settings.epochs {
                Some(Stopped::Epochs { epochs: number })
            } else {
                None
            },
        )
    }
}

/// Copies parameters and running statistics.
fn copy<N: Network>(from: &N, to: &mut N) {
    to.parameters_mut().copy_from_slice(from.parameters());
    to.statistics_mut().copy_from_slice(from.statistics());
}

fn finite<T: Real>(values: &[T], quantity: Quantity) -> Result<(), Interrupt> {
    if values.iter().all(|value| value.is_finite()) {
        Ok(())
    } else {
        Err(Interrupt::Diverged(quantity))
    }
}
