//! The x86-64 sets: AVX2 with FMA, and AVX-512 (F, VL, BW, DQ).

use super::{Program, Simd};

/// Proof of AVX2 and FMA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        let found = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        found.then_some(Self(()))
    }
}

impl Simd for Avx2 {
    const FMA: bool = true;

    fn vectorize<P: Program>(self, program: P) -> P::Output {
        #[target_feature(enable = "avx2,fma")]
        fn shell<P: Program>(program: P, simd: Avx2) -> P::Output {
            program.run(simd)
        }
        // SAFETY: an `Avx2` exists only if `detect` found both features on this processor.
        unsafe { shell(program, self) }
    }
}

/// Proof of AVX-512 F, VL, BW and DQ, and of AVX2 and FMA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avx512(());

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
    const FMA: bool = true;

    fn vectorize<P: Program>(self, program: P) -> P::Output {
        #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
        fn shell<P: Program>(program: P, simd: Avx512) -> P::Output {
            program.run(simd)
        }
        // SAFETY: an `Avx512` exists only if `detect` found all these features on this processor.
        unsafe { shell(program, self) }
    }
}
