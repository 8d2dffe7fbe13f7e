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

#[cfg(test)]
mod tests {
    use super::*;

    /// One rounding a component in the scaling and one in the factor: 4 ε.
    #[track_caller]
    fn check<T: Real>(clip: Clip, scale: f64, gradient: &[f64], norm: f64, expected: &[f64]) {
        for isa in Isa::available() {
            let mut clipped: Vec<T> = gradient.iter().map(|&g| T::from_f64(g)).collect();
            let found = clip.apply(isa, scale, &mut clipped);
            let close = (found - norm).abs() <= 4.0 * T::EPSILON.to_f64() * norm || found == norm;
            assert!(close, "norm {found} for {norm} on {}", isa.name());
            assert_eq!(clipped.len(), expected.len());
            for (found, &expected) in clipped.iter().zip(expected) {
                let error = (found.to_f64() - expected).abs();
                assert!(
                    error <= 4.0 * T::EPSILON.to_f64() * expected.abs(),
                    "{found}: {expected}"
                );
            }
        }
    }

    #[test]
    fn by_norm() {
        check::<f64>(Clip::Norm(1.0), 1.0, &[3.0, -4.0], 5.0, &[0.6, -0.8]);
        check::<f32>(Clip::Norm(1.0), 1.0, &[3.0, -4.0], 5.0, &[0.6, -0.8]);
        check::<f64>(Clip::Norm(5.0), 1.0, &[3.0, -4.0], 5.0, &[3.0, -4.0]);
        // The mean gradient of four rows has norm 5 and is halved; the sum keeps its factor of 4.
        check::<f64>(Clip::Norm(2.5), 0.25, &[12.0, -16.0], 5.0, &[6.0, -8.0]);
        check::<f64>(Clip::Norm(1.0), 1.0, &[], 0.0, &[]);
        check::<f64>(Clip::Norm(1.0), 1.0, &[0.0; 3], 0.0, &[0.0; 3]);
        // 400 components of ±2: several vectors and a tail; norm 40.
        let many: Vec<f64> = (0..401)
            .map(|i| [2.0, -2.0][i % 2] * f64::from(i < 400))
            .collect();
        let clipped: Vec<f64> = many.iter().map(|g| g / 80.0).collect();
        check::<f32>(Clip::Norm(0.5), 1.0, &many, 40.0, &clipped);
    }

    #[test]
    fn by_value() {
        let gradient = [3.0, -4.0, 0.5, -0.25];
        let norm = 25.3125_f64.sqrt();
        check::<f64>(
            Clip::Value(1.0),
            1.0,
            &gradient,
            norm,
            &[1.0, -1.0, 0.5, -0.25],
        );
        check::<f32>(
            Clip::Value(0.5),
            0.5,
            &gradient,
            norm / 2.0,
            &[1.0, -1.0, 0.5, -0.25],
        );
        check::<f64>(Clip::Value(4.0), 1.0, &gradient, norm, &gradient);
    }

    #[test]
    fn norms_neither_overflow_nor_underflow() {
        check::<f64>(
            Clip::Norm(5e300),
            1.0,
            &[3e307, -4e307],
            5e307,
            &[3e300, -4e300],
        );
        check::<f64>(
            Clip::Norm(1.0),
            1.0,
            &[3e-200, -4e-200],
            5e-200,
            &[3e-200, -4e-200],
        );
        check::<f32>(
            Clip::Norm(1.0),
            1.0,
            &[3e38, -2e38],
            3.605551275463989e38,
            &[0.832050294337844, -0.554700196225229],
        );
        let least = f64::from_bits(1);
        check::<f64>(Clip::Norm(1.0), 1.0, &[least; 4], 2.0 * least, &[least; 4]);
    }

    #[track_caller]
    fn check_left_alone(gradient: [f64; 3]) {
        for clip in [Clip::Norm(0.5), Clip::Value(0.5)] {
            let mut clipped = gradient;
            assert!(!clip.apply(Isa::best(), 1.0, &mut clipped).is_finite());
            assert_eq!(clipped.map(f64::to_bits), gradient.map(f64::to_bits));
        }
    }

    #[test]
    fn a_gradient_that_is_not_finite_is_left_alone() {
        check_left_alone([1.0, f64::NAN, 2.0]);
        check_left_alone([1.0, f64::INFINITY, 2.0]);
        check_left_alone([f64::INFINITY, f64::NAN, 2.0]);
    }

    #[test]
    fn invalid_limits() {
        for limit in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                Clip::Norm(limit).validate(),
                Err(Error::Setting { .. })
            ));
            assert!(matches!(
                Clip::Value(limit).validate(),
                Err(Error::Setting { .. })
            ));
        }
        assert_eq!(Clip::Norm(1.0).validate(), Ok(()));
    }
}
