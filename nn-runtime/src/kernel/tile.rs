//! The register tile: C ← start + A·B for a few rows and a few vectors of columns.
//!
//! Every product of a step is this one loop. For each k a row of B is loaded as vectors, an element
//! of every row of A is broadcast, and their products are added to a block of C that stays in
//! registers:
//!
//! ```text
//! for k:  b[j] ← B[k, j]  (C vectors);  for r:  sum[r][j] ← A[r, k] · b[j] + sum[r][j]
//! ```
//!
//! A is reached through two strides, so the same loop serves X·W (a row of X is contiguous) and
//! Xᵀ·G (a column of X is). Every element of C is one chain of fused multiply-adds over k in
//! ascending order, whatever the tile's size or the width of the vectors; hence all sets that fuse
//! give the same bits, and a row alone the same as in a batch.
//!
//! Columns are cut into panels of at most as many vectors as the registers hold. The last vector of
//! a panel is shifted left so that it ends with the panel: the lanes that overlap the vector before
//! it are computed twice, with equal results, and stored after both were loaded. So masks are
//! needed only where a whole row of C is narrower than one vector.

use core::hint::black_box;

use crate::math::Real;
use crate::simd::{Program, Simd, Vector};

use super::operands::{Operands, Origin};
use super::packed::{self, Packed};

/// C ← start + A·B, the columns in panels of as many vectors as the registers hold.
#[inline(always)]
pub(super) fn multiply<S: Simd, T: Real>(simd: S, p: Operands<'_, T>) {
    let lanes = T::Vector::<S>::LANES;
    if packed::pays::<T::Vector<S>>(&p) {
        return simd.vectorize(Packed(p));
    }
    let whole = vectors::<T::Vector<S>>();
    let widest = match (p.rows, whole) {
        (1, _) => CHAINS,
        (2 | 3, 2) => CHAINS.div_ceil(p.rows),
        _ => whole,
    };
    let vectors = p.columns.div_ceil(lanes);
    let panels = vectors.div_ceil(widest);
    let mut first = 0;
    // The panels differ by at most one vector, and the wider ones come last: the panel with the
    // shifted vector has two unless one vector is all there is.
    for panel in 0..panels {
        let count = (vectors + panel) / panels;
        let width = (count * lanes).min(p.columns - first);
        let part = p.columns(first..first + width);
        simd.vectorize(Panel(part));
        first += width;
    }
}

/// Rows of the tile that fills the registers …
pub(super) const HEIGHT: usize = 6;

/// … and its vectors of columns: the sums, a row of vectors of B and an element of A must fit.
pub(super) const fn vectors<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 4 } else { 2 }
}

/// As many chains of additions as hide one another's latency (two a cycle, four cycles each): few rows
/// have more vectors side by side instead. On a Zen 3 processor Xᵀ·G of 50 x 50, whose last two columns
/// are such rows (`swapped`), takes 0.95 of the time.
const CHAINS: usize = 8;

/// C ← start + A·B for columns that fit the registers, in a function of its own.
struct Panel<'a, T>(Operands<'a, T>);

impl<T: Real> Program for Panel<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        panel::<T::Vector<S>>(simd, self.0);
    }
}

#[inline(always)]
fn panel<V: Vector>(simd: V::Simd, p: Operands<'_, V::Element>) {
    let nothing = || {};
    let last = p.columns.wrapping_sub(V::LANES);
    // SAFETY: as many vectors as the columns fill, the last of them shifted to end with the columns.
    unsafe {
        if p.rows == 1 && p.columns > V::LANES {
            return single::<V>(simd, last, p);
        }
        let count = p.columns.div_ceil(V::LANES);
        match (count, const { vectors::<V>() }, p.rows) {
            (1, _, _) if p.columns < V::LANES => {
                rows::<V, _, 8, 1>(simd, First { count: p.columns }, p, nothing);
            }
            (1, _, _) => rows::<V, _, 8, 1>(simd, Whole::<1> { last }, p, nothing),
            (2, 4, _) => rows::<V, _, 8, 2>(simd, Whole::<2> { last }, p, nothing),
            (3, 4, _) => rows::<V, _, 8, 3>(simd, Whole::<3> { last }, p, nothing),
            (3, 2, 2) => tile::<V, _, 2, 3>(simd, Whole::<3> { last }, p, 0),
            (4, 2, 2) => tile::<V, _, 2, 4>(simd, Whole::<4> { last }, p, 0),
            (3, 2, 3) => tile::<V, _, 3, 3>(simd, Whole::<3> { last }, p, 0),
            _ => whole_panel::<V>(simd, p, nothing),
        }
    }
}

/// A panel whose columns fill a tile. `before_tile` is called once for every tile.
///
/// # Safety
/// As [`Operands`] says, and the columns fill [`vectors`], the last of them at least in part.
#[inline(always)]
pub(super) unsafe fn whole_panel<V: Vector>(
    simd: V::Simd,
    p: Operands<'_, V::Element>,
    before_tile: impl FnMut(),
) {
    let last = p.columns - V::LANES;
    // SAFETY: as many vectors as the columns fill, the last of them shifted to end with the columns.
    unsafe {
        if const { vectors::<V>() == 4 } {
            rows::<V, _, HEIGHT, 4>(simd, Whole::<4> { last }, p, before_tile);
        } else {
            rows::<V, _, HEIGHT, 2>(simd, Whole::<2> { last }, p, before_tile);
        }
    }
}

/// A panel of a single row.
///
/// # Safety
/// As [`Operands`] says, and the columns are more than one vector and at most [`CHAINS`].
#[inline(always)]
unsafe fn single<V: Vector>(simd: V::Simd, last: usize, p: Operands<'_, V::Element>) {
    // SAFETY: as many vectors as the columns fill, the last of them shifted to end with the columns.
    unsafe {
        match p.columns.div_ceil(V::LANES) {
            2 => tile::<V, _, 1, 2>(simd, Whole::<2> { last }, p, 0),
            3 => tile::<V, _, 1, 3>(simd, Whole::<3> { last }, p, 0),
            4 => tile::<V, _, 1, 4>(simd, Whole::<4> { last }, p, 0),
            5 => tile::<V, _, 1, 5>(simd, Whole::<5> { last }, p, 0),
            6 => tile::<V, _, 1, 6>(simd, Whole::<6> { last }, p, 0),
            7 => tile::<V, _, 1, 7>(simd, Whole::<7> { last }, p, 0),
            _ => tile::<V, _, 1, CHAINS>(simd, Whole::<CHAINS> { last }, p, 0),
        }
    }
}

/// One panel: tiles of R rows, unless that leaves less than the four rows that keep the processor busy;
/// then the rest in tiles of up to five. A tile of one or two rows would wait for its own sums; without
/// them, Xᵀ·G of 9 x 16 takes 0.8 and of 13 x 20 0.96 of the time on a Zen 3 processor.
///
/// # Safety
/// As [`Operands`] says, and the C vectors of `lanes` lie within the panel's columns.
#[inline(always)]
unsafe fn rows<V: Vector, L: Lanes<V>, const R: usize, const C: usize>(
    simd: V::Simd,
    lanes: L,
    p: Operands<'_, V::Element>,
    mut before_tile: impl FnMut(),
) {
    let mut i = 0;
    // SAFETY: no tile is higher than the rows that are left.
    unsafe {
        while i + R == p.rows || i + R + 4 <= p.rows {
            before_tile();
            tile::<V, L, R, C>(simd, lanes, p, i);
            i += R;
        }
        while i < p.rows {
            before_tile();
            let height = match p.rows - i {
                rest @ ..=5 => rest,
                6..=8 => 4,
                _ => 5,
            };
            match height {
                1 => tile::<V, L, 1, C>(simd, lanes, p, i),
                2 => tile::<V, L, 2, C>(simd, lanes, p, i),
                3 => tile::<V, L, 3, C>(simd, lanes, p, i),
                4 => tile::<V, L, 4, C>(simd, lanes, p, i),
                _ => tile::<V, L, 5, C>(simd, lanes, p, i),
            }
            i += height;
        }
    }
}

/// R rows of C, from row `i` on.
///
/// # Safety
/// As [`Operands`] says, `i + R <= rows`, and the C vectors of `lanes` lie within the columns.
#[inline(always)]
unsafe fn tile<V: Vector, L: Lanes<V>, const R: usize, const C: usize>(
    simd: V::Simd,
    lanes: L,
    p: Operands<'_, V::Element>,
    i: usize,
) {
    // The fact behind all blocks of this function: rows i .. i + R of A and C, all rows of B and the
    // start row belong to the operands, and `lanes` stays within their columns. Pointers step
    // beyond the last k by wrapping arithmetic only, and are not read there.
    let c = p.c.wrapping_add(i * p.c_row);
    let mut sum = [[V::splat(simd, V::Element::ZERO); C]; R];
    match p.start {
        Origin::Zero => {}
        Origin::Row(row) => {
            for j in 0..C {
                // SAFETY: vector j of the start row is within the operands.
                let start = unsafe { lanes.load(simd, row, j) };
                for r in 0..R {
                    sum[r][j] = start;
                }
            }
        }
        Origin::Keep => {
            for r in 0..R {
                for j in 0..C {
                    // SAFETY: vector j of row i + r of C is within the operands.
                    sum[r][j] = unsafe { lanes.load(simd, c.add(r * p.c_row), j) };
                }
            }
        }
    }
    // Each row has its own pointer, and the compiler must not see how they are related: it would
    // reach them one from the other, a chain of R additions for every k, which held a tile of one
    // vector to half its speed.
    let mut a = [p.a; R];
    for r in 0..R {
        a[r] = black_box(p.a.wrapping_add((i + r) * p.a_row));
    }
    let mut b = p.b;
    for _ in 0..p.depth {
        let mut row = [V::splat(simd, V::Element::ZERO); C];
        for j in 0..C {
            // SAFETY: vector j of row k of B is within the operands.
            row[j] = unsafe { lanes.load(simd, b, j) };
        }
        for r in 0..R {
            // SAFETY: A[i + r, k] is within the operands.
            let x = V::splat(simd, unsafe { *a[r] });
            for j in 0..C {
                sum[r][j] = x.mul_add(row[j], sum[r][j]);
            }
            a[r] = a[r].wrapping_add(p.a_step);
        }
        b = b.wrapping_add(p.b_step);
    }
    for r in 0..R {
        for j in 0..C {
            // SAFETY: vector j of row i + r of C is within the operands.
            unsafe { lanes.store(sum[r][j], c.add(r * p.c_row), j) };
        }
    }
}

/// Which scalars of a row are vector `j` of a panel.
trait Lanes<V: Vector>: Copy {
    /// # Safety
    /// The vector's scalars must be readable.
    unsafe fn load(self, simd: V::Simd, row: *const V::Element, j: usize) -> V;
    /// # Safety
    /// The vector's scalars must be writable.
    unsafe fn store(self, vector: V, row: *mut V::Element, j: usize);
}

/// Vectors side by side, but the last starts at `last`.
#[derive(Clone, Copy)]
struct Whole<const C: usize> {
    last: usize,
}

impl<const C: usize> Whole<C> {
    #[inline(always)]
    fn offset<V: Vector>(self, j: usize) -> usize {
        if j + 1 == C { self.last } else { j * V::LANES }
    }
}

impl<V: Vector, const C: usize> Lanes<V> for Whole<C> {
    #[inline(always)]
    unsafe fn load(self, simd: V::Simd, row: *const V::Element, j: usize) -> V {
        // SAFETY: handed on.
        unsafe { V::load(simd, row.add(self.offset::<V>(j))) }
    }
    #[inline(always)]
    unsafe fn store(self, vector: V, row: *mut V::Element, j: usize) {
        // SAFETY: handed on.
        unsafe { vector.store(row.add(self.offset::<V>(j))) }
    }
}

/// One vector of which only the first `count` lanes are there.
#[derive(Clone, Copy)]
struct First {
    count: usize,
}

impl<V: Vector> Lanes<V> for First {
    #[inline(always)]
    unsafe fn load(self, simd: V::Simd, row: *const V::Element, _j: usize) -> V {
        // SAFETY: handed on.
        unsafe { V::load_first(simd, row, self.count) }
    }
    #[inline(always)]
    unsafe fn store(self, vector: V, row: *mut V::Element, _j: usize) {
        // SAFETY: handed on.
        unsafe { vector.store_first(row, self.count) }
    }
}
