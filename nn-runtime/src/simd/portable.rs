//! What the compiler was told the target has, and nothing more: vectors are arrays.

use core::marker::PhantomData;

use super::{Program, Simd, Vector};
use crate::kernel::Kernel;
use crate::math::Real;

/// Whatever the compiler was told the target has, and nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portable;

impl Simd for Portable {
    const NAME: &'static str = "portable";
    const FMA: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
    type F32 = Array<Self, f32, 4, 16>;
    type F64 = Array<Self, f64, 2, 16>;

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

/// L scalars, of which a set S is said to hold R at a time. The compiler keeps 16 bytes in a register of
/// the target's baseline set.
#[derive(Debug, Clone, Copy)]
pub struct Array<S, T, const L: usize, const R: usize>([T; L], PhantomData<S>);

// SAFETY: arrays and loops move LANES or `count` scalars; every set's L is a power of two and fits 64 bytes.
unsafe impl<S: Simd, T: Real, const L: usize, const R: usize> Vector for Array<S, T, L, R> {
    type Simd = S;
    type Element = T;
    const LANES: usize = L;
    const REGISTERS: usize = R;

    #[inline(always)]
    fn splat(_simd: S, value: T) -> Self {
        Self([value; L], PhantomData)
    }

    #[inline(always)]
    unsafe fn load(_simd: S, from: *const T) -> Self {
        // SAFETY: the caller says that L scalars are readable; an array of them needs no more
        // alignment than one.
        Self(unsafe { from.cast::<[T; L]>().read() }, PhantomData)
    }

    #[inline(always)]
    unsafe fn load_first(_simd: S, from: *const T, count: usize) -> Self {
        let mut lanes = [T::ZERO; L];
        for (l, lane) in lanes.iter_mut().enumerate().take(count) {
            // SAFETY: l < count, and the caller says that `count` scalars are readable.
            *lane = unsafe { from.add(l).read() };
        }
        Self(lanes, PhantomData)
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the caller says that L scalars are writable.
        unsafe { to.cast::<[T; L]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut T, count: usize) {
        for (l, lane) in self.0.into_iter().enumerate().take(count) {
            // SAFETY: l < count, and the caller says that `count` scalars are writable.
            unsafe { to.add(l).write(lane) }
        }
    }

    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        let mut sum = c;
        for l in 0..L {
            sum.0[l] = self.0[l].mul_add::<S>(b.0[l], c.0[l]);
        }
        sum
    }

    #[inline(always)]
    fn add(self, b: Self) -> Self {
        let mut sum = self;
        for l in 0..L {
            sum.0[l] += b.0[l];
        }
        sum
    }

    #[inline(always)]
    fn div(self, b: Self) -> Self {
        let mut quotient = self;
        for l in 0..L {
            quotient.0[l] = self.0[l] / b.0[l];
        }
        quotient
    }

    #[inline(always)]
    fn mul_sign(self, sign: Self) -> Self {
        let mut product = self;
        for l in 0..L {
            product.0[l] = self.0[l].mul_sign(sign.0[l]);
        }
        product
    }

    #[inline(always)]
    fn sum(self) -> T {
        let mut lanes = self.0;
        let mut half = L / 2;
        while half > 0 {
            for l in 0..half {
                lanes[l] += lanes[l + half];
            }
            half /= 2;
        }
        lanes[0]
    }
}
