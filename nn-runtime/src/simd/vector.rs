//! One register full of scalars: all that the explicit kernels ask of an instruction set.
//!
//! A vector can be made only with the set's token, so whoever holds one may use the set's
//! instructions; that is why the arithmetic is safe. Memory goes through raw pointers, because a
//! register tile walks rows whose bounds its caller has proved once for the whole tile.

use super::Simd;
use crate::kernel::Kernel;
use crate::math::Real;

/// A scalar type that vectors are made of: what leads from it to the registers and kernels of a set.
pub trait Lane: Sized {
    /// A register of this type.
    type Vector<S: Simd>: Vector<Simd = S, Element = Self>;

    /// Runs a kernel that is compiled in this crate.
    #[doc(hidden)]
    fn compute<S: Simd>(simd: S, kernel: Kernel<'_, Self>);
}

impl Lane for f32 {
    type Vector<S: Simd> = S::F32;

    #[inline(always)]
    fn compute<S: Simd>(simd: S, kernel: Kernel<'_, Self>) {
        simd.compute_f32(kernel);
    }
}

impl Lane for f64 {
    type Vector<S: Simd> = S::F64;

    #[inline(always)]
    fn compute<S: Simd>(simd: S, kernel: Kernel<'_, Self>) {
        simd.compute_f64(kernel);
    }
}

/// [`LANES`](Vector::LANES) scalars in one register of the set [`Simd`](Vector::Simd).
///
/// # Safety
/// The kernels rely on it that no function reads or writes other scalars than those it names, and
/// that LANES is a power of two of at most 64 bytes.
pub unsafe trait Vector: Copy {
    /// The set whose instructions these are.
    type Simd: Simd;
    /// What a lane holds.
    type Element: Real;
    /// Lanes of a register.
    const LANES: usize;
    /// Registers of the set: how large a tile may be before it spills.
    const REGISTERS: usize;
    /// Rows of the blocks that [`transpose`](Vector::transpose) takes; they divide 64 bytes.
    const TALL: usize = 1;
    /// Columns of the blocks that [`transpose`](Vector::transpose) takes.
    const WIDE: usize = 1;

    /// All lanes `value`.
    fn splat(simd: Self::Simd, value: Self::Element) -> Self;

    /// The [`LANES`](Vector::LANES) scalars at `from`.
    ///
    /// # Safety
    /// They must be readable.
    unsafe fn load(simd: Self::Simd, from: *const Self::Element) -> Self;

    /// The first `count` scalars at `from`, zero in the other lanes.
    ///
    /// # Safety
    /// `count <= LANES`, and that many scalars must be readable.
    unsafe fn load_first(simd: Self::Simd, from: *const Self::Element, count: usize) -> Self;

    /// Writes all lanes to `to`.
    ///
    /// # Safety
    /// [`LANES`](Vector::LANES) scalars must be writable there.
    unsafe fn store(self, to: *mut Self::Element);

    /// Writes the first `count` lanes to `to`.
    ///
    /// # Safety
    /// `count <= LANES`, and that many scalars must be writable there.
    unsafe fn store_first(self, to: *mut Self::Element, count: usize);

    /// Asks for the cache line of `from` ahead of its use, where the set has a way to. Nothing is read:
    /// any address will do.
    #[inline(always)]
    fn prefetch(_from: *const Self::Element) {}

    /// `self`·`b` + `c` in every lane, rounded once if the set fuses.
    fn mul_add(self, b: Self, c: Self) -> Self;

    /// `self` + `b` in every lane.
    fn add(self, b: Self) -> Self;

    /// `self`/`b` in every lane.
    fn div(self, b: Self) -> Self;

    /// `self` times the sign of `sign` in every lane.
    fn mul_sign(self, sign: Self) -> Self;

    /// The sum of the lanes, as a tree that adds the upper half to the lower until one is left.
    fn sum(self) -> Self::Element;

    /// The [`sum`](Vector::sum) of each of four vectors, by the same tree.
    #[inline(always)]
    fn sums(four: [Self; 4]) -> [Self::Element; 4] {
        four.map(Self::sum)
    }

    /// Writes the transpose of a block of TALL x WIDE scalars: the one at `from + i·from_row + j`
    /// goes to `to + j·to_row + i`. A set without shuffles of its own moves single scalars.
    ///
    /// # Safety
    /// These scalars must be readable and writable.
    #[inline(always)]
    unsafe fn transpose(
        _simd: Self::Simd,
        from: *const Self::Element,
        _from_row: usize,
        to: *mut Self::Element,
        _to_row: usize,
    ) {
        // SAFETY: the block is one scalar, which the caller says is there.
        unsafe { *to = *from }
    }
}
