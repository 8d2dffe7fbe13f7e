//! Dropout masks from a counter-based stream.
//!
//! A mask value is a hash of (seed, step, layer, row, unit) and of nothing else, so it depends on
//! neither the tiling nor the threads nor the instruction set, and a batch's row 37 gets the same
//! mask wherever it is computed.

use crate::math::Real;
use crate::network::Draw;
use crate::simd::Simd;

/// Fills a mask for inverted dropout: 1/`keep` with probability `keep`, else 0.
///
/// `first_row` is the batch row that `mask[0]` belongs to.
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
    // 2³² · keep, rounded: the exact probability that a uniform 32-bit number lies below it.
    let threshold = (keep * 4_294_967_296.0).round() as u64;
    for (i, row) in mask.iter_mut().enumerate() {
        let (k0, k1) = row_key(draw, layer, (first_row + i) as u64);
        for (j, m) in row.iter_mut().enumerate() {
            let drawn = mix(mix((j as u32).wrapping_mul(0x9e37_79b9) ^ k0).wrapping_add(k1));
            *m = if u64::from(drawn) < threshold {
                kept
            } else {
                T::ZERO
            };
        }
    }
}

/// Two 32-bit keys for one row of one layer's mask at one step, by splitmix64's finalizer.
#[inline(always)]
fn row_key(draw: Draw, layer: u32, row: u64) -> (u32, u32) {
    let mut key = draw.seed;
    for part in [draw.step, u64::from(layer), row] {
        key = key
            .wrapping_add(part.wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .wrapping_add(0x632b_e59b_d9b4_e019);
        key = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        key = (key ^ (key >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        key ^= key >> 31;
    }
    (key as u32, (key >> 32) as u32)
}

/// A bijection of 32-bit numbers with low bias (two multiplications, three shifts).
#[inline(always)]
fn mix(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}
