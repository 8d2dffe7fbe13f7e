//! The two floating-point formats, as far as the algorithms look at their bits.
//!
//! Everything here is a handful of integer or float instructions without a branch, so that loops
//! over it vectorize. Two old tricks carry it:
//!
//! * *Rounding by addition.* Adding R = 1.5·2ᵖ⁻¹ (p the precision) to a moderate x leaves the
//!   nearest integer to x in the low bits of the sum; subtracting R gives it back as a float. No
//!   conversion instruction is needed, and none of the saturation tests of an `as` cast.
//! * *Powers of two from bits.* If those low bits hold k + bias, shifting them into the exponent
//!   field makes 2ᵏ.

use super::Real;

/// Constants and bit operations of a format.
pub(super) trait Format: Real {
    /// +∞.
    const INFINITY: Self;
    /// The smallest normal number.
    const MIN_POSITIVE: Self;
    /// R: adding it rounds to the nearest integer, ties to even.
    const ROUNDER: Self;
    /// R + bias: the same, with the low bits ready for [`power_of_two`](Format::power_of_two).
    const BIASED_ROUNDER: Self;
    /// 2ᵖ, which lifts every subnormal number to a normal one.
    const LIFT: Self;
    /// p.
    const PRECISION: Self;

    /// 2ᵏ for `self` = R + bias + k.
    fn power_of_two(self) -> Self;
    /// 1/x for a power of two x.
    fn power_of_two_inverse(self) -> Self;
    /// `self` = 2ᵏ·m with √½ ≤ m < √2: (k, m, 2⁻ᵏ), for a positive normal number. The last is
    /// meaningless if |k| is within two of the format's largest exponent.
    fn split(self) -> (Self, Self, Self);
    /// |self| with the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;
    /// Bit `INDEX` of the integer that `self` holds after R was added.
    fn bit<const INDEX: u32>(self) -> bool;
    /// −`self` if bit 1 of the integer in `rounded` is set (R was added to it), else `self`.
    fn negate_if_bit_1(self, rounded: Self) -> Self;
    /// The high half of the significand: its square and its product with the rest are exact.
    fn high_half(self) -> Self;
}

macro_rules! format {
    ($float:ident, $bits:ident, half: $half:literal) => {
        impl Format for $float {
            const INFINITY: Self = $float::INFINITY;
            const MIN_POSITIVE: Self = $float::MIN_POSITIVE;
            const ROUNDER: Self = 1.5 / $float::EPSILON;
            const BIASED_ROUNDER: Self = Self::ROUNDER + ($float::MAX_EXP - 1) as $float;
            const LIFT: Self = 2.0 / $float::EPSILON;
            const PRECISION: Self = $float::MANTISSA_DIGITS as $float;

            #[inline(always)]
            fn power_of_two(self) -> Self {
                $float::from_bits(self.to_bits() << ($float::MANTISSA_DIGITS - 1))
            }
            #[inline(always)]
            fn power_of_two_inverse(self) -> Self {
                const ONE_TWICE: $bits = (1.0 as $float).to_bits() * 2;
                $float::from_bits(ONE_TWICE.wrapping_sub(self.to_bits()))
            }
            #[inline(always)]
            fn split(self) -> (Self, Self, Self) {
                const FRACTION: u32 = $float::MANTISSA_DIGITS - 1;
                const ONE: $bits = (1.0 as $float).to_bits();
                const LEAST: $bits = std::$float::consts::FRAC_1_SQRT_2.to_bits();
                // Moving √½ to 1 makes the exponent field say k + bias.
                let moved = self.to_bits().wrapping_add(ONE - LEAST);
                let exponent = moved >> FRACTION;
                let k = $float::from_bits(Self::ROUNDER.to_bits().wrapping_add(exponent))
                    - Self::BIASED_ROUNDER;
                let m = $float::from_bits((moved & ((1 << FRACTION) - 1)).wrapping_add(LEAST));
                let inverse = (2 * (ONE >> FRACTION)).wrapping_sub(exponent) << FRACTION;
                (k, m, $float::from_bits(inverse))
            }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                $float::copysign(self, sign)
            }
            #[inline(always)]
            fn bit<const INDEX: u32>(self) -> bool {
                self.to_bits() & (1 << INDEX) != 0
            }
            #[inline(always)]
            fn negate_if_bit_1(self, rounded: Self) -> Self {
                let sign = (rounded.to_bits() >> 1) << ($bits::BITS - 1);
                $float::from_bits(self.to_bits() ^ sign)
            }
            #[inline(always)]
            fn high_half(self) -> Self {
                $float::from_bits(self.to_bits() & ($bits::MAX << $half))
            }
        }
    };
}

format!(f32, u32, half: 12);
format!(f64, u64, half: 27);
