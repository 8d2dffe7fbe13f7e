//! Why initialization matters: Figures 6 and 7 of Glorot and Bengio (2010) on real digits.
//!
//! Five tanh layers see 300 digits before any training. With the *standard* initialization, uniform
//! in ±1/√inputs, the back-propagated gradients shrink from layer to layer; with the *normalized* one,
//! uniform in ±√(6 / (inputs + outputs)), their deviation stays.

mod cli;
mod handwriting;
mod plot;
mod table;
mod weights;

use cli::{Course, Failure};
use handwriting::Digits;
use plot::{Labels as Words, Scale, Series};
use std::path::Path;
use unrolled::prelude::*;
use unrolled::signals::Snapshot;

network! {
    struct Deep = 64 -> tanh(100) -> tanh(100) -> tanh(100) -> tanh(100) -> tanh(100) -> 10;
    loss = cross_entropy;
    derive(Signals);
}

fn main() -> Result<(), Failure> {
    let what = "Shows what the initialization does to activations and gradients.";
    let course = Course::read("initialization", what)?;
    let digits = Digits::small()?.select(&(0..300).collect::<Vec<_>>())?;
    let images = Standardizer::fit(&digits.images)?.transform(&digits.images)?;

    let normalized = Deep::init(Init::default(), 1);
    let mut standard = normalized.clone();
    // From ±√(6 / (inputs + outputs)) to ±1/√inputs.
    weights::rescale(&mut standard, |inputs, outputs| {
        ((inputs + outputs) / 6.0 / inputs).sqrt()
    });
    let look = |name: &str, net| {
        let labels = Labels(&digits.labels);
        let mut study = Study::new(&images, &labels)?.bins(61);
        let snapshot = study.look(0, net)?;
        println!("{name} initialization, {snapshot}\n");
        draw(&course.out, ["activations", name], snapshot, 'a')?;
        draw(&course.out, ["gradients", name], snapshot, 'g')?;
        let deviation = |name| Some(snapshot.get(name)?.moments.deviation());
        let ratio = deviation("g1").zip(deviation("g5")).map(|(g1, g5)| g1 / g5);
        ratio.ok_or_else(|| Failure::new("there are five layers"))
    };
    let standard = look("standard", &standard)?;
    let normalized = look("normalized", &normalized)?;
    println!("deviation of G₁ over that of G₅: standard {standard:.3}, normalized {normalized:.3}");
    println!("Pictures: {}", course.out.display());
    assert!(standard < 0.2, "gradients shrink under the standard one");
    let stays = (0.4..2.5).contains(&normalized);
    assert!(stays, "and keep their size under the normalized one");
    Ok(())
}

/// Draws the histograms of A or G, layer by layer, as densities.
fn draw(
    out: &Path,
    [what, init]: [&str; 2],
    snapshot: &Snapshot,
    letter: char,
) -> Result<(), Failure> {
    let names = ["layer 1", "layer 2", "layer 3", "layer 4", "layer 5"];
    let series = names.iter().zip(1..).map(|(name, layer)| {
        let found = snapshot.get(&format!("{letter}{layer}"));
        let points = found.map_or_else(Vec::new, |layer| layer.histogram.density());
        Series { name, points }
    });
    let series: Vec<_> = series.collect();
    let title = format!("{init} initialization: {what}");
    let words = Words::new(&title, "value", "density");
    let path = out.join(format!("{what}-{init}"));
    plot::curves(&path, words, Scale::Linear, &series, None)?;
    Ok(())
}
