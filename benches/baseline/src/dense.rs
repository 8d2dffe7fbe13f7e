//! The affine layer H = X W + b.
//!
//! `general_mat_mul` packs both factors whatever their size, which for one row costs more than the
//! product; few rows are therefore summed as b + Σₖ xₖ Wₖ, a loop that vectorizes. Measured in f32
//! for 50x50, 64x64, 128x64, 784x128 and 512x512 (AVX-512 machine, generic x86-64 build): one row is
//! 2.6 to 3.5 times faster that way, three rows are even, four are slower.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};

use crate::Float;
use crate::dropout::{Masks, Random};
use crate::layer::{Layer, Rows};

/// Up to this many rows the product is a sum of weight rows instead of a packed product.
const FEW_ROWS: usize = 3;

pub(crate) struct Dense<T> {
    inputs: usize,
    units: usize,
    w: Vec<T>,
    b: Vec<T>,
    dw: Vec<T>,
    db: Vec<T>,
    dx: Vec<T>,
}

impl<T: Float> Dense<T> {
    /// Glorot uniform weights (Glorot and Bengio 2010), zero biases.
    pub(crate) fn new(inputs: usize, units: usize, random: &mut Random) -> Self {
        let bound = (6.0 / (inputs + units) as f64).sqrt();
        let w = (0..inputs * units).map(|_| T::of(bound * (2.0 * random.uniform() - 1.0)));
        Self {
            inputs,
            units,
            w: w.collect(),
            b: vec![T::zero(); units],
            dw: vec![T::zero(); inputs * units],
            db: vec![T::zero(); units],
            dx: Vec::new(),
        }
    }

    fn affine(&self, x: &[T], y: &mut [T]) {
        for row in y.chunks_exact_mut(self.units) {
            row.copy_from_slice(&self.b);
        }
        if y.len() > FEW_ROWS * self.units {
            let (x, w) = (matrix(x, self.inputs), matrix(&self.w, self.units));
            general_mat_mul(T::one(), &x, &w, T::one(), &mut matrix_mut(y, self.units));
        } else {
            let rows = x.chunks_exact(self.inputs);
            for (x, y) in rows.zip(y.chunks_exact_mut(self.units)) {
                for (&x, w) in x.iter().zip(self.w.chunks_exact(self.units)) {
                    y.iter_mut().zip(w).for_each(|(y, &w)| *y += x * w);
                }
            }
        }
    }
}

impl<T: Float> Layer<T> for Dense<T> {
    fn forward(&mut self, x: &[T], y: &mut [T], _masks: &mut Masks<T>) {
        self.affine(x, y);
    }

    fn backward<'a>(&'a mut self, x: &[T], y: &[T], g: &'a mut [T]) -> &'a mut [T] {
        self.backward_first(x, y, g);
        self.dx.resize(x.len(), T::zero());
        let (g, w) = (matrix(g, self.units), matrix(&self.w, self.units));
        let mut dx = matrix_mut(&mut self.dx, self.inputs);
        general_mat_mul(T::one(), &g, &w.t(), T::zero(), &mut dx);
        &mut self.dx
    }

    fn backward_first(&mut self, x: &[T], _y: &[T], g: &mut [T]) {
        sum_rows(g, &mut self.db);
        let (x, g) = (matrix(x, self.inputs), matrix(g, self.units));
        let mut dw = matrix_mut(&mut self.dw, self.units);
        general_mat_mul(T::one(), &x.t(), &g, T::zero(), &mut dw);
    }

    fn infer(&mut self, rows: &mut Rows<T>) {
        let length = rows.values().len() / self.inputs * self.units;
        rows.replace(length, |x, y| self.affine(x, y));
    }

    fn parameters(&mut self, visit: &mut dyn FnMut(&mut [T], &mut [T])) {
        visit(&mut self.w, &mut self.dw);
        visit(&mut self.b, &mut self.db);
    }
}

/// Writes the sum of the rows of `x` into `sum`.
pub(crate) fn sum_rows<T: Float>(x: &[T], sum: &mut [T]) {
    sum.fill(T::zero());
    for row in x.chunks_exact(sum.len()) {
        sum.iter_mut().zip(row).for_each(|(sum, &x)| *sum += x);
    }
}

fn matrix<T>(x: &[T], columns: usize) -> ArrayView2<'_, T> {
    ArrayView2::from_shape((x.len() / columns, columns), x).expect("a batch is whole rows")
}

fn matrix_mut<T>(x: &mut [T], columns: usize) -> ArrayViewMut2<'_, T> {
    ArrayViewMut2::from_shape((x.len() / columns, columns), x).expect("a batch is whole rows")
}
