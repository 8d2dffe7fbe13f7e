//! Dropout masks from a counter-based stream.
//!
//! A mask value is a hash of (seed, step, layer, row, unit) and of nothing else, so it depends on
//! neither the tiling nor the threads nor the instruction set, and a batch's row 37 gets the same
//! mask wherever it is computed.
//!
//! The hash has two levels. A row's coordinates pass one after the other through splitmix64's
//! finalizer (Steele, Lea and Flood, 2014) and leave a 64-bit key: scalar work, once a row. A unit
//! then passes through three rounds of shift and multiply on 32 bits, into which the key enters
//! twice; shifts and factors are those of Wellons' `triple32`, found by a search for even
//! avalanche. Its last shift is left out: it would change low bits only, and a comparison with a
//! threshold looks at the high ones. Nothing depends from unit to unit, so the plain loop
//! vectorizes: for rows of 50 units in `f32`, 0.18 ns a unit with AVX-512 and 0.28 with AVX2.

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
    let whole = N - N % VECTOR;
    for (i, row) in mask.iter_mut().enumerate() {
        let key = splitmix(stream, (first_row + i) as u64);
        let value = |unit: usize| {
            let keeps = hash(unit as u32, key) <= last;
            if keeps { kept } else { T::ZERO }
        };
        for (unit, m) in row[..whole].iter_mut().enumerate() {
            *m = value(unit);
        }
        if whole < N {
            let mut tail = [T::ZERO; VECTOR];
            for (l, m) in tail.iter_mut().enumerate() {
                *m = value(whole + l);
            }
            row[whole..].copy_from_slice(&tail[..N - whole]);
        }
    }
}

/// Units that are done at once at the end of a row: one by one, a unit left over would cost as much,
/// and a branch that nobody can predict.
const VECTOR: usize = 8;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Isa, Program};

    const WIDTH: usize = 50;
    const RATES: [f64; 5] = [0.05, 0.3, 0.5, 0.8, 0.99];
    const BASE: Draw = Draw { seed: 7, step: 3 };

    struct Fill<'a, T, const N: usize> {
        draw: Draw,
        layer: u32,
        keep: f64,
        first_row: usize,
        mask: &'a mut [[T; N]],
    }

    impl<T: Real, const N: usize> Program for Fill<'_, T, N> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self, simd: S) {
            let Self {
                draw,
                layer,
                keep,
                first_row,
                mask,
            } = self;
            fill(simd, draw, layer, keep, first_row, mask);
        }
    }

    /// A mask of `rows` rows, filled on `isa` in tiles of `tile`, starting from NaN.
    fn tiled<T: Real, const N: usize>(
        isa: Isa,
        (draw, layer, keep): (Draw, u32, f64),
        rows: std::ops::Range<usize>,
        tile: usize,
    ) -> Vec<[T; N]> {
        let mut mask = vec![[T::from_f64(f64::NAN); N]; rows.len()];
        for (i, mask) in mask.chunks_mut(tile).enumerate() {
            let first_row = rows.start + i * tile;
            isa.run(Fill {
                draw,
                layer,
                keep,
                first_row,
                mask,
            });
        }
        mask
    }

    /// Which units are kept, row after row; asserts that the values are 0 and 1/`keep`.
    #[track_caller]
    fn kept(draw: Draw, layer: u32, keep: f64, rows: std::ops::Range<usize>) -> Vec<bool> {
        let mask = tiled::<f64, WIDTH>(Isa::best(), (draw, layer, keep), rows, 64);
        let keeps = |m: &f64| {
            assert!(*m == 0.0 || *m == 1.0 / keep, "{m} with keep {keep}");
            *m > 0.0
        };
        mask.iter().flatten().map(keeps).collect()
    }

    #[track_caller]
    fn check_bits<const N: usize>(rows: std::ops::Range<usize>, tile: usize, keep: f64) {
        let coordinates = (BASE, 2, keep);
        // The twin: one row at a time, portably.
        let twin = tiled::<f64, N>(Isa::available()[0], coordinates, rows.clone(), 1);
        for isa in Isa::available() {
            let wide = tiled::<f64, N>(isa, coordinates, rows.clone(), tile);
            let narrow = tiled::<f32, N>(isa, coordinates, rows.clone(), tile);
            assert_eq!(wide, twin, "f64 on {} in tiles of {tile}", isa.name());
            for (narrow, twin) in narrow.iter().zip(&twin) {
                assert_eq!(*narrow, twin.map(|m| m as f32), "f32 on {}", isa.name());
            }
        }
    }

    #[test]
    fn bits_depend_on_coordinates_alone() {
        check_bits::<1>(0..70, 7, 0.5);
        check_bits::<3>(5..70, 32, 0.5);
        check_bits::<16>(0..40, 40, 0.8);
        check_bits::<33>(1..40, 16, 0.3);
        check_bits::<50>(37..101, 64, 0.8);
        check_bits::<64>(0..9, 2, 0.05);
        check_bits::<50>(usize::MAX - 9..usize::MAX, 4, 0.8);
    }

    #[test]
    fn keep_one_keeps_all() {
        assert!(kept(BASE, 0, 1.0, 0..1000).iter().all(|&k| k));
    }

    /// z = (kept − n·keep)/σ of a binomial count.
    #[track_caller]
    fn check_rate(keep: f64) {
        let kept = kept(BASE, 1, keep, 0..10_000_000 / WIDTH);
        let n = kept.len() as f64;
        let count = kept.iter().filter(|&&k| k).count() as f64;
        let z = (count - n * keep) / (n * keep * (1.0 - keep)).sqrt();
        assert!(
            z.abs() <= 4.0,
            "keep {keep}: {count} of {n}, {z:.2} standard errors off"
        );
    }

    #[test]
    fn the_rate_is_right() {
        for keep in RATES {
            check_rate(keep);
        }
    }

    /// z = Σ (a − keep)(b − keep)/σ, normal with variance 1 if a and b are independent.
    #[track_caller]
    fn check_uncorrelated(keep: f64, pairs: impl Iterator<Item = (bool, bool)>, what: &str) {
        let centred = |kept: bool| f64::from(u8::from(kept)) - keep;
        let (sum, n) = pairs.fold((0.0, 0.0), |(sum, n), (a, b)| {
            (sum + centred(a) * centred(b), n + 1.0)
        });
        let z: f64 = sum / (f64::sqrt(n) * keep * (1.0 - keep));
        assert!(
            z.abs() <= 4.0,
            "keep {keep}, {what}: {z:.2} standard errors"
        );
    }

    #[test]
    fn units_rows_layers_steps_and_seeds_are_uncorrelated() {
        const ROWS: usize = 2000;
        for keep in [0.5, 0.8] {
            let base = kept(BASE, 1, keep, 0..ROWS);
            for lag in (1..=8).chain([16, 25, 32]) {
                let pairs = base
                    .chunks(WIDTH)
                    .flat_map(|row| row.iter().zip(&row[lag..]).map(|(&a, &b)| (a, b)));
                check_uncorrelated(keep, pairs, &format!("units {lag} apart"));
            }
            let against = |draw: Draw, layer: u32, first_row: usize, what: &str| {
                let other = kept(draw, layer, keep, first_row..first_row + ROWS);
                check_uncorrelated(keep, base.iter().copied().zip(other), what);
            };
            for lag in (1..=8).chain([16, 32, 64, 1 << 20]) {
                against(BASE, 1, lag, &format!("rows {lag} apart"));
                against(BASE, 1 + lag as u32, 0, &format!("layers {lag} apart"));
                let step = BASE.step + lag as u64;
                against(Draw { step, ..BASE }, 1, 0, &format!("steps {lag} apart"));
                let seed = BASE.seed + lag as u64;
                against(Draw { seed, ..BASE }, 1, 0, &format!("seeds {lag} apart"));
            }
            for bit in [1, 31, 32, 33, 62, 63] {
                let far = |word: u64| word ^ 1 << bit;
                against(
                    Draw {
                        seed: far(BASE.seed),
                        ..BASE
                    },
                    1,
                    0,
                    &format!("seed bit {bit}"),
                );
                against(
                    Draw {
                        step: far(BASE.step),
                        ..BASE
                    },
                    1,
                    0,
                    &format!("step bit {bit}"),
                );
            }
            // Steps along two coordinates at once, which a weak key would confuse.
            against(
                Draw {
                    step: BASE.step + 1,
                    ..BASE
                },
                0,
                0,
                "step against layer",
            );
            against(
                Draw {
                    step: BASE.step - 1,
                    ..BASE
                },
                1,
                1,
                "step against row",
            );
            against(
                Draw {
                    seed: BASE.seed - 1,
                    step: BASE.step + 1,
                },
                1,
                0,
                "seed against step",
            );
            against(BASE, 0, 1, "layer against row");
        }
    }
}
