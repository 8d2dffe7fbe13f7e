//! What all pictures share: the frame with its axes and legend, text, and the files.
//!
//! Title and vertical label stand above the frame, flush left: the plotting crate turns text for
//! the PNG pixel by pixel, which looks broken, and a horizontal label is easier to read anyway.

use std::io;
use std::path::Path;
use std::sync::Arc;

use kuva::backend::raster::RasterBackend;
use kuva::backend::svg::SvgBackend;
use kuva::plot::LegendEntry;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::{Primitive, Scene, TextAnchor, render_multiple};

use super::Labels;

/// The frame's distance from the picture's left, upper and lower edge.
pub(super) const LEFT: f64 = 64.0;
pub(super) const TOP: f64 = 70.0;
pub(super) const BOTTOM: f64 = 58.0;
/// The frame's distance from the right edge, if no legend stands there.
pub(super) const RIGHT: f64 = 24.0;

/// The plotting crate's choice for plots with axes, which it does not make for pictures without.
const TYPE_FACES: &str = "DejaVu Sans, Verdana, Liberation Sans, Arial, sans-serif";

/// The layout that all plots with axes share: the legend, if any, to the right of the frame.
pub(super) fn frame(
    plots: &[Plot],
    x: &str,
    (width, height): (f64, f64),
    legend: Vec<LegendEntry>,
) -> Layout {
    let names = legend.iter().map(|entry| text_width(&entry.label, 13));
    let names = names.fold(0.0, f64::max);
    let layout = Layout::auto_from_plots(plots)
        .with_x_label(x)
        .with_x_label_offset(0.0, -8.0)
        .with_width(width)
        .with_height(height)
        .with_label_size(14)
        .with_tick_size(12)
        .with_body_size(13)
        .with_tick_format(TickFormat::Custom(Arc::new(tick)))
        .with_force_margins_y(TOP, BOTTOM);
    if legend.is_empty() {
        return layout.with_force_margins(LEFT, RIGHT);
    }
    layout
        .with_legend_entries(legend)
        .with_legend_width(names + 44.0)
        .with_legend_box(false)
        .with_force_margins(LEFT, names + 72.0)
}

/// Draws the plots, and title and vertical label above the frame.
pub(super) fn render(plots: Vec<Plot>, layout: Layout, labels: Labels<'_>) -> Scene {
    let mut scene = render_multiple(plots, layout);
    text(
        &mut scene,
        (LEFT, 28.0),
        16,
        TextAnchor::Start,
        labels.title,
    );
    text(
        &mut scene,
        (LEFT, TOP - 14.0),
        14,
        TextAnchor::Start,
        labels.y,
    );
    scene
}

/// A tick's number with up to six decimals and a real minus sign; in powers of ten beyond them.
fn tick(value: f64) -> String {
    let size = value.abs();
    let words = if size != 0.0 && !(1e-4..1e6).contains(&size) {
        format!("{value:.1e}").replace(".0e", "e")
    } else {
        let words = format!("{value:.6}");
        words.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    words.replace('-', "−")
}

/// The width of a line in DejaVu Sans, rounded up: labels take 0.48 to 0.54 of their height a letter.
pub(super) fn text_width(words: &str, size: u32) -> f64 {
    0.56 * f64::from(size) * words.chars().count() as f64
}

pub(super) fn text(
    scene: &mut Scene,
    (x, y): (f64, f64),
    size: u32,
    anchor: TextAnchor,
    words: &str,
) {
    scene.add(Primitive::Text {
        x,
        y,
        content: words.to_owned(),
        size,
        anchor,
        rotate: None,
        bold: false,
        color: None,
    });
}

/// A picture with nothing in it, in the type face of all others.
pub(super) fn empty(width: f64, height: f64) -> Scene {
    let mut scene = Scene::new(width, height);
    scene.font_family = Some(TYPE_FACES.to_owned());
    scene
}

/// Writes `path.svg` and `path.png`, making the folder if it is missing.
pub(super) fn save(path: &Path, scene: &Scene) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let svg = SvgBackend::new().render_scene(scene);
    std::fs::write(path.with_added_extension("svg"), svg)?;
    let png = RasterBackend::new().with_scale(2.0).render_scene(scene);
    let png = png.map_err(io::Error::other)?;
    std::fs::write(path.with_added_extension("png"), png)
}

/// Draws panels of one size, `columns` of them side by side, under a common title.
pub(super) fn grid(
    path: &Path,
    title: &str,
    columns: usize,
    (width, height): (f64, f64),
    panels: impl ExactSizeIterator<Item = Scene>,
) -> io::Result<()> {
    let columns = columns.clamp(1, panels.len().max(1));
    let rows = panels.len().div_ceil(columns);
    let (top, whole) = (44.0, width * columns as f64);
    let mut scene = empty(whole, top + height * rows as f64);
    text(
        &mut scene,
        (whole / 2.0, 30.0),
        18,
        TextAnchor::Middle,
        title,
    );
    for (i, panel) in panels.enumerate() {
        let left = width * (i % columns) as f64;
        let up = top + height * (i / columns) as f64;
        scene.add(Primitive::GroupStart {
            transform: Some(format!("translate({left},{up})")),
            title: None,
            extra_attrs: None,
        });
        scene.elements.extend(panel.elements);
        scene.add(Primitive::GroupEnd);
    }
    save(path, &scene)
}
