//! One pass over a batch: the body of a program.

use super::functions::Functions;
use super::names::{Names, Size};
use super::phases::Kept;
use crate::ir::{Extent, NodeId, Op, Product, Shape, Source, Unary};
use crate::model::Scalar;
use crate::network::{Leaves, Pass};
use crate::plan::{LINE, Map, Phase, Place, Start, Step, Tensor};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// A pass, and what its body is printed with.
pub struct Body<'a> {
    pub pass: &'a Pass,
    pub names: &'a Names,
    pub functions: &'a Functions,
    pub scalar: Scalar,
}

impl Body<'_> {
    /// Scalars of scratch memory whatever the batch, for tiles of `rows` rows.
    pub fn fixed_length(&self, rows: usize) -> usize {
        let plan = &self.pass.plan;
        let tiles: usize = plan
            .tile_slots
            .iter()
            .map(|columns| (rows * columns).next_multiple_of(LINE))
            .sum();
        let kept = self.kept().last().map_or(0, |(_, range)| range.end);
        let rounding = LINE * plan.batch_slots.len();
        kept + tiles + rounding
    }

    /// Scalars of scratch memory for every row of the batch.
    pub fn length_per_row(&self) -> usize {
        self.pass.plan.batch_slots.iter().sum()
    }

    /// The whole body. It expects in scope: `simd`, the pass's arguments, `workspace`, the places of
    /// its results, and the constant `TILE`.
    pub fn body(&self) -> TokenStream {
        let given = self.given();
        let memory = self.memory();
        let leaving = self.leaving();
        let counts = self
            .pass
            .graph
            .ids()
            .any(|id| matches!(self.pass.graph.op(id), Op::Count));
        let number = self.number();
        let is_part = self.pass.is_part();
        let rows = match is_part {
            true => quote!(part.batch_rows),
            false => quote!(n),
        };
        let count = counts.then(|| quote!(let count = #rows as #number;));
        let mut phases = TokenStream::new();
        let last = self.pass.plan.phases.len() - 1;
        for (index, phase) in self.pass.plan.phases.iter().enumerate() {
            let mut statements = self.phase(phase);
            if index == last {
                statements.extend(self.copies());
            }
            let index = Size(index);
            phases.extend(match is_part {
                true => quote!(if part.phases.contains(&#index) { #statements }),
                false => statements,
            });
        }
        let result = self.result();
        quote! {
                let n = inputs.len();
                #count
                #given
                #leaving
                #memory
                #phases
                #result
        }
    }

    fn number(&self) -> Ident {
        format_ident!("{}", self.scalar.name())
    }

    fn variable(&self, tensor: Tensor) -> Ident {
        self.names.tensor(tensor)
    }

    /// Views of the parameters and statistics.
    fn given(&self) -> TokenStream {
        let mut statements = TokenStream::new();
        let number = self.number();
        for id in self.pass.graph.ids() {
            let Op::Source(source) = *self.pass.graph.op(id) else {
                continue;
            };
            let (from, offset) = match source {
                Source::Parameter(index) => {
                    (quote!(parameters), Size(self.names.parameter_offset(index)))
                }
                Source::Vector(index) => (quote!(vector), Size(self.names.parameter_offset(index))),
                Source::Statistic(index) => {
                    (quote!(statistics), Size(self.names.statistic_offset(index)))
                }
                _ => continue,
            };
            let (rows, columns) = extents(self.pass.graph.shape(id));
            let name = self.variable(Tensor::Node(id));
            statements.extend(quote! {
                let #name = rt::matrix::<#number, #rows, #columns>(&#from[#offset..]);
            });
        }
        statements
    }

    /// The results that leave by flat slices, cut from them.
    fn leaving(&self) -> TokenStream {
        let mut statements = TokenStream::new();
        let number = self.number();
        for (index, output) in self.pass.outputs.iter().enumerate() {
            let (rows, columns) = extents(self.pass.graph.shape(output.id));
            let name = self.output_name(index);
            statements.extend(match &output.leaves {
                Leaves::Flat(slice) => {
                    let slice = format_ident!("{slice}");
                    quote! {
                        let (#name, #slice) =
                            rt::split_matrix::<#number, #rows, #columns>(#slice);
                    }
                }
                Leaves::Returned
                | Leaves::Statistic(_)
                | Leaves::Rows(_)
                | Leaves::Columns { .. } => quote!(),
            });
        }
        for slice in self.pass.flat_slices() {
            let slice = format_ident!("{slice}");
            statements.extend(quote!(let _ = #slice;));
        }
        statements
    }

    /// The variable of an output: the tensor's own, or a second name if it leaves twice.
    fn output_name(&self, index: usize) -> Ident {
        let id = self.pass.outputs[index].id;
        let name = self.variable(Tensor::Node(id));
        match self.pass.plan.places.get(&Tensor::Node(id)) {
            Some(&Place::Output(first)) if first == index => name,
            _ => format_ident!("{name}_output{index}"),
        }
    }

    /// The buffers, cut from the workspace.
    fn memory(&self) -> TokenStream {
        let mut statements = TokenStream::new();
        let number = self.number();
        for (kept, range) in self.kept() {
            let length = Size(range.len());
            let (name, (rows, columns)) = match kept {
                Kept::Buffer(tensor) => (self.variable(tensor), self.fixed_extents(tensor)),
                Kept::Output(index) => {
                    let shape = self.pass.graph.shape(self.pass.outputs[index].id);
                    (self.output_name(index), extents(shape))
                }
            };
            statements.extend(quote! {
                let (buffer, workspace) = rt::split(workspace, #length);
                let #name = rt::matrix_mut::<#number, #rows, #columns>(buffer);
            });
        }
        for (slot, columns) in self.pass.plan.tile_slots.iter().enumerate() {
            let (name, columns) = (tile_slot(slot), Size(*columns));
            statements.extend(quote! {
                let (#name, workspace) = rt::split(workspace, rt::lines(TILE * #columns));
            });
        }
        for (slot, columns) in self.pass.plan.batch_slots.iter().enumerate() {
            let (name, columns) = (batch_slot(slot), Size(*columns));
            statements.extend(quote! {
                let (#name, workspace) = rt::split(workspace, rt::lines(n * #columns));
            });
        }
        quote!(#statements let _ = workspace;)
    }

    fn fixed_extents(&self, tensor: Tensor) -> (Size, Size) {
        match tensor {
            Tensor::Node(id) => extents(self.pass.graph.shape(id)),
            Tensor::Transposed(id) => {
                let (rows, columns) = extents(self.pass.graph.shape(id));
                (columns, rows)
            }
        }
    }

    fn phase(&self, phase: &Phase) -> TokenStream {
        let mut statements = TokenStream::new();
        let mut ready = BTreeSet::new();
        for step in &phase.once {
            if let Step::Map(map) = step {
                statements.extend(self.clear(&map.row_sums));
            }
            statements.extend(self.step(step, &mut ready));
        }
        if phase.tiles.is_empty() {
            return statements;
        }
        let mut tile = TokenStream::new();
        for step in &phase.tiles {
            if let Step::Map(map) = step {
                statements.extend(self.clear(&map.row_sums));
            }
            tile.extend(self.step(step, &mut ready));
        }
        let accumulates = phase.tiles.iter().any(|step| {
            matches!(
                step,
                Step::Product {
                    kind: Product::LeftTransposed,
                    ..
                }
            )
        });
        let is_first = accumulates.then(|| quote!(let is_first = start == 0;));
        quote! {
            #statements
            let mut start = 0;
            while start < n {
                let end = rt::min(start + TILE, n);
                #is_first
                #tile
                start = end;
            }
        }
    }

    /// Zeros, where sums over the rows will accumulate.
    fn clear(&self, sums: &[NodeId]) -> TokenStream {
        let sums = sums.iter().map(|&id| {
            let name = self.variable(Tensor::Node(id));
            quote!(#name.as_flattened_mut().fill(0.0);)
        });
        quote!(#(#sums)*)
    }

    fn step(&self, step: &Step, ready: &mut BTreeSet<Tensor>) -> TokenStream {
        let taken: Vec<_> = match step {
            Step::Map(map) => map.in_place.keys().copied().map(Tensor::Node).collect(),
            _ => Vec::new(),
        };
        let mut statements = TokenStream::new();
        for tensor in step.reads().into_iter().chain(step.writes()) {
            if !taken.contains(&tensor) && ready.insert(tensor) {
                statements.extend(self.rows(tensor));
            }
        }
        statements.extend(match step {
            Step::Product {
                kind,
                start,
                a,
                b,
                to,
            } => self.product(*kind, *start, *a, *b, *to),
            Step::Transpose { of } => {
                let from = self.variable(Tensor::Node(*of));
                let to = self.variable(Tensor::Transposed(*of));
                quote!(rt::transpose(simd, &*#from, &mut *#to);)
            }
            Step::Mask { to, layer, keep } => {
                let is_batch = self.pass.graph.shape(*to).is_batch();
                let to = self.variable(Tensor::Node(*to));
                let first = match (is_batch, self.pass.is_part()) {
                    // The row that all samples share is the first sample's.
                    (false, _) => quote!(0),
                    (true, false) => quote!(start),
                    (true, true) => quote!(part.first_row + start),
                };
                quote!(rt::fill_mask(simd, draw, #layer, #keep, #first, &mut *#to);)
            }
            Step::Copy {
                output,
                left,
                right,
            } => self.copy(*output, *left, *right),
            Step::Map(map) => {
                let mut moved = TokenStream::new();
                for (store, load) in &map.in_place {
                    let (store_name, load_name) = (
                        self.variable(Tensor::Node(*store)),
                        self.variable(Tensor::Node(*load)),
                    );
                    ready.insert(Tensor::Node(*store));
                    moved.extend(quote!(let #store_name = #load_name;));
                }
                let call = match map.activation(&self.pass.graph) {
                    Some(function) => self.activate(function, map),
                    None => self.functions.call(&self.pass.graph, map, self.names),
                };
                quote!(#moved #call)
            }
        });
        statements
    }

    /// The rows of a tensor that belong to the tile, when it is first touched there.
    fn rows(&self, tensor: Tensor) -> TokenStream {
        let Tensor::Node(id) = tensor else {
            return quote!();
        };
        let shape = self.pass.graph.shape(id);
        if !shape.is_batch() {
            return quote!();
        }
        let (name, number, columns) = (self.variable(tensor), self.number(), Size(shape.columns));
        match self.pass.plan.places[&tensor] {
            Place::Given => match self.pass.graph.op(id) {
                Op::Source(Source::Targets) => quote!(let #name = &targets[start..end];),
                Op::Source(Source::Adjoints) => quote!(let #name = &adjoints[start..end];),
                _ => quote!(let #name = &inputs[start..end];),
            },
            Place::Output(index) => {
                let Leaves::Rows(rows) = &self.pass.outputs[index].leaves else {
                    unreachable!("a tensor with rows leaves by rows");
                };
                let rows = format_ident!("{rows}");
                quote!(let #name = &mut #rows[start..end];)
            }
            Place::Tile(slot) => {
                let slot = tile_slot(slot);
                quote!(let #name = rt::rows::<#number, #columns>(&mut *#slot, 0, end - start);)
            }
            Place::Batch(slot) => {
                let slot = batch_slot(slot);
                quote!(let #name = rt::rows::<#number, #columns>(&mut *#slot, start, end);)
            }
            Place::Fixed(_) => quote!(),
        }
    }

    fn activate(&self, function: Unary, map: &Map) -> TokenStream {
        let names = map.stores.iter().map(|&id| self.variable(Tensor::Node(id)));
        let function = match function {
            Unary::Tanh => quote!(Tanh),
            Unary::Sigmoid => quote!(Sigmoid),
            other => unreachable!("the runtime has no {other:?} for slices"),
        };
        quote!(#(rt::activate(simd, rt::Activation::#function, &mut #names[..]);)*)
    }

    fn product(
        &self,
        kind: Product,
        start: Start,
        a: NodeId,
        b: NodeId,
        to: NodeId,
    ) -> TokenStream {
        let [a_name, b_name, to_name] = [a, b, to].map(|id| self.variable(Tensor::Node(id)));
        let start = match start {
            Start::Zero => quote!(rt::Start::Zero),
            Start::Row(row) => {
                let row = self.variable(Tensor::Node(row));
                quote!(rt::Start::Row(&#row[0]))
            }
        };
        match kind {
            Product::Plain => {
                quote!(rt::product(simd, #start, &#a_name[..], &*#b_name, &mut #to_name[..]);)
            }
            Product::RightTransposed => {
                let b_name = self.variable(Tensor::Transposed(b));
                quote!(rt::product(simd, #start, &#a_name[..], &*#b_name, &mut #to_name[..]);)
            }
            Product::LeftTransposed => {
                let start = if self.pass.graph.shape(a).is_batch() {
                    quote!(if is_first {
                        rt::Start::Zero
                    } else {
                        rt::Start::Keep
                    })
                } else {
                    start
                };
                quote!(rt::transposed_product(simd, #start, &#a_name[..], &#b_name[..], &mut *#to_name);)
            }
        }
    }

    /// The rows of the tile to where they leave.
    fn copy(&self, output: usize, left: Option<NodeId>, right: NodeId) -> TokenStream {
        let (rows, at) = match &self.pass.outputs[output].leaves {
            Leaves::Columns {
                rows, length, at, ..
            } => {
                let (length, at) = (Size(*length), Size(*at));
                (format_ident!("{rows}"), quote!(output * #length + #at))
            }
            Leaves::Rows(rows) => (format_ident!("{rows}"), quote!(0)),
            other => unreachable!("{other:?} has no rows"),
        };
        let right = self.variable(Tensor::Node(right));
        match left.map(|left| self.variable(Tensor::Node(left))) {
            Some(left) => quote! {
                rt::copy_outer(&#left[..], &#right[..], #at, &mut #rows[start..end]);
            },
            None => quote!(rt::copy_columns(&#right[..], #at, &mut #rows[start..end]);),
        }
    }

    /// Results that leave twice, and the running statistics back to where they live.
    fn copies(&self) -> TokenStream {
        let mut statements = TokenStream::new();
        for (index, output) in self.pass.outputs.iter().enumerate() {
            let tensor = self.variable(Tensor::Node(output.id));
            let name = self.output_name(index);
            let lies = !matches!(output.leaves, Leaves::Rows(_) | Leaves::Columns { .. });
            if name != tensor && lies {
                statements.extend(quote!(*#name = *#tensor;));
            }
            if let Leaves::Statistic(statistic) = output.leaves {
                let from = self.names.statistic_offset(statistic);
                let to = from + self.pass.graph.shape(output.id).columns;
                let (from, to) = (Size(from), Size(to));
                statements.extend(quote!(statistics[#from..#to].copy_from_slice(&#name[0]);));
            }
        }
        statements
    }

    fn result(&self) -> TokenStream {
        let mut outputs = self.pass.outputs.iter();
        let returned = outputs.position(|output| output.leaves == Leaves::Returned);
        returned.map_or_else(TokenStream::new, |index| {
            let name = self.output_name(index);
            quote!(#name[0][0])
        })
    }
}

fn tile_slot(slot: usize) -> Ident {
    format_ident!("tile{slot}")
}

fn batch_slot(slot: usize) -> Ident {
    format_ident!("batch{slot}")
}

/// The extents of a tensor that does not depend on rows.
pub fn extents(shape: Shape) -> (Size, Size) {
    match shape.rows {
        Extent::Fixed(rows) => (Size(rows), Size(shape.columns)),
        Extent::Batch => (Size(1), Size(shape.columns)),
    }
}
