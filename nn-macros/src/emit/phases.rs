//! Which results of a phase the blocks of a batch share, and where they lie.

use super::names::Size;
use super::program::{Body, extents};
use crate::ir::NodeId;
use crate::network::Leaves;
use crate::plan::{LINE, Place, Tensor};
use proc_macro2::TokenStream;
use quote::quote;
use std::ops::Range;

/// What lies at the beginning of the workspace, at a place that does not depend on the rows.
#[derive(PartialEq)]
pub enum Kept {
    /// A buffer of the plan's.
    Buffer(Tensor),
    /// The output of this index: a returned number, or a running statistic as it will be.
    Output(usize),
}

impl Body<'_> {
    /// The beginning of the workspace. Each piece starts on a cache line.
    pub fn kept(&self) -> Vec<(Kept, Range<usize>)> {
        let plan = &self.pass.plan;
        let buffers = plan
            .places
            .iter()
            .filter_map(|(&tensor, place)| match place {
                Place::Fixed(slot) => Some((Kept::Buffer(tensor), plan.fixed_slots[*slot])),
                _ => None,
            });
        let outputs = self.pass.outputs.iter().enumerate();
        let outputs = outputs.filter_map(|(index, output)| match output.leaves {
            Leaves::Returned | Leaves::Statistic(_) => Some((
                Kept::Output(index),
                self.pass.graph.shape(output.id).columns,
            )),
            Leaves::Flat(_) | Leaves::Rows(_) | Leaves::Columns { .. } => None,
        });
        let mut start = 0;
        let pieces = buffers.chain(outputs).map(|(kept, length)| {
            let range = start..start + length.next_multiple_of(LINE);
            start = range.end;
            (kept, range)
        });
        pieces.collect()
    }

    /// The table of the phases.
    pub fn phases(&self) -> TokenStream {
        let (plan, graph) = (&self.pass.plan, &self.pass.graph);
        let phases = plan.phases.iter().enumerate().map(|(index, phase)| {
            let is_over_rows = !phase.tiles.is_empty();
            let sums = plan.sums(graph, index).into_iter();
            let reads = plan.shared(graph, index).into_iter();
            let (sums, reads) = (
                sums.map(|id| self.shared(id)),
                reads.map(|id| self.shared(id)),
            );
            quote! {
                rt::Phase {
                    is_over_rows: #is_over_rows,
                    sums: &[#(#sums),*],
                    reads: &[#(#reads),*],
                }
            }
        });
        quote!(&[#(#phases),*])
    }

    /// Where a tensor that does not depend on rows lies in every block's memory.
    fn shared(&self, id: NodeId) -> TokenStream {
        let tensor = Tensor::Node(id);
        let length = Size(self.length(id));
        let wanted = match self.pass.plan.places[&tensor] {
            Place::Output(index) => {
                let outputs = &self.pass.outputs;
                if let Leaves::Flat(slice) = outputs[index].leaves {
                    let before = outputs[..index].iter();
                    let before = before.filter(|output| output.leaves == Leaves::Flat(slice));
                    let start = Size(before.map(|output| self.length(output.id)).sum());
                    return quote!(rt::Shared::Gradient { start: #start, length: #length });
                }
                Kept::Output(index)
            }
            _ => Kept::Buffer(tensor),
        };
        let kept = self.kept();
        let (_, range) = kept
            .iter()
            .find(|(kept, _)| *kept == wanted)
            .expect("what phases share is kept");
        let start = Size(range.start);
        quote!(rt::Shared::Workspace { start: #start, length: #length })
    }

    /// How many scalars a tensor has that does not depend on rows.
    fn length(&self, id: NodeId) -> usize {
        let (rows, columns) = extents(self.pass.graph.shape(id));
        rows.0 * columns.0
    }
}
