//! Instruction sets, and the one place where a program is handed to them.
//!
//! A step of a network is a [`Program`]: code written once, generic over [`Simd`], whose `run` is
//! inlined into a shell compiled with the instruction set's features. Inside it, plain loops over
//! rows vectorize with those features, and the products reach explicit register tiles.
//!
//! [`Isa`] is a value that proves the processor has the set: it can be made only by [`Isa::detect`]
//! and its relatives, after the processor was asked. Holding one is what makes the shells sound.

/// Code that runs the same on every instruction set.
///
/// `run` must be `#[inline(always)]`, so that its body is compiled with the features of the shell
/// that calls it.
pub trait Program {
    /// What the program returns.
    type Output;
    /// Runs the program with the instructions of `simd`.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// A token for one instruction set. Holding it proves that the processor has the set.
pub trait Simd: Copy + Send + Sync + 'static {
    /// The name that `UNROLLED_ISA` takes.
    const NAME: &'static str;

    /// Whether a fused multiply-add is one instruction. Without it `f32::mul_add` is a library
    /// call, so code asks this constant and writes `a * b + c` instead.
    const FMA: bool;

    /// A register of `f32`.
    type F32: Vector<Simd = Self, Element = f32>;
    /// A register of `f64`.
    type F64: Vector<Simd = Self, Element = f64>;

    /// Calls `program` in a shell compiled with this instruction set: the way to put a piece of
    /// code into a function of its own without losing the set's features.
    fn vectorize<P: Program>(self, program: P) -> P::Output;

    /// Runs a kernel in `f32`, compiled in this crate.
    #[doc(hidden)]
    fn compute_f32(self, kernel: Kernel<'_, f32>);
    /// Runs a kernel in `f64`, compiled in this crate.
    #[doc(hidden)]
    fn compute_f64(self, kernel: Kernel<'_, f64>);
}

#[cfg(all(test, debug_assertions))]
mod emulated;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use portable::{Array, Portable};
pub use vector::{Lane, Vector};

use crate::error::Error;
use crate::kernel::Kernel;
use std::sync::OnceLock;

/// An instruction set that this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isa(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Portable(Portable),
    #[cfg(all(test, debug_assertions))]
    NeonShape(emulated::Emulated<4, 2>),
    #[cfg(all(test, debug_assertions))]
    Avx512Shape(emulated::Emulated<16, 8>),
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(x86::Avx512),
}

impl Isa {
    /// The best set of this processor, or the one named by the environment variable
    /// `UNROLLED_ISA` (`portable`, `avx2`, `avx512`, `neon`). Asked once, then remembered.
    ///
    /// # Errors
    /// [`Error::Isa`] if the variable names a set that is unknown or that the processor lacks.
    pub fn detect() -> Result<Self, Error> {
        static DETECTED: OnceLock<Result<Isa, Error>> = OnceLock::new();
        DETECTED
            .get_or_init(|| match std::env::var("UNROLLED_ISA") {
                Ok(name) => Self::named(&name),
                Err(_) => Ok(Self::best()),
            })
            .clone()
    }

    /// The set that [`detect`](Isa::detect) finds, or the best one where `UNROLLED_ISA` names none:
    /// for code that cannot fail.
    pub fn current() -> Self {
        static CURRENT: OnceLock<Isa> = OnceLock::new();
        *CURRENT.get_or_init(|| Self::detect().unwrap_or_else(|_| Self::best()))
    }

    /// The set of this name.
    ///
    /// # Errors
    /// [`Error::Isa`] if it is unknown or the processor lacks it.
    pub fn named(name: &str) -> Result<Self, Error> {
        Self::available()
            .into_iter()
            .find(|isa| isa.name() == name)
            .ok_or_else(|| Error::Isa {
                asked: name.to_owned(),
                available: Self::available()
                    .iter()
                    .map(Self::name)
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }

    /// The widest set of this processor.
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| {
            *Self::available()
                .last()
                .unwrap_or(&Isa(Kind::Portable(Portable)))
        })
    }

    /// All sets of this processor, narrowest first.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "some targets have no other set")]
        let mut sets = vec![Isa(Kind::Portable(Portable))];
        #[cfg(target_arch = "aarch64")]
        sets.push(Isa(Kind::Neon(neon::Neon)));
        #[cfg(target_arch = "x86_64")]
        {
            sets.extend(x86::Avx2::detect().map(|token| Isa(Kind::Avx2(token))));
            sets.extend(x86::Avx512::detect().map(|token| Isa(Kind::Avx512(token))));
        }
        sets
    }

    /// All sets of this processor, and in debug builds, which compile them in passable time, the shapes
    /// of others.
    #[cfg(test)]
    pub(crate) fn available_or_emulated() -> Vec<Self> {
        #[allow(unused_mut, reason = "an optimized build adds none")]
        let mut sets = Self::available();
        #[cfg(debug_assertions)]
        sets.extend([
            Isa(Kind::NeonShape(emulated::Emulated)),
            Isa(Kind::Avx512Shape(emulated::Emulated)),
        ]);
        sets
    }

    /// The name that `UNROLLED_ISA` takes.
    pub fn name(&self) -> &'static str {
        struct Name;
        impl Program for Name {
            type Output = &'static str;
            #[inline(always)]
            fn run<S: Simd>(self, _simd: S) -> &'static str {
                S::NAME
            }
        }
        self.run(Name)
    }

    /// Whether the set's results must have the same bits as those of all others that fuse.
    #[cfg(test)]
    pub(crate) fn fuses(self) -> bool {
        struct Fuses;
        impl Program for Fuses {
            type Output = bool;
            #[inline(always)]
            fn run<S: Simd>(self, _simd: S) -> bool {
                S::FMA
            }
        }
        self.run(Fuses)
    }

    /// Runs a program with this set's instructions.
    pub fn run<P: Program>(self, program: P) -> P::Output {
        match self.0 {
            Kind::Portable(token) => token.vectorize(program),
            #[cfg(all(test, debug_assertions))]
            Kind::NeonShape(token) => token.vectorize(program),
            #[cfg(all(test, debug_assertions))]
            Kind::Avx512Shape(token) => token.vectorize(program),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon(token) => token.vectorize(program),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(token) => token.vectorize(program),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(token) => token.vectorize(program),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The set a program ran on, the type of its token, and the lanes of its vectors.
    struct Report;

    impl Program for Report {
        type Output = (&'static str, &'static str, usize, usize);
        #[inline(always)]
        fn run<S: Simd>(self, _simd: S) -> Self::Output {
            (
                S::NAME,
                core::any::type_name::<S>(),
                S::F32::LANES,
                S::F64::LANES,
            )
        }
    }

    #[track_caller]
    fn check(name: &str, token: &str, lanes_f32: usize, lanes_f64: usize) {
        let Ok(isa) = Isa::named(name) else {
            let sets = Isa::available();
            assert!(
                sets.iter().all(|isa| isa.name() != name),
                "{name} is there but not found"
            );
            return;
        };
        let (ran, ran_with, wide_f32, wide_f64) = isa.run(Report);
        assert_eq!((ran, wide_f32, wide_f64), (name, lanes_f32, lanes_f64));
        assert!(ran_with.ends_with(token), "{name} ran with {ran_with}");
    }

    #[test]
    fn a_forced_set_runs() {
        check("portable", "::Portable", 4, 2);
        check("neon", "::Neon", 4, 2);
        check("avx2", "::Avx2", 8, 4);
        check("avx512", "::Avx512", 16, 8);
    }

    #[cfg(debug_assertions)]
    #[test]
    fn a_shape_is_that_of_its_set() {
        let run = |kind| Isa(kind).run(Report);
        let (_, _, f32_lanes, f64_lanes) = run(Kind::NeonShape(emulated::Emulated));
        assert_eq!((f32_lanes, f64_lanes), (4, 2));
        let (_, _, f32_lanes, f64_lanes) = run(Kind::Avx512Shape(emulated::Emulated));
        assert_eq!((f32_lanes, f64_lanes), (16, 8));
    }

    /// A set is missing only where the processor lacks it.
    #[test]
    fn every_set_of_the_processor_is_available() {
        let has = |name| Isa::available().iter().any(|isa| isa.name() == name);
        assert!(has("portable"));
        assert_eq!(has("neon"), cfg!(target_arch = "aarch64"));
        #[cfg(target_arch = "x86_64")]
        {
            assert_eq!(
                has("avx2"),
                is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
            );
            assert_eq!(
                has("avx512"),
                has("avx2") && is_x86_feature_detected!("avx512dq")
            );
        }
    }

    #[test]
    fn an_unknown_set_is_an_error_that_names_the_others() {
        let error = Isa::named("mmx").expect_err("no such set");
        assert!(error.to_string().contains("portable"), "{error}");
    }
}
