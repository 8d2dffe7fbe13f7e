//! `impl Signals for …`

use super::names::Size;
use super::{EmittedPasses, Emitter};
use crate::ir::print;
use crate::network::{Leaves, PassKind, Signal, SignalKind, signals};
use crate::shape::ResultKind;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

impl Emitter<'_> {
    pub(super) fn signals(&self, passes: &EmittedPasses<'_>) -> TokenStream {
        let emitted = &passes[PassKind::Signals];
        let (name, number) = (&self.name, &self.number);
        let mut cuts = TokenStream::new();
        let mut offsets = Vec::new();
        let mut total = 0;
        for output in &emitted.pass.outputs {
            let Leaves::Rows(rows) = &output.leaves else {
                continue;
            };
            let width = emitted.pass.graph.shape(output.id).columns;
            offsets.push(total);
            total += width;
            let (rows, width) = (format_ident!("{rows}"), Size(width));
            cuts.extend(quote! {
                let (#rows, values) = rt::split_rows::<#number, #width>(values, inputs.len());
            });
        }
        let signals = signals(self.network);
        let table = signals
            .iter()
            .map(|signal| entry(signal, offsets[signal.output]));
        let (total, run) = (Size(total), self.run(emitted));
        quote! {
            #[automatically_derived]
            impl rt::Signals for #name {
                const SIGNALS: &'static [rt::Signal] = &[#(#table),*];
                const SIGNAL_WIDTH: usize = #total;

                fn signals_into(
                    &self,
                    isa: rt::Isa,
                    inputs: &[Self::Input],
                    targets: &[Self::Target],
                    draw: rt::Draw,
                    workspace: &mut rt::Workspace<Self::Scalar>,
                    values: &mut [Self::Scalar],
                ) -> rt::Result<Self::Scalar, rt::Error> {
                    rt::check_signals::<Self>(inputs.len(), targets.len(), values.len())?;
                    #cuts
                    let _ = values;
                    rt::Ok(#run)
                }
            }
        }
    }
}

fn entry(signal: &Signal, offset: usize) -> TokenStream {
    let Signal {
        name,
        kind,
        layer,
        width,
        asymptotes,
        ..
    } = signal;
    let symbol = print::symbol(name);
    let role = match *kind {
        SignalKind::Result(ResultKind::PreActivation) => quote!(PreActivation),
        SignalKind::Result(ResultKind::Activation) => quote!(Activation),
        SignalKind::Result(ResultKind::Other) => quote!(Other),
        SignalKind::Adjoint(of) => {
            let of = Size(of);
            quote!(Adjoint { of: #of })
        }
    };
    let (layer, width, offset) = (Size(*layer), Size(*width), Size(offset));
    let asymptotes = asymptotes.iter().map(|asymptote| match *asymptote {
        Some(value) => {
            let value = Literal::f64_suffixed(value);
            quote!(rt::Some(#value))
        }
        None => quote!(rt::None),
    });
    quote! {
        rt::Signal {
            name: #name,
            symbol: #symbol,
            role: rt::SignalRole::#role,
            layer: #layer,
            width: #width,
            offset: #offset,
            asymptotes: [#(#asymptotes),*],
        }
    }
}
