//! Panels of B copied to where they stay in the first-level cache.
//!
//! Rows whose length is a multiple of 512 bytes start in few of the cache's sets: of a panel of such
//! rows only a few dozen fit, and every tile of rows fetches them again from the second level. A
//! contiguous copy of as many rows of the panel as fit costs one pass over them and serves all
//! tiles. The sums are continued from C for the next piece of the panel, so the order of additions
//! stays and with it every bit.
//!
//! A large B lies farther away than the second level, and processors do not foresee steps from row to
//! row: a panel copied at once waits for every row. So the copy of the next panel is made beside the
//! tiles of this one: before each tile some rows are asked for, and by the next tile they are there.
//!
//! Measured on 256 x 512 by 512 x 512 in `f32`, as a share of the peak of fused multiply-adds: X·W
//! 0.80 without and 0.87 with copies made at once on AVX-512, 0.89 and 0.95 on AVX2; Xᵀ·G 0.80 and 0.85 on
//! AVX-512, 0.65 and 0.77 on AVX2. On a Zen 3 processor (AVX2, 32 KiB), 64 x 784 by 784 x 128: X·W 0.58
//! without and 0.79 with them, Xᵀ·G 0.59 and 0.86. Copies made beside the tiles take a step of 512 -> 512
//! -> 512 -> 10 with 256 rows there to 0.87 to 0.91 of the time. With rows of other lengths copies gained
//! nothing.

use core::mem::MaybeUninit;

use crate::math::Real;
use crate::simd::{Program, Simd, Vector};

use super::operands::Operands;
use super::tile;

/// The size of a copy in bytes. Two pieces of it hold 784 rows of 64 bytes. Both copies together do not fit
/// a first-level cache of 32 KiB; on a Zen 3 processor, which has that, 12 to 33 KiB were no faster.
const BYTES: usize = 25 * 1024;

#[repr(align(64))]
struct Copy(MaybeUninit<[u8; BYTES]>);

/// Columns of a panel: as many as a tile holds.
const fn width<V: Vector>() -> usize {
    tile::vectors::<V>() * V::LANES
}

/// Whether panels are worth the copies: their rows collide in the cache, many tiles will use them, and
/// all of them are whole.
///
/// A cache's sets repeat every 4 KiB. Rows that are 2ᵐ bytes (times an odd number) apart start at
/// multiples of 2ᵐ in there, and a panel reaches no other sets than those that it spans from these
/// starts on: a quarter of them or less if four times its width is no more than 2ᵐ.
#[inline(always)]
pub(super) fn pays<V: Vector>(p: &Operands<'_, V::Element>) -> bool {
    let scalar = size_of::<V::Element>();
    let apart = 1 << (p.b_step * scalar).trailing_zeros().min(12);
    apart >= 512
        && 4 * width::<V>() * scalar <= apart
        && p.rows >= 48
        && p.columns.is_multiple_of(width::<V>())
}

/// C ← start + A·B through copies of B; only where [`pays`] says so.
pub(super) struct Packed<'a, T>(pub(super) Operands<'a, T>);

impl<T: Real> Program for Packed<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let p = self.0;
        let width = width::<T::Vector<S>>();
        let height = BYTES / (width * size_of::<T>());
        let mut copies = [const { Copy(MaybeUninit::uninit()) }; 2];
        let copies = copies.each_mut().map(|copy| copy.0.as_mut_ptr().cast());
        let mut panels = (0..p.columns)
            .step_by(width)
            .flat_map(|first| p.columns(first..first + width).pieces(height))
            .zip(copies.into_iter().cycle())
            // SAFETY: a copy is aligned for any scalar and holds `height` rows. It serves every other
            // panel, and only one panel is in use while the copy of the next is made.
            .map(|(panel, to)| unsafe { Copying::new(panel, to) });
        let mut next = panels.next();
        while let Some(copy) = next {
            let panel = copy.finish(simd);
            next = panels.next();
            let before_tile = || {
                if let Some(copy) = &mut next {
                    copy.advance(simd);
                }
            };
            // SAFETY: the panel's columns fill the tile's vectors, because `pays` lets no others through.
            unsafe { tile::whole_panel::<T::Vector<S>>(simd, panel, before_tile) };
        }
    }
}

/// The copy of a panel's rows of B in the making.
struct Copying<'a, T> {
    panel: Operands<'a, T>,
    to: *mut T,
    /// So many rows are copied.
    copied: usize,
    /// So many rows are copied or asked for.
    asked: usize,
}

impl<'a, T: Real> Copying<'a, T> {
    /// # Safety
    /// The rows of B must be writable at `to`, one after the other, apart from all operands, and must be
    /// left alone there for as long as the copy and what [`finish`](Self::finish) returns are used.
    #[inline(always)]
    unsafe fn new(panel: Operands<'a, T>, to: *mut T) -> Self {
        Self {
            panel,
            to,
            copied: 0,
            asked: 0,
        }
    }

    /// Copies the rows that were asked for and asks for more, so that no more calls are needed than a
    /// panel has tiles.
    #[inline(always)]
    fn advance<S: Simd>(&mut self, simd: S) {
        let p = self.panel;
        self.copy(simd, self.asked);
        let share = p.depth / (p.rows / tile::HEIGHT) + 1;
        self.asked = p.depth.min(self.asked + share);
        for k in self.copied..self.asked {
            let row = p.b.wrapping_add(k * p.b_step);
            // Every line of 64 bytes, and the one where an unaligned row ends.
            for j in (0..p.columns).step_by(64 / size_of::<T>()) {
                T::Vector::<S>::prefetch(row.wrapping_add(j));
            }
            T::Vector::<S>::prefetch(row.wrapping_add(p.columns - 1));
        }
    }

    /// Copies what is left; the panel with its copy.
    #[inline(always)]
    fn finish<S: Simd>(mut self, simd: S) -> Operands<'a, T> {
        self.copy(simd, self.panel.depth);
        // SAFETY: all rows have been copied, one after the other.
        unsafe { self.panel.with_copy(self.to) }
    }

    /// Copies the rows up to `end`, each a whole panel wide.
    #[inline(always)]
    fn copy<S: Simd>(&mut self, simd: S, end: usize) {
        let p = self.panel;
        for k in self.copied..end {
            let from = p.b.wrapping_add(k * p.b_step);
            let to = self.to.wrapping_add(k * p.columns);
            for j in (0..const { width::<T::Vector<S>>() }).step_by(T::Vector::<S>::LANES) {
                // SAFETY: vector j of row k is readable, and `new` was told that its place in the copy
                // is writable.
                unsafe {
                    T::Vector::<S>::load(simd, from.wrapping_add(j)).store(to.wrapping_add(j))
                };
            }
        }
        self.copied = end;
    }
}
