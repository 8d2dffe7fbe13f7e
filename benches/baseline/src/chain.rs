//! Layers one after the other, and the skip around a chain.

use crate::dropout::Masks;
use crate::layer::{Builder, Layer, Rows, Spec};
use crate::{Error, Float};

/// Layers with the output that each had in the last training pass.
pub(crate) struct Chain<T> {
    layers: Vec<Box<dyn Layer<T>>>,
    widths: Vec<usize>,
    outputs: Vec<Vec<T>>,
}

impl<T: Float> Chain<T> {
    pub(crate) fn new(inputs: usize, specs: &[Spec], builder: &mut Builder) -> Result<Self, Error> {
        if specs.is_empty() {
            return Err(Error::NoLayers);
        }
        let (mut layers, mut widths) = (Vec::new(), Vec::new());
        let mut width = inputs;
        for spec in specs {
            let (layer, outputs) = spec.build(width, builder)?;
            layers.push(layer);
            widths.push(outputs);
            width = outputs;
        }
        let outputs = vec![Vec::new(); layers.len()];
        Ok(Self {
            layers,
            widths,
            outputs,
        })
    }

    /// Width of the last layer.
    pub(crate) fn outputs(&self) -> usize {
        self.widths.last().copied().unwrap_or(0)
    }

    /// What the last training pass put out.
    pub(crate) fn output(&self) -> &[T] {
        self.outputs.last().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn forward(&mut self, x: &[T], rows: usize, masks: &mut Masks<T>) {
        for (i, layer) in self.layers.iter_mut().enumerate() {
            let (before, after) = self.outputs.split_at_mut(i);
            after[0].resize(rows * self.widths[i], T::zero());
            layer.forward(before.last().map_or(x, Vec::as_slice), &mut after[0], masks);
        }
    }

    /// From ∂L/∂y in `g` to ∂L/∂x.
    pub(crate) fn backward<'a>(&'a mut self, x: &[T], g: &'a mut [T]) -> &'a mut [T] {
        let (first, y, g) = self.backward_to_first(g);
        first.backward(x, y, g)
    }

    /// `backward` without ∂L/∂x.
    pub(crate) fn backward_first(&mut self, x: &[T], g: &mut [T]) {
        let (first, y, g) = self.backward_to_first(g);
        first.backward_first(x, y, g);
    }

    /// Runs all but the first layer backward: the first layer, its output, the gradient by it.
    fn backward_to_first<'a>(
        &'a mut self,
        mut g: &'a mut [T],
    ) -> (&'a mut dyn Layer<T>, &'a [T], &'a mut [T]) {
        let (first, rest) = self.layers.split_first_mut().expect("a chain has layers");
        for (i, layer) in rest.iter_mut().enumerate().rev() {
            g = layer.backward(&self.outputs[i], &self.outputs[i + 1], g);
        }
        (first.as_mut(), &self.outputs[0], g)
    }

    pub(crate) fn infer(&mut self, rows: &mut Rows<T>) {
        for layer in &mut self.layers {
            layer.infer(rows);
        }
    }

    pub(crate) fn parameters(&mut self, visit: &mut dyn FnMut(&mut [T], &mut [T])) {
        for layer in &mut self.layers {
            layer.parameters(visit);
        }
    }

    pub(crate) fn statistics(&mut self, visit: &mut dyn FnMut(&mut [T])) {
        for layer in &mut self.layers {
            layer.statistics(visit);
        }
    }

    pub(crate) fn least_rows(&self) -> usize {
        let least = self.layers.iter().map(|layer| layer.least_rows());
        least.max().unwrap_or(1)
    }
}

/// y = x + f(x).
pub(crate) struct Skip<T> {
    inner: Chain<T>,
    /// The input of an inference pass, or the gradient on its way through the inner chain.
    kept: Vec<T>,
}

impl<T: Float> Skip<T> {
    pub(crate) fn new(inner: Chain<T>) -> Self {
        let kept = Vec::new();
        Self { inner, kept }
    }

    fn keep(&mut self, values: &[T]) {
        self.kept.clear();
        self.kept.extend_from_slice(values);
    }
}

impl<T: Float> Layer<T> for Skip<T> {
    fn forward(&mut self, x: &[T], y: &mut [T], masks: &mut Masks<T>) {
        self.inner.forward(x, x.len() / self.inner.outputs(), masks);
        for ((y, &x), &f) in y.iter_mut().zip(x).zip(self.inner.output()) {
            *y = x + f;
        }
    }

    fn backward<'a>(&'a mut self, x: &[T], _y: &[T], g: &'a mut [T]) -> &'a mut [T] {
        self.keep(g);
        let through = self.inner.backward(x, &mut self.kept);
        g.iter_mut().zip(through).for_each(|(g, &mut f)| *g += f);
        g
    }

    fn backward_first(&mut self, x: &[T], _y: &[T], g: &mut [T]) {
        self.inner.backward_first(x, g);
    }

    fn infer(&mut self, rows: &mut Rows<T>) {
        self.keep(rows.values());
        self.inner.infer(rows);
        let rows = rows.values_mut().iter_mut();
        rows.zip(&self.kept).for_each(|(f, &x)| *f += x);
    }

    fn parameters(&mut self, visit: &mut dyn FnMut(&mut [T], &mut [T])) {
        self.inner.parameters(visit);
    }

    fn statistics(&mut self, visit: &mut dyn FnMut(&mut [T])) {
        self.inner.statistics(visit);
    }

    fn least_rows(&self) -> usize {
        self.inner.least_rows()
    }
}
