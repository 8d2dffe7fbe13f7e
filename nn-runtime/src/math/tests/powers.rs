//! Powers: two arguments, so a harness of their own.

use super::*;

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
        for x in [1.1, -0.7, 1.0, -3.3, 2.0] {
            check_powi(x, n);
        }
    }
    check_powi(0.0, 0);
    check_powi(0.0, 3);
    check_powi(-0.0, -3);
    check_powi(f64::NAN, 0);
    check_powi(f64::NAN, 2);
    check_powi(-1.0, i32::MIN);
    check_powi(-1.0, i32::MAX);
}
