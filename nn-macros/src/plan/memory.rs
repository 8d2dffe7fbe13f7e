//! Where each kept tensor lies: a linear scan over the steps that reuses what is dead.

use super::{Map, Phase, Place, Plan, Step, Tensor, Wanted};
use crate::ir::{Extent, Graph, NodeId};
use std::collections::{BTreeMap, BTreeSet};

/// Scalars to which every buffer is rounded up, so that the next starts on a cache line.
pub const LINE: usize = 16;

pub(super) fn place(graph: &Graph, outputs: &[Wanted], mut phases: Vec<Phase>) -> Plan {
    let lives = lives(&phases);
    let mut allocator = Allocator {
        graph,
        lives: &lives,
        places: given(graph),
        tiles: Slots::default(),
        batches: Slots::default(),
        fixed: Vec::new(),
        followed: BTreeSet::new(),
    };
    for (index, output) in outputs.iter().enumerate() {
        if let Wanted::Whole(id) = *output {
            allocator
                .places
                .entry(Tensor::Node(id))
                .or_insert(Place::Output(index));
        }
    }
    let steps = phases
        .iter()
        .flat_map(|phase| phase.once.iter().chain(&phase.tiles));
    for (time, step) in steps.enumerate() {
        allocator.foresee(step, time);
    }
    let steps = phases
        .iter_mut()
        .flat_map(|phase| phase.once.iter_mut().chain(&mut phase.tiles));
    for (time, step) in steps.enumerate() {
        allocator.step(step, time);
    }
    let Allocator {
        places,
        tiles,
        batches,
        fixed,
        ..
    } = allocator;
    let (tile_slots, batch_slots) = (tiles.columns, batches.columns);
    let widest = tile_slots.iter().copied().max().unwrap_or(1);
    Plan {
        phases,
        places,
        tile_slots,
        batch_slots,
        fixed_slots: fixed,
        tile_rows: tile_rows(widest),
    }
}

/// How many rows a tile has, by the widest tensor in it: few enough that a layer's activations
/// stay in the second cache level, enough that a product amortizes reading its weights. Measured
/// between 32 and 256 rows: 128 were 2 to 4 % faster than 64 for widths of 4 to 64.
fn tile_rows(widest: usize) -> usize {
    match widest {
        0..=4096 => 128,
        _ => 16,
    }
}

/// When a tensor is touched for the last time, and in which phases it is.
struct Life {
    last: usize,
    phases: BTreeSet<usize>,
}

fn lives(phases: &[Phase]) -> BTreeMap<Tensor, Life> {
    let mut lives = BTreeMap::new();
    let mut time = 0;
    for (number, phase) in phases.iter().enumerate() {
        for step in phase.once.iter().chain(&phase.tiles) {
            for tensor in step.reads().into_iter().chain(step.writes()) {
                let life = lives.entry(tensor).or_insert_with(|| Life {
                    last: time,
                    phases: BTreeSet::new(),
                });
                life.last = time;
                life.phases.insert(number);
            }
            time += 1;
        }
    }
    lives
}

fn given(graph: &Graph) -> BTreeMap<Tensor, Place> {
    graph
        .ids()
        .filter(|&id| matches!(graph.op(id), crate::ir::Op::Source(_)))
        .map(|id| (Tensor::Node(id), Place::Given))
        .collect()
}

/// Buffers of some columns each, and which of them are free.
#[derive(Default)]
struct Slots {
    columns: Vec<usize>,
    free: Vec<usize>,
}

struct Allocator<'a> {
    graph: &'a Graph,
    lives: &'a BTreeMap<Tensor, Life>,
    places: BTreeMap<Tensor, Place>,
    tiles: Slots,
    batches: Slots,
    fixed: Vec<usize>,
    /// Tensors whose place a tensor that lives in more than one phase will take over.
    followed: BTreeSet<Tensor>,
}

impl Allocator<'_> {
    /// Notes which tensors had better lie where their successors must lie.
    fn foresee(&mut self, step: &Step, time: usize) {
        let Step::Map(map) = step else {
            return;
        };
        for &store in &map.stores {
            let is_placed = self.places.contains_key(&Tensor::Node(store));
            if is_placed || !self.crosses(Tensor::Node(store)) {
                continue;
            }
            let dying = map.loads.iter().copied().map(Tensor::Node).find(|load| {
                self.dies(map, *load, time)
                    && !self.places.contains_key(load)
                    && !self.followed.contains(load)
            });
            self.followed.extend(dying);
        }
    }

    /// Whether the loop reads a tensor for the last time, and each element at its own place only:
    /// then a tensor that it stores can have the place.
    fn dies(&self, map: &Map, load: Tensor, time: usize) -> bool {
        let Tensor::Node(id) = load else {
            return false;
        };
        self.lives[&load].last == time
            && self.graph.shape(id) == map.domain
            && !self.is_viewed(map, id)
    }

    /// Places what the step writes, then frees what it read for the last time.
    fn step(&mut self, step: &mut Step, time: usize) {
        if let Step::Map(map) = step {
            self.take_over(map, time);
        }
        for tensor in step.writes() {
            if !self.places.contains_key(&tensor) {
                let place = self.fresh(tensor);
                self.places.insert(tensor, place);
            }
        }
        let taken: Vec<_> = match step {
            Step::Map(map) => map.in_place.values().copied().map(Tensor::Node).collect(),
            _ => Vec::new(),
        };
        let touched: BTreeSet<_> = step.reads().into_iter().chain(step.writes()).collect();
        for tensor in touched {
            if self.lives[&tensor].last == time && !taken.contains(&tensor) {
                match self.places.get(&tensor) {
                    Some(&Place::Tile(slot)) => self.tiles.free.push(slot),
                    Some(&Place::Batch(slot)) => self.batches.free.push(slot),
                    _ => {}
                }
            }
        }
    }

    /// Lets a stored tensor take the place of one of the same shape that dies here: every element is
    /// read before it is overwritten.
    fn take_over(&mut self, map: &mut Map, time: usize) {
        for &store in &map.stores {
            if self.places.contains_key(&Tensor::Node(store)) {
                continue;
            }
            let crossing = self.crosses(Tensor::Node(store));
            let dying = map.loads.iter().copied().find(|&load| {
                self.dies(map, Tensor::Node(load), time)
                    && !map.in_place.values().any(|&taken| taken == load)
                    && match self.places.get(&Tensor::Node(load)) {
                        Some(Place::Tile(_)) => !crossing,
                        Some(Place::Batch(_)) => crossing,
                        _ => false,
                    }
            });
            if let Some(load) = dying {
                map.in_place.insert(store, load);
                self.places
                    .insert(Tensor::Node(store), self.places[&Tensor::Node(load)]);
            }
        }
    }

    /// Whether the loop reads a tensor at other places than the element's own.
    fn is_viewed(&self, map: &Map, load: NodeId) -> bool {
        let reads = |&id: &NodeId| self.graph.op(id).operands().contains(&load);
        map.body
            .iter()
            .any(|id| self.graph.is_view(*id) && reads(id))
    }

    /// Whether a tensor's place must outlast the phase.
    fn crosses(&self, tensor: Tensor) -> bool {
        self.lives[&tensor].phases.len() > 1 || self.followed.contains(&tensor)
    }

    fn fresh(&mut self, tensor: Tensor) -> Place {
        let (Tensor::Node(id) | Tensor::Transposed(id)) = tensor;
        let shape = self.graph.shape(id);
        match shape.rows {
            Extent::Fixed(rows) => {
                self.fixed
                    .push((rows * shape.columns).next_multiple_of(LINE));
                Place::Fixed(self.fixed.len() - 1)
            }
            Extent::Batch if self.crosses(tensor) => {
                Place::Batch(self.batches.take_equal(shape.columns))
            }
            Extent::Batch => Place::Tile(self.tiles.take_any(shape.columns)),
        }
    }
}

impl Slots {
    /// A free buffer of exactly these columns, or a new one. Whole-batch buffers are reused only
    /// so: rows of other widths would overlap rows that later tiles still read.
    fn take_equal(&mut self, columns: usize) -> usize {
        match self
            .free
            .iter()
            .position(|&slot| self.columns[slot] == columns)
        {
            Some(index) => self.free.swap_remove(index),
            None => self.add(columns),
        }
    }

    /// The free buffer that fits best, widened if none is wide enough, or a new one.
    fn take_any(&mut self, columns: usize) -> usize {
        let fit = |slot: usize| {
            (
                self.columns[slot] < columns,
                self.columns[slot].abs_diff(columns),
            )
        };
        match (0..self.free.len()).min_by_key(|&index| fit(self.free[index])) {
            Some(index) => {
                let slot = self.free.swap_remove(index);
                self.columns[slot] = self.columns[slot].max(columns);
                slot
            }
            None => self.add(columns),
        }
    }

    fn add(&mut self, columns: usize) -> usize {
        self.columns.push(columns);
        self.columns.len() - 1
    }
}
