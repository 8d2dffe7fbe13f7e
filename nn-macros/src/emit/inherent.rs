//! What the type offers of its own: `init`, `forward`, `predict`, and the parameters by name.

use super::names::{self, Size};
use super::{EmittedPass, Emitter};
use crate::shape::{Network, Role, Tensor};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// Stack memory that `forward` may use, in scalars; beyond it, it allocates.
const STACK_SCALARS: usize = 4096;

impl Emitter<'_> {
    /// The methods that the type has of its own.
    pub(super) fn inherent_impl(&self, prediction: &EmittedPass<'_>) -> TokenStream {
        let name = &self.name;
        let views = self.views();
        let forward = self.forward(prediction);
        let number = &self.number;
        // The compiler's notes to a wrong width point at the declaration, not at the whole macro.
        let predict = Ident::new("predict", self.place);
        let inputs = Ident::new("inputs", self.model.span);
        let rows = quote_spanned!(self.model.span=> rt::Rows<<Self as rt::Network>::Input>);
        quote! {
            #[automatically_derived]
            impl #name {
                /// A network with initial parameters: drawn by `init` from `seed`.
                pub fn init(init: rt::Init, seed: u64) -> Self {
                    <Self as rt::Network>::init(init, seed)
                }

                #forward

                /// The network's outputs for these rows, an ndarray view or a slice of arrays.
                ///
                /// # Errors
                /// Rows of the wrong width, NaN or infinite values.
                pub fn #predict<Rows>(&self, #inputs: &Rows) -> rt::Result<rt::Array2<#number>, rt::Error>
                where
                    Rows: #rows + ?rt::Sized,
                {
                    <Self as rt::Network>::predict(self, #inputs)
                }

                /// The layers, widths and parameters, as a table.
                pub fn summary() -> rt::Summary {
                    <Self as rt::Network>::summary()
                }

                #views
            }
        }
    }

    /// Arrays in, arrays out. A single row of a small network uses the stack alone.
    fn forward(&self, prediction: &EmittedPass<'_>) -> TokenStream {
        let (inputs, outputs, number) = (
            Size(self.network.inputs),
            Size(self.network.outputs),
            &self.number,
        );
        let pass = &prediction.name;
        let forward = Ident::new("forward", self.place);
        let rows = Ident::new("inputs", self.model.span);
        let argument = quote_spanned!(self.model.span=> #rows: &[[#number; #inputs]; N]);
        let scratch = prediction.single_row;
        let single = (scratch.0 <= STACK_SCALARS).then(|| {
            quote! {
                if N == 1 {
                    rt::Isa::current().run(#pass::<1> {
                        inputs: #rows,
                        parameters: &self.parameters,
                        statistics: &self.statistics,
                        workspace: &mut rt::OnLine([0.0; #scratch]).0,
                        outputs: &mut outputs,
                    });
                    return outputs;
                }
            }
        });
        quote! {
            /// The network's outputs for these rows: dropout is off, batch normalization uses its
            /// running statistics. The compiler checks the widths.
            pub fn #forward<const N: usize>(&self, #argument) -> [[#number; #outputs]; N] {
                let mut outputs = [[0.0; #outputs]; N];
                #single
                let _ = <Self as rt::Network>::predict_into(
                    self,
                    rt::Isa::current(),
                    #rows,
                    &mut outputs,
                    &mut rt::Workspace::new(),
                );
                outputs
            }
        }
    }

    /// `w1()`, `b1_mut()`, `mean1()`, …: parameters and statistics with their array types.
    fn views(&self) -> TokenStream {
        let Network {
            parameters,
            statistics,
            ..
        } = self.network;
        let parameters = self.views_of(parameters, &format_ident!("parameters"));
        let statistics = self.views_of(statistics, &format_ident!("statistics"));
        quote!(#parameters #statistics)
    }

    /// Views of tensors that lie in the field `from`.
    fn views_of(&self, tensors: &[Tensor], from: &Ident) -> TokenStream {
        let number = &self.number;
        let views = tensors.iter().zip(names::offsets(tensors)).map(|(tensor, start)| {
            let Tensor { name, role, .. } = tensor;
            let (view, view_mut) = (format_ident!("{name}"), format_ident!("{name}_mut"));
            let (doc, doc_mut) = (view_doc(tensor, ""), view_doc(tensor, ", to change"));
            let (rows, columns, start) = (Size(tensor.rows), Size(tensor.columns), Size(start));
            if let Role::Learnable(_) = role {
                return quote! {
                    #[doc = #doc]
                    pub fn #view(&self) -> #number {
                        self.parameters[#start]
                    }

                    #[doc = #doc_mut]
                    pub fn #view_mut(&mut self) -> &mut #number {
                        &mut self.parameters[#start]
                    }
                };
            }
            let (of, pick, pick_mut) = match role {
                Role::Weight(_) => (quote!([[#number; #columns]; #rows]), quote!(), quote!()),
                _ => (quote!([#number; #columns]), quote!(&), quote!(&mut)),
            };
            let index = if matches!(role, Role::Weight(_)) { quote!() } else { quote!([0]) };
            quote! {
                #[doc = #doc]
                pub fn #view(&self) -> &#of {
                    #pick rt::matrix::<#number, #rows, #columns>(&self.#from[#start..]) #index
                }

                #[doc = #doc_mut]
                pub fn #view_mut(&mut self) -> &mut #of {
                    #pick_mut rt::matrix_mut::<#number, #rows, #columns>(&mut self.#from[#start..]) #index
                }
            }
        });
        quote!(#(#views)*)
    }
}

fn view_doc(tensor: &Tensor, ending: &str) -> String {
    let Tensor {
        role,
        rows,
        columns,
        ..
    } = tensor;
    match role {
        Role::Weight(_) => format!(" The weights, {rows} inputs x {columns} outputs{ending}."),
        Role::Bias => format!(" The biases, {columns} in all{ending}."),
        Role::Scale => format!(" Batch normalization's scales γ, {columns} in all{ending}."),
        Role::Shift => format!(" Batch normalization's shifts β, {columns} in all{ending}."),
        Role::Mean => format!(" The running means, {columns} in all{ending}."),
        Role::Variance => format!(" The running variances, {columns} in all{ending}."),
        Role::Learnable(initial) => format!(" A learnable scalar, {initial} at first{ending}."),
        Role::InputMean => format!(" What `standardize` subtracts, {columns} in all{ending}."),
        Role::InputDeviation => {
            format!(" What `standardize` divides by, {columns} in all{ending}.")
        }
        Role::TargetMean => format!(" What `unstandardize` adds, {columns} in all{ending}."),
        Role::TargetDeviation => {
            format!(" What `unstandardize` multiplies by, {columns} in all{ending}.")
        }
    }
}
