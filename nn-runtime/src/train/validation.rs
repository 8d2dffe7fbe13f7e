//! Where validation rows come from: nowhere, a set of their own, or the training rows.
//!
//! A trainer is built before it sees a network, so it keeps validation data as they came, in its
//! type. `fit` knows the network's rows, and only then asks for them in that type.

use std::borrow::Cow;

use crate::data::rows::{checked, paired};
use crate::data::{Rows, Share, gather, split};
use crate::error::Error;
use crate::network::Row;

/// Inputs with their targets: equally many finite rows, at least one.
#[derive(Debug, Clone)]
pub struct Samples<'d, I: Row, T: Row> {
    inputs: Cow<'d, [I]>,
    targets: Cow<'d, [T]>,
}

impl<'d, I: Row, T: Row> Samples<'d, I, T> {
    /// Converts and checks both. `what` names inputs and targets in errors.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Width`], [`Error::NotFinite`], [`Error::Label`],
    /// [`Error::RowCount`].
    pub fn checked(
        inputs: &'d (impl Rows<I> + ?Sized),
        targets: &'d (impl Rows<T> + ?Sized),
        what: [&'static str; 2],
    ) -> Result<Self, Error> {
        let inputs = checked(inputs, what[0])?;
        let targets = checked(targets, what[1])?;
        paired(what[0], inputs.len(), what[1], targets.len())?;
        Ok(Self { inputs, targets })
    }

    /// The inputs, one row a sample.
    pub fn inputs(&self) -> &[I] {
        &self.inputs
    }

    /// The targets, one row a sample.
    pub fn targets(&self) -> &[T] {
        &self.targets
    }

    /// How many samples there are.
    pub fn rows(&self) -> usize {
        self.inputs.len()
    }

    fn gather(&self, indices: &[usize]) -> Result<Samples<'d, I, T>, Error> {
        Ok(Samples {
            inputs: Cow::Owned(gather(&self.inputs, indices)?),
            targets: Cow::Owned(gather(&self.targets, indices)?),
        })
    }
}

/// What to train on and what to validate on.
#[derive(Debug, Clone)]
pub struct Sets<'d, I: Row, T: Row> {
    /// Rows that move the parameters.
    pub training: Samples<'d, I, T>,
    /// Rows that only judge them.
    pub validation: Option<Samples<'d, I, T>>,
}

/// A source of validation rows for networks with inputs I and targets T.
pub trait Validation<I: Row, T: Row> {
    /// Divides what `fit` was given.
    ///
    /// # Errors
    /// Unusable validation data or fraction.
    fn divide<'d>(&'d self, samples: Samples<'d, I, T>, seed: u64)
    -> Result<Sets<'d, I, T>, Error>;
}

/// No validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoValidation;

/// Rows of their own.
#[derive(Debug)]
pub struct HeldOut<'v, X: ?Sized, T: ?Sized> {
    pub(super) inputs: &'v X,
    pub(super) targets: &'v T,
}

/// A random fraction of the rows given to `fit`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitOff {
    pub(super) fraction: f64,
}

impl<I: Row, T: Row> Validation<I, T> for NoValidation {
    fn divide<'d>(
        &'d self,
        samples: Samples<'d, I, T>,
        _seed: u64,
    ) -> Result<Sets<'d, I, T>, Error> {
        Ok(Sets {
            training: samples,
            validation: None,
        })
    }
}

impl<I, T, X, Y> Validation<I, T> for HeldOut<'_, X, Y>
where
    I: Row,
    T: Row,
    X: Rows<I> + ?Sized,
    Y: Rows<T> + ?Sized,
{
    fn divide<'d>(
        &'d self,
        samples: Samples<'d, I, T>,
        _seed: u64,
    ) -> Result<Sets<'d, I, T>, Error> {
        let what = ["validation inputs", "validation targets"];
        Ok(Sets {
            training: samples,
            validation: Some(Samples::checked(self.inputs, self.targets, what)?),
        })
    }
}

impl<I: Row, T: Row> Validation<I, T> for SplitOff {
    fn divide<'d>(
        &'d self,
        samples: Samples<'d, I, T>,
        seed: u64,
    ) -> Result<Sets<'d, I, T>, Error> {
        if self.fraction == 0.0 {
            return Err(Error::Setting {
                name: "validation share",
                value: 0.0,
                range: "above 0 and below 1",
            });
        }
        let share = Share::Fraction(self.fraction);
        let parts = split(samples.rows(), share, Share::Rows(0), seed)?;
        Ok(Sets {
            training: samples.gather(&parts.train)?,
            validation: Some(samples.gather(&parts.validation)?),
        })
    }
}
