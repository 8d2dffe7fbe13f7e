//! The functions of whole slices against those of their elements: the same bits, for every length.

use super::{Function, Isa, Real, map, same_bits, sigmoid, tanh};
use crate::kernel::{Activation, activate};
use crate::simd::{Program, Simd};

struct Slice<'a, T, const N: usize>(Activation, &'a mut [[T; N]]);

impl<T: Real, const N: usize> Program for Slice<'_, T, N> {
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
    for isa in Isa::available_or_emulated() {
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

/// A row alone, which takes another way.
#[track_caller]
fn check_row<F: Function, T: Real, const N: usize>(activation: Activation) {
    let xs: [T; N] = core::array::from_fn(|i| T::from_f64((i as f64 - 0.4 * N as f64) * 0.37));
    for isa in Isa::available_or_emulated() {
        let mut row = xs;
        isa.run(Slice(activation, core::slice::from_mut(&mut row)));
        let elements = map::<F, T>(isa, &xs);
        let mut pairs = row.iter().zip(&elements);
        let same = pairs.all(|(a, b)| same_bits(a.to_f64(), b.to_f64()));
        assert!(same, "{} of a row of {N} on {}", F::NAME, isa.name());
    }
}

#[test]
fn rows_have_the_bits_of_their_elements() {
    check_row::<tanh, f32, 1>(Activation::Tanh);
    check_row::<tanh, f32, 31>(Activation::Tanh);
    check_row::<tanh, f64, 64>(Activation::Tanh);
    check_row::<sigmoid, f32, 65>(Activation::Sigmoid);
    check_row::<sigmoid, f64, 128>(Activation::Sigmoid);
    check_row::<sigmoid, f32, 129>(Activation::Sigmoid);
}

#[test]
fn slices_have_the_bits_of_their_elements() {
    check::<tanh, f32>(Activation::Tanh);
    check::<tanh, f64>(Activation::Tanh);
    check::<sigmoid, f32>(Activation::Sigmoid);
    check::<sigmoid, f64>(Activation::Sigmoid);
}
