//! Reads handwriting: 1797 real digits of 8 x 8 pixels, a test fifth that training never sees.
//!
//! `cargo run --release --example digits` needs no argument and no download; the data are compiled
//! in (`examples/data/README.md` says where they come from).

#![allow(missing_docs, reason = "the declared network says it all")]

mod cli;
mod plot;

use std::io::Read;
use std::path::PathBuf;

use cli::{Arguments, Effort, Failure};
use unrolled::prelude::*;

network! { struct A = 64 -> relu(128) -> bn -> dropout(0.5) -> relu(64) -> bn -> dropout(0.5) -> 10; loss = cross_entropy; }
network! { struct B = 64 -> relu(256) -> bn -> dropout(0.5) -> relu(128) -> bn -> dropout(0.5) -> 10; loss = cross_entropy; }
network! { struct C = 64 -> relu(256) -> bn -> dropout(0.5) -> 10; loss = cross_entropy; }
network! { struct D = 64 -> dropout(0.9) -> relu(256) -> bn -> dropout(0.5) -> 10; loss = cross_entropy; }
network! { struct E = 64 -> relu(128) -> dropout(0.5) -> bn -> relu(64) -> 10; loss = cross_entropy; }

struct Digits {
    images: Vec<[f32; 64]>,
    labels: Vec<usize>,
}

fn read_digits() -> Result<Digits, Failure> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(&include_bytes!("data/digits.csv.gz")[..])
        .read_to_string(&mut text)?;
    let mut digits = Digits {
        images: Vec::new(),
        labels: Vec::new(),
    };
    for line in text.lines() {
        let numbers: Vec<f32> = line.split(',').map(str::parse).collect::<Result<_, _>>()?;
        let pixels: [f32; 64] = std::array::from_fn(|i| numbers[i] / 16.0);
        digits.images.push(pixels);
        digits.labels.push(numbers[64] as usize);
    }
    Ok(digits)
}

fn shifted(image: &[f32; 64], across: isize, down: isize) -> [f32; 64] {
    std::array::from_fn(|i| {
        let (r, c) = ((i / 8) as isize - down, (i % 8) as isize - across);
        if (0..8).contains(&r) && (0..8).contains(&c) {
            image[(8 * r + c) as usize]
        } else {
            0.0
        }
    })
}
fn run<N: Network<Scalar = f32, Input = [f32; 64], Output = [f32; 10], Target = [f32; 10]>>(
    aug: bool,
    e: usize,
    rate: f64,
    b: usize,
    patience: usize,
) -> Result<(), Failure> {
    let digits = read_digits()?;
    let mut all = vec![];
    let mut sec = 0.0;
    let mut ep = 0;
    for seed in 0..10 {
        let parts = stratified(
            &digits.labels,
            Share::Fraction(0.1),
            Share::Fraction(0.2),
            seed,
        )?;
        let mut x = gather(&digits.images, &parts.train)?;
        let mut t = gather(&digits.labels, &parts.train)?;
        if aug {
            for i in 0..x.len() {
                for (a, d) in [(0, 1), (1, 0), (-1, 0), (0, -1)] {
                    x.push(shifted(&x[i], a, d));
                    t.push(t[i]);
                }
            }
        }
        let xv = gather(&digits.images, &parts.validation)?;
        let tv = gather(&digits.labels, &parts.validation)?;
        let xt = gather(&digits.images, &parts.test)?;
        let tt = gather(&digits.labels, &parts.test)?;
        let mut net = N::init(Init::default(), seed);
        let time = std::time::Instant::now();
        let h = Trainer::new(Adam::new(rate))
            .epochs(e)
            .batch_size(b)
            .seed(seed)
            .schedule(Schedule::cosine(e, 0.0))
            .validation(&xv, &Labels(&tv))
            .early_stopping(EarlyStopping::patience(patience))
            .fit(&mut net, &x, &Labels(&t))?;
        sec += time.elapsed().as_secs_f64();
        ep += h.epochs.len();
        let out = net.predict_rows(&xt)?;
        let m = ConfusionMatrix::new(&out, &tt)?;
        all.push(m.accuracy());
    }
    let n = all.len() as f64;
    println!(
        "{} aug {aug} {e} {rate} {b} mean {:.4} min {:.4} {:.2} s {}",
        N::LAYERS
            .iter()
            .map(|l| l.name)
            .collect::<Vec<_>>()
            .join(" "),
        all.iter().sum::<f64>() / n,
        all.iter().copied().fold(1.0, f64::min),
        sec / n,
        ep / 10
    );
    Ok(())
}
fn main() -> Result<(), Failure> {
    run::<A>(true, 60, 0.003, 64, 15)?;
    run::<B>(false, 100, 0.003, 64, 30)?;
    run::<B>(true, 40, 0.003, 64, 15)?;
    run::<C>(false, 100, 0.003, 64, 30)?;
    run::<C>(true, 40, 0.003, 64, 15)?;
    run::<D>(false, 100, 0.003, 64, 30)?;
    run::<D>(true, 40, 0.003, 64, 15)?;
    run::<E>(true, 40, 0.003, 64, 15)?;
    Ok(())
}
