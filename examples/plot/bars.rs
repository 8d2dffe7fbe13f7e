//! Horizontal bars.

use std::io;
use std::path::Path;

use kuva::render::color::Color;
use kuva::render::render::{Primitive, TextAnchor};

use super::COLOURS;
use super::frame::{empty, save, text, text_width};

/// A named number.
pub struct Bar<'a> {
    /// Stands to the left.
    pub name: &'a str,
    /// How long the bar is: finite and not negative, or `None` for no bar at all.
    pub value: Option<f64>,
    /// Stands behind the bar.
    pub caption: String,
}

/// Draws bars below each other, all from zero and on one scale.
///
/// # Errors
/// A file that cannot be written.
pub fn bars(path: &Path, title: &str, bars: &[Bar<'_>]) -> io::Result<()> {
    const STEP: f64 = 34.0;
    const LENGTH: f64 = 360.0;
    const TOP: f64 = 56.0;
    let widest = |words: fn(&Bar<'_>) -> f64| bars.iter().map(words).fold(0.0, f64::max);
    let left = 32.0 + widest(|bar| text_width(bar.name, 14));
    let right = 32.0 + widest(|bar| text_width(&bar.caption, 13));
    let longest = widest(|bar| bar.value.unwrap_or(0.0)).max(f64::MIN_POSITIVE);
    let height = TOP + STEP * bars.len() as f64 + 12.0;
    let mut scene = empty(left + LENGTH + right, height);
    text(&mut scene, (20.0, 32.0), 16, TextAnchor::Start, title);
    for (bar, number) in bars.iter().zip(0..) {
        let middle = TOP + STEP * (f64::from(number) + 0.5);
        let length = LENGTH * bar.value.unwrap_or(0.0) / longest;
        let name = (left - 10.0, middle + 5.0);
        text(&mut scene, name, 14, TextAnchor::End, bar.name);
        scene.add(Primitive::Rect {
            x: left,
            y: middle - 10.0,
            width: length,
            height: 20.0,
            fill: Color::from(COLOURS[0]),
            stroke: None,
            stroke_width: None,
            opacity: None,
        });
        let behind = (left + length + 8.0, middle + 5.0);
        text(&mut scene, behind, 13, TextAnchor::Start, &bar.caption);
    }
    save(path, &scene)
}
