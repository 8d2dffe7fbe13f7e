//! A grid of small grey-scale pictures.

use std::io;
use std::path::Path;

use kuva::render::color::Color;
use kuva::render::render::{Primitive, Scene, TextAnchor};

use super::GREY;
use super::frame::{empty, save, text, text_width};

/// A small grey-scale picture with a caption.
pub struct Image<'a> {
    /// Ink from 0 (white) to 1 (black), row by row.
    pub pixels: &'a [f64],
    /// Stands below; lines are separated by `\n`.
    pub caption: String,
}

/// Draws a grid of images, `columns` of them side by side, each `width` pixels wide.
///
/// # Errors
/// A file that cannot be written.
pub fn images(
    path: &Path,
    title: &str,
    columns: usize,
    width: usize,
    images: &[Image<'_>],
) -> io::Result<()> {
    let columns = columns.clamp(1, images.len().max(1));
    let width = width.max(1);
    // Whole numbers: between squares that end within a pixel, the paper would shine through.
    let pixel = (96.0 / width as f64).floor().max(1.0);
    let side = pixel * width as f64;
    let lines = || images.iter().flat_map(|image| image.caption.lines());
    let height = images
        .iter()
        .map(|image| image.pixels.len().div_ceil(width));
    let height = pixel * height.max().unwrap_or(0) as f64;
    let most = images
        .iter()
        .map(|image| image.caption.lines().count())
        .max();
    let caption = 8.0 + 18.0 * most.unwrap_or(0) as f64;
    let across = lines()
        .map(|line| text_width(line, 13))
        .fold(side, f64::max)
        .ceil()
        + 24.0;
    let down = height + caption + 20.0;
    let (grid, top) = (across * columns as f64, 60.0);

    let whole = grid.max(text_width(title, 18)) + 32.0;
    let rows = images.len().div_ceil(columns) as f64;
    let mut scene = empty(whole, top + down * rows + 4.0);
    text(
        &mut scene,
        (whole / 2.0, 34.0),
        18,
        TextAnchor::Middle,
        title,
    );
    for (i, image) in images.iter().enumerate() {
        let left = (whole - grid) / 2.0 + across * (i % columns) as f64;
        let left = (left + (across - side) / 2.0).round();
        let up = top + down * (i / columns) as f64;
        ink(&mut scene, (left, up), pixel, width, image.pixels);
        for (line, words) in image.caption.lines().enumerate() {
            let at = (left + side / 2.0, up + height + 18.0 * (line + 1) as f64);
            text(&mut scene, at, 13, TextAnchor::Middle, words);
        }
    }
    save(path, &scene)
}

fn ink(scene: &mut Scene, (left, up): (f64, f64), side: f64, width: usize, pixels: &[f64]) {
    let squares = 0..pixels.len();
    let grey = |&ink: &f64| {
        let level = (255.0 * (1.0 - ink.clamp(0.0, 1.0))).round() as u8;
        Color::Rgb(level, level, level)
    };
    scene.add(Primitive::RectBatch {
        x: squares
            .clone()
            .map(|i| left + side * (i % width) as f64)
            .collect(),
        y: squares.map(|i| up + side * (i / width) as f64).collect(),
        w: vec![side; pixels.len()],
        h: vec![side; pixels.len()],
        fills: pixels.iter().map(grey).collect(),
    });
    scene.add(Primitive::Rect {
        x: left,
        y: up,
        width: side * width as f64,
        height: side * pixels.len().div_ceil(width) as f64,
        fill: Color::None,
        stroke: Some(GREY.into()),
        stroke_width: Some(1.0),
        opacity: None,
    });
}
