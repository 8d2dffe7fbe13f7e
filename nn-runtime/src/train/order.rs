//! Which rows an epoch visits, and the losses by which it may choose them.

use crate::error::Error;
use crate::math::Real;
use crate::network::Network;
use crate::simd::Isa;
use crate::workspace::Workspace;

/// Which rows an epoch visits, in an order that the seed decides.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Order {
    /// Every row once.
    #[default]
    Shuffled,
    /// Rows with a large loss more often: the emphasizing scheme of LeCun, Bottou, Orr and Müller
    /// (1998), section 4.2. It brings rare and wrongly classified samples forward.
    ///
    /// An epoch still has as many visits as there are rows, n. On average, row i gets
    ///
    /// ```text
    /// vᵢ = 1 − λ + λ eᵢ/ē      eᵢ = Lᵢ − minⱼ Lⱼ,  ē = (1/n) Σⱼ eⱼ
    /// ```
    ///
    /// of them, in every epoch ⌊vᵢ⌋ or ⌈vᵢ⌉: a row with the mean loss one, a row with the smallest
    /// loss 1 − λ, one that is wrong by three times the mean 1 + 2λ. With λ = 0 the run is that of
    /// [`Shuffled`](Self::Shuffled), bit for bit.
    ///
    /// Lᵢ is the loss of the row's prediction (no dropout, running statistics) at the start of the
    /// epoch. So an epoch costs a prediction of every row more, one by one; with `threads` they are
    /// shared out, and the bits do not depend on how many there are.
    ///
    /// **What it disturbs.** The rows are no longer visited as often as they occur, so what is minimized
    /// is no longer the mean loss, the training loss in the history is that of the visits, and batch
    /// normalization gets to see other statistics. Outliers have large losses too, and the scheme
    /// puts them forward where they should be held back: the paper calls this disastrous.
    Emphasizing {
        /// λ, from 0 to 1.
        weight: f64,
    },
}

impl Order {
    pub(super) fn validate(self) -> Result<(), Error> {
        match self {
            Self::Emphasizing { weight } if !(0.0..=1.0).contains(&weight) => Err(Error::Setting {
                name: "weight of the emphasizing order",
                value: weight,
                range: "from 0 to 1",
            }),
            _ => Ok(()),
        }
    }
}

/// The loss of every row's prediction.
pub(super) fn row_losses<N: Network>(
    network: &N,
    isa: Isa,
    (inputs, targets): (&[N::Input], &[N::Target]),
    workspace: &mut Workspace<N::Scalar>,
    losses: &mut [f64],
) -> Result<(), Error> {
    let rows = inputs.chunks(1).zip(targets.chunks(1));
    for ((input, target), loss) in rows.zip(losses) {
        *loss = network.loss(isa, input, target, workspace)?.to_f64();
    }
    Ok(())
}
