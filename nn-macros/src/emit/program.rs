//! One pass over a batch: the body of a program.

use super::functions::Functions;
use super::names::{Names, Size};
use crate::ir::{Extent, Graph, NodeId, Op, Product, Shape, Source};
use crate::model::Scalar;
use crate::plan::{LINE, Phase, Place, Plan, Start, Step, Tensor};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// A pass: what it computes and how its results leave.
pub struct Pass<'a> {
    pub graph: &'a Graph,
    pub plan: &'a Plan,
    pub names: &'a Names,
    pub functions: &'a Functions,
    pub scalar: Scalar,
    pub outputs: Vec<Output>,
}

/// How a result leaves a pass.
#[derive(Clone, Copy)]
pub enum Output {
    /// The loss: returned.
    Loss(NodeId),
    /// A parameter's derivative: into the flat gradient.
    Gradient(NodeId),
    /// A running statistic: into scratch memory, copied back at the end.
    Statistic(NodeId),
    /// F: into the caller's rows.
    Rows(NodeId),
}

impl Output {
    fn id(self) -> NodeId {
        match self {
            Output::Loss(id) | Output::Gradient(id) | Output::Statistic(id) | Output::Rows(id) => {
                id
            }
        }
    }
}

impl Pass<'_> {
    /// Scalars of scratch memory whatever the batch, for tiles of `rows` rows.
    pub fn fixed_length(&self, rows: usize) -> usize {
        let tiles: usize = self
            .plan
            .tile_slots
            .iter()
            .map(|columns| (rows * columns).next_multiple_of(LINE))
            .sum();
        let fixed: usize = self.plan.fixed_slots.iter().sum();
        let rounding = LINE * self.plan.batch_slots.len();
        tiles + fixed + rounding + self.statistics_length()
    }

    /// Scalars of scratch memory for every row of the batch.
    pub fn length_per_row(&self) -> usize {
        self.plan.batch_slots.iter().sum()
    }

    fn statistics_length(&self) -> usize {
        let statistics = self
            .outputs
            .iter()
            .filter(|output| matches!(output, Output::Statistic(_)));
        statistics
            .map(|output| self.graph.shape(output.id()).columns)
            .sum()
    }

    /// The whole body. It expects in scope: `simd`, `inputs` and, as far as the outputs need them,
    /// `targets`, `draw`, `parameters`, `statistics`, `workspace`, `gradient`, `outputs`, and the
    /// constant `TILE`.
    pub fn body(&self) -> TokenStream {
        let given = self.given();
        let memory = self.memory();
        let leaving = self.leaving();
        let counts = self
            .graph
            .ids()
            .any(|id| matches!(self.graph.op(id), Op::Count));
        let number = self.number();
        let count = counts.then(|| quote!(let count = n as #number;));
        let mut phases = TokenStream::new();
        for phase in &self.plan.phases {
            phases.extend(self.phase(phase));
        }
        let copies = self.copies();
        let result = self.result();
        quote! {
                let n = inputs.len();
                #count
                #given
                #leaving
                #memory
                #phases
                #copies
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
        for id in self.graph.ids() {
            let Op::Source(source) = *self.graph.op(id) else {
                continue;
            };
            let (from, offset) = match source {
                Source::Parameter(index) => {
                    (quote!(parameters), Size(self.names.parameter_offset(index)))
                }
                Source::Statistic(index) => {
                    (quote!(statistics), Size(self.names.statistic_offset(index)))
                }
                _ => continue,
            };
            let (rows, columns) = extents(self.graph.shape(id));
            let name = self.variable(Tensor::Node(id));
            statements.extend(quote! {
                let #name = rt::matrix::<#number, #rows, #columns>(&#from[#offset..]);
            });
        }
        statements
    }

    /// The results that do not depend on rows, cut from where they leave.
    fn leaving(&self) -> TokenStream {
        let mut statements = TokenStream::new();
        let number = self.number();
        for (index, output) in self.outputs.iter().enumerate() {
            let (rows, columns) = extents(self.graph.shape(output.id()));
            let name = self.output_name(index);
            match output {
                Output::Loss(_) => statements.extend(quote! {
                    let #name = &mut [[0.0; 1]; 1];
                }),
                Output::Gradient(_) => statements.extend(quote! {
                    let (#name, gradient) =
                        rt::split_matrix::<#number, #rows, #columns>(gradient);
                }),
                Output::Statistic(_) => statements.extend(quote! {
                    let (#name, workspace) =
                        rt::split_matrix::<#number, #rows, #columns>(workspace);
                }),
                Output::Rows(_) => {}
            }
        }
        if self
            .outputs
            .iter()
            .any(|output| matches!(output, Output::Gradient(_)))
        {
            statements.extend(quote!(let _ = gradient;));
        }
        statements
    }

    /// The variable of an output: the tensor's own, or a second name if it leaves twice.
    fn output_name(&self, index: usize) -> Ident {
        let id = self.outputs[index].id();
        let name = self.variable(Tensor::Node(id));
        match self.plan.places.get(&Tensor::Node(id)) {
            Some(&Place::Output(first)) if first == index => name,
            _ => format_ident!("{name}_output{index}"),
        }
    }

    /// The buffers, cut from the workspace.
    fn memory(&self) -> TokenStream {
        let mut statements = TokenStream::new();
        let number = self.number();
        for (tensor, place) in &self.plan.places {
            let Place::Fixed(slot) = *place else { continue };
            let length = Size(self.plan.fixed_slots[slot]);
            let (name, (rows, columns)) = (self.variable(*tensor), self.fixed_extents(*tensor));
            statements.extend(quote! {
                let (buffer, workspace) = rt::split(workspace, #length);
                let #name = rt::matrix_mut::<#number, #rows, #columns>(buffer);
            });
        }
        for (slot, columns) in self.plan.tile_slots.iter().enumerate() {
            let (name, columns) = (tile_slot(slot), Size(*columns));
            statements.extend(quote! {
                let (#name, workspace) = rt::split(workspace, rt::lines(TILE * #columns));
            });
        }
        for (slot, columns) in self.plan.batch_slots.iter().enumerate() {
            let (name, columns) = (batch_slot(slot), Size(*columns));
            statements.extend(quote! {
                let (#name, workspace) = rt::split(workspace, rt::lines(n * #columns));
            });
        }
        quote!(#statements let _ = workspace;)
    }

    fn fixed_extents(&self, tensor: Tensor) -> (Size, Size) {
        match tensor {
            Tensor::Node(id) => extents(self.graph.shape(id)),
            Tensor::Transposed(id) => {
                let (rows, columns) = extents(self.graph.shape(id));
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
            let kind = Product::LeftTransposed;
            matches!(step, Step::RowSum { .. })
                || matches!(step, Step::Product { kind: found, .. } if *found == kind)
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
            Step::RowSum { of, to } => {
                let [of, to] = [of, to].map(|id| self.variable(Tensor::Node(*id)));
                let start = first_or_keep();
                quote!(rt::column_sums(simd, #start, &#of[..], &mut #to[0]);)
            }
            Step::Transpose { of } => {
                let from = self.variable(Tensor::Node(*of));
                let to = self.variable(Tensor::Transposed(*of));
                quote!(rt::transpose(simd, &*#from, &mut *#to);)
            }
            Step::Mask { to, layer, keep } => {
                let to = self.variable(Tensor::Node(*to));
                quote!(rt::fill_mask(simd, draw, #layer, #keep, start, &mut *#to);)
            }
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
                let call = self.functions.call(self.graph, map, self.names);
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
        let shape = self.graph.shape(id);
        if !shape.is_batch() {
            return quote!();
        }
        let (name, number, columns) = (self.variable(tensor), self.number(), Size(shape.columns));
        match self.plan.places[&tensor] {
            Place::Given => match self.graph.op(id) {
                Op::Source(Source::Targets) => quote!(let #name = &targets[start..end];),
                _ => quote!(let #name = &inputs[start..end];),
            },
            Place::Output(_) => quote!(let #name = &mut outputs[start..end];),
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
                let start = if self.graph.shape(a).is_batch() {
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

    /// Results that leave twice, and the running statistics back to where they live.
    fn copies(&self) -> TokenStream {
        let mut statements = TokenStream::new();
        let mut offset = 0_usize;
        for (index, output) in self.outputs.iter().enumerate() {
            let tensor = self.variable(Tensor::Node(output.id()));
            let name = self.output_name(index);
            if name != tensor {
                statements.extend(quote!(*#name = *#tensor;));
            }
            if let Output::Statistic(id) = output {
                let end = offset + self.graph.shape(*id).columns;
                let (from, to) = (Size(offset), Size(end));
                statements.extend(quote!(statistics[#from..#to].copy_from_slice(&#name[0]);));
                offset = end;
            }
        }
        statements
    }

    fn result(&self) -> TokenStream {
        let loss = self
            .outputs
            .iter()
            .position(|output| matches!(output, Output::Loss(_)));
        loss.map_or_else(TokenStream::new, |index| {
            let name = self.output_name(index);
            quote!(#name[0][0])
        })
    }
}

/// Sums over the rows start at zero in the first tile and go on in the next.
fn first_or_keep() -> TokenStream {
    quote!(if is_first {
        rt::Start::Zero
    } else {
        rt::Start::Keep
    })
}

fn tile_slot(slot: usize) -> Ident {
    format_ident!("tile{slot}")
}

fn batch_slot(slot: usize) -> Ident {
    format_ident!("batch{slot}")
}

/// The extents of a tensor that does not depend on rows.
fn extents(shape: Shape) -> (Size, Size) {
    match shape.rows {
        Extent::Fixed(rows) => (Size(rows), Size(shape.columns)),
        Extent::Batch => (Size(1), Size(shape.columns)),
    }
}
