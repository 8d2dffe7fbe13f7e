//! Special values, symmetry, order and range.

use super::*;

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

/// Ascending arguments, dense around 0, give values within the range that ascend, but for four
/// units in the last place where neighbours are closer than the error.
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

#[test]
fn comparisons_pass_nan_through() {
    assert!(Real::max(f64::NAN, 1.0).is_nan() && Real::min(f32::NAN, 1.0).is_nan());
    assert_eq!((Real::max(1.0, 2.0), Real::min(1.0, 2.0)), (2.0, 1.0));
    assert_eq!([-3.0, 0.0, 5.0].map(<f64 as Real>::sign), [-1.0, 0.0, 1.0]);
    assert!(Real::sign(f32::NAN).is_nan());
}
