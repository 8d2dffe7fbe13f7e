//! `impl Network for …`: constants, storage, and the three passes.

use super::names::{self, Size};
use super::{EmittedPass, EmittedPasses, Emitter, docs};
use crate::formula::builtin::Gain;
use crate::ir::print;
use crate::network::PassKind;
use crate::shape::{Network, Role, Tensor};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

impl Emitter<'_> {
    /// `impl Network for Sine { … }`
    pub(super) fn network_impl(&self, passes: &EmittedPasses<'_>) -> TokenStream {
        let constants = self.constants(&passes[PassKind::Gradient]);
        let storage = self.storage();
        let name = &self.name;
        let run = |kind| self.run(&passes[kind]);
        let gradient = run(PassKind::Gradient);
        let prediction = run(PassKind::Prediction);
        let loss = run(PassKind::Loss);
        let block = self.run_block(&passes[PassKind::Gradient]);
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
                    rt::Ok(#gradient)
                }

                fn run_block(
                    &self,
                    isa: rt::Isa,
                    part: rt::Part,
                    block: rt::Block<'_, Self>,
                ) -> Self::Scalar {
                    let rt::Block { inputs, targets, draw, statistics, workspace, gradient } = block;
                    #block
                }

                fn loss(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    targets: &[Self::Target],
                    workspace: &mut rt::Workspace<Self::Scalar>,
                ) -> rt::Result<Self::Scalar, rt::Error> {
                    rt::check_pairs(inputs.len(), targets.len())?;
                    rt::Ok(#loss)
                }

                fn predict_into(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    outputs: &mut [Self::Output],
                    workspace: &mut rt::Workspace<Self::Scalar>,
                ) -> rt::Result<(), rt::Error> {
                    rt::check_outputs(inputs.len(), outputs.len())?;
                    #prediction;
                    rt::Ok(())
                }
            }
        }
    }

    fn constants(&self, gradient: &EmittedPass<'_>) -> TokenStream {
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
        let training_differs = self.network.training_differs;
        let normalizes = statistics.iter().any(|tensor| tensor.role.is_running());
        let least = Size(if normalizes { 2 } else { 1 });
        let total = |tensors: &[Tensor]| tensors.iter().map(|t| t.rows * t.columns).sum::<usize>();
        let (parameter_total, statistic_total) = (Size(total(parameters)), Size(total(statistics)));
        let (parameters, statistics) = (table(parameters), table(statistics));
        let layers = self.network.layers.iter().map(|row| {
            let (name, width, parameters) = (&row.name, Size(row.width), Size(row.parameters));
            quote!(rt::Layer { name: #name, width: #width, parameters: #parameters })
        });
        let loss = &self.network.loss;
        let phases = &gradient.phases;
        let equations = print::print(&self.passes[PassKind::Gradient].graph);
        let flops = Size(docs::product_flops(&self.passes[PassKind::Gradient].graph));
        let prediction_flops = Size(docs::product_flops(
            &self.passes[PassKind::Prediction].graph,
        ));
        quote! {
            type Scalar = #number;
            type Input = [#number; #inputs];
            type Output = [#number; #outputs];
            type Target = [#number; #targets];
            const NAME: &'static str = #name;
            const LOSS: &'static str = #loss;
            const PARAMETERS: usize = #parameter_total;
            const STATISTICS: usize = #statistic_total;
            const TRAINING_DIFFERS: bool = #training_differs;
            const LEAST_BATCH: usize = #least;
            const WORKSPACE_BYTES: usize = #fixed;
            const WORKSPACE_BYTES_PER_ROW: usize = #per_row;
            const TRAINING_FLOP: usize = #flops;
            const PREDICTION_FLOP: usize = #prediction_flops;
            const TENSORS: &'static [rt::Tensor] = #parameters;
            const STATISTIC_TENSORS: &'static [rt::Tensor] = #statistics;
            const LAYERS: &'static [rt::Layer] = &[#(#layers),*];
            const EQUATIONS: &'static str = #equations;
            const PHASES: &'static [rt::Phase] = #phases;
        }
    }

    fn storage(&self) -> TokenStream {
        let ones = self
            .network
            .statistics
            .iter()
            .zip(names::offsets(&self.network.statistics));
        let ones = ones
            .filter(|(tensor, _)| tensor.role.is_divisor())
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
        Role::Learnable(initial) => quote!(rt::Role::Learnable { initial: #initial }),
        Role::InputMean => quote!(rt::Role::InputMean),
        Role::InputDeviation => quote!(rt::Role::InputDeviation),
        Role::TargetMean => quote!(rt::Role::TargetMean),
        Role::TargetDeviation => quote!(rt::Role::TargetDeviation),
    }
}
