//! The x86-64 sets: AVX2 with FMA, and AVX-512 (F, VL, BW, DQ).

use core::arch::x86_64::*;

use crate::kernel::Kernel;

use super::{Program, Simd, Vector};

/// Proof of AVX2 and FMA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        found.then_some(Self(()))
    }
}

impl Simd for Avx2 {
    const NAME: &'static str = "avx2";
    const FMA: bool = true;
    type F32 = F32x8;
    type F64 = F64x4;

    fn vectorize<P: Program>(self, program: P) -> P::Output {
        #[target_feature(enable = "avx2,fma")]
        fn shell<P: Program>(program: P, simd: Avx2) -> P::Output {
            program.run(simd)
        }
        // SAFETY: an `Avx2` exists only if `detect` found both features on this processor.
        unsafe { shell(program, self) }
    }

    fn compute_f32(self, kernel: Kernel<'_, f32>) {
        self.vectorize(kernel);
    }

    fn compute_f64(self, kernel: Kernel<'_, f64>) {
        self.vectorize(kernel);
    }
}

/// Proof of AVX-512 F, VL, BW and DQ, and of AVX2 and FMA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Avx512(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        let found = Avx2::detect().is_some()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq");
        found.then_some(Self(()))
    }
}

impl Simd for Avx512 {
    const NAME: &'static str = "avx512";
    const FMA: bool = true;
    type F32 = F32x16;
    type F64 = F64x8;

    fn vectorize<P: Program>(self, program: P) -> P::Output {
        #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
        fn shell<P: Program>(program: P, simd: Avx512) -> P::Output {
            program.run(simd)
        }
        // SAFETY: an `Avx512` exists only if `detect` found all these features on this processor.
        unsafe { shell(program, self) }
    }

    fn compute_f32(self, kernel: Kernel<'_, f32>) {
        self.vectorize(kernel);
    }

    fn compute_f64(self, kernel: Kernel<'_, f64>) {
        self.vectorize(kernel);
    }
}

/// A vector type over the intrinsics named. `load_first` and `store_first` are given as
/// expressions, because AVX2 and AVX-512 order the operands of masked instructions differently.
macro_rules! vector {
    (
        $(#[$doc:meta])* $name:ident($raw:ty): [$element:ty; $lanes:literal],
        $simd:ident, $registers:literal registers,
        $set1:ident $loadu:ident $storeu:ident $fmadd:ident $add:ident $div:ident $and:ident $xor:ident $sum:ident $sums:ident $transpose:ident: $tall:literal x $wide:literal,
        load_first |$from:ident, $count_in:ident| $load_first:expr,
        store_first |$to:ident, $vector:ident, $count_out:ident| $store_first:expr,
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(super) struct $name($raw);

        // SAFETY: the intrinsics move LANES scalars, the masked ones `count` of them, and
        // the transpose its TALL x WIDE; 64 bytes are the widest register.
        unsafe impl Vector for $name {
            type Simd = $simd;
            type Element = $element;
            const LANES: usize = $lanes;
            const REGISTERS: usize = $registers;
            const TALL: usize = $tall;
            const WIDE: usize = $wide;

            #[inline(always)]
            fn splat(_simd: $simd, value: $element) -> Self {
                // SAFETY: the token proves that the processor has the set.
                Self(unsafe { $set1(value) })
            }

            #[inline(always)]
            unsafe fn load(_simd: $simd, from: *const $element) -> Self {
                // SAFETY: the token proves the set; the caller says that LANES scalars are readable.
                Self(unsafe { $loadu(from) })
            }

            #[inline(always)]
            unsafe fn load_first(_simd: $simd, $from: *const $element, $count_in: usize) -> Self {
                // SAFETY: the token proves the set; only the first `count` lanes touch memory, and
                // the caller says that these are readable.
                Self(unsafe { $load_first })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $element) {
                // SAFETY: a vector is made only with the token, which proves the set; the caller
                // says that LANES scalars are writable.
                unsafe { $storeu(to, self.0) }
            }

            #[inline(always)]
            unsafe fn store_first(self, $to: *mut $element, $count_out: usize) {
                let $vector = self.0;
                // SAFETY: a vector is made only with the token, which proves the set; only the
                // first `count` lanes touch memory, and the caller says that these are writable.
                unsafe { $store_first }
            }

            #[inline(always)]
            fn prefetch(from: *const $element) {
                // SAFETY: every x86-64 processor has the instruction, and it faults at no address.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(from.cast()) }
            }

            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                // SAFETY: a vector is made only with the token, which proves the set.
                Self(unsafe { $fmadd(self.0, b.0, c.0) })
            }

            #[inline(always)]
            fn add(self, b: Self) -> Self {
                // SAFETY: a vector is made only with the token, which proves the set.
                Self(unsafe { $add(self.0, b.0) })
            }

            #[inline(always)]
            fn div(self, b: Self) -> Self {
                // SAFETY: a vector is made only with the token, which proves the set.
                Self(unsafe { $div(self.0, b.0) })
            }

            #[inline(always)]
            fn mul_sign(self, sign: Self) -> Self {
                // SAFETY: a vector is made only with the token, which proves the set.
                Self(unsafe { $xor(self.0, $and($set1(-0.0), sign.0)) })
            }

            #[inline(always)]
            fn sum(self) -> $element {
                // SAFETY: a vector is made only with the token, which proves the set.
                unsafe { $sum(self.0) }
            }

            #[inline(always)]
            fn sums(four: [Self; 4]) -> [$element; 4] {
                // SAFETY: a vector is made only with the token, which proves the set.
                unsafe { $sums(four.map(|vector| vector.0)) }
            }

            #[inline(always)]
            unsafe fn transpose(
                _simd: $simd,
                from: *const $element,
                from_row: usize,
                to: *mut $element,
                to_row: usize,
            ) {
                // SAFETY: the token proves the set; the rest is handed on.
                unsafe { $transpose(from, from_row, to, to_row) }
            }
        }
    };
}

vector! {
    /// Eight `f32` in a register of AVX2.
    F32x8(__m256): [f32; 8], Avx2, 16 registers,
    _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_fmadd_ps _mm256_add_ps _mm256_div_ps
    _mm256_and_ps _mm256_xor_ps
    sum_f32x8 sums_f32x8
    transpose_f32: 8 x 4,
    load_first |from, count| _mm256_maskload_ps(from, first_of_8(count)),
    store_first |to, vector, count| store_first_f32x8(to, vector, count),
}

vector! {
    /// Four `f64` in a register of AVX2.
    F64x4(__m256d): [f64; 4], Avx2, 16 registers,
    _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_fmadd_pd _mm256_add_pd _mm256_div_pd
    _mm256_and_pd _mm256_xor_pd
    sum_f64x4 sums_f64x4
    transpose_f64: 4 x 2,
    load_first |from, count| _mm256_maskload_pd(from, first_of_4(count)),
    store_first |to, vector, count| store_first_f64x4(to, vector, count),
}

vector! {
    /// Sixteen `f32` in a register of AVX-512.
    F32x16(__m512): [f32; 16], Avx512, 32 registers,
    _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_fmadd_ps _mm512_add_ps _mm512_div_ps
    _mm512_and_ps _mm512_xor_ps
    sum_f32x16 sums_f32x16
    transpose_f32: 8 x 4,
    load_first |from, count| _mm512_maskz_loadu_ps(first_bits(count) as __mmask16, from),
    store_first |to, vector, count| {
        _mm512_mask_storeu_ps(to, first_bits(count) as __mmask16, vector)
    },
}

vector! {
    /// Eight `f64` in a register of AVX-512.
    F64x8(__m512d): [f64; 8], Avx512, 32 registers,
    _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_fmadd_pd _mm512_add_pd _mm512_div_pd
    _mm512_and_pd _mm512_xor_pd
    sum_f64x8 sums_f64x8
    transpose_f64: 4 x 2,
    load_first |from, count| _mm512_maskz_loadu_pd(first_bits(count) as __mmask8, from),
    store_first |to, vector, count| {
        _mm512_mask_storeu_pd(to, first_bits(count) as __mmask8, vector)
    },
}

/// The lowest `count` ≤ 16 bits set.
#[inline(always)]
fn first_bits(count: usize) -> u32 {
    (1 << count) - 1
}

/// All bits set in the first `count` ≤ 8 lanes of 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn first_of_8(count: usize) -> __m256i {
    _mm256_cmpgt_epi32(
        _mm256_set1_epi32(count as i32),
        _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
    )
}

/// All bits set in the first `count` ≤ 4 lanes of 64 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn first_of_4(count: usize) -> __m256i {
    _mm256_cmpgt_epi64(
        _mm256_set1_epi64x(count as i64),
        _mm256_setr_epi64x(0, 1, 2, 3),
    )
}

/// The first `count` ≤ 8 lanes in pieces of 8, 4, 2 and 1: a masked store is one of the slowest
/// instructions of AMD's processors, of some dozen cycles.
///
/// # Safety
/// As [`Vector::store_first`].
#[inline]
#[target_feature(enable = "avx")]
unsafe fn store_first_f32x8(mut to: *mut f32, v: __m256, count: usize) {
    // SAFETY: the pieces add up to `count` scalars, which the caller says are writable.
    unsafe {
        if count & 8 != 0 {
            return _mm256_storeu_ps(to, v);
        }
        let mut rest = _mm256_castps256_ps128(v);
        if count & 4 != 0 {
            _mm_storeu_ps(to, rest);
            (to, rest) = (to.add(4), _mm256_extractf128_ps::<1>(v));
        }
        if count & 2 != 0 {
            _mm_storel_pd(to.cast(), _mm_castps_pd(rest));
            (to, rest) = (to.add(2), _mm_movehl_ps(rest, rest));
        }
        if count & 1 != 0 {
            _mm_store_ss(to, rest);
        }
    }
}

/// The first `count` ≤ 4 lanes in pieces of 4, 2 and 1; see [`store_first_f32x8`].
///
/// # Safety
/// As [`Vector::store_first`].
#[inline]
#[target_feature(enable = "avx")]
unsafe fn store_first_f64x4(mut to: *mut f64, v: __m256d, count: usize) {
    // SAFETY: the pieces add up to `count` scalars, which the caller says are writable.
    unsafe {
        if count & 4 != 0 {
            return _mm256_storeu_pd(to, v);
        }
        let mut rest = _mm256_castpd256_pd128(v);
        if count & 2 != 0 {
            _mm_storeu_pd(to, rest);
            (to, rest) = (to.add(2), _mm256_extractf128_pd::<1>(v));
        }
        if count & 1 != 0 {
            _mm_store_sd(to, rest);
        }
    }
}

#[inline]
#[target_feature(enable = "avx")]
fn sum_f32x4(v: __m128) -> f32 {
    let v = _mm_add_ps(v, _mm_movehl_ps(v, v));
    _mm_cvtss_f32(_mm_add_ss(v, _mm_movehdup_ps(v)))
}

#[inline]
#[target_feature(enable = "avx")]
fn sum_f32x8(v: __m256) -> f32 {
    sum_f32x4(_mm_add_ps(
        _mm256_castps256_ps128(v),
        _mm256_extractf128_ps::<1>(v),
    ))
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn sum_f32x16(v: __m512) -> f32 {
    sum_f32x8(_mm256_add_ps(
        _mm512_castps512_ps256(v),
        _mm512_extractf32x8_ps::<1>(v),
    ))
}

#[inline]
#[target_feature(enable = "avx")]
fn sum_f64x4(v: __m256d) -> f64 {
    let v = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd::<1>(v));
    _mm_cvtsd_f64(_mm_add_sd(v, _mm_unpackhi_pd(v, v)))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn sum_f64x8(v: __m512d) -> f64 {
    sum_f64x4(_mm256_add_pd(
        _mm512_castpd512_pd256(v),
        _mm512_extractf64x4_pd::<1>(v),
    ))
}

/// The sums of four vectors: every step adds the upper half of the lanes to the lower, of two vectors
/// at once and then of four.
#[inline]
#[target_feature(enable = "avx2")]
fn sums_f32x8([a, b, c, d]: [__m256; 4]) -> [f32; 4] {
    let halves = |x, y| {
        _mm256_castps_pd(_mm256_add_ps(
            _mm256_blend_ps::<0b1111_0000>(x, y),
            _mm256_permute2f128_ps::<0x21>(x, y),
        ))
    };
    let (ac, bd) = (halves(a, c), halves(b, d));
    let quarters = _mm256_add_ps(
        _mm256_castpd_ps(_mm256_unpacklo_pd(ac, bd)),
        _mm256_castpd_ps(_mm256_unpackhi_pd(ac, bd)),
    );
    let sums = _mm256_add_ps(quarters, _mm256_movehdup_ps(quarters));
    let (low, high) = (
        _mm256_castps256_ps128(sums),
        _mm256_extractf128_ps::<1>(sums),
    );
    let mut scalars = [0.0; 4];
    // SAFETY: four scalars are writable there.
    unsafe { _mm_storeu_ps(scalars.as_mut_ptr(), _mm_shuffle_ps::<0x88>(low, high)) };
    scalars
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx2")]
fn sums_f32x16(four: [__m512; 4]) -> [f32; 4] {
    let [a, b, c, d] = four;
    let half = |v| _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps::<1>(v));
    sums_f32x8([half(a), half(b), half(c), half(d)])
}

/// As [`sums_f32x8`].
#[inline]
#[target_feature(enable = "avx2")]
fn sums_f64x4([a, b, c, d]: [__m256d; 4]) -> [f64; 4] {
    let halves = |x, y| {
        _mm256_add_pd(
            _mm256_blend_pd::<0b1100>(x, y),
            _mm256_permute2f128_pd::<0x21>(x, y),
        )
    };
    let (ac, bd) = (halves(a, c), halves(b, d));
    let sums = _mm256_add_pd(_mm256_unpacklo_pd(ac, bd), _mm256_unpackhi_pd(ac, bd));
    let mut scalars = [0.0; 4];
    // SAFETY: four scalars are writable there.
    unsafe { _mm256_storeu_pd(scalars.as_mut_ptr(), sums) };
    scalars
}

#[inline]
#[target_feature(enable = "avx512f,avx2")]
fn sums_f64x8(four: [__m512d; 4]) -> [f64; 4] {
    let [a, b, c, d] = four;
    let half = |v| _mm256_add_pd(_mm512_castpd512_pd256(v), _mm512_extractf64x4_pd::<1>(v));
    sums_f64x4([half(a), half(b), half(c), half(d)])
}

/// The transpose of 8 rows of 4 scalars: the well-known one of 4 x 4, in both halves of a register.
///
/// # Safety
/// As [`Vector::transpose`].
#[inline]
#[target_feature(enable = "avx")]
unsafe fn transpose_f32(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
    // SAFETY: rows i and i + 4 of four scalars, which the caller says are readable.
    let rows = |i: usize| unsafe {
        let low = _mm256_castps128_ps256(_mm_loadu_ps(from.add(i * from_row)));
        _mm256_insertf128_ps::<1>(low, _mm_loadu_ps(from.add((i + 4) * from_row)))
    };
    let (a, b, c, d) = (rows(0), rows(1), rows(2), rows(3));
    let (ab, ab_high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
    let (cd, cd_high) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
    // SAFETY: four rows of eight scalars, which the caller says are writable.
    unsafe {
        _mm256_storeu_ps(to, _mm256_shuffle_ps::<0x44>(ab, cd));
        _mm256_storeu_ps(to.add(to_row), _mm256_shuffle_ps::<0xee>(ab, cd));
        _mm256_storeu_ps(
            to.add(2 * to_row),
            _mm256_shuffle_ps::<0x44>(ab_high, cd_high),
        );
        _mm256_storeu_ps(
            to.add(3 * to_row),
            _mm256_shuffle_ps::<0xee>(ab_high, cd_high),
        );
    }
}

/// The transpose of 4 rows of 2 scalars.
///
/// # Safety
/// As [`Vector::transpose`].
#[inline]
#[target_feature(enable = "avx")]
unsafe fn transpose_f64(from: *const f64, from_row: usize, to: *mut f64, to_row: usize) {
    // SAFETY: rows i and i + 2 of two scalars, which the caller says are readable.
    let rows = |i: usize| unsafe {
        let low = _mm256_castpd128_pd256(_mm_loadu_pd(from.add(i * from_row)));
        _mm256_insertf128_pd::<1>(low, _mm_loadu_pd(from.add((i + 2) * from_row)))
    };
    let (a, b) = (rows(0), rows(1));
    // SAFETY: two rows of four scalars, which the caller says are writable.
    unsafe {
        _mm256_storeu_pd(to, _mm256_unpacklo_pd(a, b));
        _mm256_storeu_pd(to.add(to_row), _mm256_unpackhi_pd(a, b));
    }
}
