//! Every function on every instruction set: against a reference of higher precision over the whole
//! number line, at the special values, and against the other fused sets bit for bit.
//!
//! The sweeps are coarser in an unoptimized build. The exhaustive ones, over all 2³² inputs, take a
//! minute or two each:
//!
//! ```sh
//! cargo test --release -p nn-runtime exhaustive -- --ignored --nocapture
//! ```

use super::Real;
use crate::simd::{Isa, Program, Simd};
use core::marker::PhantomData;

mod bounds;
mod powers;
mod slices;
mod values;

/// The bit patterns of `f32` are swept in steps of this.
const STRIDE: u32 = if cfg!(debug_assertions) { 7_993 } else { 997 };
/// How many points a sweep of `f64` takes from each of its ranges.
const POINTS: u64 = if cfg!(debug_assertions) {
    20_000
} else {
    500_000
};
/// sin, cos and tan promise their bounds up to here: 2²⁰ quarter turns.
const GREATEST_ANGLE: f64 = 1_048_576.0 * std::f64::consts::FRAC_PI_2;

/// A function of the module, as a type.
trait Function: 'static {
    const NAME: &'static str;
    fn of<S: Simd, T: Real>(x: T) -> T;
}

macro_rules! functions {
    ($($name:ident),*) => {$(
        #[allow(non_camel_case_types)]
        struct $name;
        impl Function for $name {
            const NAME: &'static str = stringify!($name);
            #[inline(always)]
            fn of<S: Simd, T: Real>(x: T) -> T {
                x.$name::<S>()
            }
        }
    )*};
}
functions!(
    exp, exp_m1, ln, ln_1p, tanh, sigmoid, softplus, sin, cos, tan, atan, sinh, cosh, erf, erfc
);

/// A function applied to a slice, in place.
struct Map<'a, F, T>(&'a mut [T], PhantomData<F>);

impl<F: Function, T: Real> Program for Map<'_, F, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        for x in self.0 {
            *x = F::of::<S, T>(*x);
        }
    }
}

fn map<F: Function, T: Real>(isa: Isa, xs: &[T]) -> Vec<T> {
    let mut ys = xs.to_vec();
    isa.run(Map(&mut ys, PhantomData::<F>));
    ys
}

/// The function on every set; asserts that the sets that fuse agree bit for bit.
fn map_everywhere<F: Function, T: Real>(xs: &[T]) -> Vec<(Isa, Vec<T>)> {
    let all: Vec<(Isa, Vec<T>)> = Isa::available()
        .into_iter()
        .map(|isa| (isa, map::<F, T>(isa, xs)))
        .collect();
    let mut fused = all.iter().filter(|(isa, _)| isa.fuses());
    if let Some((_, first)) = fused.next() {
        for (isa, ys) in fused {
            for ((x, y), z) in xs.iter().zip(ys).zip(first) {
                let same = same_bits(y.to_f64(), z.to_f64());
                assert!(
                    same,
                    "{}({x:?}) is {y:?} on {}, {z:?} elsewhere",
                    F::NAME,
                    isa.name()
                );
            }
        }
    }
    all
}

fn same_bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// |y − r| in units in the last place of the `f32` numbers around r.
fn ulps(y: f32, r: f64) -> f64 {
    const OVERFLOW: f64 = f32::MAX as f64 * (1.0 + f32::EPSILON as f64 / 4.0);
    let r = if r.abs() >= OVERFLOW {
        f64::INFINITY.copysign(r)
    } else {
        r
    };
    if f64::from(y) == r || y.is_nan() && r.is_nan() {
        return 0.0;
    }
    if !(y.is_finite() && r.is_finite()) {
        return f64::INFINITY;
    }
    let exponent = ((r.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    let ulp = f64::from_bits(((exponent.clamp(-126, 127) - 23 + 1023) as u64) << 52);
    (f64::from(y) - r).abs() / ulp
}

/// |y − r|/|r|, with two steps of the subnormal numbers forgiven.
fn relative(y: f64, r: f64) -> f64 {
    if y == r || y.is_nan() && r.is_nan() {
        return 0.0;
    }
    if !(y.is_finite() && r.is_finite()) {
        return f64::INFINITY;
    }
    ((y - r).abs() - 2.0 * f64::from_bits(1)).max(0.0) / r.abs()
}

/// The bit patterns `first`, `first` + `stride`, … of `f32`, as far as they lie in the domain.
fn patterns(first: u64, last: u64, stride: u32, domain: f64) -> impl Iterator<Item = f32> {
    (first..last)
        .step_by(stride as usize)
        .map(|bits| f32::from_bits(bits as u32))
        .filter(move |x| x.is_nan() || f64::from(x.abs()) <= domain)
}

#[track_caller]
fn check_all<F: Function, T: Real>(
    xs: impl Iterator<Item = T>,
    error: fn(T, f64) -> f64,
    bound: f64,
    reference: fn(f64) -> f64,
) {
    let mut xs = xs.peekable();
    let mut worst = (0.0, T::ZERO, "no set");
    while xs.peek().is_some() {
        let chunk: Vec<T> = xs.by_ref().take(8192).collect();
        let expected: Vec<f64> = chunk.iter().map(|x| reference(x.to_f64())).collect();
        for (isa, ys) in map_everywhere::<F, T>(&chunk) {
            for ((&x, &y), &r) in chunk.iter().zip(&ys).zip(&expected) {
                let e = error(y, r);
                if e > worst.0 {
                    worst = (e, x, isa.name());
                }
            }
        }
    }
    let (e, x, isa) = worst;
    println!("{} {}: {e:.4e} at {x:?} on {isa}", T::NAME, F::NAME);
    assert!(
        e <= bound,
        "{} of {x:?} in {} on {isa} is off by {e:e}",
        F::NAME,
        T::NAME
    );
}

/// `f32` within `ulp` units in the last place of the reference, `f64` within `relative`.
#[track_caller]
fn check<F: Function>(ulp: f64, rel: f64, domain: f64, reference: fn(f64) -> f64) {
    check_all::<F, f32>(patterns(0, 1 << 32, STRIDE, domain), ulps, ulp, reference);
    let by_bits = (0..POINTS).map(|i| f64::from_bits(u64::MAX / POINTS * i + i * i % 1_000_003));
    let by_value = (0..POINTS).flat_map(|i| {
        let x = (i as f64 + 0.3) / POINTS as f64 * 2.0 - 1.0;
        [x, x * 8.0, x * 40.0, x * 800.0]
    });
    let xs = by_bits
        .chain(by_value)
        .filter(|x| x.is_nan() || x.abs() <= domain);
    check_all::<F, f64>(xs, relative, rel, reference);
}
