//! Several fits to the same data, side by side.

use std::io;
use std::path::Path;

use kuva::plot::LinePlot;
use kuva::render::plots::Plot;

use super::frame::{frame, grid, render};
use super::{COLOURS, Labels, SMALL, line, nice_step, points};

/// One of several fits in one dimension.
pub struct Fit {
    /// Stands above its panel.
    pub title: String,
    /// The data, (x, y).
    pub data: Vec<(f64, f64)>,
    /// The fitted curve, by rising x.
    pub fit: Vec<(f64, f64)>,
    /// The curve that the data came from.
    pub truth: Vec<(f64, f64)>,
}

/// Draws every fit in a panel of its own, all in one row and on the same axes: as much of y as the data
/// and the truth take, and a quarter more on either side. What a fit does beyond is left out.
///
/// # Errors
/// A file that cannot be written.
pub fn fits(path: &Path, title: &str, fits: &[Fit]) -> io::Result<()> {
    let range = |coordinate: fn(&(f64, f64)) -> f64| {
        let shown = fits
            .iter()
            .flat_map(|fit| fit.data.iter().chain(&fit.truth));
        shown
            .map(coordinate)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                (low.min(x), high.max(x))
            })
    };
    let (left, right) = range(|p| p.0);
    let margin = 0.04 * (right - left); // no point is cut in two
    let (low, high) = range(|p| p.1);
    let room = 0.25 * (high - low);
    let (low, high) = (
        (2.0 * (low - room)).floor() / 2.0,
        (2.0 * (high + room)).ceil() / 2.0,
    );
    let panels = fits.iter().map(|fit| {
        let [blue, orange, green, ..] = COLOURS;
        let truth = LinePlot::new().with_data(fit.truth.iter().copied());
        let truth = truth.with_color(green).with_stroke_width(1.5).with_dashed();
        let mut plots = vec![Plot::Line(truth)];
        let inside = |p: &(f64, f64)| low <= p.1 && p.1 <= high;
        let pieces = fit.fit.chunk_by(|a, b| inside(a) && inside(b));
        for piece in pieces.filter(|piece| piece.len() > 1) {
            plots.push(line(piece.iter().copied(), blue));
        }
        plots.push(points(fit.data.clone(), orange, 4.0));
        let layout = frame(&plots, "x", SMALL, Vec::new())
            .with_x_axis_min(left - margin)
            .with_x_axis_max(right + margin)
            .with_x_tick_step(nice_step((right - left) / 5.0))
            .with_y_axis_min(low)
            .with_y_axis_max(high);
        let labels = Labels {
            title: &fit.title,
            x: "x",
            y: "",
        };
        render(plots, layout, labels)
    });
    grid(path, title, fits.len(), SMALL, panels)
}
