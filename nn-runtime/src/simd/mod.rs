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
    /// Whether a fused multiply-add is one instruction. Without it `f32::mul_add` is a library
    /// call, so code asks this constant and writes `a * b + c` instead.
    const FMA: bool;

    /// Calls `program` in a shell compiled with this instruction set: the way to put a piece of
    /// code into a function of its own without losing the set's features.
    fn vectorize<P: Program>(self, program: P) -> P::Output;
}

#[cfg(target_arch = "x86_64")]
mod x86;

use crate::error::Error;
use std::sync::OnceLock;

/// An instruction set that this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isa(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Portable,
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
        *BEST.get_or_init(|| *Self::available().last().unwrap_or(&Isa(Kind::Portable)))
    }

    /// All sets of this processor, narrowest first.
    pub fn available() -> Vec<Self> {
        let mut sets = vec![Isa(Kind::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            sets.extend(x86::Avx2::detect().map(|token| Isa(Kind::Avx2(token))));
            sets.extend(x86::Avx512::detect().map(|token| Isa(Kind::Avx512(token))));
        }
        sets
    }

    /// The name that `UNROLLED_ISA` takes.
    pub fn name(&self) -> &'static str {
        match self.0 {
            Kind::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(_) => "avx512",
        }
    }

    /// Runs a program with this set's instructions.
    pub fn run<P: Program>(self, program: P) -> P::Output {
        match self.0 {
            Kind::Portable => Portable.vectorize(program),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(token) => token.vectorize(program),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(token) => token.vectorize(program),
        }
    }
}

/// Whatever the compiler was told the target has, and nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portable;

impl Simd for Portable {
    const FMA: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

    fn vectorize<P: Program>(self, program: P) -> P::Output {
        program.run(self)
    }
}
