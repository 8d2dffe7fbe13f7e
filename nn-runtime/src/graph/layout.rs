//! A drawing's geometry: boxes, and arrows that go around them.

use super::levels::levels;
use super::place::{Placed, Route, place};
use super::{Flow, Graph};

/// A line of text is so high.
pub(super) const LINE: f64 = 17.0;
/// A character of the text is so wide.
pub(super) const CHARACTER: f64 = 7.9;
/// Room between a box's text and its frame.
const PADDING: f64 = 9.0;
/// Room around the drawing.
const MARGIN: f64 = 24.0;
/// A formula is broken at this many characters.
const LONGEST: usize = 40;
/// Room between two levels, where the arrows change their place.
const GAP: f64 = 46.0;

/// Everything in its place.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The boxes, in the nodes' order.
    pub(super) boxes: Vec<Frame>,
    /// The arrows, in the edges' order.
    pub(super) arrows: Vec<Arrow>,
}

/// A node's box.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// What stands in it.
    pub(super) lines: Vec<String>,
}

/// An arrow along cubic curves.
#[derive(Debug, Clone)]
pub(super) struct Arrow {
    pub(super) flow: Flow,
    pub(super) start: Point,
    /// Two control points and the end of each curve.
    pub(super) curves: Vec<[Point; 3]>,
}

pub(super) type Point = (f64, f64);

/// Lays a graph out.
pub(super) fn layout(graph: &Graph) -> Layout {
    let texts: Vec<Vec<String>> = graph
        .nodes()
        .iter()
        .map(|node| {
            let mut lines = broken(&node.equation());
            lines.push(node.shape.to_string());
            lines
        })
        .collect();
    let widths: Vec<f64> = texts.iter().map(|lines| width(lines)).collect();
    let levels = levels(graph);
    let placed = place(graph, &levels, &widths);
    let bands = bands(&placed, &texts);
    let left = (0..texts.len()).map(|node| placed.items[node].x - widths[node] / 2.0);
    let waypoints = placed.items[texts.len()..].iter().map(|item| item.x);
    let left = left.chain(waypoints).fold(f64::INFINITY, f64::min);
    let shift = if left.is_finite() { MARGIN - left } else { 0.0 };
    let boxes: Vec<_> = texts
        .into_iter()
        .enumerate()
        .map(|(node, lines)| {
            let (top, bottom) = bands[levels[node]];
            let height = height(&lines);
            Frame {
                left: placed.items[node].x + shift - widths[node] / 2.0,
                top: f64::midpoint(top, bottom) - height / 2.0,
                width: widths[node],
                height,
                lines,
            }
        })
        .collect();
    let ports = Ports::new(graph, &placed);
    let tracer = Tracer {
        placed: &placed,
        bands: &bands,
        boxes: &boxes,
        ports: &ports,
        shift,
    };
    let arrows: Vec<_> = (0..placed.routes.len()).map(|i| tracer.arrow(i)).collect();
    let right = boxes.iter().map(|frame| frame.left + frame.width);
    let curves = arrows.iter().flat_map(|arrow| &arrow.curves).flatten();
    let lowest = bands.last().map_or(0.0, |band| band.1);
    let lowest = curves.map(|point| point.1).fold(lowest, f64::max);
    let ends = placed.items.iter().map(|item| item.x + shift);
    Layout {
        width: right.chain(ends).fold(0.0, f64::max) + MARGIN,
        height: lowest + MARGIN,
        boxes,
        arrows,
    }
}

/// A formula in lines that are not too long, broken at its spaces.
fn broken(formula: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in formula.split(' ') {
        match lines.last_mut() {
            Some(line) if characters(line) + 1 + characters(word) <= LONGEST => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("  {word}")),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Characters that take room: the hat of X̂ and the bar of μ̄ take none.
pub(super) fn characters(text: &str) -> usize {
    let combining = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    text.chars().filter(|c| !combining(c)).count()
}

fn width(lines: &[String]) -> f64 {
    let longest = lines.iter().map(|line| characters(line)).max();
    longest.unwrap_or(0) as f64 * CHARACTER + 2.0 * PADDING
}

fn height(lines: &[String]) -> f64 {
    lines.len() as f64 * LINE + PADDING
}

/// Where each level begins and ends: as high as its highest box.
fn bands(placed: &Placed, texts: &[Vec<String>]) -> Vec<(f64, f64)> {
    let mut top = MARGIN;
    let mut bands = Vec::with_capacity(placed.rows.len());
    for row in &placed.rows {
        let boxes = row.iter().filter(|&&item| item < texts.len());
        let highest = boxes.map(|&item| height(&texts[item])).fold(0.0, f64::max);
        bands.push((top, top + highest));
        top += highest + GAP;
    }
    bands
}

/// The upper or the lower side of a box or a waypoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Top,
    Bottom,
}

/// From which side an arrow leaves a node, and at which side it arrives.
fn sides(flow: Flow) -> (Side, Side) {
    match flow {
        Flow::Forward => (Side::Bottom, Side::Top),
        Flow::Backward => (Side::Top, Side::Bottom),
        Flow::Kept => (Side::Bottom, Side::Bottom),
    }
}

/// Where on the sides of the boxes the arrows leave and arrive, as shares of the width: evenly,
/// in the order of where they come from and go to. Arrows that leave alike leave together.
struct Ports {
    /// Of each route: where it leaves and where it arrives.
    shares: Vec<(f64, f64)>,
}

/// The arrows at one side of a box.
#[derive(Default)]
struct Contacts {
    /// Where the other end lies, and the routes that share the port.
    ports: Vec<(f64, Vec<(usize, bool)>)>,
}

impl Ports {
    fn new(graph: &Graph, placed: &Placed) -> Self {
        let mut shares = vec![(0.5, 0.5); placed.routes.len()];
        for node in 0..graph.nodes().len() {
            for side in [Side::Top, Side::Bottom] {
                let mut contacts = Contacts::of(node, side, placed);
                contacts.ports.sort_by(|a, b| a.0.total_cmp(&b.0));
                let count = contacts.ports.len() as f64;
                for (place, (_, routes)) in contacts.ports.into_iter().enumerate() {
                    let share = (place as f64 + 1.0) / (count + 1.0);
                    for (route, leaves) in routes {
                        let end = &mut shares[route];
                        *(if leaves { &mut end.0 } else { &mut end.1 }) = share;
                    }
                }
            }
        }
        Self { shares }
    }
}

impl Contacts {
    fn of(node: usize, side: Side, placed: &Placed) -> Self {
        let mut contacts = Self::default();
        let x = |item: usize| placed.items[item].x;
        let mut leaving: Vec<(Flow, usize)> = Vec::new();
        for (index, Route { edge, items }) in placed.routes.iter().enumerate() {
            let (out, into) = sides(edge.flow);
            if edge.to == node && into == side {
                let before = items[items.len() - 2];
                contacts.ports.push((x(before), vec![(index, false)]));
            }
            if edge.from == node && out == side {
                let known = leaving.iter().find(|(flow, _)| *flow == edge.flow);
                match known {
                    Some(&(_, port)) => contacts.ports[port].1.push((index, true)),
                    None => {
                        leaving.push((edge.flow, contacts.ports.len()));
                        contacts.ports.push((x(items[1]), vec![(index, true)]));
                    }
                }
            }
        }
        contacts
    }
}

/// Draws arrows between boxes that have their places.
struct Tracer<'a> {
    placed: &'a Placed,
    bands: &'a [(f64, f64)],
    boxes: &'a [Frame],
    ports: &'a Ports,
    shift: f64,
}

impl Tracer<'_> {
    fn arrow(&self, index: usize) -> Arrow {
        let Route { edge, items } = &self.placed.routes[index];
        let (out, into) = sides(edge.flow);
        let (leaves, arrives) = self.ports.shares[index];
        let [from, to] = [edge.from, edge.to].map(|node| &self.boxes[node]);
        let start = (from.left + leaves * from.width, from.side(out));
        let end = (to.left + arrives * to.width, to.side(into));
        let levels = items.iter().map(|&item| self.placed.items[item].level);
        let levels: Vec<usize> = levels.collect();
        let upward = levels.windows(2).any(|pair| pair[1] < pair[0]) || out == Side::Top;

        let mut pen = Pen::at(start);
        pen.line((start.0, self.edge_of(levels[0], out)));
        for (&item, &level) in items.iter().zip(&levels).skip(1).take(items.len() - 2) {
            let x = self.placed.items[item].x + self.shift;
            let (near, far) = if upward {
                (Side::Bottom, Side::Top)
            } else {
                (Side::Top, Side::Bottom)
            };
            pen.curve((x, self.edge_of(level, near)));
            pen.line((x, self.edge_of(level, far)));
        }
        pen.curve((end.0, self.edge_of(levels[levels.len() - 1], into)));
        pen.line(end);
        Arrow {
            flow: edge.flow,
            start,
            curves: pen.curves,
        }
    }

    /// The height at which a level's band begins or ends.
    fn edge_of(&self, level: usize, side: Side) -> f64 {
        match side {
            Side::Top => self.bands[level].0,
            Side::Bottom => self.bands[level].1,
        }
    }
}

impl Frame {
    fn side(&self, side: Side) -> f64 {
        match side {
            Side::Top => self.top,
            Side::Bottom => self.top + self.height,
        }
    }
}

/// Draws from where it stands.
struct Pen {
    at: Point,
    curves: Vec<[Point; 3]>,
}

impl Pen {
    fn at(at: Point) -> Self {
        Self {
            at,
            curves: Vec::new(),
        }
    }

    fn line(&mut self, to: Point) {
        if to != self.at {
            self.curves.push([self.at, to, to]);
            self.at = to;
        }
    }

    /// A curve that leaves and arrives upright. Between points at the same height, both at the
    /// bottom of a level, it swings down, but not to the next level.
    fn curve(&mut self, to: Point) {
        let from = self.at;
        let middle = if from.1 == to.1 {
            from.1 + 0.8 * GAP
        } else {
            f64::midpoint(from.1, to.1)
        };
        self.curves.push([(from.0, middle), (to.0, middle), to]);
        self.at = to;
    }
}
