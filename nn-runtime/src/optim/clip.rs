//! Gradient clipping, by norm or by value.

use super::{lane_sum, positive};
use crate::error::Error;
use crate::math::Real;
use crate::simd::{Isa, Program, Simd};

/// A limit on the **mean** gradient, scale·g, where g is summed over the rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clip {
    /// Shortens the gradient to this Euclidean norm where it is longer, keeping its direction
    /// (Pascanu et al. 2013); positive. PyTorch's `clip_grad_norm_` divides by the norm + 1e-6.
    Norm(f64),
    /// Limits every component to [−c, c]; c positive.
    Value(f64),
}

impl Clip {
    /// # Errors
    /// [`Error::Setting`] if the limit is not positive and finite.
    pub fn validate(&self) -> Result<(), Error> {
        match *self {
            Self::Norm(most) => positive::<f64>("gradient norm limit", most),
            Self::Value(most) => positive::<f64>("gradient value limit", most),
        }
    }

    /// Limits `scale` · `gradient` by changing `gradient`, and returns the norm of the former
    /// before. If that is not finite the gradient is left as it is: there is no direction to keep,
    /// and the caller has diverged.
    pub fn apply<T: Real>(&self, isa: Isa, scale: f64, gradient: &mut [T]) -> f64 {
        let norm = scale * norm(isa, gradient);
        match *self {
            Self::Norm(most) if norm > most && norm.is_finite() => {
                isa.run(Shorten {
                    factor: T::from_f64(most / norm),
                    gradient,
                });
            }
            Self::Value(most) if norm > most && norm.is_finite() => {
                isa.run(Limit {
                    most: T::from_f64(most / scale),
                    gradient,
                });
            }
            _ => {}
        }
        norm
    }
}

/// ‖x‖₂. Summed in `f64`, where the square of no `f32` overflows or underflows; a vector of `f64`
/// whose squares do is scaled by its largest component in a second pass.
fn norm<T: Real>(isa: Isa, x: &[T]) -> f64 {
    let sum = isa.run(SumOfSquares { x, factor: 1.0 });
    // Below this a partial underflow could cost digits: the square of 2⁻⁴⁸⁰ is 2⁻⁹⁶⁰, with more
    // than 2⁵³ to spare above the subnormal numbers.
    if sum.is_finite() && sum > f64::from_bits((1023 - 960) << 52) {
        return sum.sqrt();
    }
    let largest = x
        .iter()
        .fold(0.0, |most: f64, x| most.max(x.to_f64().abs()));
    if largest == 0.0 || !largest.is_finite() || sum.is_nan() {
        return sum.sqrt();
    }
    // A power of two, so that scaling rounds nothing, and one whose inverse is finite.
    let scale = libm::exp2(libm::floor(libm::log2(largest)).max(-1022.0));
    scale
        * isa
            .run(SumOfSquares {
                x,
                factor: 1.0 / scale,
            })
            .sqrt()
}

/// Σ (factor·x)².
struct SumOfSquares<'a, T> {
    x: &'a [T],
    factor: f64,
}

struct Shorten<'a, T> {
    factor: T,
    gradient: &'a mut [T],
}

struct Limit<'a, T> {
    most: T,
    gradient: &'a mut [T],
}

impl<T: Real> Program for SumOfSquares<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> f64 {
        lane_sum(self.x, |x| {
            let x = self.factor * x.to_f64();
            x * x
        })
    }
}

impl<T: Real> Program for Shorten<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        for g in self.gradient {
            *g *= self.factor;
        }
    }
}

impl<T: Real> Program for Limit<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        for g in self.gradient {
            *g = g.max(-self.most).min(self.most);
        }
    }
}
