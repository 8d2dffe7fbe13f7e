//! Tricks of the trade (LeCun, Bottou, Orr and Müller 1998), each on and off, on real digits.
mod cli;
mod handwriting;
mod plot;
mod table;

use Trick::{Emphasis, FanIn, LecunTanh, Rates, Scaling, Whitening};
use cli::{Course, Failure};
use handwriting::Digits;
use plot::Bar;
use std::ops::ControlFlow;
use unrolled::network::Role;
use unrolled::optim::Survey;
use unrolled::prelude::*;

network! { struct Plain = 64 -> tanh(30) -> tanh(10); loss = mse; derive(DiagonalCurvature); }
network! { struct Ranged = 64 -> lecun_tanh(30) -> lecun_tanh(10); loss = mse; derive(DiagonalCurvature); }

#[derive(PartialEq)]
enum Trick {
    Scaling,
    Whitening,
    Emphasis,
    LecunTanh,
    FanIn,
    Rates,
}

const VARIANTS: [(&str, &[Trick]); 8] = [
    ("all tricks", &[Scaling, Emphasis, LecunTanh, FanIn, Rates]),
    ("all, whitened", &[Whitening, Emphasis, LecunTanh, FanIn, Rates]),
    ("raw inputs", &[Emphasis, LecunTanh, FanIn, Rates]),
    ("no emphasis", &[Scaling, LecunTanh, FanIn, Rates]),
    ("tanh", &[Scaling, Emphasis, FanIn, Rates]),
    ("weights in ±1", &[Scaling, Emphasis, LecunTanh, Rates]),
    ("one learning rate", &[Scaling, Emphasis, LecunTanh, FanIn]),
    ("no trick", &[]),
];

fn main() -> Result<(), Failure> {
    let course = Course::read("tricks", "Trains with every trick of the trade on and off.")?;
    let (limit, starts) = course.effort((100, 5), (40, 2));
    let digits = Digits::small()?;
    let parts = stratified(&digits.labels, Share::Rows(0), Share::Fraction(0.3), 1)?;
    let (training, test) = (digits.select(&parts.train)?, digits.select(&parts.test)?);
    let mut bars = Vec::new();
    for (name, tricks) in VARIANTS {
        let data = &prepared(tricks, &training, &test)?;
        let (mut epochs, mut seconds) = (f64::INFINITY, f64::INFINITY);
        for rate in (1..8).map(|power| 0.5_f64.powi(power)) {
            let (mut e, mut s) = (0.0, 0.0);
            for seed in 0..starts {
                let (sgd, own) = (Sgd::new(rate), DiagonalLevenbergMarquardt::new(rate));
                let (e1, s1) = match (tricks.contains(&LecunTanh), tricks.contains(&Rates)) {
                    (true, true) => race::<Ranged, _>(own, tricks, data, limit, seed),
                    (true, false) => race::<Ranged, _>(sgd, tricks, data, limit, seed),
                    (false, true) => race::<Plain, _>(own, tricks, data, limit, seed),
                    (false, false) => race::<Plain, _>(sgd, tricks, data, limit, seed),
                }?;
                e += e1 / starts as f64;
                s += s1 / starts as f64;
            }
            print!("{e:5.1} ");
            if e < epochs {
                (epochs, seconds) = (e, s);
            }
        }
        println!("{name:20} {epochs:6.1} {seconds:7.3}");
        bars.push((name, epochs, seconds));
    }
    Ok(())
}

type Data = ([Vec<[f32; 64]>; 2], [Vec<usize>; 2]);
fn prepared(tricks: &[Trick], training: &Digits<64>, test: &Digits<64>) -> Result<Data, Failure> {
    let raw = [&training.images, &test.images];
    let images = if tricks.contains(&Whitening) {
        let whitener = Whitener::<[f32; 64]>::fit(raw[0])?;
        [whitener.transform(raw[0])?, whitener.transform(raw[1])?]
    } else if tricks.contains(&Scaling) {
        let standard = Standardizer::fit(raw[0])?;
        [standard.transform(raw[0])?, standard.transform(raw[1])?]
    } else {
        raw.map(Vec::clone)
    };
    Ok((images, [training.labels.clone(), test.labels.clone()]))
}

fn race<N, O: Survey<N>>(optimizer: O, tricks: &[Trick], ([x, xt], [l, lt]): &Data, limit: usize, seed: u64) -> Result<(f64, f64), Failure>
where
    N: Network<Scalar = f32, Input = [f32; 64], Output = [f32; 10], Target = [f32; 10]>,
{
    let y: Vec<[f32; 10]> = l.iter().map(|&l| std::array::from_fn(|j| if j == l { 1.0 } else { -1.0 })).collect();
    let mut net = N::init(Init::lecun_uniform(), seed);
    if !tricks.contains(&FanIn) {
        for tensor in N::TENSORS.iter().filter(|t| matches!(t.role, Role::Weight(_))) {
            let f = (tensor.rows as f32 / 3.0).sqrt();
            net.parameters_mut()[tensor.range()].iter_mut().for_each(|w| *w *= f);
        }
    }
    let (mut reached, mut secs) = (f64::INFINITY, 0.0);
    let judge = |e: &Epoch, net: &N| {
        let f = net.predict_rows(xt).unwrap_or_default();
        secs += e.seconds;
        if 1.0 - accuracy(&f, lt).unwrap_or(0.0) <= 0.04 { reached = e.epoch as f64; ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let weight = if tricks.contains(&Emphasis) { 0.5 } else { 0.0 };
    Trainer::new(optimizer).epochs(limit).batch_size(16).seed(seed).order(if weight > 0.0 {Order::Emphasizing { weight }} else {Order::Shuffled}).watch(judge).fit(&mut net, x, &y)?;
    Ok((reached, secs))
}
