//! The pictures that the examples draw, each as an SVG and as a PNG file.
//!
//! This is the only place that names the plotting crate: what the examples say is what is drawn,
//! not how. Every function takes a path without extension and writes `path.svg` and `path.png`
//! (twice the SVG's size), with fonts that come with the crate, so nothing has to be installed.

#![allow(
    dead_code,
    unused_imports,
    reason = "each example draws some of these pictures"
)]
#![allow(unreachable_pub, reason = "one module serves several examples")]

mod bars;
mod clouds;
mod fits;
mod frame;
mod images;
mod learning;

use std::io;
use std::path::Path;

use kuva::plot::{BandPlot, Histogram, LegendEntry, LegendShape, LinePlot, ScatterPlot};
use kuva::render::annotations::ReferenceLine;
use kuva::render::plots::Plot;
use kuva::render::render::{Scene, TextAnchor};

pub use bars::{Bar, bars};
pub use clouds::{Cloud, clouds};
pub use fits::{Fit, fits};
use frame::{LEFT, RIGHT, TOP, frame, grid, render, save, text};
pub use images::{Image, images};
pub use learning::learning;

/// Okabe and Ito's (2008) colours without yellow: told apart by colour-blind eyes too.
const COLOURS: [&str; 6] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00",
];
const GREY: &str = "#555555";

/// The size of a picture with one frame.
const SIZE: (f64, f64) = (760.0, 440.0);
/// The size of a frame among others.
const SMALL: (f64, f64) = (400.0, 300.0);

/// Title and axis labels.
#[derive(Clone, Copy)]
pub struct Labels<'a> {
    /// Stands above the picture.
    pub title: &'a str,
    /// Along the horizontal axis.
    pub x: &'a str,
    /// Above the vertical axis.
    pub y: &'a str,
}

impl<'a> Labels<'a> {
    /// All three.
    pub fn new(title: &'a str, x: &'a str, y: &'a str) -> Self {
        Self { title, x, y }
    }
}

/// The points of rows of one column each.
pub fn pairs(xs: &[[f64; 1]], ys: &[[f64; 1]]) -> Vec<(f64, f64)> {
    let pairs = xs.iter().zip(ys);
    pairs.map(|([x], [y])| (*x, *y)).collect()
}

/// How the vertical axis is divided.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By powers of ten; points that are not positive are left out, and those below 1e-10 lie on the
    /// axis.
    Log,
}

/// A named curve.
pub struct Series<'a> {
    /// Its name in the legend.
    pub name: &'a str,
    /// Its points (x, y) in the order in which they are joined; those that are not finite are left
    /// out.
    pub points: Vec<(f64, f64)>,
}

impl<'a> Series<'a> {
    /// A curve through the values at 1, 2, 3, …: epoch by epoch.
    pub fn by_epoch(name: &'a str, values: &[f64]) -> Self {
        let points = (1..).map(f64::from).zip(values.iter().copied());
        Self {
            name,
            points: points.collect(),
        }
    }
}

/// A point worth pointing at.
pub struct Mark<'a> {
    /// Where it lies.
    pub point: (f64, f64),
    /// What it is, for the legend.
    pub name: &'a str,
}

/// Draws learning curves: one line a series, and a marked point where there is one to mark.
///
/// # Errors
/// No point to show; a file that cannot be written.
pub fn curves(
    path: &Path,
    labels: Labels<'_>,
    scale: Scale,
    series: &[Series<'_>],
    mark: Option<Mark<'_>>,
) -> io::Result<()> {
    let shown = |&(x, y): &(f64, f64)| {
        x.is_finite() && y.is_finite() && (scale == Scale::Linear || y > 0.0)
    };
    if !series.iter().flat_map(|series| &series.points).any(shown) {
        return Err(nothing_to_draw());
    }
    let (mut plots, mut legend) = (Vec::new(), Vec::new());
    for (series, colour) in series.iter().zip(COLOURS.iter().cycle()) {
        let shown: Vec<_> = series.points.iter().copied().filter(shown).collect();
        plots.push(match shown.len() {
            1 => points(shown, colour, 3.0),
            _ => line(shown.into_iter(), colour),
        });
        legend.push(entry(series.name, colour, LegendShape::Line));
    }
    let mark = mark.filter(|mark| shown(&mark.point));
    if let Some(mark) = &mark {
        plots.push(points(vec![mark.point], "black", 4.5));
        legend.push(entry(mark.name, "black", LegendShape::Circle));
    }
    let mut layout = frame(&plots, labels.x, SIZE, legend);
    let xs = || {
        series
            .iter()
            .flat_map(|series| &series.points)
            .filter(|p| shown(p))
            .map(|p| p.0)
    };
    if xs().all(|x| x.fract() == 0.0) {
        // Epochs: no tick stands between two of them.
        let span = xs().fold(f64::MIN, f64::max) - xs().fold(f64::MAX, f64::min);
        layout = layout.with_x_tick_step(nice_step(span / 8.0).max(1.0));
    }
    if let Some(mark) = mark {
        let vertical = ReferenceLine::vertical(mark.point.0).with_color(GREY);
        layout = layout.with_reference_line(vertical.with_dasharray("4 4"));
    }
    if scale == Scale::Log {
        layout = layout.with_log_y();
    }
    save(path, &render(plots, layout, labels))
}

/// A regression in one dimension.
pub struct Regression<'a> {
    /// Title and axis labels.
    pub labels: Labels<'a>,
    /// The data, (x, y), all finite.
    pub data: Vec<(f64, f64)>,
    /// The prediction: (x, mean, standard deviation), by rising x; where one of them is not finite,
    /// it is left out.
    pub prediction: Vec<(f64, f64, f64)>,
    /// The curve that the data came from, if it is known.
    pub truth: Option<Vec<(f64, f64)>>,
}

/// Draws data points, the predicted mean, and a band of two standard deviations on either side.
///
/// # Errors
/// No prediction to show; a file that cannot be written.
pub fn regression(path: &Path, regression: Regression<'_>) -> io::Result<()> {
    let [blue, orange, green, ..] = COLOURS;
    let finite = |p: &&(f64, f64, f64)| (p.0 + p.1 + p.2).is_finite();
    let prediction = regression.prediction.iter().filter(finite);
    if prediction.clone().next().is_none() {
        return Err(nothing_to_draw());
    }
    let band = BandPlot::new(
        prediction.clone().map(|p| p.0),
        prediction.clone().map(|p| p.1 - 2.0 * p.2),
        prediction.clone().map(|p| p.1 + 2.0 * p.2),
    );
    // The legend's swatch is opaque: blue at a fifth over white.
    let mut plots = vec![Plot::Band(band.with_color(blue).with_opacity(0.2))];
    let mut legend = vec![entry("± 2 deviations", "#cce3f0", LegendShape::Rect)];
    if let Some(truth) = regression.truth {
        let truth = LinePlot::new().with_data(truth).with_color(green);
        plots.push(Plot::Line(truth.with_stroke_width(1.5).with_dashed()));
        let mut truth = entry("truth", green, LegendShape::Line);
        truth.dasharray = Some("6 3".to_owned());
        legend.push(truth);
    }
    plots.push(line(prediction.map(|p| (p.0, p.1)), blue));
    plots.push(points(regression.data, orange, 3.0));
    legend.push(entry("prediction", blue, LegendShape::Line));
    legend.push(entry("data", orange, LegendShape::Circle));
    let layout = frame(&plots, regression.labels.x, SIZE, legend);
    save(path, &render(plots, layout, regression.labels))
}

/// One histogram among others.
pub struct Panel<'a> {
    /// Title and axis labels.
    pub labels: Labels<'a>,
    /// The numbers that are counted; those that are not finite are left out.
    pub values: Vec<f64>,
    /// A number to compare them with, and its name.
    pub mark: Option<(f64, &'a str)>,
}

/// Draws histograms of `bins` bins each, `columns` of them side by side.
///
/// # Errors
/// A file that cannot be written.
pub fn histograms(
    path: &Path,
    title: &str,
    columns: usize,
    bins: usize,
    panels: &[Panel<'_>],
) -> io::Result<()> {
    let panels = panels.iter().map(|panel| histogram(panel, bins));
    grid(path, title, columns, SMALL, panels)
}

fn histogram(panel: &Panel<'_>, bins: usize) -> Scene {
    let values = || panel.values.iter().copied().filter(|v| v.is_finite());
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    // A histogram of nothing, or of one value over and over, still needs a range.
    let (low, high) = match low.partial_cmp(&high) {
        Some(std::cmp::Ordering::Less) => (low, high),
        Some(std::cmp::Ordering::Equal) => (low - 0.5, high + 0.5),
        _ => (0.0, 1.0),
    };
    let bars = Histogram::new().with_data(values()).with_bins(bins);
    let bars = bars.with_range((low, high)).with_color(COLOURS[0]);
    let plots = vec![Plot::Histogram(bars)];

    let marked = panel.mark.filter(|(value, _)| value.is_finite());
    let (least, most) = marked.map_or((low, high), |(v, _)| (low.min(v), high.max(v)));
    let step = nice_step((most - least) / 4.0);
    let (start, end) = ((least / step).floor() * step, (most / step).ceil() * step);
    let mut layout = frame(&plots, panel.labels.x, SMALL, Vec::new())
        .with_x_axis_min(start)
        .with_x_axis_max(end)
        .with_x_tick_step(step);
    if let Some((value, _)) = marked {
        let line = ReferenceLine::vertical(value).with_color(COLOURS[1]);
        let line = line.with_stroke_width(2.0).with_dasharray("none");
        layout = layout.with_reference_line(line);
    }
    let mut scene = render(plots, layout, panel.labels);
    if let Some((value, name)) = marked {
        // On the side of the line that has more room.
        let share = (value - start) / (end - start);
        let (side, anchor) = if share < 0.5 {
            (5.0, TextAnchor::Start)
        } else {
            (-5.0, TextAnchor::End)
        };
        let x = LEFT + share * (SMALL.0 - LEFT - RIGHT);
        text(&mut scene, (x + side, TOP + 14.0), 12, anchor, name);
    }
    scene
}

/// The smallest of 1, 2, 5, 10, 20, … (and tenths and so on) that is at least `step`.
fn nice_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    factors
        .into_iter()
        .find(|&nice| nice >= step)
        .unwrap_or(step)
}

/// An axis needs at least one point to range over.
fn nothing_to_draw() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "there is no point to draw")
}

fn line(points: impl Iterator<Item = (f64, f64)>, colour: &str) -> Plot {
    let line = LinePlot::new().with_data(points).with_color(colour);
    Plot::Line(line.with_stroke_width(2.0))
}

fn points(points: Vec<(f64, f64)>, colour: &str, size: f64) -> Plot {
    let scatter = ScatterPlot::new().with_data(points).with_color(colour);
    Plot::Scatter(scatter.with_size(size))
}

fn entry(name: &str, colour: &str, shape: LegendShape) -> LegendEntry {
    LegendEntry {
        label: name.to_owned(),
        color: colour.to_owned(),
        shape,
        dasharray: None,
    }
}
