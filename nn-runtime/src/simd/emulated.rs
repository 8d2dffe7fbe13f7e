//! The shapes of sets that the processor may lack, for tests: their lanes and registers, as arrays.
//!
//! What a kernel does depends on how many scalars a vector holds and how many vectors the registers.
//! Its paths for AVX-512 and for NEON are tested here on any processor; not the instructions.

use super::{Array, Program, Simd};
use crate::kernel::Kernel;

/// A set of 32 registers that hold so many `f32` or so many `f64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Emulated<const F32: usize, const F64: usize>;

impl<const F32: usize, const F64: usize> Simd for Emulated<F32, F64> {
    const NAME: &'static str = if F32 == 16 {
        "the shape of avx512"
    } else {
        "the shape of neon"
    };
    const FMA: bool = true;
    type F32 = Array<Self, f32, F32, 32>;
    type F64 = Array<Self, f64, F64, 32>;

    fn vectorize<P: Program>(self, program: P) -> P::Output {
        program.run(self)
    }

    fn compute_f32(self, kernel: Kernel<'_, f32>) {
        self.vectorize(kernel);
    }

    fn compute_f64(self, kernel: Kernel<'_, f64>) {
        self.vectorize(kernel);
    }
}
