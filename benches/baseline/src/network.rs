//! The network: a chain of layers with a loss.

use ndarray::{ArrayView2, ArrayViewMut2};

use crate::chain::Chain;
use crate::dropout::{Masks, Random, random_masks};
use crate::layer::{Builder, Rows, Spec};
use crate::{Adam, Error, Float, Loss};

/// Inference runs through all layers in pieces of so many rows, so that they stay in cache. Of 32 to
/// 4096 rows, 256 to 1024 measured best over networks from 2-50-1 to 512-512-512-10.
const TILE: usize = 512;

/// A network whose layers are known at run time.
///
/// Training and inference are different methods: `gradient` and `step` use batch statistics and
/// dropout, `predict_into` and `loss` use neither.
pub struct Network<T> {
    inputs: usize,
    targets: usize,
    parameters: usize,
    chain: Chain<T>,
    loss: Loss,
    masks: Masks<T>,
    /// ∂L/∂F.
    gradient: Vec<T>,
    /// The rows of an inference pass.
    rows: Rows<T>,
}

impl<T: Float> Network<T> {
    /// Builds the chain for rows of `inputs` columns: Glorot uniform weights from seed 0, zero
    /// biases, γ = 1, β = 0.
    ///
    /// # Errors
    /// A chain that does not fit together or a setting outside its range.
    pub fn new(inputs: usize, layers: Vec<Spec>, loss: Loss) -> Result<Self, Error> {
        if inputs == 0 {
            return Err(Error::NoUnits);
        }
        let mut builder = Builder {
            random: Random::new(0),
            dropouts: 0,
        };
        let chain = Chain::new(inputs, &layers, &mut builder)?;
        let mut network = Self {
            inputs,
            targets: loss.targets(chain.outputs())?,
            parameters: 0,
            chain,
            loss,
            masks: random_masks(0),
            gradient: Vec::new(),
            rows: Rows::new(),
        };
        let mut count = 0;
        network.tensors(&mut |parameters, _| count += parameters.len());
        network.parameters = count;
        Ok(network)
    }

    /// Takes dropout masks from this source from now on.
    pub fn set_masks(&mut self, masks: Masks<T>) {
        self.masks = masks;
    }

    /// The number of parameters.
    pub fn len(&self) -> usize {
        self.parameters
    }

    /// Whether the network has no parameter at all.
    pub fn is_empty(&self) -> bool {
        self.parameters == 0
    }

    /// One training pass: returns the loss, summed over the rows, and leaves the summed gradients
    /// in the layers. Moves the running statistics.
    ///
    /// # Errors
    /// Matrices of the wrong width, of different height, not in standard layout; too small a batch.
    pub fn gradient(&mut self, x: ArrayView2<'_, T>, t: ArrayView2<'_, T>) -> Result<T, Error> {
        let (x, t, rows) = self.batch(&x, &t)?;
        let least = self.chain.least_rows();
        if rows < least {
            return Err(Error::BatchTooSmall { rows, least });
        }
        self.chain.forward(x, rows, &mut self.masks);
        let output = self.chain.output();
        self.gradient.resize(output.len(), T::zero());
        let columns = self.chain.outputs();
        let loss = self.loss.evaluate(output, t, columns, &mut self.gradient);
        self.chain.backward_first(x, &mut self.gradient);
        Ok(loss)
    }

    /// One training step along the mean gradient; returns the loss before it, summed over the rows.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient); nothing is changed then.
    pub fn step(
        &mut self,
        x: ArrayView2<'_, T>,
        t: ArrayView2<'_, T>,
        adam: &mut Adam<T>,
    ) -> Result<T, Error> {
        let rows = x.nrows();
        let loss = self.gradient(x, t)?;
        adam.update(self, 1.0 / rows as f64);
        Ok(loss)
    }

    /// Predicts into `y` (n x outputs), without dropout and with the running statistics.
    ///
    /// # Errors
    /// Matrices of the wrong width, of different height, or not in standard layout.
    pub fn predict_into(
        &mut self,
        x: ArrayView2<'_, T>,
        mut y: ArrayViewMut2<'_, T>,
    ) -> Result<(), Error> {
        let outputs = self.chain.outputs();
        shape("the input", x.dim(), (x.nrows(), self.inputs))?;
        shape("the output", y.dim(), (x.nrows(), outputs))?;
        let x = x.to_slice().ok_or(Error::Layout("the input"))?;
        let y = y.as_slice_mut().ok_or(Error::Layout("the output"))?;
        let tiles = x.chunks(TILE * self.inputs);
        for (x, y) in tiles.zip(y.chunks_mut(TILE * outputs)) {
            self.rows.load(x);
            self.chain.infer(&mut self.rows);
            y.copy_from_slice(self.rows.values());
        }
        Ok(())
    }

    /// The loss of predictions, summed over the rows.
    ///
    /// # Errors
    /// Matrices of the wrong width, of different height, or not in standard layout.
    pub fn loss(&mut self, x: ArrayView2<'_, T>, t: ArrayView2<'_, T>) -> Result<T, Error> {
        let (x, t, _) = self.batch(&x, &t)?;
        let columns = self.chain.outputs();
        let tiles = x.chunks(TILE * self.inputs);
        let mut loss = T::zero();
        for (x, t) in tiles.zip(t.chunks(TILE * self.targets)) {
            self.rows.load(x);
            self.chain.infer(&mut self.rows);
            let output = self.rows.values();
            self.gradient.resize(output.len(), T::zero());
            loss += self.loss.evaluate(output, t, columns, &mut self.gradient);
        }
        Ok(loss)
    }

    /// All parameters, flat.
    pub fn parameters(&mut self) -> Vec<T> {
        let mut flat = Vec::with_capacity(self.parameters);
        self.tensors(&mut |parameters, _| flat.extend_from_slice(parameters));
        flat
    }

    /// The gradients of the last training pass, summed over the rows, flat.
    pub fn gradients(&mut self) -> Vec<T> {
        let mut flat = Vec::with_capacity(self.parameters);
        self.tensors(&mut |_, gradients| flat.extend_from_slice(gradients));
        flat
    }

    /// All running statistics, flat: mean, then variance, of each batch normalization.
    pub fn statistics(&mut self) -> Vec<T> {
        let mut flat = Vec::new();
        self.chain.statistics(&mut |s| flat.extend_from_slice(s));
        flat
    }

    /// Sets all parameters.
    ///
    /// # Errors
    /// A slice of the wrong length; nothing is changed then.
    pub fn set_parameters(&mut self, flat: &[T]) -> Result<(), Error> {
        shape("the parameters", (1, flat.len()), (1, self.parameters))?;
        let mut rest = flat;
        self.tensors(&mut |parameters, _| {
            let (now, later) = rest.split_at(parameters.len());
            parameters.copy_from_slice(now);
            rest = later;
        });
        Ok(())
    }

    /// Sets all running statistics.
    ///
    /// # Errors
    /// A slice of the wrong length; nothing is changed then.
    pub fn set_statistics(&mut self, flat: &[T]) -> Result<(), Error> {
        let mut count = 0;
        self.chain.statistics(&mut |s| count += s.len());
        shape("the statistics", (1, flat.len()), (1, count))?;
        let mut rest = flat;
        self.chain.statistics(&mut |s| {
            let (now, later) = rest.split_at(s.len());
            s.copy_from_slice(now);
            rest = later;
        });
        Ok(())
    }

    /// Shows every parameter tensor with its gradient, in the flat order.
    pub fn tensors(&mut self, visit: &mut dyn FnMut(&mut [T], &mut [T])) {
        self.chain.parameters(visit);
    }

    /// Inputs and targets as slices, and the number of rows, once they fit.
    fn batch<'a>(
        &self,
        x: &ArrayView2<'a, T>,
        t: &ArrayView2<'a, T>,
    ) -> Result<(&'a [T], &'a [T], usize), Error> {
        let rows = x.nrows();
        shape("the input", x.dim(), (rows, self.inputs))?;
        shape("the target", t.dim(), (rows, self.targets))?;
        let x = x.to_slice().ok_or(Error::Layout("the input"))?;
        let t = t.to_slice().ok_or(Error::Layout("the target"))?;
        Ok((x, t, rows))
    }
}

fn shape(what: &'static str, found: (usize, usize), expected: (usize, usize)) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Shape {
        what,
        found,
        expected,
    })
}
