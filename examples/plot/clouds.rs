//! Clouds of points on axes with one unit of length.

use std::io;
use std::path::Path;

use kuva::plot::LinePlot;
use kuva::render::plots::Plot;

use super::frame::{BOTTOM, LEFT, RIGHT, TOP, frame, grid, render};
use super::{COLOURS, Labels, nice_step, points};

/// Points in the plane, and how far they extend.
pub struct Cloud<'a> {
    /// Title and axis labels.
    pub labels: Labels<'a>,
    /// The points (x, y).
    pub points: Vec<(f64, f64)>,
    /// The ends of a horizontal and of a vertical line through the middle.
    pub extent: [[(f64, f64); 2]; 2],
}

/// Draws every cloud in a square of its own, all in one row, all axes from −`limit` to `limit`.
///
/// # Errors
/// A file that cannot be written.
pub fn clouds(path: &Path, title: &str, limit: f64, clouds: &[Cloud<'_>]) -> io::Result<()> {
    const SIDE: f64 = 290.0;
    let size = (LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM);
    let panels = clouds.iter().map(|cloud| {
        let mut plots = vec![points(cloud.points.clone(), COLOURS[0], 2.5)];
        for ends in cloud.extent {
            let line = LinePlot::new().with_data(ends).with_color("red");
            plots.push(Plot::Line(line.with_stroke_width(2.5)));
        }
        let layout = frame(&plots, cloud.labels.x, size, Vec::new())
            .with_x_axis_min(-limit)
            .with_x_axis_max(limit)
            .with_y_axis_min(-limit)
            .with_y_axis_max(limit)
            .with_x_tick_step(nice_step(limit / 4.0))
            .with_y_tick_step(nice_step(limit / 4.0));
        render(plots, layout, cloud.labels)
    });
    grid(path, title, clouds.len(), size, panels)
}
