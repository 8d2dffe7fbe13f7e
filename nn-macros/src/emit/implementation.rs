//! `impl Network for …`: constants, storage, and the three passes.

use super::names::{self, Size};
use super::{EmittedPass, Emitter, docs};
use crate::formula::builtin::Gain;
use crate::ir::print;
use crate::shape::{Network, Role, Tensor};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

impl Emitter<'_> {
    /// `impl Network for Sine { … }`
    pub(super) fn network_impl(
        &self,
        gradient: &EmittedPass,
        prediction: &EmittedPass,
        loss: &EmittedPass,
    ) -> TokenStream {
        let constants = self.constants(gradient);
        let storage = self.storage();
        let name = &self.name;
        let [gradient_pass, prediction_pass, loss_pass] =
            ["Gradient", "Prediction", "Loss"].map(|suffix| self.pass_name(suffix));
        let (gradient_fixed, gradient_rows, gradient_tile) =
            (gradient.fixed, gradient.per_row, gradient.tile);
        let (prediction_fixed, prediction_rows, prediction_tile) =
            (prediction.fixed, prediction.per_row, prediction.tile);
        let (loss_fixed, loss_rows, loss_tile) = (loss.fixed, loss.per_row, loss.tile);
        quote! {
            #[automatically_derived]
            impl rt::Network for #name {
                #constants
                #storage

                fn gradient(
                    &mut self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    targets: &[Self::Target],
                    draw: rt::Draw,
                    workspace: &mut rt::Workspace<Self::Scalar>,
                    gradient: &mut [Self::Scalar],
                ) -> rt::Result<Self::Scalar, rt::Error> {
                    rt::check_gradient::<Self>(inputs.len(), targets.len(), gradient.len())?;
                    rt::Ok(isa.run(#gradient_pass::<#gradient_tile> {
                        inputs,
                        targets,
                        draw,
                        parameters: &self.parameters,
                        statistics: &mut self.statistics,
                        workspace: workspace.scratch(#gradient_fixed + #gradient_rows * inputs.len()),
                        gradient,
                    }))
                }

                fn loss(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    targets: &[Self::Target],
                    workspace: &mut rt::Workspace<Self::Scalar>,
                ) -> rt::Result<Self::Scalar, rt::Error> {
                    rt::check_pairs(inputs.len(), targets.len())?;
                    rt::Ok(isa.run(#loss_pass::<#loss_tile> {
                        inputs,
                        targets,
                        parameters: &self.parameters,
                        statistics: &self.statistics,
                        workspace: workspace.scratch(#loss_fixed + #loss_rows * inputs.len()),
                    }))
                }

                fn predict_into(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    outputs: &mut [Self::Output],
                    workspace: &mut rt::Workspace<Self::Scalar>,
                ) -> rt::Result<(), rt::Error> {
                    rt::check_outputs(inputs.len(), outputs.len())?;
                    let needed = #prediction_fixed + #prediction_rows * inputs.len();
                    isa.run(#prediction_pass::<#prediction_tile> {
                        inputs,
                        parameters: &self.parameters,
                        statistics: &self.statistics,
                        workspace: workspace.scratch(needed),
                        outputs,
                    });
                    rt::Ok(())
                }
            }
        }
    }

    fn constants(&self, gradient: &EmittedPass) -> TokenStream {
        let Network {
            parameters,
            statistics,
            ..
        } = self.network;
        let inputs = Size(self.network.inputs);
        let outputs = Size(self.network.outputs);
        let targets = Size(self.network.targets);
        let (number, name) = (&self.number, self.name.unraw().to_string());
        let bytes = self.model.scalar.bytes();
        let (fixed, per_row) = (
            Size(bytes * gradient.fixed.0),
            Size(bytes * gradient.per_row.0),
        );
        let least = Size(if statistics.is_empty() { 1 } else { 2 });
        let total = |tensors: &[Tensor]| tensors.iter().map(|t| t.rows * t.columns).sum::<usize>();
        let (parameter_total, statistic_total) = (Size(total(parameters)), Size(total(statistics)));
        let (parameters, statistics) = (table(parameters), table(statistics));
        let layers = self.network.layers.iter().map(|row| {
            let (name, width, parameters) = (&row.name, Size(row.width), Size(row.parameters));
            quote!(rt::Layer { name: #name, width: #width, parameters: #parameters })
        });
        let loss = &self.network.loss;
        let equations = print::print(&self.passes.gradient.graph);
        let flops = Size(docs::product_flops(&self.passes.gradient.graph));
        let prediction_flops = Size(docs::product_flops(&self.passes.prediction.graph));
        quote! {
            type Scalar = #number;
            type Input = [#number; #inputs];
            type Output = [#number; #outputs];
            type Target = [#number; #targets];
            const NAME: &'static str = #name;
            const LOSS: &'static str = #loss;
            const PARAMETERS: usize = #parameter_total;
            const STATISTICS: usize = #statistic_total;
            const LEAST_BATCH: usize = #least;
            const WORKSPACE_BYTES: usize = #fixed;
            const WORKSPACE_BYTES_PER_ROW: usize = #per_row;
            const TRAINING_FLOP: usize = #flops;
            const PREDICTION_FLOP: usize = #prediction_flops;
            const TENSORS: &'static [rt::Tensor] = #parameters;
            const STATISTIC_TENSORS: &'static [rt::Tensor] = #statistics;
            const LAYERS: &'static [rt::Layer] = &[#(#layers),*];
            const EQUATIONS: &'static str = #equations;
        }
    }

    fn storage(&self) -> TokenStream {
        let ones = self
            .network
            .statistics
            .iter()
            .zip(names::offsets(&self.network.statistics));
        let ones = ones
            .filter(|(tensor, _)| tensor.role == Role::Variance)
            .map(|(tensor, start)| {
                let (start, end) = (Size(start), Size(start + tensor.columns));
                quote!(statistics[#start..#end].fill(1.0);)
            });
        let make_statistics = if self.network.statistics.is_empty() {
            quote!(let statistics = rt::Aligned::zeros(Self::STATISTICS);)
        } else {
            quote!(let mut statistics = rt::Aligned::<Self::Scalar>::zeros(Self::STATISTICS);)
        };
        quote! {
            fn zeros() -> Self {
                #make_statistics
                #(#ones)*
                Self { parameters: rt::Aligned::zeros(Self::PARAMETERS), statistics }
            }

            fn parameters(&self) -> &[Self::Scalar] {
                &self.parameters
            }

            fn parameters_mut(&mut self) -> &mut [Self::Scalar] {
                &mut self.parameters
            }

            fn statistics(&self) -> &[Self::Scalar] {
                &self.statistics
            }

            fn statistics_mut(&mut self) -> &mut [Self::Scalar] {
                &mut self.statistics
            }
        }
    }
}

/// The tensors as an array of descriptions.
fn table(tensors: &[Tensor]) -> TokenStream {
    let entries = tensors
        .iter()
        .zip(names::offsets(tensors))
        .map(|(tensor, offset)| {
            let (name, role) = (&tensor.name, role(tensor.role));
            let (rows, columns, offset) = (Size(tensor.rows), Size(tensor.columns), Size(offset));
            quote! {
                rt::Tensor {
                    name: #name, role: #role, rows: #rows, columns: #columns, offset: #offset
                }
            }
        });
    quote!(&[#(#entries),*])
}

fn role(role: Role) -> TokenStream {
    match role {
        Role::Weight(Gain::Glorot) => quote!(rt::Role::Weight(rt::Gain::Glorot)),
        Role::Weight(Gain::He) => quote!(rt::Role::Weight(rt::Gain::He)),
        Role::Weight(Gain::LeCun) => quote!(rt::Role::Weight(rt::Gain::LeCun)),
        Role::Bias => quote!(rt::Role::Bias),
        Role::Scale => quote!(rt::Role::Scale),
        Role::Shift => quote!(rt::Role::Shift),
        Role::Mean => quote!(rt::Role::Mean),
        Role::Variance => quote!(rt::Role::Variance),
    }
}
