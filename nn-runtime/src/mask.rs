//! Dropout masks from a counter-based stream.
//!
//! A mask value is a hash of (seed, step, layer, row, unit) and of nothing else, so it depends on
//! neither the tiling nor the threads nor the instruction set, and a batch's row 37 gets the same
//! mask wherever it is computed.
//!
//! The hash has two levels. A row's coordinates pass one after the other through splitmix64's
//! finalizer (Steele, Lea and Flood, 2014) and leave a 64-bit key: scalar work, once a row. A unit
//! then passes through three rounds of shift and multiply on 32 bits, into which the key enters
//! twice; the constants are Wellons' `triple32`, whose avalanche is within 0.02 of ideal. That is
//! nine operations a vector on the port that multiplies, and no dependence from unit to unit, so
//! the plain loop vectorizes. Its last shift is left out: it would change low bits only, and a comparison
//! with a threshold looks at the high ones.

use crate::math::Real;
use crate::network::Draw;
use crate::simd::Simd;

/// Fills a mask for inverted dropout: 1/`keep` with probability `keep`, else 0.
///
/// `first_row` is the batch row that `mask[0]` belongs to; 0 < `keep` ≤ 1. The probability is
/// `keep` rounded to a multiple of 2⁻³².
#[inline(always)]
pub fn fill<S: Simd, T: Real, const N: usize>(
    _simd: S,
    draw: Draw,
    layer: u32,
    keep: f64,
    first_row: usize,
    mask: &mut [[T; N]],
) {
    let kept = T::from_f64(1.0 / keep);
    // Of the 2³² hashes, those up to this one keep their unit.
    let last = ((keep * 4_294_967_296.0).round() as u64).saturating_sub(1) as u32;
    let stream = splitmix(splitmix(draw.seed, draw.step), u64::from(layer));
    for (i, row) in mask.iter_mut().enumerate() {
        let key = splitmix(stream, (first_row + i) as u64);
        for (unit, m) in row.iter_mut().enumerate() {
            let keeps = hash(unit as u32, key) <= last;
            *m = if keeps { kept } else { T::ZERO };
        }
    }
}

/// The `index`-th number of the splitmix64 stream that starts at `key`.
#[inline(always)]
fn splitmix(key: u64, index: u64) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let x = key.wrapping_add(index.wrapping_add(1).wrapping_mul(GOLDEN));
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// 32 bits for one unit of the row with this key; the high bits are the good ones.
#[inline(always)]
fn hash(unit: u32, key: u64) -> u32 {
    let x = unit.wrapping_add(key as u32);
    let x = (x ^ (x >> 17)).wrapping_mul(0xed5a_d4bb);
    let x = (x ^ (x >> 11) ^ (key >> 32) as u32).wrapping_mul(0xac4c_1b51);
    (x ^ (x >> 15)).wrapping_mul(0x3184_8bab)
}
