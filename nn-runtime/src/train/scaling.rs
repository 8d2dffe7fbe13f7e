//! Fitting the constants of `standardize` and `unstandardize` to training rows.
//!
//! They are no parameters: no gradient moves them. Every training method sets them before its first
//! step, from its training rows alone (validation rows do not count), if they are as new: mean 0 and
//! deviation 1 in every column. Constants that were fitted before, or set by hand, stay, so that a
//! network that is trained further goes on computing what it computed.

use crate::data::Rows;
use crate::data::standardize::moments;
use crate::error::Error;
use crate::math::Real;
use crate::network::{Network, Role, Row, Tensor};
use crate::train::Samples;

/// Fits the constants of a network's `standardize` and `unstandardize` to these rows: column means
/// and population deviations, as [`Standardizer`](crate::data::Standardizer) finds them, a deviation
/// of 0 replaced by 1. A network without these layers is left as it is.
///
/// A trainer does this by itself for a new network. Call it before a training loop of your own, or to
/// fit the constants again to other data.
///
/// # Errors
/// [`Error::Empty`], [`Error::RowCount`], [`Error::Width`], [`Error::NotFinite`],
/// [`Error::Label`]: unusable data; [`Error::Setting`] if a column spreads so far that its
/// deviation is not finite. The network is left as it was then.
pub fn fit_scaling<N, X, T>(network: &mut N, inputs: &X, targets: &T) -> Result<(), Error>
where
    N: Network,
    X: Rows<N::Input> + ?Sized,
    T: Rows<N::Target> + ?Sized,
{
    let samples = Samples::checked(inputs, targets, ["inputs", "targets"])?;
    fit(network, &samples, |_, _| true)
}

/// The same for constants that are as new, those of each layer for themselves.
pub(crate) fn fit_new_scaling<N: Network>(
    network: &mut N,
    samples: &Samples<'_, N::Input, N::Target>,
) -> Result<(), Error> {
    fit(network, samples, are_new)
}

/// Whether means and deviations change nothing.
fn are_new<T: Real>(mean: &[T], deviation: &[T]) -> bool {
    mean.iter().all(|&mean| mean == T::ZERO)
        && deviation.iter().all(|&deviation| deviation == T::ONE)
}

/// Fits the layers whose means and deviations so far are `wanted`.
fn fit<N: Network>(
    network: &mut N,
    samples: &Samples<'_, N::Input, N::Target>,
    wanted: impl Fn(&[N::Scalar], &[N::Scalar]) -> bool,
) -> Result<(), Error> {
    let mut statistics = network.statistics().to_vec();
    let inputs = [Role::InputMean, Role::InputDeviation].map(tensor::<N>);
    fit_layer(&mut statistics, inputs, samples.inputs(), &wanted)?;
    let targets = [Role::TargetMean, Role::TargetDeviation].map(tensor::<N>);
    fit_layer(&mut statistics, targets, samples.targets(), &wanted)?;
    network.statistics_mut().copy_from_slice(&statistics);
    Ok(())
}

/// What the loss of a network divides its errors by, output by output: the constants of
/// `unstandardize`, if there is one.
pub(crate) fn target_deviations<N: Network>(network: &N) -> Option<&[N::Scalar]> {
    tensor::<N>(Role::TargetDeviation).map(|tensor| &network.statistics()[tensor.range()])
}

fn tensor<N: Network>(role: Role) -> Option<&'static Tensor> {
    N::STATISTIC_TENSORS
        .iter()
        .find(|tensor| tensor.role == role)
}

/// Does nothing where there is no such layer.
fn fit_layer<R: Row>(
    statistics: &mut [R::Scalar],
    layer: [Option<&Tensor>; 2],
    rows: &[R],
    wanted: impl Fn(&[R::Scalar], &[R::Scalar]) -> bool,
) -> Result<(), Error> {
    let [Some(mean), Some(deviation)] = layer else {
        return Ok(());
    };
    if !wanted(&statistics[mean.range()], &statistics[deviation.range()]) {
        return Ok(());
    }
    for j in 0..R::WIDTH {
        let moments = moments(rows, j)?;
        let rounded = R::Scalar::from_f64(moments.1);
        statistics[mean.offset + j] = R::Scalar::from_f64(moments.0);
        // A spread below the smallest `f32` is none.
        statistics[deviation.offset + j] = if rounded == R::Scalar::ZERO {
            R::Scalar::ONE
        } else {
            rounded
        };
    }
    Ok(())
}
