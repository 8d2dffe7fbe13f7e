//! Layer by layer statistics of a network at work.

use core::fmt;
use core::ops::ControlFlow;

use super::{Histogram, Moments, Recording, Signal, SignalRole, Signals, record};
use crate::data::Rows;
use crate::error::Error;
use crate::math::Real;
use crate::network::Draw;
use crate::simd::Isa;
use crate::train::{Epoch, NetworkObserver, Plan, Samples};
use crate::workspace::Workspace;

/// How activations and back-propagated gradients are distributed, layer by layer, before training
/// and after epochs of it (Glorot and Bengio 2010).
///
/// It looks at a sample of rows that it is given, not at the batches of the training, so a run that
/// nobody studies pays nothing, and all snapshots compare. The same dropout masks are drawn every
/// time.
///
/// | setting | default | meaning |
/// |---|---|---|
/// | [`every`](Self::every) | 1 | epochs from one snapshot to the next |
/// | [`bins`](Self::bins) | 50 | bins of a histogram |
/// | [`margin`](Self::margin) | 0.05 | how close to an asymptote is saturated |
///
/// **Histograms** of signals of one kind (results of activations, derivatives by pre-activations, …)
/// have the same bounds in all layers and all snapshots: ± the largest magnitude of the first
/// snapshot. The last layer, whose results are the network's, has bounds of its own.
///
/// **Saturated** is an activation that is closer to a horizontal asymptote than `margin` times half
/// the distance between its two asymptotes, or than `margin` itself if there is only one. By
/// default these are |a| > 0.95 for tanh, and a < 0.025 or a > 0.975 for the sigmoid; for relu,
/// a < 0.05, which counts units that are off.
pub struct Study<'d, N: Signals> {
    samples: Samples<'d, N::Input, N::Target>,
    every: usize,
    bins: usize,
    margin: f64,
    snapshots: Vec<Snapshot>,
    workspace: Workspace<N::Scalar>,
}

/// The statistics of all signals at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// After how many epochs; 0 is before training.
    pub epoch: usize,
    /// The mean loss of the sample's rows.
    pub loss: f64,
    /// One entry a signal, in the order of [`Signals::SIGNALS`].
    pub layers: Vec<LayerStatistics>,
}

/// The statistics of one signal: over all rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerStatistics {
    /// Whose they are.
    pub signal: Signal,
    /// Mean and deviation.
    pub moments: Moments,
    /// How the values are distributed.
    pub histogram: Histogram,
    /// The share of saturated activations, from 0 to 1; `None` of signals that cannot saturate.
    pub saturated: Option<f64>,
}

impl<'d, N: Signals> Study<'d, N> {
    /// A study of how a network sees these rows.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Width`], [`Error::NotFinite`], [`Error::Label`],
    /// [`Error::RowCount`].
    pub fn new<X, T>(inputs: &'d X, targets: &'d T) -> Result<Self, Error>
    where
        X: Rows<N::Input> + ?Sized,
        T: Rows<N::Target> + ?Sized,
    {
        Ok(Self {
            samples: Samples::checked(inputs, targets, ["inputs", "targets"])?,
            every: 1,
            bins: 50,
            margin: 0.05,
            snapshots: Vec::new(),
            workspace: Workspace::new(),
        })
    }

    /// Takes a snapshot every so many epochs; at least 1.
    pub fn every(mut self, epochs: usize) -> Self {
        self.every = epochs.max(1);
        self
    }

    /// Counts in so many bins; at least 1.
    pub fn bins(mut self, bins: usize) -> Self {
        self.bins = bins.max(1);
        self
    }

    /// Calls an activation saturated from this close to an asymptote on; see [`Study`].
    pub fn margin(mut self, margin: f64) -> Self {
        self.margin = margin;
        self
    }

    /// What was seen, in the order of time.
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }

    /// Takes a snapshot of a network after so many epochs. A trainer that
    /// [watches](crate::train::Trainer::watch) with `&mut study` does that by itself.
    ///
    /// # Errors
    /// A sample below [`LEAST_BATCH`](crate::network::Network::LEAST_BATCH); [`Error::Isa`].
    pub fn look(&mut self, epoch: usize, network: &N) -> Result<&Snapshot, Error> {
        let isa = Isa::detect()?;
        let recording = record(
            network,
            isa,
            &self.samples,
            Draw::default(),
            &mut self.workspace,
        )?;
        let bounds = self.bounds(&recording);
        let layers = N::SIGNALS.iter().enumerate().map(|(index, &signal)| {
            let values = recording.values(index).unwrap_or_default();
            let bound = bounds[index];
            statistics(
                signal,
                values,
                Histogram::new(-bound, bound, self.bins)?,
                self.margin,
            )
        });
        self.snapshots.push(Snapshot {
            epoch,
            loss: recording.loss().to_f64() / recording.rows() as f64,
            layers: layers.collect::<Result<_, _>>()?,
        });
        Ok(&self.snapshots[self.snapshots.len() - 1])
    }

    /// How far each signal's histogram reaches: as in the first snapshot.
    fn bounds(&self, recording: &Recording<N::Scalar>) -> Vec<f64> {
        if let Some(first) = self.snapshots.first() {
            let layers = first.layers.iter();
            return layers.map(|layer| layer.histogram.bounds()[1]).collect();
        }
        let signals = N::SIGNALS.iter().enumerate();
        let sizes = signals.map(|(index, signal)| {
            let values = recording.values(index).unwrap_or_default();
            (kind(N::SIGNALS, signal), largest(values))
        });
        let sizes: Vec<_> = sizes.collect();
        let most = |kind| {
            let alike = sizes.iter().filter(|(other, _)| *other == kind);
            let most = alike.map(|(_, size)| *size).fold(0.0, f64::max);
            // Of nothing but zeros, and of numbers that are not finite, any bounds will do.
            let is_fit = most > 0.0 && most < f64::MAX / 2.0;
            if is_fit { most } else { 1.0 }
        };
        sizes.iter().map(|(kind, _)| most(*kind)).collect()
    }
}

/// What a signal is compared with: the same of the other layers, the last one apart, whose results
/// are the network's.
fn kind(signals: &[Signal], signal: &Signal) -> (bool, SignalRole, bool) {
    let (is_adjoint, result) = match signal.role {
        SignalRole::Adjoint { of } => (true, &signals[of]),
        _ => (false, signal),
    };
    let last = signals.iter().map(|signal| signal.layer).max();
    (is_adjoint, result.role, Some(result.layer) == last)
}

fn largest<T: Real>(values: &[T]) -> f64 {
    let sizes = values.iter().map(|value| value.to_f64().abs());
    sizes.fold(0.0, f64::max)
}

fn statistics<T: Real>(
    signal: Signal,
    values: &[T],
    mut histogram: Histogram,
    margin: f64,
) -> Result<LayerStatistics, Error> {
    let values = values.iter().map(|value| value.to_f64());
    values.clone().for_each(|value| histogram.push(value));
    Ok(LayerStatistics {
        signal,
        moments: values.clone().collect(),
        histogram,
        saturated: saturated(&signal, values, margin),
    })
}

/// The share of values that are close to an asymptote.
fn saturated(
    signal: &Signal,
    values: impl ExactSizeIterator<Item = f64>,
    margin: f64,
) -> Option<f64> {
    let reach = match signal.asymptotes {
        [None, None] => return None,
        [Some(low), Some(high)] => margin * 0.5 * (high - low).abs(),
        _ => margin,
    };
    let count = values.len().max(1) as f64;
    let close = |value: &f64| {
        let mut asymptotes = signal.asymptotes.iter().flatten();
        asymptotes.any(|asymptote| (value - asymptote).abs() < reach)
    };
    Some(values.filter(close).count() as f64 / count)
}

impl<N: Signals> NetworkObserver<N> for &mut Study<'_, N> {
    fn start(&mut self, _plan: &Plan, network: &N) -> Result<(), Error> {
        self.look(0, network).map(|_| ())
    }

    fn epoch(&mut self, epoch: &Epoch, network: &N) -> Result<ControlFlow<()>, Error> {
        if epoch.epoch.is_multiple_of(self.every) {
            self.look(epoch.epoch, network)?;
        }
        Ok(ControlFlow::Continue(()))
    }
}

impl Snapshot {
    /// The statistics of the signal of this name, `a1`; `None` if there is none.
    pub fn get(&self, name: &str) -> Option<&LayerStatistics> {
        self.layers.iter().find(|layer| layer.signal.name == name)
    }
}

/// A table: mean, deviation and share of saturated units of every signal.
impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "after {} epochs, mean loss {:.4}", self.epoch, self.loss)?;
        write!(
            f,
            "{:<10} {:>11} {:>11} {:>10}",
            "signal", "mean", "deviation", "saturated"
        )?;
        for LayerStatistics {
            signal,
            moments,
            saturated,
            ..
        } in &self.layers
        {
            let (mean, deviation) = (moments.mean(), moments.deviation());
            // A symbol's marks above letters take no room of their own: pad by hand.
            let room = 10_usize.saturating_sub(signal.symbol.chars().count());
            write!(
                f,
                "\n{}{:room$} {mean:>11.3e} {deviation:>11.3e}",
                signal.symbol, ""
            )?;
            if let Some(share) = saturated {
                write!(f, " {:>8.1} %", 100.0 * share)?;
            }
        }
        Ok(())
    }
}
