//! The aarch64 set: NEON, which every 64-bit ARM processor has, so there is nothing to detect and
//! no shell is needed.

use core::arch::aarch64::*;

use crate::kernel::Kernel;
use crate::math::Real;

use super::{Program, Simd, Vector};

/// NEON with fused multiply-add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Neon;

impl Simd for Neon {
    const NAME: &'static str = "neon";
    const FMA: bool = true;
    type F32 = F32x4;
    type F64 = F64x2;

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

/// A vector type over the intrinsics named.
macro_rules! vector {
    (
        $(#[$doc:meta])* $name:ident($raw:ty): [$element:ty; $lanes:literal],
        $dup:ident $ld1:ident $st1:ident $fma:ident $add:ident $div:ident $sum:ident,
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(super) struct $name($raw);

        // SAFETY: the intrinsics move LANES scalars, the loops `count` of them; a register has 16
        // bytes.
        unsafe impl Vector for $name {
            type Simd = Neon;
            type Element = $element;
            const LANES: usize = $lanes;
            const REGISTERS: usize = 32;

            #[inline(always)]
            fn splat(_simd: Neon, value: $element) -> Self {
                // SAFETY: NEON is part of the target's baseline.
                Self(unsafe { $dup(value) })
            }

            #[inline(always)]
            unsafe fn load(_simd: Neon, from: *const $element) -> Self {
                // SAFETY: the caller says that LANES scalars are readable.
                Self(unsafe { $ld1(from) })
            }

            #[inline(always)]
            unsafe fn load_first(simd: Neon, from: *const $element, count: usize) -> Self {
                let mut lanes = [0.0; $lanes];
                for (l, lane) in lanes.iter_mut().enumerate().take(count) {
                    // SAFETY: l < count, and the caller says that `count` scalars are readable.
                    *lane = unsafe { from.add(l).read() };
                }
                // SAFETY: the array has LANES scalars.
                unsafe { Self::load(simd, lanes.as_ptr()) }
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $element) {
                // SAFETY: the caller says that LANES scalars are writable.
                unsafe { $st1(to, self.0) }
            }

            #[inline(always)]
            unsafe fn store_first(self, to: *mut $element, count: usize) {
                let mut lanes = [0.0; $lanes];
                // SAFETY: the array has LANES scalars.
                unsafe { self.store(lanes.as_mut_ptr()) };
                for (l, lane) in lanes.into_iter().enumerate().take(count) {
                    // SAFETY: l < count, and the caller says that `count` scalars are writable.
                    unsafe { to.add(l).write(lane) }
                }
            }

            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                // SAFETY: NEON is part of the target's baseline.
                Self(unsafe { $fma(c.0, self.0, b.0) })
            }

            #[inline(always)]
            fn add(self, b: Self) -> Self {
                // SAFETY: NEON is part of the target's baseline.
                Self(unsafe { $add(self.0, b.0) })
            }

            #[inline(always)]
            fn div(self, b: Self) -> Self {
                // SAFETY: NEON is part of the target's baseline.
                Self(unsafe { $div(self.0, b.0) })
            }

            #[inline(always)]
            fn mul_sign(self, sign: Self) -> Self {
                let (mut product, mut signs) = ([0.0; $lanes], [0.0; $lanes]);
                // SAFETY: the arrays have LANES scalars.
                unsafe {
                    self.store(product.as_mut_ptr());
                    sign.store(signs.as_mut_ptr());
                }
                for (value, sign) in product.iter_mut().zip(signs) {
                    *value = Real::mul_sign(*value, sign);
                }
                // SAFETY: the array has LANES scalars.
                Self(unsafe { $ld1(product.as_ptr()) })
            }

            #[inline(always)]
            fn sum(self) -> $element {
                // SAFETY: NEON is part of the target's baseline.
                unsafe { $sum(self.0) }
            }
        }
    };
}

vector! {
    /// Four `f32` in a register of NEON.
    F32x4(float32x4_t): [f32; 4],
    vdupq_n_f32 vld1q_f32 vst1q_f32 vfmaq_f32 vaddq_f32 vdivq_f32 sum_f32x4,
}

vector! {
    /// Two `f64` in a register of NEON.
    F64x2(float64x2_t): [f64; 2],
    vdupq_n_f64 vld1q_f64 vst1q_f64 vfmaq_f64 vaddq_f64 vdivq_f64 vaddvq_f64,
}

/// (v₀ + v₂) + (v₁ + v₃): `vaddvq_f32` would pair neighbours instead.
#[inline]
#[target_feature(enable = "neon")]
fn sum_f32x4(v: float32x4_t) -> f32 {
    vaddv_f32(vadd_f32(vget_low_f32(v), vget_high_f32(v)))
}
