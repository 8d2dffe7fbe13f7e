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

/// Whether a set fuses multiply-adds.
struct Fuses;

impl Program for Fuses {
    type Output = bool;
    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> bool {
        S::FMA
    }
}

/// The function on every set; asserts that the sets that fuse agree bit for bit.
fn map_everywhere<F: Function, T: Real>(xs: &[T]) -> Vec<(Isa, Vec<T>)> {
    let all: Vec<(Isa, Vec<T>)> = Isa::available()
        .into_iter()
        .map(|isa| (isa, map::<F, T>(isa, xs)))
        .collect();
    let mut fused = all.iter().filter(|(isa, _)| isa.run(Fuses));
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

fn reference_sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    let above = if x < 0.0 { e } else { 1.0 };
    above / (1.0 + e)
}

fn reference_softplus(x: f64) -> f64 {
    // Not f64::max, which would turn a NaN into 0.
    let positive = if x < 0.0 { 0.0 } else { x };
    positive + (-x.abs()).exp().ln_1p()
}

const EVERYWHERE: f64 = f64::INFINITY;

// The bounds below are the table's in the module's documentation. For f64 they include the
// reference's own error: below one ulp, 2.2e-16, for std and libm, about two for the two formulas.

#[test]
fn exponentials_are_within_their_bounds() {
    check::<exp>(2.0, 6e-16, EVERYWHERE, f64::exp);
    check::<exp_m1>(2.0, 7e-16, EVERYWHERE, f64::exp_m1);
    check::<sigmoid>(3.0, 8e-16, EVERYWHERE, reference_sigmoid);
}

#[test]
fn logarithms_are_within_their_bounds() {
    check::<ln>(1.0, 4e-16, EVERYWHERE, f64::ln);
    check::<ln_1p>(2.0, 4e-16, EVERYWHERE, f64::ln_1p);
    check::<softplus>(2.5, 8e-16, EVERYWHERE, reference_softplus);
}

#[test]
fn hyperbolic_functions_are_within_their_bounds() {
    check::<tanh>(3.0, 8e-16, EVERYWHERE, f64::tanh);
    check::<sinh>(3.5, 9e-16, EVERYWHERE, f64::sinh);
    check::<cosh>(2.5, 7e-16, EVERYWHERE, f64::cosh);
}

#[test]
fn trigonometric_functions_are_within_their_bounds() {
    check::<sin>(2.0, 6e-16, GREATEST_ANGLE, f64::sin);
    check::<cos>(2.0, 6e-16, GREATEST_ANGLE, f64::cos);
    check::<tan>(4.0, 9e-16, GREATEST_ANGLE, f64::tan);
    check::<atan>(2.5, 5e-16, EVERYWHERE, f64::atan);
}

#[test]
fn error_functions_are_within_their_bounds() {
    check::<erf>(1.5, 5e-16, EVERYWHERE, libm::erf);
    check::<erfc>(4.0, 1e-15, EVERYWHERE, libm::erfc);
}

/// Next to the multiples of π/2, where the reduction cancels most.
#[test]
fn reduction_keeps_relative_accuracy() {
    let multiples = || {
        (1..1 << 20)
            .step_by(7)
            .map(|k| f64::from(k) * std::f64::consts::FRAC_PI_2)
    };
    check_all::<sin, f64>(multiples(), relative, 6e-16, f64::sin);
    check_all::<cos, f64>(multiples(), relative, 6e-16, f64::cos);
    check_all::<sin, f32>(multiples().map(|x| x as f32), ulps, 2.0, f64::sin);
    check_all::<cos, f32>(multiples().map(|x| x as f32), ulps, 2.0, f64::cos);
    check_all::<tan, f32>(multiples().map(|x| x as f32), ulps, 4.0, f64::tan);
}

/// Beyond the range of the bounds: still a sine, as documented.
#[test]
fn huge_angles_stay_in_range() {
    let huge = || patterns(0, 1 << 31, 49_999, f64::from(f32::MAX)).filter(|x| *x > 1e6);
    let doubled = || {
        huge()
            .map(f64::from)
            .flat_map(|x| [x, x * x, x * x * x * x])
    };
    for (_, ys) in map_everywhere::<sin, f32>(&huge().collect::<Vec<_>>()) {
        assert!(ys.iter().all(|y| y.abs() <= 1.0));
    }
    for (_, ys) in
        map_everywhere::<cos, f64>(&doubled().filter(|x| x.is_finite()).collect::<Vec<_>>())
    {
        assert!(ys.iter().all(|y| y.abs() <= 1.0));
    }
    // The documented decay of the angle: |x|·2⁻⁵² radians, and one rounding.
    let decayed = |y: f64, r: f64| (y - r).abs();
    let up_to = |x: &f64| *x < 1e9;
    check_all::<sin, f64>(
        doubled().filter(up_to),
        decayed,
        1e9 * f64::EPSILON,
        f64::sin,
    );
}

#[track_caller]
fn check_values<F: Function>(values: &[(f64, f64)]) {
    fn run<F: Function, T: Real>(values: &[(f64, f64)]) {
        let xs: Vec<T> = values.iter().map(|&(x, _)| T::from_f64(x)).collect();
        for (isa, ys) in map_everywhere::<F, T>(&xs) {
            for (&(x, expected), y) in values.iter().zip(ys) {
                let expected = T::from_f64(expected).to_f64();
                let same = same_bits(y.to_f64(), expected);
                let (name, isa) = (F::NAME, isa.name());
                assert!(
                    same,
                    "{name}({x:?}) is {y:?}, not {expected:?}, in {} on {isa}",
                    T::NAME
                );
            }
        }
    }
    run::<F, f32>(values);
    run::<F, f64>(values);
}

#[test]
fn special_values_are_exact() {
    use std::f64::consts::FRAC_PI_2;
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    const ODD: [(f64, f64); 3] = [(0.0, 0.0), (-0.0, -0.0), (NAN, NAN)];
    check_values::<exp>(&[(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (NAN, NAN)]);
    check_values::<exp>(&[(1e4, INF), (-1e4, 0.0), (1e30, INF), (-1e30, 0.0)]);
    check_values::<exp_m1>(&[(INF, INF), (-INF, -1.0), (1e4, INF), (-1e4, -1.0)]);
    check_values::<exp_m1>(&ODD);
    check_values::<ln>(&[
        (0.0, -INF),
        (-0.0, -INF),
        (1.0, 0.0),
        (INF, INF),
        (NAN, NAN),
    ]);
    check_values::<ln>(&[(-1.0, NAN), (-INF, NAN), (-1e-30, NAN)]);
    check_values::<ln_1p>(&[(-1.0, -INF), (-2.0, NAN), (-INF, NAN), (INF, INF)]);
    check_values::<ln_1p>(&ODD);
    check_values::<tanh>(&[(INF, 1.0), (-INF, -1.0), (1e30, 1.0), (-1e30, -1.0)]);
    check_values::<tanh>(&ODD);
    check_values::<sigmoid>(&[(INF, 1.0), (-INF, 0.0), (0.0, 0.5), (-0.0, 0.5), (NAN, NAN)]);
    check_values::<softplus>(&[(INF, INF), (-INF, 0.0), (1e30, 1e30), (NAN, NAN)]);
    check_values::<sin>(&[(INF, NAN), (-INF, NAN)]);
    check_values::<sin>(&ODD);
    check_values::<cos>(&[(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (NAN, NAN)]);
    check_values::<tan>(&[(INF, NAN), (-INF, NAN)]);
    check_values::<tan>(&ODD);
    check_values::<atan>(&[(INF, FRAC_PI_2), (-INF, -FRAC_PI_2), (1e30, FRAC_PI_2)]);
    check_values::<atan>(&ODD);
    check_values::<sinh>(&[(INF, INF), (-INF, -INF), (1e4, INF), (-1e4, -INF)]);
    check_values::<sinh>(&ODD);
    check_values::<cosh>(&[(0.0, 1.0), (INF, INF), (-INF, INF), (1e4, INF), (NAN, NAN)]);
    check_values::<erf>(&[(INF, 1.0), (-INF, -1.0), (1e30, 1.0)]);
    check_values::<erf>(&ODD);
    check_values::<erfc>(&[(0.0, 1.0), (INF, 0.0), (-INF, 2.0), (NAN, NAN)]);
}

/// Numbers of every magnitude and both signs of zero, ascending in magnitude.
fn magnitudes<T: Real>() -> Vec<T> {
    (0..4000)
        .map(|i| T::from_f64(1e-42 * 10f64.powf(f64::from(i) / 50.0)))
        .collect()
}

#[track_caller]
fn check_odd<F: Function>() {
    fn run<F: Function, T: Real>() {
        let xs = magnitudes::<T>();
        let negated: Vec<T> = xs.iter().map(|&x| -x).collect();
        let mirrored = map_everywhere::<F, T>(&negated);
        for ((isa, ys), (_, zs)) in map_everywhere::<F, T>(&xs).into_iter().zip(mirrored) {
            for ((x, y), z) in xs.iter().zip(ys).zip(zs) {
                let odd = same_bits(y.to_f64(), -z.to_f64());
                assert!(
                    odd,
                    "{}({x:?}) is {y:?}, of its negative {z:?}, on {}",
                    F::NAME,
                    isa.name()
                );
            }
        }
    }
    run::<F, f32>();
    run::<F, f64>();
}

#[test]
fn odd_functions_are_odd_to_the_bit() {
    check_odd::<tanh>();
    check_odd::<sinh>();
    check_odd::<sin>();
    check_odd::<tan>();
    check_odd::<atan>();
    check_odd::<erf>();
}

/// Ascending arguments 1e-5 apart, far more than the error bounds, must give ascending values
/// within the range.
#[track_caller]
fn check_monotone<F: Function>(least: f64, greatest: f64) {
    fn run<F: Function, T: Real>(least: f64, greatest: f64) {
        let count = POINTS as i64;
        let xs: Vec<T> = (-count..=count)
            .map(|i| T::from_f64(110.0 * (i as f64 / count as f64).powi(3)))
            .collect();
        for (isa, ys) in map_everywhere::<F, T>(&xs) {
            for (pair, x) in ys.windows(2).zip(&xs) {
                let ascends = pair[0].to_f64()
                    <= pair[1].to_f64() + 4.0 * T::EPSILON.to_f64() * pair[1].to_f64().abs();
                assert!(ascends, "{} falls after {x:?} on {}", F::NAME, isa.name());
                let y = pair[0].to_f64();
                assert!(
                    (least..=greatest).contains(&y),
                    "{}({x:?}) is {y:?}",
                    F::NAME
                );
            }
        }
    }
    run::<F, f32>(least, greatest);
    run::<F, f64>(least, greatest);
}

#[test]
fn saturating_functions_are_monotone_and_stay_in_range() {
    check_monotone::<tanh>(-1.0, 1.0);
    check_monotone::<sigmoid>(0.0, 1.0);
    check_monotone::<softplus>(0.0, 111.0);
    check_monotone::<erf>(-1.0, 1.0);
    check_monotone::<exp>(0.0, f64::INFINITY);
}

/// Pairs of numbers to the power `y`, in place.
struct Powers<'a, T>(&'a mut [(T, T)]);

impl<T: Real> Program for Powers<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        for (x, y) in self.0 {
            *x = x.powf::<S>(*y);
        }
    }
}

#[track_caller]
fn check_powf(pairs: &[(f32, f32)]) {
    for isa in Isa::available() {
        let mut powers = pairs.to_vec();
        isa.run(Powers(&mut powers));
        for (&(x, y), &(z, _)) in pairs.iter().zip(&powers) {
            let r = f64::from(x).powf(f64::from(y));
            let error = ulps(z, r);
            // Half an ulp for the last rounding, and what is left of the f64 error of y ln x.
            assert!(
                error <= 0.51,
                "{x:?}^{y:?} is {z:?}, not {r:?}, on {}",
                isa.name()
            );
            assert!(
                z != 0.0 || z.is_sign_negative() == r.is_sign_negative(),
                "{x:?}^{y:?}"
            );
        }
    }
}

#[test]
fn powf_is_rounded_almost_correctly() {
    let mut special = vec![
        0.0,
        1.0,
        2.0,
        3.0,
        0.5,
        2.5,
        1e-45,
        1e-38,
        3e38,
        16_777_215.0,
    ];
    special.extend([16_777_216.0, 8_388_607.5, 1e30, f32::INFINITY, f32::NAN]);
    let signed = || special.iter().flat_map(|&x| [x, -x]);
    check_powf(
        &signed()
            .flat_map(|x| signed().map(move |y| (x, y)))
            .collect::<Vec<_>>(),
    );
    let grid = |i: u32| f32::from_bits(i * 14_000_003);
    check_powf(
        &(0..150)
            .flat_map(|i| (0..300).map(move |j| (grid(i), grid(j))))
            .collect::<Vec<_>>(),
    );
    let y = |j: i32| j as f32 * 0.37;
    check_powf(
        &(1..200)
            .flat_map(|i| (-50..50).map(move |j| (i as f32 * 0.05, y(j))))
            .collect::<Vec<_>>(),
    );
}

/// A number to an integral power.
struct IntegralPower(f32, f64, i32);

impl Program for IntegralPower {
    type Output = (f32, f64);
    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> (f32, f64) {
        (
            Real::powi::<S>(self.0, self.2),
            Real::powi::<S>(self.1, self.2),
        )
    }
}

#[track_caller]
fn check_powi(x: f64, n: i32) {
    // Each of |n| − 1 factors brings half an ulp, the reciprocal another.
    let roundings = f64::from(n.unsigned_abs()).max(1.0) / 2.0;
    let single = x as f32;
    for isa in Isa::available() {
        let (y, z) = isa.run(IntegralPower(single, x, n));
        let error = relative(f64::from(y), f64::from(single).powi(n)) / f64::from(f32::EPSILON);
        assert!(
            error <= roundings,
            "{single:?}^{n} is {y:?} on {}",
            isa.name()
        );
        // std's powi is of the same kind and may be off by as much.
        let error = relative(z, x.powi(n)) / f64::EPSILON;
        assert!(
            error <= 2.0 * roundings,
            "{x:?}^{n} is {z:?} on {}",
            isa.name()
        );
    }
}

#[test]
fn powi_multiplies() {
    for n in -20..=20 {
        [1.1, -0.7, 1.0, -3.3, 2.0].map(|x| check_powi(x, n));
    }
    check_powi(0.0, 0);
    check_powi(0.0, 3);
    check_powi(-0.0, -3);
    check_powi(f64::NAN, 0);
    check_powi(f64::NAN, 2);
    check_powi(-1.0, i32::MIN);
    check_powi(-1.0, i32::MAX);
}

#[test]
fn comparisons_pass_nan_through() {
    assert!(Real::max(f64::NAN, 1.0).is_nan() && Real::min(f32::NAN, 1.0).is_nan());
    assert_eq!((Real::max(1.0, 2.0), Real::min(1.0, 2.0)), (2.0, 1.0));
    assert_eq!([-3.0, 0.0, 5.0].map(<f64 as Real>::sign), [-1.0, 0.0, 1.0]);
    assert!(Real::sign(f32::NAN).is_nan());
}

/// All 2³² inputs, on two threads.
#[track_caller]
fn check_exhaustively<F: Function>(ulp: f64, reference: fn(f64) -> f64) {
    std::thread::scope(|scope| {
        for half in 0..2 {
            let first = half << 31;
            scope.spawn(move || {
                let xs = patterns(first, first + (1 << 31), 1, EVERYWHERE);
                check_all::<F, f32>(xs, ulps, ulp, reference);
            });
        }
    });
}

#[test]
#[ignore = "all 2^32 inputs: run with --release"]
fn exhaustive_exp() {
    check_exhaustively::<exp>(2.0, f64::exp);
}

#[test]
#[ignore = "all 2^32 inputs: run with --release"]
fn exhaustive_tanh() {
    check_exhaustively::<tanh>(3.0, f64::tanh);
}

#[test]
#[ignore = "all 2^32 inputs: run with --release"]
fn exhaustive_sigmoid() {
    check_exhaustively::<sigmoid>(3.0, reference_sigmoid);
}

#[test]
#[ignore = "all 2^32 inputs: run with --release"]
fn exhaustive_softplus() {
    check_exhaustively::<softplus>(2.5, reference_softplus);
}
