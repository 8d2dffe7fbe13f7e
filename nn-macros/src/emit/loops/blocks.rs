//! Loops by blocks of columns: in each, all rows, with the block's sums in registers.

use super::super::names::Size;
use super::{Parameter, Writer};
use crate::ir::{Extent, NodeId, Shape};
use crate::model::Scalar;
use crate::plan::RowSum;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Columns of a block, times its sums over the rows: four vectors of the widest set, which are as
/// many chains of additions as hide one another's latency, and leave registers for the rest.
const SUMS: usize = 4;

/// The bytes of the widest set's vectors.
const VECTOR: usize = 64;

impl Writer<'_> {
    /// A function for a block of W columns, and its calls.
    ///
    /// ```text
    /// fn columns<S: rt::Simd, const W: usize>(first: usize, g1: &[[f32; 50]], db1: &mut [[f32; 50]; 1]) {
    ///     let rows = g1.len();
    ///     let mut db1_0 = *rt::columns::<f32, W>(&db1[0], first);
    ///     for i in 0..rows {
    ///         let g1 = rt::columns::<f32, W>(&g1[i], first);
    ///         for j in 0..W {
    ///             let g1_ij = g1[j];
    ///             db1_0[j] += g1_ij;
    ///         }
    ///     }
    ///     *rt::columns_mut::<f32, W>(&mut db1[0], first) = db1_0;
    /// }
    /// for block in 0..3 {
    ///     columns::<S, 16>(block * 16, &*g1, &mut *db1);
    /// }
    /// columns::<S, 2>(48, &*g1, &mut *db1);
    /// ```
    pub(super) fn block_body(&self, parameters: &[Parameter]) -> TokenStream {
        let number = format_ident!("{}", self.scalar.name());
        let declared = parameters.iter().map(|&Parameter { id, mutable }| {
            let (name, whole) = (self.tensor(id), self.parameter_type(id));
            if mutable {
                quote!(#name: &mut #whole)
            } else {
                quote!(#name: &#whole)
            }
        });
        let passed = parameters.iter().map(|&Parameter { id, mutable }| {
            let name = self.tensor(id);
            if mutable {
                quote!(&mut *#name)
            } else {
                quote!(&*#name)
            }
        });
        let (count, counted) = match self.counts() {
            true => (quote!(n: #number,), quote!(n,)),
            false => (quote!(), quote!()),
        };
        let block = self.block(parameters);
        let passed = quote!(#(#passed,)* #counted);
        let calls = self.block_calls(&passed);
        quote! {
            #[inline(always)]
            fn columns<S: rt::Simd, const W: usize>(first: usize, #(#declared,)* #count) {
                #block
            }
            #calls
        }
    }

    fn block_calls(&self, passed: &TokenStream) -> TokenStream {
        let lanes = match self.scalar {
            Scalar::F32 => VECTOR / 4,
            Scalar::F64 => VECTOR / 8,
        };
        let sums: usize = self.map.row_sums.iter().map(|&sum| self.sums_of(sum)).sum();
        let all = self.map.domain.columns;
        let mut calls = TokenStream::new();
        let mut first = 0;
        // Halves and quarters of a vector before the rest: the compiler vectorizes a block of a power
        // of two well, but not always another.
        let widest = lanes * (SUMS / sums).max(1);
        let rest = all % (lanes / 4);
        for width in [widest, lanes, lanes / 2, lanes / 4, rest] {
            let Some(blocks) = (all - first).checked_div(width) else {
                break;
            };
            let [count, columns, start] = [blocks, width, first].map(Size);
            calls.extend(match (blocks, first) {
                (0, _) => quote!(),
                (1, _) => quote!(columns::<S, #columns>(#start, #passed);),
                (_, 0) => quote! {
                    for block in 0..#count {
                        columns::<S, #columns>(block * #columns, #passed);
                    }
                },
                _ => quote! {
                    for block in 0..#count {
                        columns::<S, #columns>(#start + block * #columns, #passed);
                    }
                },
            });
            first += blocks * width;
        }
        calls
    }

    /// What happens to W columns from `first` on.
    fn block(&self, parameters: &[Parameter]) -> TokenStream {
        let number = format_ident!("{}", self.scalar.name());
        let sums = &self.map.row_sums;
        let is_read = |parameter: &&Parameter| !sums.contains(&parameter.id);
        let mut cut = TokenStream::new();
        let mut cut_row = TokenStream::new();
        let mut last = None;
        for &Parameter { id, mutable } in parameters.iter().filter(is_read) {
            let (name, Shape { rows, columns }) = (self.tensor(id), self.graph.shape(id));
            match rows {
                Extent::Batch => {
                    last = Some(name.clone());
                    if self.graph.shape(id) == self.map.domain {
                        cut_row.extend(match mutable {
                            true => quote!(let #name = rt::columns_mut::<#number, W>(&mut #name[i], first);),
                            false => quote!(let #name = rt::columns::<#number, W>(&#name[i], first);),
                        });
                    }
                }
                Extent::Fixed(rows) if rows * columns > 1 => {
                    cut.extend(
                        quote!(let #name = rt::columns::<#number, W>(#name.as_flattened(), first);),
                    );
                }
                Extent::Fixed(_) => {}
            }
        }
        let last = last.expect("a loop over rows reads rows");
        let same = parameters.iter().filter_map(|&Parameter { id, mutable }| {
            let name = self.tensor(id);
            match (self.graph.shape(id).is_batch(), mutable) {
                (false, _) => None,
                (true, true) => Some(quote!(let #name = &mut #name[..rows];)),
                (true, false) => Some(quote!(let #name = &#name[..rows];)),
            }
        });
        let mut load = TokenStream::new();
        let mut store = TokenStream::new();
        for &sum in sums {
            for k in 0..self.sums_of(sum) {
                let (sums, tensor) = (self.block_sums(sum, k), self.tensor(sum));
                let (from, to) = match self.row_sum(sum) {
                    RowSum::ColumnRight { .. } => (
                        quote!(#tensor.as_flattened()),
                        quote!(#tensor.as_flattened_mut()),
                    ),
                    RowSum::Plain(_) | RowSum::NarrowLeft { .. } => {
                        let k = Size(k);
                        (quote!(&#tensor[#k]), quote!(&mut #tensor[#k]))
                    }
                };
                load.extend(quote!(let mut #sums = *rt::columns::<#number, W>(#from, first);));
                store.extend(quote!(*rt::columns_mut::<#number, W>(#to, first) = #sums;));
            }
        }
        let elements = self.elements();
        quote! {
            let rows = #last.len();
            #(#same)*
            #cut
            #load
            for i in 0..rows {
                #cut_row
                for j in 0..W {
                    #elements
                }
            }
            #store
        }
    }

    /// How many sums a block's column has of one tensor.
    fn sums_of(&self, sum: NodeId) -> usize {
        match self.row_sum(sum) {
            RowSum::NarrowLeft { narrow, .. } => self.graph.shape(narrow).columns,
            RowSum::Plain(_) | RowSum::ColumnRight { .. } => 1,
        }
    }

    /// The variable of a block's sums: `dw1_0`.
    pub(super) fn block_sums(&self, sum: NodeId, k: usize) -> Ident {
        format_ident!("{}_{k}", self.tensor(sum))
    }
}
