//! What a product works on, as pointers and strides whose bounds the array types have proved.

use core::marker::PhantomData;
use core::ops::Range;

use super::Start;

/// The operands of C ← start + A·B.
///
/// Always holds: A (`rows` x `depth`), B (`depth` x `columns`) and the start row are readable, C
/// (`rows` x `columns`) is writable, and C overlaps none of the others, all for `'a`.
#[derive(Clone, Copy)]
pub struct Operands<'a, T> {
    pub(super) rows: usize,
    pub(super) depth: usize,
    pub(super) columns: usize,
    /// A\[i, k\] is at `a + i·a_row + k·a_step`.
    pub(super) a: *const T,
    pub(super) a_row: usize,
    pub(super) a_step: usize,
    /// B\[k, j\] is at `b + k·b_step + j`.
    pub(super) b: *const T,
    pub(super) b_step: usize,
    /// C\[i, j\] is at `c + i·c_row + j`.
    pub(super) c: *mut T,
    pub(super) c_row: usize,
    pub(super) start: Origin<T>,
    borrowed: PhantomData<&'a mut T>,
}

/// [`Start`] as a pointer.
#[derive(Clone, Copy)]
pub(super) enum Origin<T> {
    Zero,
    Row(*const T),
    Keep,
}

impl<'a, T: Copy> Operands<'a, T> {
    /// C ← start + X·W.
    #[inline(always)]
    pub(super) fn product<const K: usize, const N: usize>(
        start: Start<'a, [T; N]>,
        x: &'a [[T; K]],
        w: &'a [[T; N]; K],
        c: &'a mut [[T; N]],
    ) -> Self {
        Self {
            rows: x.len().min(c.len()),
            depth: K,
            columns: N,
            a: x.as_ptr().cast(),
            a_row: K,
            a_step: 1,
            b: w.as_ptr().cast(),
            b_step: N,
            c: c.as_mut_ptr().cast(),
            c_row: N,
            start: start.origin(),
            borrowed: PhantomData,
        }
    }

    /// D ← start + Xᵀ·G.
    #[inline(always)]
    pub(super) fn transposed_product<const K: usize, const N: usize>(
        start: Start<'a, [T; N]>,
        x: &'a [[T; K]],
        g: &'a [[T; N]],
        d: &'a mut [[T; N]; K],
    ) -> Self {
        Self {
            rows: K,
            depth: x.len().min(g.len()),
            columns: N,
            a: x.as_ptr().cast(),
            a_row: 1,
            a_step: K,
            b: g.as_ptr().cast(),
            b_step: N,
            c: d.as_mut_ptr().cast(),
            c_row: N,
            start: start.origin(),
            borrowed: PhantomData,
        }
    }

    /// The same product for some columns of B and C.
    #[inline(always)]
    pub(super) fn columns(self, range: Range<usize>) -> Self {
        debug_assert!(range.start <= range.end && range.end <= self.columns);
        Self {
            columns: range.end - range.start,
            b: self.b.wrapping_add(range.start),
            c: self.c.wrapping_add(range.start),
            start: match self.start {
                Origin::Row(row) => Origin::Row(row.wrapping_add(range.start)),
                other => other,
            },
            ..self
        }
    }

    /// The part of the sums that the steps k in `range` add.
    #[inline(always)]
    pub(super) fn steps(self, range: Range<usize>) -> Self {
        debug_assert!(range.start <= range.end && range.end <= self.depth);
        Self {
            depth: range.end - range.start,
            a: self.a.wrapping_add(range.start * self.a_step),
            b: self.b.wrapping_add(range.start * self.b_step),
            start: if range.start == 0 {
                self.start
            } else {
                Origin::Keep
            },
            ..self
        }
    }

    /// The product in as few equal pieces of at most `most` steps k as there can be, to be done in this
    /// order; one piece at least, since C takes its start even without any step.
    #[inline(always)]
    pub(super) fn pieces(self, most: usize) -> impl Iterator<Item = Self> {
        let pieces = self.depth.div_ceil(most).max(1);
        let length = self.depth.div_ceil(pieces);
        (0..pieces)
            .map(move |piece| self.steps(piece * length..self.depth.min((piece + 1) * length)))
    }

    /// The same product with a copy of B.
    ///
    /// # Safety
    /// `depth` rows of `columns` scalars must be readable at `b`, without gaps, and must not be
    /// written to for as long as the operands are used.
    #[inline(always)]
    pub(super) unsafe fn with_copy(self, b: *const T) -> Self {
        Self {
            b,
            b_step: self.columns,
            ..self
        }
    }

    /// Some columns of Cᵀ ← start + Bᵀ·A, for an A whose columns are contiguous, where the result
    /// goes to `to` in rows of `to_row` scalars.
    ///
    /// # Safety
    /// `columns` rows of as many scalars as the range has must be writable there, and readable if
    /// `start` keeps them; nothing else may use them as long as the operands.
    #[inline(always)]
    pub(super) unsafe fn swapped(
        self,
        range: Range<usize>,
        to: *mut T,
        to_row: usize,
        start: Origin<T>,
    ) -> Self {
        debug_assert!(self.a_row == 1 && range.start <= range.end && range.end <= self.rows);
        Self {
            rows: self.columns,
            columns: range.end - range.start,
            a: self.b,
            a_row: 1,
            a_step: self.b_step,
            b: self.a.wrapping_add(range.start),
            b_step: self.a_step,
            c: to,
            c_row: to_row,
            start,
            ..self
        }
    }
}

impl<T, const N: usize> Start<'_, [T; N]> {
    #[inline(always)]
    fn origin(self) -> Origin<T> {
        match self {
            Start::Zero => Origin::Zero,
            Start::Row(row) => Origin::Row(row.as_ptr()),
            Start::Keep => Origin::Keep,
        }
    }
}
