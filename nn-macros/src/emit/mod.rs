//! Plans to tokens. Nothing is decided here: every function prints what a plan says.
//!
//! The expansion of an item is the type, and one anonymous constant that holds everything else, so
//! that no name of ours is visible outside. All paths go through the facade's hidden module, there
//! called `rt`. There is no unsafe code in it.

mod docs;
mod loops;
mod names;
mod program;

use crate::formula::builtin::Gain;
use crate::ir::{Graph, NodeId};
use crate::model::Model;
use crate::plan::Plan;
use crate::shape::{Network, Role, Tensor};
use names::Names;
use proc_macro2::{Ident, Span, TokenStream};
use program::{Body, Output, Pass};
use quote::{format_ident, quote};

/// One planned pass: its graph, its plan and its outputs in the graph.
pub struct Planned {
    pub graph: Graph,
    pub plan: Plan,
    pub outputs: Vec<NodeId>,
}

/// The three passes of a network.
pub struct Passes {
    /// Loss, derivatives by the parameters, moved statistics.
    pub gradient: Planned,
    /// F.
    pub prediction: Planned,
    /// The loss of predictions.
    pub loss: Planned,
}

/// Stack memory that `forward` may use, in scalars; beyond it, it allocates.
const STACK_SCALARS: usize = 4096;

/// The declared type with its implementation, or the expression that makes a network of it.
pub fn emit(model: &Model, network: &Network, passes: &Passes) -> TokenStream {
    let emitter = Emitter::new(model, network, passes);
    let item = emitter.item();
    match &model.item {
        Some(_) => item,
        None => {
            let (facade, name, seed) = (&model.facade, &emitter.name, model.seed);
            quote! {{
                #item
                <#name as #facade::__private::Network>::init(
                    <#facade::__private::Init as #facade::__private::Default>::default(),
                    #seed,
                )
            }}
        }
    }
}

struct Emitter<'a> {
    model: &'a Model,
    network: &'a Network,
    passes: &'a Passes,
    name: Ident,
    number: Ident,
}

/// The struct of one pass, the program that runs it, and its demand for memory.
struct EmittedPass {
    program: TokenStream,
    fixed: usize,
    per_row: usize,
    single_row: usize,
    tile: usize,
}

impl<'a> Emitter<'a> {
    fn new(model: &'a Model, network: &'a Network, passes: &'a Passes) -> Self {
        let name = match &model.item {
            Some(item) => item.name.clone(),
            None => Ident::new("Network", Span::mixed_site()),
        };
        let number = format_ident!("{}", model.scalar.name());
        Self {
            model,
            network,
            passes,
            name,
            number,
        }
    }

    fn item(&self) -> TokenStream {
        let (gradient, prediction, loss) = (self.gradient(), self.prediction(), self.loss());
        let bytes_per_row = self.kept_bytes_per_row();
        let docs = docs::network(
            self.network,
            &self.passes.gradient.graph,
            &self.passes.prediction.graph,
            self.model.scalar,
            bytes_per_row,
        );
        let (facade, name, number) = (&self.model.facade, &self.name, &self.number);
        let (attributes, visibility) = match &self.model.item {
            Some(item) => (&item.attributes[..], Some(&item.visibility)),
            None => (&[][..], None),
        };
        let implementation = self.network_impl(&gradient, &prediction, &loss);
        let inherent = self.inherent_impl(&prediction);
        let programs = [gradient.program, prediction.program, loss.program];
        quote! {
            #(#attributes)*
            #[doc = #docs]
            #[derive(#facade::__private::Clone, #facade::__private::Debug)]
            #visibility struct #name {
                parameters: #facade::__private::Vec<#number>,
                statistics: #facade::__private::Vec<#number>,
            }

            #[allow(clippy::all, clippy::pedantic, clippy::nursery)]
            const _: () = {
                use #facade::__private as rt;
                #implementation
                #inherent
                #(#programs)*
            };
        }
    }

    /// Bytes of a sample that the training step keeps until its backward pass.
    fn kept_bytes_per_row(&self) -> usize {
        let plan = &self.passes.gradient.plan;
        let columns: usize = plan.tile_slots.iter().chain(&plan.batch_slots).sum();
        columns * self.model.scalar.bytes()
    }

    /// ```text
    /// struct SineGradient<'a> { inputs: &'a [[f64; 1]], … }
    /// impl rt::Program for SineGradient<'_> { … }
    /// ```
    fn gradient(&self) -> EmittedPass {
        let Planned {
            graph,
            plan,
            outputs,
        } = &self.passes.gradient;
        let parameters = self.network.parameters.len();
        let outputs = outputs.iter().enumerate().map(|(index, &id)| match index {
            0 => Output::Loss(id),
            index if index <= parameters => Output::Gradient(id),
            _ => Output::Statistic(id),
        });
        let names = Names::new(graph, self.network);
        let pass = Pass {
            graph,
            plan,
            names: &names,
            scalar: self.model.scalar,
            outputs: outputs.collect(),
        };
        let (inputs, targets, number) = (self.network.inputs, self.network.targets, &self.number);
        let fields = quote! {
            inputs: &'a [[#number; #inputs]],
            targets: &'a [[#number; #targets]],
            draw: rt::Draw,
            parameters: &'a [#number],
            statistics: &'a mut [#number],
            workspace: &'a mut [#number],
            gradient: &'a mut [#number],
        };
        let listed = quote!(
            inputs, targets, draw, parameters, statistics, workspace, gradient
        );
        self.pass("Gradient", &pass, &fields, &listed, &quote!(#number))
    }

    fn prediction(&self) -> EmittedPass {
        let Planned {
            graph,
            plan,
            outputs,
        } = &self.passes.prediction;
        let names = Names::new(graph, self.network);
        let outputs = vec![Output::Rows(outputs[0])];
        let pass = Pass {
            graph,
            plan,
            names: &names,
            scalar: self.model.scalar,
            outputs,
        };
        let (inputs, width, number) = (self.network.inputs, self.network.outputs, &self.number);
        let fields = quote! {
            inputs: &'a [[#number; #inputs]],
            parameters: &'a [#number],
            statistics: &'a [#number],
            workspace: &'a mut [#number],
            outputs: &'a mut [[#number; #width]],
        };
        let listed = quote!(inputs, parameters, statistics, workspace, outputs);
        self.pass("Prediction", &pass, &fields, &listed, &quote!(()))
    }

    fn loss(&self) -> EmittedPass {
        let Planned {
            graph,
            plan,
            outputs,
        } = &self.passes.loss;
        let names = Names::new(graph, self.network);
        let outputs = vec![Output::Loss(outputs[0])];
        let pass = Pass {
            graph,
            plan,
            names: &names,
            scalar: self.model.scalar,
            outputs,
        };
        let (inputs, targets, number) = (self.network.inputs, self.network.targets, &self.number);
        let fields = quote! {
            inputs: &'a [[#number; #inputs]],
            targets: &'a [[#number; #targets]],
            parameters: &'a [#number],
            statistics: &'a [#number],
            workspace: &'a mut [#number],
        };
        let listed = quote!(inputs, targets, parameters, statistics, workspace);
        self.pass("Loss", &pass, &fields, &listed, &quote!(#number))
    }

    fn pass_name(&self, suffix: &str) -> Ident {
        Ident::new(&format!("{}{suffix}", self.name), Span::mixed_site())
    }

    /// A struct that holds a pass's arguments, and the pass as a program over them.
    fn pass(
        &self,
        suffix: &str,
        pass: &Pass<'_>,
        fields: &TokenStream,
        listed: &TokenStream,
        returned: &TokenStream,
    ) -> EmittedPass {
        let name = self.pass_name(suffix);
        let Body {
            functions,
            statements,
        } = pass.body();
        let program = quote! {
            struct #name<'a, const TILE: usize> {
                #fields
            }

            impl<const TILE: usize> rt::Program for #name<'_, TILE> {
                type Output = #returned;

                #[inline(always)]
                fn run<S: rt::Simd>(self, simd: S) -> #returned {
                    let Self { #listed } = self;
                    #functions
                    #statements
                }
            }
        };
        EmittedPass {
            program,
            fixed: pass.fixed_length(pass.plan.tile_rows),
            per_row: pass.length_per_row(),
            single_row: pass.fixed_length(1) + pass.length_per_row(),
            tile: pass.plan.tile_rows,
        }
    }

    /// `impl Network for Sine { … }`
    fn network_impl(
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
            inputs,
            outputs,
            targets,
            parameters,
            statistics,
            ..
        } = self.network;
        let (number, name) = (&self.number, self.name.to_string());
        let bytes = self.model.scalar.bytes();
        let (fixed, per_row) = (gradient.fixed * bytes, gradient.per_row * bytes);
        let least = if statistics.is_empty() { 1_usize } else { 2 };
        let tensors =
            |tensors: &[Tensor]| {
                let offsets = names::offsets(tensors);
                let entries = tensors.iter().zip(offsets).map(|(tensor, offset)| {
                let Tensor { name, rows, columns, .. } = tensor;
                let role = role(tensor.role);
                quote! {
                    rt::Tensor {
                        name: #name, role: #role, rows: #rows, columns: #columns, offset: #offset
                    }
                }
            });
                quote!(&[#(#entries),*])
            };
        let total = |tensors: &[Tensor]| tensors.iter().map(|t| t.rows * t.columns).sum::<usize>();
        let (parameter_total, statistic_total) = (total(parameters), total(statistics));
        let (parameters, statistics) = (tensors(parameters), tensors(statistics));
        let layers = self.network.layers.iter().map(|row| {
            let (name, width, parameters) = (&row.name, row.width, row.parameters);
            quote!(rt::Layer { name: #name, width: #width, parameters: #parameters })
        });
        let loss = &self.network.loss;
        let equations = crate::ir::print::print(&self.passes.gradient.graph);
        let flops = docs::product_flops(&self.passes.gradient.graph);
        let prediction_flops = docs::product_flops(&self.passes.prediction.graph);
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
                let end = start + tensor.columns;
                quote!(statistics[#start..#end].fill(1.0);)
            });
        quote! {
            fn zeros() -> Self {
                let mut statistics = rt::zeros(Self::STATISTICS);
                let variances: &mut [Self::Scalar] = &mut statistics;
                {
                    let statistics = variances;
                    let _ = &statistics;
                    #(#ones)*
                }
                Self { parameters: rt::zeros(Self::PARAMETERS), statistics }
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

    /// The methods that the type has of its own.
    fn inherent_impl(&self, prediction: &EmittedPass) -> TokenStream {
        let name = &self.name;
        let views = self.views();
        let forward = self.forward(prediction);
        let number = &self.number;
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
                pub fn predict<Rows>(&self, inputs: &Rows) -> rt::Result<rt::Array2<#number>, rt::Error>
                where
                    Rows: rt::Rows<<Self as rt::Network>::Input> + ?rt::Sized,
                {
                    <Self as rt::Network>::predict(self, inputs)
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
    fn forward(&self, prediction: &EmittedPass) -> TokenStream {
        let (inputs, outputs, number) = (self.network.inputs, self.network.outputs, &self.number);
        let pass = self.pass_name("Prediction");
        let scratch = prediction.single_row;
        let single = (scratch <= STACK_SCALARS).then(|| {
            quote! {
                if N == 1 {
                    rt::Isa::best().run(#pass::<1> {
                        inputs,
                        parameters: &self.parameters,
                        statistics: &self.statistics,
                        workspace: &mut [0.0; #scratch],
                        outputs: &mut outputs,
                    });
                    return outputs;
                }
            }
        });
        quote! {
            /// The network's outputs for these rows: dropout is off, batch normalization uses its
            /// running statistics. The compiler checks the widths.
            pub fn forward<const N: usize>(&self, inputs: &[[#number; #inputs]; N]) -> [[#number; #outputs]; N] {
                let mut outputs = [[0.0; #outputs]; N];
                #single
                let _ = <Self as rt::Network>::predict_into(
                    self,
                    rt::Isa::best(),
                    inputs,
                    &mut outputs,
                    &mut rt::Workspace::new(),
                );
                outputs
            }
        }
    }

    /// `w1()`, `b1_mut()`, …: the parameters with their array types.
    fn views(&self) -> TokenStream {
        let number = &self.number;
        let tensors = &self.network.parameters;
        let views = tensors.iter().zip(names::offsets(tensors)).map(|(tensor, start)| {
            let Tensor { name, role, rows, columns } = tensor;
            let (view, view_mut) = (format_ident!("{name}"), format_ident!("{name}_mut"));
            let (doc, doc_mut) = (view_doc(*role, *rows, *columns, ""), view_doc(*role, *rows, *columns, ", to change"));
            let (of, pick, pick_mut) = match role {
                Role::Weight(_) => (quote!([[#number; #columns]; #rows]), quote!(), quote!()),
                _ => (quote!([#number; #columns]), quote!(&), quote!(&mut)),
            };
            let index = if matches!(role, Role::Weight(_)) { quote!() } else { quote!([0]) };
            quote! {
                #[doc = #doc]
                pub fn #view(&self) -> &#of {
                    #pick rt::matrix::<#number, #rows, #columns>(&self.parameters[#start..]) #index
                }

                #[doc = #doc_mut]
                pub fn #view_mut(&mut self) -> &mut #of {
                    #pick_mut rt::matrix_mut::<#number, #rows, #columns>(&mut self.parameters[#start..]) #index
                }
            }
        });
        quote!(#(#views)*)
    }
}

fn view_doc(role: Role, rows: usize, columns: usize, ending: &str) -> String {
    match role {
        Role::Weight(_) => format!("The weights, {rows} inputs x {columns} outputs{ending}."),
        Role::Bias => format!("The {columns} biases{ending}."),
        Role::Scale => format!("Batch normalization's {columns} scales γ{ending}."),
        Role::Shift => format!("Batch normalization's {columns} shifts β{ending}."),
        Role::Mean => format!("The {columns} running means{ending}."),
        Role::Variance => format!("The {columns} running variances{ending}."),
    }
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
