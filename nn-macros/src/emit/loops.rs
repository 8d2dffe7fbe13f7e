//! Element-wise loops: one function for each fused loop of a plan.

mod blocks;

use super::names::{self, Names, Size};
use crate::ir::{Axis, Binary, Extent, Graph, NodeId, Op, Shape, Source, Test, Unary};
use crate::model::Scalar;
use crate::plan::{Map, RowSum, Tensor};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::HashMap;

/// One fused loop as a function: its parts, and what a call passes.
///
/// The smallest, `A₁ = tanh(H₁)` in place, is printed as
///
/// ```text
/// /// A₁ = tanh(H₁)
/// #[inline(always)]
/// fn compute_a1<S: rt::Simd>(a1: &mut [[f32; 50]]) {
///     let a1 = a1.as_flattened_mut();
///     let elements = a1.len();
///     for i in 0..elements {
///         let h1_ij = a1[i];
///         let a1_ij = rt::Real::tanh::<S>(h1_ij);
///         a1[i] = a1_ij;
///     }
/// }
/// ```
pub struct Loop {
    /// What it makes: `a1`.
    pub makes: Ident,
    /// The equations it computes.
    pub doc: String,
    /// Names and types of the parameters.
    pub parameters: Vec<(Ident, TokenStream)>,
    pub body: TokenStream,
    /// The arguments, in the parameters' order.
    pub arguments: Vec<TokenStream>,
    /// The same for loops that differ in names alone.
    pub key: String,
}

pub fn emit(graph: &Graph, map: &Map, names: &Names, scalar: Scalar) -> Loop {
    let walk = if map.is_flat(graph) {
        Walk::Flat
    } else if map.is_blocked(graph) {
        Walk::Blocks
    } else {
        Walk::Rows
    };
    let mut writer = Writer {
        graph,
        map,
        names,
        scalar,
        walk,
        places: None,
    };
    let (parameters, body) = writer.parts();
    let (makes, doc, arguments) = (writer.makes(), writer.doc(), writer.arguments());
    writer.places = Some(writer.order());
    let (anonymous, anonymous_body) = writer.parts();
    let types = anonymous.iter().map(|(name, of)| quote!(#name: #of));
    let key = quote!(fn(#(#types),*) { #anonymous_body }).to_string();
    Loop {
        makes,
        doc,
        parameters,
        body,
        arguments,
        key,
    }
}

/// In which order a loop visits the elements.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walk {
    /// All elements as one sequence.
    Flat,
    /// Row by row.
    Rows,
    /// By blocks of columns, in each row by row.
    Blocks,
}

#[derive(Clone, Copy)]
struct Parameter {
    id: NodeId,
    mutable: bool,
}

struct Writer<'a> {
    graph: &'a Graph,
    map: &'a Map,
    names: &'a Names,
    scalar: Scalar,
    walk: Walk,
    /// Numbers in place of names, to see which loops are the same.
    places: Option<HashMap<NodeId, usize>>,
}

impl Writer<'_> {
    /// The parameters, as declared, and the body.
    fn parts(&self) -> (Vec<(Ident, TokenStream)>, TokenStream) {
        let parameters = self.parameters();
        let declare = |&Parameter { id, mutable }: &Parameter| {
            let whole = self.parameter_type(id);
            let reference = if mutable {
                quote!(&mut #whole)
            } else {
                quote!(&#whole)
            };
            (self.tensor(id), reference)
        };
        let mut declared: Vec<_> = parameters.iter().map(declare).collect();
        if self.counts() {
            let number = format_ident!("{}", self.scalar.name());
            declared.push((format_ident!("n"), quote!(#number)));
        }
        (declared, self.body(&parameters))
    }

    fn arguments(&self) -> Vec<TokenStream> {
        let pass = |Parameter { id, mutable }: Parameter| {
            let name = self.tensor(id);
            if mutable {
                quote!(&mut *#name)
            } else {
                quote!(&*#name)
            }
        };
        let count = self.counts().then(|| quote!(count));
        self.parameters()
            .into_iter()
            .map(pass)
            .chain(count)
            .collect()
    }

    /// The number of every tensor the loop names.
    fn order(&self) -> HashMap<NodeId, usize> {
        let parameters = self.parameters().into_iter().map(|parameter| parameter.id);
        let all = parameters.chain(self.map.loads.iter().copied());
        let mut order = HashMap::new();
        for id in all.chain(self.map.body.iter().copied()) {
            let next = order.len();
            order.entry(id).or_insert(next);
        }
        order
    }

    fn tensor(&self, id: NodeId) -> Ident {
        match &self.places {
            Some(places) => format_ident!("p{}", places[&id]),
            None => self.names.tensor(Tensor::Node(id)),
        }
    }

    fn makes(&self) -> Ident {
        let folds = self.map.row_sums.iter().chain(&self.map.column_folds);
        let made = self
            .map
            .stores
            .iter()
            .chain(folds)
            .next()
            .expect("a loop makes something");
        self.tensor(*made)
    }

    fn doc(&self) -> String {
        let folds = self.map.row_sums.iter().chain(&self.map.column_folds);
        let made = self.map.stores.iter().chain(folds);
        made.map(|&id| self.names.equation(id))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// What is read and what is written; a tensor stored in place of another serves for both.
    fn parameters(&self) -> Vec<Parameter> {
        let taken: Vec<_> = self.map.in_place.values().collect();
        let reads = self.map.loads.iter().filter(|id| !taken.contains(id));
        let folds = self.map.row_sums.iter().chain(&self.map.column_folds);
        let writes = self.map.stores.iter().chain(folds);
        reads
            .map(|&id| Parameter { id, mutable: false })
            .chain(writes.map(|&id| Parameter { id, mutable: true }))
            .collect()
    }

    fn parameter_type(&self, id: NodeId) -> TokenStream {
        let number = format_ident!("{}", self.scalar.name());
        let Shape { rows, columns } = self.graph.shape(id);
        let columns = Size(columns);
        match rows {
            Extent::Batch => quote!([[#number; #columns]]),
            Extent::Fixed(rows) => {
                let rows = Size(rows);
                quote!([[#number; #columns]; #rows])
            }
        }
    }

    fn counts(&self) -> bool {
        let reads = |id: &NodeId| self.graph.op(*id).operands();
        let body = self.map.body.iter().flat_map(reads);
        let folds = self
            .map
            .row_sums
            .iter()
            .chain(&self.map.column_folds)
            .flat_map(reads);
        body.chain(folds)
            .any(|id| matches!(self.graph.op(id), Op::Count))
    }

    fn body(&self, parameters: &[Parameter]) -> TokenStream {
        match self.walk {
            Walk::Flat => self.flat_body(parameters),
            Walk::Rows => self.row_body(parameters),
            Walk::Blocks => self.block_body(parameters),
        }
    }

    /// All elements as one sequence.
    fn flat_body(&self, parameters: &[Parameter]) -> TokenStream {
        let whole: Vec<_> = parameters
            .iter()
            .filter(|parameter| self.graph.shape(parameter.id) == self.map.domain)
            .collect();
        let length = whole.last().map(|parameter| self.tensor(parameter.id));
        let length = length.expect("a flat loop stores something");
        let cuts = whole.iter().map(|&&Parameter { id, mutable }| {
            let name = self.tensor(id);
            match (name == length, mutable) {
                (true, _) => quote!(),
                (false, true) => {
                    quote!(let #name = &mut #name.as_flattened_mut()[..elements];)
                }
                (false, false) => quote!(let #name = &#name.as_flattened()[..elements];),
            }
        });
        let elements = self.elements();
        quote! {
            let #length = #length.as_flattened_mut();
            let elements = #length.len();
            #(#cuts)*
            for i in 0..elements {
                #elements
            }
        }
    }

    /// Row by row.
    fn row_body(&self, parameters: &[Parameter]) -> TokenStream {
        let Shape { rows, columns } = self.map.domain;
        let columns = Size(columns);
        let batch: Vec<_> = parameters
            .iter()
            .filter(|parameter| self.graph.shape(parameter.id).is_batch())
            .collect();
        let (count, cuts) = match rows {
            Extent::Fixed(rows) => (Size(rows).to_token_stream(), quote!()),
            Extent::Batch => {
                let first = batch.last().expect("a loop over rows has rows");
                let first = self.tensor(first.id);
                let cuts = batch.iter().map(|&&Parameter { id, mutable }| {
                    let name = self.tensor(id);
                    if mutable {
                        quote!(let #name = &mut #name[..rows];)
                    } else {
                        quote!(let #name = &#name[..rows];)
                    }
                });
                (quote!(rows), quote!(let rows = #first.len(); #(#cuts)*))
            }
        };
        let folds = &self.map.column_folds;
        let starts = folds.iter().map(|&fold| {
            let name = self.element(fold);
            let start = match self.graph.op(fold) {
                Op::RowMax(_) => self.infinity(true),
                _ => self.number(0.0),
            };
            quote!(let mut #name = #start;)
        });
        let ends = folds.iter().map(|&fold| {
            let (tensor, value) = (self.tensor(fold), self.element(fold));
            quote!(#tensor[i][0] = #value;)
        });
        let elements = self.elements();
        quote! {
            #cuts
            for i in 0..#count {
                #(#starts)*
                for j in 0..#columns {
                    #elements
                }
                #(#ends)*
            }
        }
    }

    /// What happens to one element: loads, values, stores, sums.
    fn elements(&self) -> TokenStream {
        let is_viewed = |id: &NodeId| {
            let is_viewed_by = |user: &NodeId| match *self.graph.op(*user) {
                Op::Slice { of, .. } | Op::Place { of, .. } => of == *id,
                Op::Product(_, g, w) => match RowSum::of(self.graph, *user) {
                    Some(sum) => sum.narrow() == Some(*id),
                    None => g == *id || w == *id,
                },
                _ => false,
            };
            let is_read_by = |user: &NodeId| self.graph.op(*user).operands().contains(id);
            let folds = || self.map.row_sums.iter().chain(&self.map.column_folds);
            let users = || {
                self.map
                    .body
                    .iter()
                    .chain(folds())
                    .filter(|user| is_read_by(user))
            };
            users().next().is_some() && users().all(is_viewed_by)
        };
        let loads = self
            .map
            .loads
            .iter()
            .filter(|id| !is_viewed(id))
            .map(|&id| {
                let (name, place) = (self.element(id), self.access(id));
                quote!(let #name = #place;)
            });
        let uses = self.uses();
        let mut inlined = HashMap::new();
        let mut values = Vec::new();
        for &id in &self.map.body {
            let mut value = self.value(id, &inlined);
            if self.stores_by_choice(id) {
                value = quote!(rt::stored(#value));
            }
            let once = uses.get(&id).copied().unwrap_or(0) <= 1;
            if once && !self.names.is_named(id) && !self.map.stores.contains(&id) {
                inlined.insert(id, value);
            } else {
                let name = self.element(id);
                values.push(quote!(let #name = #value;));
            }
        }
        let stores = self.map.stores.iter().map(|&id| {
            let (place, value) = (self.access(id), self.operand(id, &inlined));
            quote!(#place = #value;)
        });
        let sums = self.map.row_sums.iter().map(|&sum| {
            let wide = self.row_sum(sum).wide();
            self.accumulate(sum, &self.operand(wide, &inlined))
        });
        let folds = self.map.column_folds.iter().map(|&fold| {
            let name = self.element(fold);
            let value = self.operand(self.graph.op(fold).operands()[0], &inlined);
            match self.graph.op(fold) {
                Op::RowMax(_) => quote!(#name = rt::Real::max(#name, #value);),
                Op::Sum(Axis::Columns, _) => quote!(#name += #value;),
                other => unreachable!("{other:?} is not a fold over columns"),
            }
        });
        quote!(#(#loads)* #(#values)* #(#stores)* #(#sums)* #(#folds)*)
    }

    /// Whether an element is stored in place of another that it may be equal to by choice.
    fn stores_by_choice(&self, id: NodeId) -> bool {
        let Some(taken) = self.map.in_place.get(&id) else {
            return false;
        };
        match self.graph.op(id) {
            Op::Unary(Unary::Relu, x) => x == taken,
            Op::Select { yes, no, .. } => yes == taken || no == taken,
            _ => false,
        }
    }

    fn row_sum(&self, id: NodeId) -> RowSum {
        RowSum::of(self.graph, id).expect("the plan sums what it can sum")
    }

    /// Adds what an element, of this value, gives to a sum over the rows.
    fn accumulate(&self, sum: NodeId, value: &TokenStream) -> TokenStream {
        let add_product = |place: TokenStream, factor: TokenStream| quote!(#place = rt::Real::mul_add::<S>(#factor, #value, #place););
        match self.row_sum(sum) {
            RowSum::Plain(_) => {
                let place = self.sum_place(sum, 0);
                quote!(#place += #value;)
            }
            RowSum::NarrowLeft { narrow, .. } => {
                let factor = self.tensor(narrow);
                let columns = 0..self.graph.shape(narrow).columns;
                columns
                    .map(|k| {
                        let column = Size(k);
                        add_product(self.sum_place(sum, k), quote!(#factor[i][#column]))
                    })
                    .collect()
            }
            RowSum::ColumnRight { column, .. } => {
                let factor = self.tensor(column);
                add_product(self.sum_place(sum, 0), quote!(#factor[i][0]))
            }
        }
    }

    /// Where a sum's column j is added up; of a weight gradient with a narrow left factor, in row k.
    fn sum_place(&self, sum: NodeId, k: usize) -> TokenStream {
        if self.walk == Walk::Blocks {
            let sums = self.block_sums(sum, k);
            return quote!(#sums[j]);
        }
        let (tensor, k) = (self.tensor(sum), Size(k));
        match self.row_sum(sum) {
            RowSum::ColumnRight { .. } => quote!(#tensor[j][0]),
            RowSum::Plain(_) | RowSum::NarrowLeft { .. } => quote!(#tensor[#k][j]),
        }
    }

    /// How often each member of the body is read within the loop.
    fn uses(&self) -> HashMap<NodeId, usize> {
        let mut uses = HashMap::new();
        let folds = self.map.row_sums.iter().chain(&self.map.column_folds);
        for &id in self.map.body.iter().chain(folds) {
            for operand in self.graph.op(id).operands() {
                *uses.entry(operand).or_insert(0) += 1;
            }
        }
        uses
    }

    /// The variable that holds a tensor's element: `a1_ij`.
    fn element(&self, id: NodeId) -> Ident {
        format_ident!("{}_ij", self.tensor(id))
    }

    /// A tensor's element of this iteration; of a tensor overwritten in place, where its successor
    /// lies.
    fn access(&self, id: NodeId) -> TokenStream {
        let holder = self.map.in_place.iter().find(|(_, taken)| **taken == id);
        let holder = holder.map_or(id, |(store, _)| *store);
        let tensor = self.tensor(holder);
        let shape = self.graph.shape(id);
        match self.walk {
            Walk::Flat if shape == self.map.domain => return quote!(#tensor[i]),
            Walk::Flat => return quote!(#tensor[0][0]),
            Walk::Blocks if shape.columns > 1 => return quote!(#tensor[j]),
            Walk::Blocks | Walk::Rows => {}
        }
        let row = if shape.rows == Extent::Fixed(1) {
            quote!(0)
        } else {
            quote!(i)
        };
        let column = if shape.columns == 1 {
            quote!(0)
        } else {
            quote!(j)
        };
        quote!(#tensor[#row][#column])
    }

    fn operand(&self, id: NodeId, inlined: &HashMap<NodeId, TokenStream>) -> TokenStream {
        match self.graph.op(id) {
            Op::Constant(number) => self.number(number.value()),
            Op::Count => quote!(n),
            Op::Source(Source::Constant(index)) => names::constant(*index).into_token_stream(),
            _ => match inlined.get(&id) {
                Some(value) => quote!((#value)),
                None => {
                    let name = self.element(id);
                    quote!(#name)
                }
            },
        }
    }

    fn value(&self, id: NodeId, inlined: &HashMap<NodeId, TokenStream>) -> TokenStream {
        let at = |x: NodeId| self.operand(x, inlined);
        match *self.graph.op(id) {
            Op::Unary(function, x) => self.call(function, &at(x)),
            Op::Power(x, n) => {
                let x = at(x);
                quote!(rt::Real::powi::<S>(#x, #n))
            }
            Op::Binary(operation, a, b) => {
                let (a, b) = (at(a), at(b));
                match operation {
                    Binary::Add => quote!(#a + #b),
                    Binary::Sub => quote!(#a - #b),
                    Binary::Mul => quote!(#a * #b),
                    Binary::Div => quote!(#a / #b),
                    Binary::Pow => quote!(rt::Real::powf::<S>(#a, #b)),
                }
            }
            Op::Select {
                test,
                left,
                right,
                yes,
                no,
            } => {
                let (left, right, yes, no) = (at(left), at(right), at(yes), at(no));
                let sign = match test {
                    Test::Less => quote!(<),
                    Test::LessEqual => quote!(<=),
                };
                quote!(rt::select(#left #sign #right, #yes, #no))
            }
            Op::Broadcast(x) => at(x),
            Op::Product(_, g, w) => {
                let (g, w) = (self.tensor(g), self.tensor(w));
                match self.walk {
                    Walk::Blocks => quote!(#g[i][0] * #w[j]),
                    _ => quote!(#g[i][0] * #w[j][0]),
                }
            }
            Op::Slice { of, start } => {
                let tensor = self.tensor(of);
                let (row, start) = (self.row_of(of), Size(start));
                quote!(#tensor[#row][j + #start])
            }
            Op::Place { of, start } => {
                let (tensor, end) = (self.tensor(of), start + self.graph.shape(of).columns);
                let (row, zero) = (self.row_of(of), self.number(0.0));
                let (start, end) = (Size(start), Size(end));
                quote!(if j >= #start && j < #end { #tensor[#row][j - #start] } else { #zero })
            }
            ref other => unreachable!("{other:?} is not element-wise"),
        }
    }

    fn row_of(&self, id: NodeId) -> TokenStream {
        if self.graph.shape(id).rows == Extent::Fixed(1) {
            quote!(0)
        } else {
            quote!(i)
        }
    }

    fn call(&self, function: Unary, x: &TokenStream) -> TokenStream {
        let name = match function {
            Unary::Neg => return quote!(-#x),
            Unary::Abs => return quote!(rt::Real::abs(#x)),
            Unary::Sign => return quote!(rt::Real::sign(#x)),
            Unary::Sqrt => return quote!(rt::Real::sqrt(#x)),
            Unary::Relu => {
                let zero = self.number(0.0);
                return quote!(rt::Real::max(#x, #zero));
            }
            Unary::Sigmoid => "sigmoid",
            named => named.name(),
        };
        let name = format_ident!("{name}");
        quote!(rt::Real::#name::<S>(#x))
    }

    /// A number as a literal of the scalar type.
    fn number(&self, value: f64) -> TokenStream {
        let (magnitude, finite) = match self.scalar {
            Scalar::F32 => {
                let magnitude = value.abs() as f32;
                (
                    magnitude
                        .is_finite()
                        .then(|| Literal::f32_suffixed(magnitude)),
                    magnitude.is_finite(),
                )
            }
            Scalar::F64 => (Some(Literal::f64_suffixed(value.abs())), true),
        };
        match (finite, value < 0.0) {
            (true, false) => quote!(#magnitude),
            (true, true) => quote!((-#magnitude)),
            (false, negative) => self.infinity(negative),
        }
    }

    fn infinity(&self, negative: bool) -> TokenStream {
        let number = format_ident!("{}", self.scalar.name());
        if negative {
            quote!(rt::#number::NEG_INFINITY)
        } else {
            quote!(rt::#number::INFINITY)
        }
    }
}
