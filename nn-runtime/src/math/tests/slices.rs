//! The functions of whole slices against those of their elements: the same bits, for every length.

use super::{Function, Isa, Real, map, same_bits, sigmoid, tanh};
use crate::kernel::{Activation, activate};
use crate::simd::{Program, Simd};

struct Slice<'a, T>(Activation, &'a mut [[T; 1]]);

impl<T: Real> Program for Slice<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        activate(simd, self.0, self.1);
    }
}

#[track_caller]
fn check<F: Function, T: Real>(activation: Activation) {
    let xs: Vec<T> = (0..200_i32)
        .map(|i| T::from_f64(f64::from(i - 90) * 0.37))
        .chain([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0].map(T::from_f64))
        .collect();
    for isa in Isa::available() {
        for first in 0..=xs.len() {
            let mut slice = xs[first..].to_vec();
            isa.run(Slice(activation, slice.as_chunks_mut::<1>().0));
            let elements = map::<F, T>(isa, &xs[first..]);
            let mut pairs = slice.iter().zip(&elements);
            let same = pairs.all(|(a, b)| same_bits(a.to_f64(), b.to_f64()));
            let length = slice.len();
            assert!(same, "{} of {length} elements on {}", F::NAME, isa.name());
        }
    }
}

#[test]
fn slices_have_the_bits_of_their_elements() {
    check::<tanh, f32>(Activation::Tanh);
    check::<tanh, f64>(Activation::Tanh);
    check::<sigmoid, f32>(Activation::Sigmoid);
    check::<sigmoid, f64>(Activation::Sigmoid);
}
