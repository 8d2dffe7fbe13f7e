//! Golden values, moments, bounds, distributions and orthogonality.
//!
//! The golden values were reproduced by an independent program: ChaCha written from its
//! specification (and checked against RFC 8439's test vector), the logarithm, sine and cosine of
//! another library.

use super::*;

fn weight(gain: Gain, rows: usize, columns: usize, offset: usize) -> Tensor {
    Tensor {
        name: "w",
        role: Role::Weight(gain),
        rows,
        columns,
        offset,
    }
}

fn fill<T: Real>(init: Init, seed: u64, tensors: &[Tensor]) -> Vec<T> {
    let length = tensors
        .iter()
        .map(|tensor| tensor.range().end)
        .max()
        .unwrap_or(0);
    // NaN shows what was not written.
    let mut values = vec![T::from_f64(f64::NAN); length];
    init.fill_tensors(seed, tensors, &mut values);
    values
}

/// The weights of a single `rows` x `columns` matrix in front of a tanh.
fn weights(init: Init, seed: u64, rows: usize, columns: usize) -> Vec<f64> {
    fill(init, seed, &[weight(Gain::Glorot, rows, columns, 0)])
}

#[track_caller]
fn check_words(seed: u64, tensor: u64, expected: [f64; 2], ninth: u64) {
    let mut stream = Stream::new(seed, tensor);
    assert_eq!([stream.uniform(), stream.uniform()], expected);
    for _ in 2..8 {
        stream.uniform();
    }
    // The first number of the second block: the counter moved on, the stream number stayed.
    assert_eq!(
        stream.uniform(),
        (ninth >> 11) as f64 / 9_007_199_254_740_992.0
    );
}

#[test]
fn golden_uniform_numbers() {
    let unit = |word: u64| (word >> 11) as f64 / 9_007_199_254_740_992.0;
    let first = [unit(0xaa53_7a8a_7cdd_b6d4), unit(0x3165_7867_c550_fef2)];
    check_words(0, 0, first, 0xc1c7_691a_3231_f968);
    let first = [unit(0x5cb0_08da_b131_6149), unit(0x569c_ed7a_d31d_1c0f)];
    check_words(42, 0, first, 0xaa7c_4490_1387_3f0b);
    let first = [unit(0xa3ed_6419_a801_09d6), unit(0x9944_1b17_f5e0_3029)];
    check_words(42, 1, first, 0xaa95_f6e3_3ca0_2c76);
    let first = [unit(0xf37a_cd0e_0287_172a), unit(0x2578_9045_9053_5711)];
    check_words(u64::MAX, 3, first, 0xb3af_51ae_8b37_7e35);
}

/// Exact: nothing here may change from version to version or from machine to machine.
#[track_caller]
fn check_golden(init: Init, seed: u64, expected: [f64; 4]) {
    let double: Vec<f64> = fill(init, seed, &[weight(Gain::Glorot, 2, 3, 0)]);
    let single: Vec<f32> = fill(init, seed, &[weight(Gain::Glorot, 2, 3, 0)]);
    assert_eq!(double[..4], expected);
    assert_eq!(single[..4], expected.map(|x| x as f32));
}

#[test]
#[rustfmt::skip]
fn golden_weights() {
    check_golden(Init::glorot_uniform(), 0,
        [0.3622336481947455, -0.672702844998464, 0.22893116666064184, 0.7616416034945278]);
    check_golden(Init::glorot_uniform(), 42,
        [-0.30220904393181824, -0.3541967847615656, -0.42657549708404485, -0.411569030746447]);
    check_golden(Init::he_normal(), 0,
        [0.5190511339740316, 1.385584384182863, 0.7841653738398733, -1.113667243662091]);
    check_golden(Init::he_normal(), 42,
        [-0.49963680934128124, 0.8058464591422215, -0.3248790944771478, 0.7892983514818869]);
}

#[test]
fn every_tensor_has_its_own_numbers() {
    let two = [weight(Gain::Glorot, 2, 3, 0), weight(Gain::Glorot, 2, 3, 6)];
    let both: Vec<f64> = fill(Init::default(), 42, &two);
    let golden = [
        0.3074718341017705,
        0.21623092467092087,
        0.2938028381855032,
        -0.42163254878379897,
    ];
    assert_eq!(both[6..10], golden, "stream 1 of seed 42");
    assert_eq!(both[..6], weights(Init::default(), 42, 2, 3));
    assert_ne!(both[..6], weights(Init::default(), 43, 2, 3));
}

#[test]
fn roles() {
    let role = |role, offset| Tensor {
        name: "",
        role,
        rows: 1,
        columns: 2,
        offset,
    };
    let tensors = [
        role(Role::Bias, 0),
        role(Role::Scale, 2),
        role(Role::Shift, 4),
        role(Role::Mean, 6),
        role(Role::Variance, 8),
        weight(Gain::He, 1, 2, 10),
    ];
    let expected = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.5, 0.5];
    let constant = Init::constant(0.5).expect("finite");
    assert_eq!(fill::<f64>(constant, 1, &tensors), expected);
    let biased = Init::zeros().bias(0.1).expect("finite");
    let expected = [0.1, 0.1, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0];
    assert_eq!(fill::<f32>(biased, 1, &tensors), expected);
}

#[test]
fn the_default_follows_the_activation() {
    let by_activation = |gain| fill::<f64>(Init::default(), 7, &[weight(gain, 6, 5, 0)]);
    assert_eq!(
        by_activation(Gain::Glorot),
        weights(Init::glorot_uniform(), 7, 6, 5)
    );
    assert_eq!(
        by_activation(Gain::He),
        weights(Init::he_uniform(), 7, 6, 5)
    );
    assert_eq!(
        by_activation(Gain::LeCun),
        weights(Init::lecun_uniform(), 7, 6, 5)
    );
}

const ROWS: usize = 100;
const COLUMNS: usize = 200;
const COUNT: f64 = (ROWS * COLUMNS) as f64;

/// Mean 0 and variance s² within four standard errors: s/√n, and s² √((κ − 1)/n) with the
/// distribution's kurtosis κ = μ₄/s⁴.
#[track_caller]
fn check_moments(w: &[f64], variance: f64, kurtosis: f64) {
    let mean = w.iter().sum::<f64>() / COUNT;
    let error = (variance / COUNT).sqrt();
    assert!(
        mean.abs() <= 4.0 * error,
        "mean {mean}, standard error {error}"
    );
    let found = w.iter().map(|w| w * w).sum::<f64>() / COUNT;
    let error = variance * ((kurtosis - 1.0) / COUNT).sqrt();
    assert!(
        (found - variance).abs() <= 4.0 * error,
        "{found} for {variance} ± {error}"
    );
}

/// Kolmogorov and Smirnov: the largest distance between the two distribution functions exceeds
/// 1.95/√n in one of a thousand samples. The numbers are pinned, so it either does or does not.
#[track_caller]
fn check_distribution(mut w: Vec<f64>, cumulative: impl Fn(f64) -> f64) {
    w.sort_by(f64::total_cmp);
    let distance = w.iter().enumerate().fold(0.0, |most: f64, (i, &w)| {
        let (expected, i) = (cumulative(w), i as f64);
        most.max(expected - i / COUNT)
            .max((i + 1.0) / COUNT - expected)
    });
    assert!(distance <= 1.95 / COUNT.sqrt(), "distance {distance}");
}

#[track_caller]
fn check_uniform(init: Init, bound: f64) {
    let w = weights(init, 3, ROWS, COLUMNS);
    // Exactly within; and with 20,000 numbers one of the outer thousandth.
    let largest = w.iter().fold(0.0, |most: f64, w| most.max(w.abs()));
    assert!(
        (0.999 * bound..=bound).contains(&largest),
        "{largest} for {bound}"
    );
    check_moments(&w, bound * bound / 3.0, 1.8);
    check_distribution(w, |w| 0.5 + 0.5 * w / bound);
    let single: Vec<f32> = fill(init, 3, &[weight(Gain::Glorot, ROWS, COLUMNS, 0)]);
    assert!(single.iter().all(|w| w.abs() <= bound as f32));
}

#[track_caller]
fn check_normal(init: Init, deviation: f64) {
    let w = weights(init, 3, ROWS, COLUMNS);
    check_moments(&w, deviation * deviation, 3.0);
    check_distribution(w, |w| 0.5 * libm::erfc(-w / (deviation * 2.0_f64.sqrt())));
}

#[test]
fn distributions() {
    let (fan_in, fan_out) = (ROWS as f64, COLUMNS as f64);
    check_uniform(Init::glorot_uniform(), (6.0 / (fan_in + fan_out)).sqrt());
    check_uniform(Init::he_uniform(), (6.0 / fan_in).sqrt());
    check_uniform(Init::lecun_uniform(), (3.0 / fan_in).sqrt());
    check_normal(Init::glorot_normal(), (2.0 / (fan_in + fan_out)).sqrt());
    check_normal(Init::he_normal(), (2.0 / fan_in).sqrt());
    check_normal(Init::lecun_normal(), (1.0 / fan_in).sqrt());
}

/// WᵀW = gain²·1 if tall, WWᵀ = gain²·1 if wide.
#[track_caller]
fn check_orthogonal(rows: usize, columns: usize, gain: f64, seed: u64, tolerance: f64) {
    let w = weights(Init::orthogonal(gain).expect("finite"), seed, rows, columns);
    let (count, length) = (rows.min(columns), rows.max(columns));
    let entry = |k: usize, i: usize| {
        if rows < columns {
            w[k * columns + i]
        } else {
            w[i * columns + k]
        }
    };
    for a in 0..count {
        for b in 0..count {
            let product: f64 = (0..length).map(|i| entry(a, i) * entry(b, i)).sum();
            let expected = if a == b { gain * gain } else { 0.0 };
            let error = (product - expected).abs();
            assert!(
                error <= tolerance,
                "{rows} x {columns}, ({a}, {b}): {product} for {expected}"
            );
        }
    }
}

#[test]
fn orthogonal_along_the_smaller_dimension() {
    for (rows, columns) in [
        (1, 1),
        (1, 9),
        (9, 1),
        (3, 7),
        (7, 3),
        (8, 8),
        (33, 17),
        (64, 64),
    ] {
        check_orthogonal(rows, columns, 1.0, 5, 1e-12);
        check_orthogonal(rows, columns, 2.0_f64.sqrt(), 5, 1e-12);
    }
    check_orthogonal(100, 128, 1.0, 5, 1e-12);
}

/// Among thousands of square matrices some have a last vector that nearly depends on the others;
/// one round of orthogonalization can leave it far off, two leave a few roundings.
#[test]
fn orthogonal_even_where_vectors_nearly_depend() {
    for seed in 0..3000 {
        check_orthogonal(4, 4, 1.0, seed, 4e-15);
    }
}

/// Uniform over all orthogonal matrices, so no sign is preferred: over 400 seeds the entries'
/// means are within four standard errors, 1/√(400·n), of zero.
#[test]
fn orthogonal_prefers_no_sign() {
    for n in [1_usize, 2, 3] {
        let init = Init::orthogonal(1.0).expect("finite");
        let mut means = vec![0.0; n * n];
        for seed in 0..400 {
            for (mean, w) in means.iter_mut().zip(weights(init, seed, n, n)) {
                *mean += w / 400.0;
            }
        }
        let error = 1.0 / (400.0 * n as f64).sqrt();
        assert!(
            means.iter().all(|mean| mean.abs() <= 4.0 * error),
            "n = {n}: {means:?}"
        );
    }
}

/// An entry of a random rotation in three dimensions is uniform on [−1, 1] (Archimedes: a sphere's
/// slices of equal height have equal areas). One entry a seed, so that they are independent.
#[test]
fn orthogonal_entries_are_uniform_in_three_dimensions() {
    let init = Init::orthogonal(1.0).expect("finite");
    let seeds = 0..COUNT as u64;
    let matrices: Vec<_> = seeds.map(|seed| weights(init, seed, 3, 3)).collect();
    for entry in [0, 4, 8] {
        let w: Vec<f64> = matrices.iter().map(|matrix| matrix[entry]).collect();
        check_moments(&w, 1.0 / 3.0, 1.8);
        check_distribution(w, |w| 0.5 + 0.5 * w);
    }
}

#[track_caller]
fn check_refused(init: Result<Init, Error>, setting: &str) {
    match init {
        Err(Error::Setting { name, .. }) => assert_eq!(name, setting),
        other => panic!("{setting} was not refused: {other:?}"),
    }
}

#[test]
fn invalid_settings() {
    for value in [f64::NAN, f64::INFINITY, -1e39] {
        check_refused(Init::constant(value), "constant weight");
        check_refused(Init::orthogonal(value), "orthogonal gain");
        check_refused(Init::default().bias(value), "initial bias");
    }
}

/// To the last bit, as one rounding of the fraction and one of its root.
#[test]
fn bounds_are_exact() {
    for (rows, columns) in [(1, 1), (2, 50), (784, 300), (7, 3)] {
        let bound = |gain| bound(gain, &weight(gain, rows, columns, 0));
        let (fan_in, fan_out) = (rows as f64, columns as f64);
        assert_eq!(bound(Gain::Glorot), (6.0 / (fan_in + fan_out)).sqrt());
        assert_eq!(bound(Gain::He), (6.0 / fan_in).sqrt());
        assert_eq!(bound(Gain::LeCun), (3.0 / fan_in).sqrt());
    }
}

/// PyTorch's closed forms carry a gain, 5/3 for tanh and √2 for relu; ours has none for tanh and
/// writes √(6/n) for √2·√(3/n). Two roundings apart.
#[test]
fn closed_forms_of_pytorch() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/data/pytorch_mlp_ref/init_closed_forms.json"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no reference data at {path}");
        return;
    };
    let file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let bound_of = |gain| bound(gain, &weight(gain, 100, 50, 0));
    let gain = number(&file["gains"]["tanh"]);
    let pairs = [
        (
            "xavier_uniform(100->50,tanh) bound",
            gain * bound_of(Gain::Glorot),
        ),
        ("kaiming_uniform(fan_in=100,relu) bound", bound_of(Gain::He)),
    ];
    for (name, found) in pairs {
        let expected = number(&file[name]);
        assert!(
            (found / expected - 1.0).abs() <= 4e-16,
            "{name}: {found} for {expected}"
        );
    }
}
