//! The traits that a declaration derives, and the one that dropout brings.

use super::names::Size;
use super::{EmittedPasses, Emitter};
use crate::model::Derivable;
use crate::network::PassKind;
use proc_macro2::TokenStream;
use quote::quote;

impl Emitter<'_> {
    /// An `impl` for every such trait.
    pub(super) fn derived_impls(&self, passes: &EmittedPasses<'_>) -> TokenStream {
        let derives = self.model.derives.iter();
        let derived = derives.map(|derive| match derive {
            Derivable::HessianVectorProduct => self.hessian_vector_product(passes),
            Derivable::Jacobian => self.jacobian(passes),
            Derivable::InputJacobian => self.input_jacobian(passes),
            Derivable::DiagonalCurvature => self.diagonal_curvature(passes),
            Derivable::ComputationalGraph => self.computational_graph(),
            Derivable::Layers => self.layers(passes),
            Derivable::Signals => self.signals(passes),
        });
        let dropout = self.network.sampling.as_ref();
        let sampled = dropout.map(|_| self.monte_carlo(passes));
        sampled.into_iter().chain(derived).collect()
    }

    fn monte_carlo(&self, passes: &EmittedPasses<'_>) -> TokenStream {
        let name = &self.name;
        let run = self.run(&passes[PassKind::Sampling]);
        quote! {
            #[automatically_derived]
            impl rt::MonteCarlo for #name {
                fn sample_into(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    draw: rt::Draw,
                    outputs: &mut [Self::Output],
                    workspace: &mut rt::Workspace<Self::Scalar>,
                ) -> rt::Result<(), rt::Error> {
                    rt::check_outputs(inputs.len(), outputs.len())?;
                    #run;
                    rt::Ok(())
                }
            }
        }
    }

    fn hessian_vector_product(&self, passes: &EmittedPasses<'_>) -> TokenStream {
        let name = &self.name;
        let run = self.run(&passes[PassKind::HessianVectorProduct]);
        quote! {
            #[automatically_derived]
            impl rt::HessianVectorProduct for #name {
                fn hessian_vector_product(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    targets: &[Self::Target],
                    vector: &[Self::Scalar],
                    workspace: &mut rt::Workspace<Self::Scalar>,
                    gradient: &mut [Self::Scalar],
                    product: &mut [Self::Scalar],
                ) -> rt::Result<Self::Scalar, rt::Error> {
                    rt::check_pairs(inputs.len(), targets.len())?;
                    rt::check_parameters::<Self>("vector", vector.len())?;
                    rt::check_parameters::<Self>("gradient", gradient.len())?;
                    rt::check_parameters::<Self>("product", product.len())?;
                    rt::Ok(#run)
                }
            }
        }
    }

    fn jacobian(&self, passes: &EmittedPasses<'_>) -> TokenStream {
        let name = &self.name;
        let body = self.output_by_output(passes, PassKind::Jacobian);
        quote! {
            #[automatically_derived]
            impl rt::Jacobian for #name {
                fn jacobian(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    workspace: &mut rt::Workspace<Self::Scalar>,
                    outputs: &mut [Self::Output],
                    jacobian: &mut [Self::Scalar],
                ) -> rt::Result<(), rt::Error> {
                    #body
                }
            }
        }
    }

    fn input_jacobian(&self, passes: &EmittedPasses<'_>) -> TokenStream {
        let name = &self.name;
        let body = self.output_by_output(passes, PassKind::InputJacobian);
        quote! {
            #[automatically_derived]
            impl rt::InputJacobian for #name {
                fn input_jacobian(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    workspace: &mut rt::Workspace<Self::Scalar>,
                    outputs: &mut [Self::Output],
                    jacobian: &mut [Self::Scalar],
                ) -> rt::Result<(), rt::Error> {
                    #body
                }
            }
        }
    }

    /// Runs a pass once for every output, with a one in its place.
    fn output_by_output(&self, passes: &EmittedPasses<'_>, kind: PassKind) -> TokenStream {
        let run = self.run(&passes[kind]);
        let outputs = Size(self.network.outputs);
        quote! {
            rt::check_outputs(inputs.len(), outputs.len())?;
            let jacobian = rt::jacobian_rows(inputs.len(), jacobian)?;
            for output in 0..#outputs {
                let mut cotangent = [[0.0; #outputs]];
                cotangent[0][output] = 1.0;
                let (cotangent, outputs, jacobian) = (&cotangent, &mut *outputs, &mut *jacobian);
                #run;
            }
            rt::Ok(())
        }
    }

    fn diagonal_curvature(&self, passes: &EmittedPasses<'_>) -> TokenStream {
        let name = &self.name;
        let run = self.run(&passes[PassKind::DiagonalCurvature]);
        quote! {
            #[automatically_derived]
            impl rt::DiagonalCurvature for #name {
                fn diagonal_curvature(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    targets: &[Self::Target],
                    workspace: &mut rt::Workspace<Self::Scalar>,
                    curvature: &mut [Self::Scalar],
                ) -> rt::Result<Self::Scalar, rt::Error> {
                    rt::check_pairs(inputs.len(), targets.len())?;
                    rt::check_parameters::<Self>("curvature", curvature.len())?;
                    rt::Ok(#run)
                }
            }
        }
    }
}
