//! Where things stand on their levels: in which order, and how far from the left.
//!
//! An arrow that passes a level takes up room there like a box does, as a *waypoint*; arrows that
//! leave the same node for the same side share theirs. On each level the forward boxes come first,
//! then the waypoints of kept values, then the backward boxes. Within these three groups the order
//! follows the neighbours' mean place, sweep after sweep (Sugiyama, Tagawa and Toda 1981), and the
//! order with the fewest crossings is kept. The places then come as close to the neighbours' mean
//! as the order and the widths allow, which is an isotonic regression.

use std::collections::HashMap;

use super::{Direction, Edge, Flow, Graph};

/// Room between two boxes side by side, and around a waypoint.
const BETWEEN: f64 = 26.0;
/// How often the levels are put in order.
const SWEEPS: usize = 12;
/// How often they are then aligned.
const SETTLING: usize = 60;

/// Something that takes up room on a level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) level: usize,
    /// 0 forward, 1 kept, 2 backward.
    group: u8,
    width: f64,
    /// Its centre.
    pub(super) x: f64,
}

/// An edge as it runs over the levels.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) edge: Edge,
    /// The items it visits: the box it comes from, waypoints, the box it goes to.
    pub(super) items: Vec<usize>,
}

/// Everything on its level; the first items are the boxes of the nodes, in the nodes' order.
#[derive(Debug)]
pub(super) struct Placed {
    /// How many items are boxes; the rest are waypoints.
    boxes: usize,
    pub(super) items: Vec<Item>,
    pub(super) routes: Vec<Route>,
    /// The items on each level from left to right.
    pub(super) rows: Vec<Vec<usize>>,
}

/// Places boxes of these widths on these levels.
pub(super) fn place(graph: &Graph, levels: &[usize], widths: &[f64]) -> Placed {
    let mut placed = items(graph, levels, widths);
    let neighbours = placed.neighbours();
    let mut best = (usize::MAX, placed.rows.clone());
    for _ in 0..SWEEPS {
        for level in (0..placed.rows.len()).chain((0..placed.rows.len()).rev()) {
            placed.sort(level, &neighbours);
            placed.align(level, &neighbours);
        }
        let crossings = placed.crossings();
        if crossings < best.0 {
            best = (crossings, placed.rows.clone());
        }
    }
    placed.rows = best.1;
    placed.pack();
    for _ in 0..SETTLING {
        for level in (0..placed.rows.len()).chain((0..placed.rows.len()).rev()) {
            placed.align(level, &neighbours);
        }
    }
    placed
}

/// The boxes and the waypoints, packed.
fn items(graph: &Graph, levels: &[usize], widths: &[f64]) -> Placed {
    let boxes = graph.nodes().iter().enumerate();
    let mut items: Vec<_> = boxes
        .map(|(node, of)| Item {
            level: levels[node],
            group: if of.direction == Direction::Forward {
                0
            } else {
                2
            },
            width: widths[node] + BETWEEN,
            x: 0.0,
        })
        .collect();
    let mut waypoints = HashMap::new();
    let mut routes = Vec::new();
    for edge in graph.edges() {
        let mut visited = vec![edge.from];
        for level in passed(edge.flow, levels[edge.from], levels[edge.to]) {
            let waypoint = *waypoints
                .entry((edge.from, edge.flow, level))
                .or_insert(items.len());
            if waypoint == items.len() {
                items.push(Item {
                    level,
                    group: match edge.flow {
                        Flow::Forward => 0,
                        Flow::Kept => 1,
                        Flow::Backward => 2,
                    },
                    width: BETWEEN,
                    x: 0.0,
                });
            }
            visited.push(waypoint);
        }
        visited.push(edge.to);
        routes.push(Route {
            edge,
            items: visited,
        });
    }
    let mut rows = vec![Vec::new(); levels.iter().max().map_or(0, |last| last + 1)];
    for (index, item) in items.iter().enumerate() {
        rows[item.level].push(index);
    }
    let mut placed = Placed {
        boxes: widths.len(),
        items,
        routes,
        rows,
    };
    placed.pack();
    placed
}

/// The levels that an edge passes on its way. Forward edges leave at the bottom and arrive at the
/// top; derivatives leave at the top and arrive at the bottom; kept values leave and arrive at the
/// bottom.
fn passed(flow: Flow, from: usize, to: usize) -> Vec<usize> {
    match flow {
        Flow::Forward => (from + 1..to).collect(),
        Flow::Backward => (to + 1..from).rev().collect(),
        Flow::Kept if to < from => (to + 1..=from).rev().collect(),
        Flow::Kept => (from + 1..=to).collect(),
    }
}

impl Placed {
    /// Sets every level's items side by side, centred.
    fn pack(&mut self) {
        for row in &self.rows {
            let total: f64 = row.iter().map(|&index| self.items[index].width).sum();
            let mut left = -total / 2.0;
            for &index in row {
                let item = &mut self.items[index];
                item.x = left + item.width / 2.0;
                left += item.width;
            }
        }
    }

    /// The items that each item is joined with by an arrow. The arrows of kept values that change
    /// the level follow the boxes, but do not draw them: they would pull the forward half to the
    /// right, level by level.
    fn neighbours(&self) -> Vec<Vec<usize>> {
        let mut neighbours = vec![Vec::new(); self.items.len()];
        for route in &self.routes {
            let is_level = route.items.len() == 2;
            let follows =
                |item: usize| route.edge.flow != Flow::Kept || item >= self.boxes || is_level;
            for pair in route.items.windows(2) {
                for (item, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                    if follows(item) {
                        neighbours[item].push(other);
                    }
                }
            }
        }
        for joined in &mut neighbours {
            joined.sort_unstable();
            joined.dedup();
        }
        neighbours
    }

    /// How strongly an arrow pulls its ends together: the more, the less it is free to end beside
    /// them, so that long arrows run straight.
    fn pull(&self, a: usize, b: usize) -> f64 {
        let waypoints = [a, b].iter().filter(|&&item| item >= self.boxes).count();
        [1.0, 2.0, 8.0][waypoints]
    }

    /// Where an item would stand if it were alone: amid its neighbours.
    fn wished(&self, item: usize, neighbours: &[Vec<usize>]) -> f64 {
        let joined = &neighbours[item];
        let (mut sum, mut total) = (0.0, 0.0);
        for &other in joined {
            let weight = self.pull(item, other);
            sum += weight * self.items[other].x;
            total += weight;
        }
        if total > 0.0 {
            sum / total
        } else {
            self.items[item].x
        }
    }

    /// Orders a level by where its items would like to stand.
    fn sort(&mut self, level: usize, neighbours: &[Vec<usize>]) {
        let mut row = std::mem::take(&mut self.rows[level]);
        row.sort_by(|&a, &b| {
            let key = |item: usize| (self.items[item].group, self.wished(item, neighbours));
            let ((group_a, x_a), (group_b, x_b)) = (key(a), key(b));
            group_a.cmp(&group_b).then(x_a.total_cmp(&x_b))
        });
        self.rows[level] = row;
    }

    /// Moves a level's items as close to where they would like to stand as their order allows: the
    /// least sum of squared distances, found by merging neighbours that would overlap.
    fn align(&mut self, level: usize, neighbours: &[Vec<usize>]) {
        /// Items that touch: their wishes summed, less the offset of each in the block.
        struct Block {
            sum: f64,
            count: usize,
        }
        impl Block {
            fn place(&self) -> f64 {
                self.sum / self.count as f64
            }
        }
        let row = &self.rows[level];
        let mut offsets = Vec::with_capacity(row.len());
        let mut blocks: Vec<Block> = Vec::new();
        let mut left = 0.0;
        for &item in row {
            let half = self.items[item].width / 2.0;
            offsets.push(left + half);
            let mut block = Block {
                sum: self.wished(item, neighbours) - (left + half),
                count: 1,
            };
            left += 2.0 * half;
            while let Some(last) = blocks.pop_if(|last| last.place() >= block.place()) {
                block.sum += last.sum;
                block.count += last.count;
            }
            blocks.push(block);
        }
        let places = blocks
            .iter()
            .flat_map(|block| std::iter::repeat_n(block.place(), block.count));
        for ((&item, offset), place) in row.iter().zip(offsets).zip(places) {
            self.items[item].x = place + offset;
        }
    }

    /// How often two arrows cross between the levels.
    fn crossings(&self) -> usize {
        let mut between: HashMap<usize, Vec<(f64, f64)>> = HashMap::new();
        for route in &self.routes {
            for pair in route.items.windows(2) {
                let [a, b] = [self.items[pair[0]], self.items[pair[1]]];
                let (upper, lower) = if a.level <= b.level { (a, b) } else { (b, a) };
                if upper.level != lower.level {
                    between
                        .entry(upper.level)
                        .or_default()
                        .push((upper.x, lower.x));
                }
            }
        }
        let cross = |arrows: &Vec<(f64, f64)>| {
            let pairs = arrows.iter().enumerate();
            pairs
                .map(|(i, a)| {
                    let others = arrows[..i].iter();
                    others.filter(|b| (a.0 - b.0) * (a.1 - b.1) < 0.0).count()
                })
                .sum::<usize>()
        };
        between.values().map(cross).sum()
    }
}
