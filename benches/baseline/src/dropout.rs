//! Inverted dropout, and where its masks come from.
//!
//! The default source is splitmix64 over a counter: successive numbers do not wait for each other,
//! which makes it one of the cheapest generators there are. A test can put a source of its own in
//! its place.

use crate::Float;
use crate::layer::{Layer, Rows};

/// Fills dropout masks: called with the dropout layer's number in the chain (from 0), the
/// probability to keep, the layer's width and the mask (n x width, row-major), to be filled with
/// 1/keep or 0.
pub type Masks<T> = Box<dyn FnMut(usize, f64, usize, &mut [T]) + Send>;

/// Masks from one pseudo-random stream.
pub fn random_masks<T: Float>(seed: u64) -> Masks<T> {
    let mut random = Random::new(seed);
    Box::new(move |_, keep, _, mask| {
        let kept = T::of(1.0 / keep);
        let threshold = (keep * Random::RANGE) as u64;
        for m in mask {
            *m = if random.bits() < threshold {
                kept
            } else {
                T::zero()
            };
        }
    })
}

/// splitmix64 (Steele, Lea and Flood 2014).
pub(crate) struct Random(u64);

impl Random {
    /// `bits` lie below this, 2⁵³.
    const RANGE: f64 = (1_u64 << 53) as f64;

    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) >> 11
    }

    /// Uniform in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        self.bits() as f64 / Self::RANGE
    }
}

pub(crate) struct Dropout<T> {
    width: usize,
    keep: f64,
    number: usize,
    mask: Vec<T>,
}

impl<T: Float> Dropout<T> {
    pub(crate) fn new(width: usize, keep: f64, number: usize) -> Self {
        let mask = Vec::new();
        Self {
            width,
            keep,
            number,
            mask,
        }
    }
}

impl<T: Float> Layer<T> for Dropout<T> {
    fn forward(&mut self, x: &[T], y: &mut [T], masks: &mut Masks<T>) {
        self.mask.resize(x.len(), T::zero());
        masks(self.number, self.keep, self.width, &mut self.mask);
        for ((y, &x), &m) in y.iter_mut().zip(x).zip(&self.mask) {
            *y = x * m;
        }
    }

    fn backward<'a>(&'a mut self, _x: &[T], _y: &[T], g: &'a mut [T]) -> &'a mut [T] {
        g.iter_mut().zip(&self.mask).for_each(|(g, &m)| *g *= m);
        g
    }

    fn infer(&mut self, _rows: &mut Rows<T>) {}
}
