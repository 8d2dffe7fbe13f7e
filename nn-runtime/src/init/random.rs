//! The random numbers behind initial parameters, pinned down to the bit.
//!
//! A number depends on the seed, the tensor's index and its place in the tensor, and on nothing
//! else: ChaCha with 8 rounds is a published cipher, its 64-bit stream number is the tensor's index,
//! and what turns its output into uniform and normal numbers is written out here, so that no other
//! crate's change of method can change a network's start. The logarithm, sine and cosine come from
//! `libm`, not from the platform.

use core::f64::consts::TAU;

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// The key's last 24 bytes; the first 8 are the seed. They keep initial parameters apart from
/// whatever else is drawn with the same seed.
const PURPOSE: &[u8; 24] = b"unrolled initial values!";

/// The numbers of one tensor.
pub(super) struct Stream {
    words: ChaCha8Rng,
    /// Box and Muller's method makes two normal numbers at a time; the second waits here.
    spare: Option<f64>,
}

impl Stream {
    /// The stream of the tensor with this index.
    pub(super) fn new(seed: u64, tensor: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..].copy_from_slice(PURPOSE);
        let mut words = ChaCha8Rng::from_seed(key);
        words.set_stream(tensor);
        Self { words, spare: None }
    }

    /// Uniform on [0, 1): a multiple of 2⁻⁵³, from the upper 53 of 64 bits.
    pub(super) fn uniform(&mut self) -> f64 {
        const ULP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.words.next_u64() >> 11) as f64 * ULP
    }

    /// Uniform on [−1, 1).
    pub(super) fn symmetric(&mut self) -> f64 {
        2.0 * self.uniform() - 1.0
    }

    /// Standard normal (Box and Muller 1958): √(−2 ln(1 − u)) times cos 2πv, then times sin 2πv.
    pub(super) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        // 1 − u is in (0, 1], whose logarithm is finite.
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        let (sin, cos) = libm::sincos(TAU * self.uniform());
        self.spare = Some(radius * sin);
        radius * cos
    }
}
