//! The polynomials and split constants, `f32` and `f64` side by side.
//!
//! Each polynomial is the minimax one for the error named with it, found by Remez exchange in
//! 50-digit arithmetic and rounded coefficient by coefficient, the rest refitted after each. Lowest
//! power first. The errors are those of the rounded coefficients in exact arithmetic; the
//! arithmetic's own rounding comes on top and dominates.
//!
//! A constant split in two, `HIGH` + `LOW`, has so few bits in its high part that the products the
//! algorithms form with it are exact even without a fused multiply-add.

use super::Real;
use crate::simd::Simd;

/// c₀ + c₁x + c₂x² + … by Horner's rule. A long one splits into its even and its odd powers, two
/// chains in x² that run side by side: one multiplication more, half the latency. With AVX-512 that
/// took exp in `f64` from 0.48 to 0.44 ns, erfc from 2.3 to 1.8; short polynomials gain nothing.
#[inline(always)]
pub(super) fn polynomial<S: Simd, T: Real>(x: T, coefficients: &[T]) -> T {
    if coefficients.len() < LONG {
        return horner::<S, T>(x, coefficients, 0, 1);
    }
    let square = x * x;
    let even = horner::<S, T>(square, coefficients, 0, 2);
    let odd = horner::<S, T>(square, coefficients, 1, 2);
    odd.mul_add::<S>(x, even)
}

/// From this many coefficients on, a polynomial is long.
const LONG: usize = 8;

/// Every `step`-th coefficient from `first` on, by Horner's rule.
#[inline(always)]
fn horner<S: Simd, T: Real>(x: T, coefficients: &[T], first: usize, step: usize) -> T {
    let mut i = first + (coefficients.len() - 1 - first) / step * step;
    let mut sum = coefficients[i];
    while i > first {
        i -= step;
        sum = sum.mul_add::<S>(x, coefficients[i]);
    }
    sum
}

/// A format's tables.
pub(super) trait Tables: Real {
    /// Below this eˣ rounds to 0; above [`EXP_GREATEST`](Tables::EXP_GREATEST) even eˣ/2 is ∞.
    const EXP_LEAST: Self;
    const EXP_GREATEST: Self;
    /// 1/(2 ln 2).
    const HALF_LOG2_E: Self;
    /// 2 ln 2; the high part leaves room for factors up to 1024 (`f32`: 128).
    const TWO_LN_2_HIGH: Self;
    const TWO_LN_2_LOW: Self;
    /// (eʳ − 1 − r)/r² for |r| ≤ ln 2; relative to eʳ − 1, 6.5e-8 and 5.1e-17.
    const EXP: &'static [Self];

    /// 1/ln 2.
    const LOG2_E: Self;
    /// (eʳ − 1 − r)/r² for |r| ≤ (ln 2)/2; relative to eʳ − 1, 1.5e-8 and 4.1e-17.
    const EXP_NARROW: &'static [Self];

    /// Above this, tanh x rounds to 1.
    const TANH_GREATEST: Self;
    /// 2/ln 2.
    const TWO_LOG2_E: Self;
    /// (ln 2)/2.
    const HALF_LN_2: Self;
    /// ((e²ʳ − 1)/2 − r)/r² for |r| ≤ (ln 2)/4: [`EXP_NARROW`](Tables::EXP_NARROW) with the k-th
    /// coefficient times 2ᵏ⁺¹, which is exact.
    const TANH: &'static [Self];

    /// Above this, σ(x) rounds to 1.
    const SIGMOID_GREATEST: Self;

    /// ln 2; the high part leaves room for factors up to 2048 (`f32`: 256).
    const LN_2_HIGH: Self;
    const LN_2_LOW: Self;
    /// ((2 artanh s)/s − 2)/s² in s², for |s| ≤ (√2 − 1)/(√2 + 1); relative to artanh s, 8.1e-10
    /// and 1.4e-18.
    const LN: &'static [Self];

    /// π/2 rounded, and what is missing.
    const HALF_PI_HIGH: Self;
    const HALF_PI_LOW: Self;
    /// (arctan t − t)/t³ in t², for |t| ≤ √2 − 1; relative to arctan t, 7.6e-10 and 1.5e-18.
    const ATAN: &'static [Self];

    /// (sin r − r)/r³ in r², for |r| ≤ π/4; relative to sin r, 4.0e-9 and 3.9e-18.
    const SIN: &'static [Self];
    /// (cos r − 1 + r²/2)/r⁴ in r², for |r| ≤ π/4; relative to cos r, 1.2e-10 and 5.7e-20.
    const COS: &'static [Self];

    /// (erf x − x)/x in x², for |x| ≤ 1; relative to erf x, 1.5e-9 and 1.8e-17.
    const ERF: &'static [Self];
    /// Above this, erfc x rounds to 0.
    const ERFC_GREATEST: Self;
    /// c in t = (a − c)/(a + c), the variable of [`ERFC`](Tables::ERFC).
    const ERFC_CENTRE: Self;
    /// (1 + 2a) exp(a²) erfc a in t, for 0 ≤ a ≤ the greatest; relative, 2.8e-8 and 4.2e-17.
    const ERFC: &'static [Self];
}

impl Tables for f32 {
    const EXP_LEAST: Self = -105.0;
    const EXP_GREATEST: Self = 90.0;
    const HALF_LOG2_E: Self = 0.7213475;
    const TWO_LN_2_HIGH: Self = 1.3862915;
    const TWO_LN_2_LOW: Self = 2.8572135e-06;
    const EXP: &'static [Self] = &[
        0.50000054,
        0.16666673,
        0.041659787,
        0.00833257,
        0.0014129252,
        0.00020107975,
    ];
    const LOG2_E: Self = std::f32::consts::LOG2_E;
    const EXP_NARROW: &'static [Self] = &[
        0.49999997,
        0.16666539,
        0.041667745,
        0.008367094,
        0.0013838052,
    ];
    const TANH_GREATEST: Self = 9.1;
    const TWO_LOG2_E: Self = 2.88539;
    const HALF_LN_2: Self = 0.3465736;
    const TANH: &'static [Self] = &[0.99999994, 0.66666156, 0.33334196, 0.1338735, 0.044281766];
    const SIGMOID_GREATEST: Self = 30.0;
    const LN_2_HIGH: Self = 0.69314575;
    const LN_2_LOW: Self = 1.4286068e-06;
    const LN: &'static [Self] = &[0.66666776, 0.39977583, 0.2987085];
    const HALF_PI_HIGH: Self = std::f32::consts::FRAC_PI_2;
    const HALF_PI_LOW: Self = -4.371139e-08;
    const ATAN: &'static [Self] = &[
        -0.3333332,
        0.19998665,
        -0.14246504,
        0.10612531,
        -0.061198983,
    ];
    const SIN: &'static [Self] = &[-0.16666655, 0.008332189, -0.00019518287];
    const COS: &'static [Self] = &[0.041666646, -0.001388731, 2.443233e-05];
    const ERF: &'static [Self] = &[
        0.12837917,
        -0.37612626,
        0.11283579,
        -0.026853347,
        0.005187162,
        -0.0007997853,
        7.806906e-05,
    ];
    const ERFC_GREATEST: Self = 10.5;
    const ERFC_CENTRE: Self = 2.0;
    const ERFC: &'static [Self] = &[
        1.2769784,
        -0.09276417,
        -0.16603005,
        0.16405821,
        -0.05421696,
        -0.008074577,
        0.008667938,
        0.0013478441,
        -0.0012624691,
        -0.00043049268,
    ];
}

impl Tables for f64 {
    const EXP_LEAST: Self = -746.0;
    const EXP_GREATEST: Self = 711.0;
    const HALF_LOG2_E: Self = 0.7213475204444817;
    const TWO_LN_2_HIGH: Self = 1.3862943611197807;
    const TWO_LN_2_LOW: Self = 1.0995846037416742e-13;
    const EXP: &'static [Self] = &[
        0.49999999999999917,
        0.1666666666666666,
        0.04166666666670883,
        0.008333333333336142,
        0.001388888888266317,
        0.00019841269837122643,
        2.480159130256832e-05,
        2.755732188931261e-06,
        2.7556054296893096e-07,
        2.5051265664987553e-08,
        2.107047863700506e-09,
        1.618812639277484e-10,
    ];
    const LOG2_E: Self = std::f64::consts::LOG2_E;
    const EXP_NARROW: &'static [Self] = &[
        0.500000000000001,
        0.16666666666666674,
        0.041666666666520934,
        0.008333333333322125,
        0.0013888888947959181,
        0.00019841269886697357,
        2.4801487289126877e-05,
        2.7557242308303313e-06,
        2.7632643426776815e-07,
        2.5110040416359886e-08,
    ];
    const TANH_GREATEST: Self = 19.1;
    const TWO_LOG2_E: Self = 2.8853900817779268;
    const HALF_LN_2: Self = 0.34657359027997264;
    const TANH: &'static [Self] = &[
        1.000000000000002,
        0.666666666666667,
        0.33333333333216747,
        0.133333333333154,
        0.04444444463346938,
        0.012698412727486308,
        0.0031745903730082403,
        0.0007054654030925648,
        0.0001414791343450973,
        2.5712681386352524e-05,
    ];
    const SIGMOID_GREATEST: Self = 40.0;
    const LN_2_HIGH: Self = 0.6931471805598903;
    const LN_2_LOW: Self = 5.497923018708371e-14;
    const LN: &'static [Self] = &[
        0.6666666666666711,
        0.39999999999536234,
        0.2857142871979515,
        0.22222200595811298,
        0.1818347010945007,
        0.15316251057552444,
        0.14775583366285092,
    ];
    const HALF_PI_HIGH: Self = std::f64::consts::FRAC_PI_2;
    const HALF_PI_LOW: Self = 6.123233995736766e-17;
    const ATAN: &'static [Self] = &[
        -0.3333333333333327,
        0.199999999999692,
        -0.142857142814621,
        0.11111110836890901,
        -0.09090899096224134,
        0.07692081412238702,
        -0.06663322022646008,
        0.058493417360230386,
        -0.05045356084065909,
        0.038207844788964274,
        -0.018054394353140792,
    ];
    const SIN: &'static [Self] = &[
        -0.1666666666666663,
        0.00833333333332184,
        -0.00019841269829358569,
        2.7557313538480535e-06,
        -2.5050734375602373e-08,
        1.5895432008958962e-10,
    ];
    const COS: &'static [Self] = &[
        0.041666666666666595,
        -0.001388888888887334,
        2.4801587288999874e-05,
        -2.755731421622342e-07,
        2.0875705266060744e-09,
        -1.1358741687894725e-11,
    ];
    const ERF: &'static [Self] = &[
        0.12837916709551256,
        -0.37612638903183343,
        0.1128379167093695,
        -0.02686617064195904,
        0.005223977596734732,
        -0.0008548325484930446,
        0.0001205528049420726,
        -1.492446558923618e-05,
        1.6444149894430672e-06,
        -1.618398562881379e-07,
        1.3616673796809319e-08,
        -7.60776206874776e-10,
    ];
    const ERFC_GREATEST: Self = 28.0;
    const ERFC_CENTRE: Self = 3.0;
    const ERFC: &'static [Self] = &[
        1.2530080582697296,
        -0.13562110612458073,
        -0.047562294353437534,
        0.12964515870271517,
        -0.1192736634159582,
        0.06830802734532991,
        -0.02377051490620085,
        0.00252939179764172,
        0.0018886902365073193,
        -0.0007798321326269372,
        -0.0001051590888964883,
        0.00012509870137421264,
        4.94688221902906e-06,
        -2.0098570743573892e-05,
        -7.252480455794212e-07,
        3.4682264179287887e-06,
        3.467272291556504e-07,
        -6.105644514622388e-07,
        -1.3055505635495494e-07,
        9.590136432530195e-08,
        3.369957483401543e-08,
        -9.745107126033405e-09,
        -4.710331533824863e-09,
    ];
}
