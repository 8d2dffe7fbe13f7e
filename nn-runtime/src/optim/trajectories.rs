//! The optimizers against parameters that PyTorch recorded over 1001 steps, in double precision.
//!
//! The network is Linear(2, 3)–sigmoid–Linear(3, 1)–sigmoid on three rows, the loss the sum of its
//! outputs, the gradient written out by hand. Ten settings come from a file of PyTorch 1.13.1's own
//! test data; its samples were taken after steps 1, 101, …, 1001. Two more, for RMSProp, which that
//! file lacks, are the same test's numbers after steps 101 and 1001.

use serde_json::Value;

use super::tests::tensors;
use super::{Adam, AdamW, Optimizer, RmsProp, Sgd, Step};
use crate::simd::Isa;

const PARAMETERS: usize = 13;

/// W₁ (3 x 2, row-major, a row per unit), b₁, w₂, b₂: the start of all runs, in full precision.
const START: [f64; PARAMETERS] = [
    -0.2108988568338871,
    -0.4975560466422629,
    -0.14129216202471762,
    -0.3420288967865903,
    -0.2523635082803723,
    0.6975570255493777,
    -0.10853121966252377,
    -0.297948499687533,
    0.689201509995717,
    -0.05080313011597659,
    -0.39413518751058996,
    -0.28433759745928844,
    -0.07113812430174116,
];

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ∂/∂θ of Σₙ σ(w₂·σ(W₁xₙ + b₁) + b₂).
fn gradient(theta: &[f64; PARAMETERS]) -> [f64; PARAMETERS] {
    let (w1, b1, w2, b2) = (&theta[..6], &theta[6..9], &theta[9..12], theta[12]);
    let mut gradient = [0.0; PARAMETERS];
    for x in [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]] {
        let unit = |j: usize| sigmoid(w1[2 * j] * x[0] + w1[2 * j + 1] * x[1] + b1[j]);
        let a = [unit(0), unit(1), unit(2)];
        let y = sigmoid(a[0] * w2[0] + a[1] * w2[1] + a[2] * w2[2] + b2);
        let g2 = y * (1.0 - y);
        for j in 0..3 {
            let g1 = g2 * w2[j] * a[j] * (1.0 - a[j]);
            gradient[2 * j] += g1 * x[0];
            gradient[2 * j + 1] += g1 * x[1];
            gradient[6 + j] += g1;
            gradient[9 + j] += g2 * a[j];
        }
        gradient[12] += g2;
    }
    gradient
}

/// Runs 1001 steps and hands out the parameters after each, counting from 1.
fn run<O: Optimizer<f64>>(optimizer: &O, mut sample: impl FnMut(usize, &[f64; PARAMETERS])) {
    let isa = Isa::best();
    let mut theta = START;
    let mut state = optimizer
        .prepare(&tensors(PARAMETERS))
        .expect("valid settings");
    for t in 1..=1001 {
        let step = Step {
            isa,
            rate: optimizer.rate(),
            scale: 1.0,
        };
        let gradient = gradient(&theta);
        optimizer
            .step(&mut state, step, &mut theta, &gradient)
            .expect("13 numbers");
        sample(t, &theta);
    }
}

#[track_caller]
fn assert_close(name: &str, t: usize, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        // Below 0.1 the bound is absolute: a parameter on its way through zero keeps the rounding
        // error of its larger past.
        let error = (found - expected).abs() / expected.abs().max(0.1);
        assert!(
            error <= tolerance,
            "{name}, step {t}, θ[{i}]: {found} for {expected}, off by {error:e}"
        );
    }
}

#[track_caller]
fn check_file(file: &Value, name: &str, optimizer: impl Optimizer<f64>) {
    let samples = file["cases"][name]["expected"].as_array().expect("samples");
    assert_eq!(samples.len(), 11, "{name}");
    run(&optimizer, |t, theta| {
        if t % 100 == 1 {
            // Four tensors a sample, in the order of the flat slice.
            let tensors = samples[t / 100].as_array().expect("tensors").iter();
            let expected: Vec<f64> = tensors
                .flat_map(|tensor| tensor.as_array().expect("numbers"))
                .map(|number| number.as_f64().expect("a number"))
                .collect();
            // 1e-12: two programs that round differently, for a thousand steps.
            assert_close(name, t, theta, &expected, 1e-12);
        }
    });
}

#[test]
fn ten_recorded_settings() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/data/pytorch_optim_baseline/optim_baseline.json"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no reference data at {path}");
        return;
    };
    let file: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(file["cases"].as_object().expect("cases").len(), 10);

    let adam = Adam::new(1.0);
    check_file(&file, "Adam", adam);
    check_file(&file, "Adam_with_weight_decay", adam.weight_decay(1e-2));
    check_file(
        &file,
        "Adam_with_weight_decay_and_amsgrad",
        adam.weight_decay(1e-6).amsgrad(),
    );
    let adamw = AdamW::new(1.0);
    check_file(&file, "AdamW", adamw);
    check_file(&file, "AdamW_without_weight_decay", adamw.weight_decay(0.0));
    check_file(&file, "AdamW_with_amsgrad", adamw.amsgrad());
    let sgd = Sgd::new(0.1);
    check_file(&file, "SGD", sgd);
    check_file(&file, "SGD_with_weight_decay", sgd.weight_decay(1e-2));
    let heavy = sgd.weight_decay(1e-2).momentum(0.9);
    check_file(&file, "SGD_with_weight_decay_and_momentum", heavy);
    let nesterov = sgd.weight_decay(1e-6).nesterov(0.9);
    check_file(
        &file,
        "SGD_with_weight_decay_and_nesterov_momentum",
        nesterov,
    );
}

#[track_caller]
fn check_samples(name: &str, optimizer: impl Optimizer<f64>, samples: [(usize, [f64; 13]); 2]) {
    run(&optimizer, |t, theta| {
        for (_, expected) in samples.iter().filter(|(at, _)| *at == t) {
            // 1e-11: near a stationary point RMSProp divides a vanishing gradient by its own
            // size, so that differences of rounding grow by a few decades before they settle.
            assert_close(name, t, theta, expected, 1e-11);
        }
    });
}

#[test]
#[rustfmt::skip]
fn recorded_rmsprop() {
    check_samples("RMSProp", RmsProp::new(0.1), [
        (101, [
            2.4485718582774427, 2.2809152044417678, 1.7346424449151967, 1.5940004770230671,
            1.2507611318399818, 2.248993270255382, 2.994661478530102, 1.815048529086425,
            2.382542610897819, -2.3036981738757825, -2.6337299521275646, -2.018370122358821,
            -1.6207875598008983,
        ]),
        (1001, [
            3.0175156205790477, 2.945200425145326, 2.291469925522963, 2.221721702578292,
            1.6544730927621267, 2.705431441204422, 3.9190041004420175, 2.6513176244659378,
            2.993736489599992, -4.053111559341913, -4.450801801162238, -3.027184551913196,
            -2.353949890597345,
        ]),
    ]);
    check_samples("RMSProp with weight decay", RmsProp::new(0.1).weight_decay(1e-2), [
        (101, [
            0.21398926523995987, 0.2779011713348031, 0.1868480279465855, 0.2507569370784996,
            0.19145335235116723, 0.2557687813139495, 0.6720959116683096, 0.64807348480635,
            0.6542630070045603, -1.435763364089916, -1.449355795007287, -1.4619011018356904,
            -1.9673083558727738,
        ]),
        (1001, [
            0.2306170112270019, 0.29368398381778194, 0.23061747865501664, 0.29368467998690806,
            0.2306085559563821, 0.2936719507340021, 0.680671467383083, 0.6806730903175792,
            0.6806434720800854, -1.4635008778278134, -1.4635052859178375, -1.463420837506828,
            -2.1262432969587723,
        ]),
    ]);
}
