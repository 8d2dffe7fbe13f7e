//! A network's loss over all rows, as a function of its parameters.

use super::objective::{LeastSquares, Objective, TwiceDifferentiable};
use crate::data::Rows;
use crate::derivatives::{HessianVectorProduct, Jacobian};
use crate::error::Error;
use crate::math::Real;
use crate::network::{Draw, Network, Row};
use crate::simd::Isa;
use crate::train::Samples;
use crate::train::scaling::{fit_new_scaling, target_deviations};
use crate::workspace::Workspace;

/// L(θ), summed over the rows, for a network and the rows it is fitted to. θ is the flat slice of
/// [`Network::parameters`].
///
/// It has what the network has: gradients always; Hessian-vector products and, for losses that are
/// sums of squares, residuals if the declaration derives [`HessianVectorProduct`] and [`Jacobian`].
#[derive(Debug)]
pub struct BatchLoss<'d, N: Network> {
    isa: Isa,
    network: N,
    samples: Samples<'d, N::Input, N::Target>,
    workspace: Workspace<N::Scalar>,
    gradient: Vec<N::Scalar>,
    vector: Vec<N::Scalar>,
    product: Vec<N::Scalar>,
    /// F and ∂F/∂θ of a few rows; made by the first linearization.
    outputs: Vec<N::Output>,
    jacobian: Vec<N::Scalar>,
    slopes: Vec<f64>,
    /// What makes a residual of a difference, an output each.
    scales: Vec<f64>,
}

/// Rows whose Jacobians are computed at a time.
const TILE: usize = 16;

impl<'d, N: Network> BatchLoss<'d, N> {
    /// The loss of networks like `network` on these rows, which pair up one to one.
    ///
    /// # Errors
    /// [`Error::TrainingDiffers`] for a network with dropout or batch normalization;
    /// [`Error::Empty`], [`Error::RowCount`], [`Error::Width`], [`Error::NotFinite`],
    /// [`Error::Label`] for unusable data; [`Error::Isa`] if `UNROLLED_ISA` names an instruction set
    /// that is not available.
    pub fn new(
        network: &N,
        inputs: &'d (impl Rows<N::Input> + ?Sized),
        targets: &'d (impl Rows<N::Target> + ?Sized),
    ) -> Result<Self, Error> {
        if N::TRAINING_DIFFERS {
            return Err(Error::TrainingDiffers { network: N::NAME });
        }
        let zeros = || vec![N::Scalar::ZERO; N::PARAMETERS];
        let samples = Samples::checked(inputs, targets, ["inputs", "targets"])?;
        let mut network = network.clone();
        fit_new_scaling(&mut network, &samples)?;
        Ok(Self {
            isa: Isa::detect()?,
            network,
            samples,
            workspace: Workspace::new(),
            gradient: zeros(),
            vector: zeros(),
            product: zeros(),
            outputs: Vec::new(),
            jacobian: Vec::new(),
            slopes: vec![0.0; N::PARAMETERS],
            scales: Vec::with_capacity(N::OUTPUTS),
        })
    }

    /// The network that is minimized: a copy whose `standardize` and `unstandardize` fit the rows.
    pub(super) fn network(&self) -> &N {
        &self.network
    }
}

impl<N: Network> Objective for BatchLoss<'_, N> {
    fn dimension(&self) -> usize {
        N::PARAMETERS
    }

    fn value(&mut self, x: &[f64]) -> Result<f64, Error> {
        round(x, self.network.parameters_mut());
        let (inputs, targets) = (self.samples.inputs(), self.samples.targets());
        let loss = self
            .network
            .loss(self.isa, inputs, targets, &mut self.workspace)?;
        Ok(loss.to_f64())
    }

    fn gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, Error> {
        round(x, self.network.parameters_mut());
        let loss = self.network.gradient(
            self.isa,
            self.samples.inputs(),
            self.samples.targets(),
            Draw::default(),
            &mut self.workspace,
            &mut self.gradient,
        )?;
        widen(&self.gradient, gradient);
        Ok(loss.to_f64())
    }
}

impl<N: HessianVectorProduct> TwiceDifferentiable for BatchLoss<'_, N> {
    fn hessian_vector_product(
        &mut self,
        x: &[f64],
        vector: &[f64],
        product: &mut [f64],
    ) -> Result<(), Error> {
        round(x, self.network.parameters_mut());
        round(vector, &mut self.vector);
        self.network.hessian_vector_product(
            self.isa,
            self.samples.inputs(),
            self.samples.targets(),
            &self.vector,
            &mut self.workspace,
            &mut self.gradient,
            &mut self.product,
        )?;
        widen(&self.product, product);
        Ok(())
    }
}

/// A residual is √(2 L) of one output: f − y for `sum_squares`, √(2/p) (f − y) for `mse` over p outputs;
/// behind `unstandardize` in deviations of the targets, as the loss is.
impl<N: Jacobian> LeastSquares for BatchLoss<'_, N> {
    fn dimension(&self) -> usize {
        N::PARAMETERS
    }

    fn linearize(&mut self, x: &[f64], visit: &mut dyn FnMut(f64, &[f64])) -> Result<(), Error> {
        let scale = residual_scale::<N>()?;
        self.scales.clear();
        match target_deviations(&self.network) {
            Some(deviations) => self
                .scales
                .extend(deviations.iter().map(|d| scale / d.to_f64())),
            None => self.scales.resize(N::OUTPUTS, scale),
        }
        round(x, self.network.parameters_mut());
        let (inputs, targets) = (self.samples.inputs(), self.samples.targets());
        let tile = TILE.min(inputs.len());
        self.outputs.resize(tile, N::Output::ZERO);
        self.jacobian
            .resize(tile * N::OUTPUTS * N::PARAMETERS, N::Scalar::ZERO);
        for (inputs, targets) in inputs.chunks(tile).zip(targets.chunks(tile)) {
            let outputs = &mut self.outputs[..inputs.len()];
            let jacobian = &mut self.jacobian[..inputs.len() * N::OUTPUTS * N::PARAMETERS];
            self.network
                .jacobian(self.isa, inputs, &mut self.workspace, outputs, jacobian)?;
            let outputs = outputs.iter().flat_map(N::Output::as_slice);
            let pairs = outputs.zip(targets.iter().flat_map(N::Target::as_slice));
            let rows = jacobian.chunks_exact(N::PARAMETERS.max(1));
            for (((f, y), row), scale) in pairs.zip(rows).zip(self.scales.iter().cycle()) {
                for (slope, row) in self.slopes.iter_mut().zip(row) {
                    *slope = scale * row.to_f64();
                }
                visit(scale * (f.to_f64() - y.to_f64()), &self.slopes);
            }
        }
        Ok(())
    }

    fn half_squares(&mut self, x: &[f64]) -> Result<f64, Error> {
        residual_scale::<N>()?;
        self.value(x)
    }
}

/// By the loss's name: of one that a user wrote nothing is known.
fn residual_scale<N: Network>() -> Result<f64, Error> {
    match N::LOSS {
        "sum_squares" => Ok(1.0),
        "mse" => Ok((2.0 / N::OUTPUTS as f64).sqrt()),
        loss => Err(Error::NotSumOfSquares { loss }),
    }
}

fn round<T: Real>(x: &[f64], to: &mut [T]) {
    for (to, &x) in to.iter_mut().zip(x) {
        *to = T::from_f64(x);
    }
}

fn widen<T: Real>(x: &[T], to: &mut [f64]) {
    for (to, x) in to.iter_mut().zip(x) {
        *to = x.to_f64();
    }
}
