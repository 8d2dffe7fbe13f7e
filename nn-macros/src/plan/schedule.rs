//! The order of the steps, and which element-wise nodes share a loop.
//!
//! Products, sums and maxima are the anchors. They are visited in the graph's order, phase by
//! phase; each first has its operands computed. An element-wise operand is computed in one loop
//! together with everything element-wise it depends on and that is not kept yet. Element-wise work
//! is thus done as late as possible, right before it is needed: 1 − a² waits for the backward pass
//! and never lies in memory.

use super::{Map, Phase, RowSum, Start, Step, Tensor, WIDE, Wanted};
use crate::ir::{Axis, Binary, Graph, NodeId, Op, Product, Shape, Source, Unary};
use std::collections::{BTreeMap, BTreeSet};

/// The phases that compute `outputs`.
pub(super) fn schedule(graph: &Graph, outputs: &[Wanted]) -> Vec<Phase> {
    let wanted: Vec<_> = outputs.iter().flat_map(|output| output.nodes()).collect();
    let users = users(graph);
    let affine = affine_pairs(graph, &users, &wanted);
    let depths = depths(graph);
    let last = depths.iter().copied().max().unwrap_or(0);
    let pinned = pinned(graph, &wanted);
    let mut scheduler = Scheduler {
        graph,
        users,
        affine,
        pinned,
        done: BTreeSet::new(),
        phase: Phase::default(),
    };
    let mut phases = Vec::new();
    for depth in 0..=last {
        for id in graph.ids().filter(|id| depths[id.index()] == depth) {
            scheduler.anchor(id);
        }
        for (index, &output) in outputs.iter().enumerate() {
            let ready = output.nodes().map(|id| depths[id.index()]).max();
            if ready == Some(depth) {
                scheduler.leave(index, output);
            }
        }
        phases.push(core::mem::take(&mut scheduler.phase));
    }
    phases.retain(|phase| !phase.once.is_empty() || !phase.tiles.is_empty());
    forget_unread(&mut phases, &wanted);
    phases
}

/// Leaves out the stores that only steps which have joined the loop would have read.
fn forget_unread(phases: &mut [Phase], wanted: &[NodeId]) {
    let steps = phases
        .iter()
        .flat_map(|phase| phase.once.iter().chain(&phase.tiles));
    let read: BTreeSet<Tensor> = steps.flat_map(Step::reads).collect();
    for step in phases
        .iter_mut()
        .flat_map(|phase| phase.once.iter_mut().chain(&mut phase.tiles))
    {
        if let Step::Map(map) = step {
            map.stores
                .retain(|id| read.contains(&Tensor::Node(*id)) || wanted.contains(id));
        }
    }
}

/// Who reads each node.
fn users(graph: &Graph) -> Vec<Vec<NodeId>> {
    let mut users = vec![Vec::new(); graph.ids().len()];
    for id in graph.ids() {
        for operand in graph.op(id).operands() {
            users[operand.index()].push(id);
        }
    }
    users
}

/// The additions of a row to a product that nothing else reads: the product starts from the row.
fn affine_pairs(
    graph: &Graph,
    users: &[Vec<NodeId>],
    outputs: &[NodeId],
) -> BTreeMap<NodeId, (NodeId, NodeId)> {
    let mut pairs = BTreeMap::new();
    for id in graph.ids() {
        if let Op::Binary(Binary::Add, a, b) = *graph.op(id) {
            for (product, row) in [(a, b), (b, a)] {
                let is_product = matches!(graph.op(product), Op::Product(Product::Plain, ..));
                let is_row = graph.shape(row) == Shape::row(graph.shape(product).columns)
                    && matches!(graph.op(row), Op::Source(_))
                    && !is_inline(graph, row);
                let alone = users[product.index()] == [id] && !outputs.contains(&product);
                if is_product && is_row && alone {
                    pairs.insert(id, (product, row));
                }
            }
        }
    }
    pairs
}

/// In which phase each node can be computed at the earliest: one later than the batch statistics
/// it depends on.
fn depths(graph: &Graph) -> Vec<usize> {
    let mut depths: Vec<usize> = Vec::with_capacity(graph.ids().len());
    for id in graph.ids() {
        let ready = |x: NodeId| depths[x.index()] + usize::from(folds_batch(graph, x));
        depths.push(
            graph
                .op(id)
                .operands()
                .into_iter()
                .map(ready)
                .max()
                .unwrap_or(0),
        );
    }
    depths
}

/// Whether a node turns the rows of a batch into something without rows.
fn folds_batch(graph: &Graph, id: NodeId) -> bool {
    !graph.shape(id).is_batch()
        && graph
            .op(id)
            .operands()
            .iter()
            .any(|&x| graph.shape(x).is_batch())
}

/// The nodes that must lie in memory wherever they are computed: what products and changes of
/// width read, and the outputs.
fn pinned(graph: &Graph, outputs: &[NodeId]) -> BTreeSet<NodeId> {
    let mut pinned: BTreeSet<_> = outputs.iter().copied().collect();
    for id in graph.ids() {
        match *graph.op(id) {
            Op::Product(_, a, b) => match RowSum::of(graph, id) {
                Some(sum) => pinned.extend(sum.narrow()),
                None => pinned.extend([a, b]),
            },
            Op::Slice { of, .. } | Op::Place { of, .. } => {
                pinned.insert(of);
            }
            _ => {}
        }
    }
    pinned
}

struct Scheduler<'a> {
    graph: &'a Graph,
    users: Vec<Vec<NodeId>>,
    affine: BTreeMap<NodeId, (NodeId, NodeId)>,
    pinned: BTreeSet<NodeId>,
    /// The tensors in memory.
    done: BTreeSet<Tensor>,
    phase: Phase,
}

/// What an element-wise node is computed from.
#[derive(Default)]
struct Cone {
    /// The tensors of its domain that it starts from.
    leaves: BTreeSet<NodeId>,
    /// Whether a function of dozens of instructions is among the operations.
    calls: bool,
}

impl Scheduler<'_> {
    fn is_kept(&self, id: NodeId) -> bool {
        matches!(self.graph.op(id), Op::Source(_)) || self.done.contains(&Tensor::Node(id))
    }

    /// Computes a node if it is an anchor.
    fn anchor(&mut self, id: NodeId) {
        if let Some(&(product, row)) = self.affine.get(&id) {
            self.product(product, Start::Row(row), id);
            return;
        }
        match *self.graph.op(id) {
            Op::Product(..)
                if self.users[id.index()]
                    .iter()
                    .any(|user| self.affine.contains_key(user)) => {}
            Op::Product(..) if self.graph.is_outer_product(id) => {}
            Op::Product(..) => match RowSum::of(self.graph, id) {
                Some(sum) => self.row_sum(id, sum),
                None => self.product(id, Start::Zero, id),
            },
            Op::Sum(Axis::Rows, x) => self.row_sum(id, RowSum::Plain(x)),
            Op::Sum(Axis::Columns, x) | Op::RowMax(x) => self.column_fold(id, x),
            _ => {}
        }
    }

    /// Makes sure that a result is where it is wanted.
    fn leave(&mut self, index: usize, output: Wanted) {
        output.nodes().for_each(|id| self.keep(id));
        if let Wanted::Copied { left, right } = output {
            self.phase.tiles.push(Step::Copy {
                output: index,
                left,
                right,
            });
        }
    }

    fn product(&mut self, product: NodeId, start: Start, to: NodeId) {
        let Op::Product(kind, a, b) = *self.graph.op(product) else {
            return;
        };
        self.keep(a);
        self.keep(b);
        if kind == Product::RightTransposed && self.done.insert(Tensor::Transposed(b)) {
            self.phase.once.push(Step::Transpose { of: b });
        }
        self.push(
            to,
            Step::Product {
                kind,
                start,
                a,
                b,
                to,
            },
        );
    }

    /// Makes sure that a node's value is in memory.
    fn keep(&mut self, id: NodeId) {
        if self.is_kept(id) {
            return;
        }
        if let Op::Mask { layer, keep } = *self.graph.op(id) {
            self.push(
                id,
                Step::Mask {
                    to: id,
                    layer,
                    keep: keep.value(),
                },
            );
            return;
        }
        self.map(self.graph.shape(id), id, |map| map.stores.push(id));
    }

    /// Sums over the rows into `id`.
    fn row_sum(&mut self, id: NodeId, sum: RowSum) {
        let x = sum.wide();
        let domain = self.graph.shape(x);
        if domain.columns >= WIDE && domain.is_batch() {
            self.keep_called(x, domain);
        }
        if let Some(narrow) = sum.narrow() {
            self.keep(narrow);
        }
        self.map(domain, x, |map| {
            map.row_sums.push(id);
            if let Some(narrow) = sum.narrow()
                && !map.loads.contains(&narrow)
            {
                map.loads.push(narrow);
            }
        });
        self.done.insert(Tensor::Node(id));
    }

    /// Sums `x` over the columns (or takes its maximum) into `id`.
    fn column_fold(&mut self, id: NodeId, x: NodeId) {
        self.map(self.graph.shape(x), x, |map| map.column_folds.push(id));
        self.done.insert(Tensor::Node(id));
    }

    /// Makes sure that computing `id`, within a domain, calls no function: what is a function of one
    /// tensor is kept as a whole, else the calls are.
    fn keep_called(&mut self, id: NodeId, domain: Shape) {
        let cone = self.cone(id, domain);
        if !cone.calls {
            return;
        }
        let op = self.graph.op(id);
        if is_call(op) || cone.leaves.len() <= 1 {
            self.keep(id);
            return;
        }
        for operand in op.operands() {
            self.keep_called(operand, domain);
        }
    }

    /// What `id` is computed from, element by element.
    fn cone(&self, id: NodeId, domain: Shape) -> Cone {
        let mut cone = Cone::default();
        let mut seen = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let op = self.graph.op(id);
            if self.graph.shape(id) != domain || !seen.insert(id) {
                continue;
            }
            if self.is_kept(id) || !op.is_elementwise() {
                cone.leaves.insert(id);
            } else {
                cone.calls |= is_call(op);
                open.extend(op.operands());
            }
        }
        cone
    }

    /// Adds a step where its result belongs: with the tiles if it has anything to do with rows.
    fn push(&mut self, to: NodeId, step: Step) {
        self.done.insert(Tensor::Node(to));
        let rows = self.graph.shape(to).is_batch() || folds_batch(self.graph, to);
        if rows {
            self.phase.tiles.push(step)
        } else {
            self.phase.once.push(step)
        }
    }

    /// Adds a loop over `domain` that computes `result` and does with it what `finish` says.
    fn map(&mut self, domain: Shape, result: NodeId, finish: impl Fn(&mut Map)) {
        let mut map = Map {
            domain,
            body: Vec::new(),
            loads: Vec::new(),
            stores: Vec::new(),
            row_sums: Vec::new(),
            column_folds: Vec::new(),
            in_place: BTreeMap::new(),
        };
        self.gather(result, &mut map);
        finish(&mut map);
        self.store_what_is_needed_again(&mut map);
        let stores = map.stores.iter().copied().map(Tensor::Node);
        self.done.extend(stores);
        let graph = self.graph;
        let steps = if domain.is_batch() {
            &mut self.phase.tiles
        } else {
            &mut self.phase.once
        };
        if let Some(Step::Map(last)) = steps.last_mut()
            && can_join(graph, last, &map)
        {
            join(last, map);
        } else {
            steps.push(Step::Map(map));
        }
    }

    /// Puts `id` and what it depends on into the loop: element-wise nodes of the loop's domain as
    /// part of the body, everything else as loads, computed beforehand.
    fn gather(&mut self, id: NodeId, map: &mut Map) {
        if map.body.contains(&id) || map.loads.contains(&id) || is_inline(self.graph, id) {
            return;
        }
        let op = self.graph.op(id).clone();
        let is_view = self.graph.is_view(id);
        let in_domain = self.graph.shape(id) == map.domain;
        let elementwise = op.is_elementwise() && !self.affine.contains_key(&id);
        if self.is_kept(id) || !in_domain || !(elementwise || is_view) {
            self.keep(id);
            map.loads.push(id);
            return;
        }
        for operand in op.operands() {
            if is_view {
                self.keep(operand);
                if !map.loads.contains(&operand) {
                    map.loads.push(operand);
                }
            } else {
                self.gather(operand, map);
            }
        }
        map.body.push(id);
    }

    /// Keeps the members of the loop that somebody outside will read, unless computing them again
    /// is as cheap as reading them.
    fn store_what_is_needed_again(&self, map: &mut Map) {
        for &id in &map.body {
            let users = &self.users[id.index()];
            let outside = users.iter().any(|user| {
                !map.body.contains(user)
                    && !map.row_sums.contains(user)
                    && !map.column_folds.contains(user)
                    && !self.done.contains(&Tensor::Node(*user))
            });
            let needed = self.pinned.contains(&id) || (outside && !self.is_cheap(id, map));
            let kept = map.stores.contains(&id) || self.done.contains(&Tensor::Node(id));
            if needed && !kept {
                map.stores.push(id);
            }
        }
    }

    /// Whether computing a member of the loop again costs no function call and reads at most two
    /// tensors as large as itself.
    fn is_cheap(&self, id: NodeId, map: &Map) -> bool {
        let mut seen = BTreeSet::new();
        let mut reads = 0;
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if is_inline(self.graph, id) || !seen.insert(id) {
                continue;
            }
            if map.body.contains(&id)
                && !matches!(self.graph.op(id), Op::Slice { .. } | Op::Place { .. })
            {
                if is_dear(self.graph.op(id)) {
                    return false;
                }
                open.extend(self.graph.op(id).operands());
            } else {
                reads += usize::from(self.graph.shape(id) == map.domain);
            }
        }
        reads <= 2
    }
}

/// Whether a node is written out where it is used: a number, or the name of one.
fn is_inline(graph: &Graph, id: NodeId) -> bool {
    matches!(
        graph.op(id),
        Op::Constant(_) | Op::Count | Op::Source(Source::Constant(_))
    )
}

/// Whether an operation costs more than reading its result from the cache.
fn is_dear(op: &Op) -> bool {
    match op {
        Op::Unary(Unary::Sqrt, _) | Op::Binary(Binary::Div, ..) => true,
        Op::Power(_, n) => n.unsigned_abs() > 4 || *n < 0,
        _ => is_call(op),
    }
}

/// Whether an operation is a function of dozens of instructions.
fn is_call(op: &Op) -> bool {
    match op {
        Op::Unary(Unary::Neg | Unary::Abs | Unary::Sign | Unary::Relu | Unary::Sqrt, _) => false,
        Op::Unary(..) | Op::Binary(Binary::Pow, ..) => true,
        _ => false,
    }
}

/// Whether two loops one behind the other can be one: over the same domain, the second reading no
/// sum of the first, and neither slowing the other down.
fn can_join(graph: &Graph, first: &Map, second: &Map) -> bool {
    let folded = first.row_sums.iter().chain(&first.column_folds);
    let dear = |map: &Map| map.body.iter().any(|&id| is_dear(graph.op(id)));
    let same_pace = first.is_flat(graph) == second.is_flat(graph)
        || !(first.is_flat(graph) && dear(first) || second.is_flat(graph) && dear(second));
    let whole = |load: &NodeId| !first.stores.contains(load) || graph.shape(*load) == first.domain;
    let blocked = [first, second].iter().any(|map| map.is_blocked(graph));
    let folds_columns = !first.column_folds.is_empty() || !second.column_folds.is_empty();
    first.domain == second.domain
        && !(blocked && folds_columns)
        && folded.clone().all(|fold| !second.loads.contains(fold))
        && second.loads.iter().all(whole)
        && same_pace
}

fn join(first: &mut Map, second: Map) {
    let computed: Vec<_> = first.body.clone();
    let add = |to: &mut Vec<NodeId>, from: Vec<NodeId>| {
        for id in from {
            if !to.contains(&id) {
                to.push(id);
            }
        }
    };
    add(
        &mut first.loads,
        second
            .loads
            .into_iter()
            .filter(|id| !computed.contains(id))
            .collect(),
    );
    add(&mut first.body, second.body);
    add(&mut first.stores, second.stores);
    add(&mut first.row_sums, second.row_sums);
    add(&mut first.column_folds, second.column_folds);
}
