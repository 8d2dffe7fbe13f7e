//! The functions made of a function.

use super::body::Body;
use super::code::{Code, Context, write};
use super::derivatives::{Computed, gradient, hessian};
use super::options::{Options, Order};
use super::rows::{Row, Rows, rows};
use super::signature::Signature;
use crate::diagnostics::Errors;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

/// A rustdoc table longer than this is cut; the value of the trace has all rows.
const MOST_ROWS: usize = 40;

/// What all of them are made from.
pub struct Functions<'a> {
    pub function: &'a syn::ItemFn,
    pub signature: &'a Signature,
    pub options: &'a Options,
    /// The floats to differentiate by.
    pub wrt: &'a [usize],
}

/// What the code of one function is.
struct Made {
    suffix: &'static str,
    doc: String,
    output: TokenStream,
    body: TokenStream,
}

impl Functions<'_> {
    /// The function as it stands, its gradient, its Hessian and its trace.
    pub fn emit(&self, item: &TokenStream, body: &Body) -> TokenStream {
        let mut made = vec![self.gradient(body)];
        if self.options.order == Order::Hessian {
            made.push(self.hessian(body));
        }
        made.push(self.trace(body));
        let items = &body.items;
        let functions = made.into_iter().map(|made| {
            let code = made.body.clone();
            self.function(&Made {
                body: quote!(#(#items)* #code),
                ..made
            })
        });
        quote!(#item #(#functions)*)
    }

    /// Functions of the same types whose bodies are the mistakes, so that a mistake in the body
    /// gives one message and nothing is said about its callers.
    pub fn stand_ins(&self, errors: &Errors) -> TokenStream {
        let syn::ItemFn {
            attrs, vis, sig, ..
        } = self.function;
        let body = errors.expression();
        let outputs = [
            ("gradient", self.gradient_type()),
            ("hessian", self.hessian_type()),
            ("trace", self.trace_type()),
        ];
        let others = outputs.map(|(suffix, output)| {
            self.function(&Made {
                suffix,
                doc: String::new(),
                output,
                body: quote!(loop {}),
            })
        });
        quote! {
            #(#attrs)*
            #[allow(unused, clippy::all)]
            #vis #sig #body
            #(#others)*
        }
    }

    /// One function beside the user's.
    ///
    /// ```text
    /// /// `square` and its gradient by x.
    /// pub fn square_gradient(x: f64) -> (f64, [f64; 1]) {
    ///     let _ = square;
    ///     let d_x = 2f64 * x;
    ///     (x * x, [d_x])
    /// }
    /// ```
    fn function(&self, made: &Made) -> TokenStream {
        let Made {
            suffix,
            doc,
            output,
            body,
        } = made;
        let visibility = &self.function.vis;
        let is_condition = |attribute: &&syn::Attribute| {
            let path = attribute.path();
            ["cfg", "allow"].iter().any(|known| path.is_ident(known))
        };
        let conditions = self.function.attrs.iter().filter(is_condition);
        let name = self.name(suffix);
        let arguments = self.signature.arguments.iter().map(|argument| {
            let (pattern, declared) = (&argument.pattern, &argument.declared);
            quote!(#pattern: #declared)
        });
        quote! {
            #(#conditions)*
            #[doc = #doc]
            #[allow(
                unused,
                unused_qualifications,
                unreachable_pub,
                trivial_numeric_casts,
                non_snake_case,
                clippy::all,
                clippy::pedantic,
                clippy::nursery
            )]
            #visibility fn #name(#(#arguments),*) -> #output {
                #body
            }
        }
    }

    fn name(&self, suffix: &str) -> Ident {
        let name = &self.signature.name;
        format_ident!("{name}_{suffix}", span = name.span())
    }

    fn gradient_type(&self) -> TokenStream {
        let (number, count) = (&self.signature.number, self.count());
        quote!((#number, [#number; #count]))
    }

    fn hessian_type(&self) -> TokenStream {
        let (number, count) = (&self.signature.number, self.count());
        quote!((#number, [#number; #count], [[#number; #count]; #count]))
    }

    fn trace_type(&self) -> TokenStream {
        let facade = &self.options.facade;
        quote!(#facade::__private::Trace)
    }

    fn count(&self) -> Literal {
        Literal::usize_unsuffixed(self.wrt.len())
    }

    fn gradient(&self, body: &Body) -> Made {
        let Computed {
            graph,
            value,
            gradient,
            rewrites,
            ..
        } = gradient(body, self.signature, self.wrt);
        let outputs: Vec<_> = [value].into_iter().chain(gradient).collect();
        let code = write(&graph, &outputs, &self.context(body));
        let statements = code.statements;
        let (value, gradient) = code.outputs.split_first().expect("the value is an output");
        let (name, by) = (&self.signature.name, self.by());
        Made {
            suffix: "gradient",
            doc: format!("[`{name}`] and its gradient by {by}.{rewrites}"),
            output: self.gradient_type(),
            // One who calls only the derivatives has not forgotten the function.
            body: quote!(let _ = #name; #statements (#value, [#(#gradient),*])),
        }
    }

    fn hessian(&self, body: &Body) -> Made {
        let Computed {
            graph,
            value,
            gradient,
            hessian,
            rewrites,
        } = hessian(body, self.signature, self.wrt);
        let outputs: Vec<_> = [value].into_iter().chain(gradient).chain(hessian).collect();
        let code = write(&graph, &outputs, &self.context(body));
        let statements = code.statements;
        let (value, rest) = code.outputs.split_first().expect("the value is an output");
        let (gradient, hessian) = rest.split_at(self.wrt.len());
        let rows = hessian
            .chunks(self.wrt.len())
            .map(|row| quote!([#(#row),*]));
        let (name, by) = (&self.signature.name, self.by());
        Made {
            suffix: "hessian",
            doc: format!("[`{name}`], its gradient and its Hessian by {by}.{rewrites}"),
            output: self.hessian_type(),
            body: quote!(#statements (#value, [#(#gradient),*], [#(#rows),*])),
        }
    }

    fn trace(&self, body: &Body) -> Made {
        let Rows { graph, rows } = rows(body, self.signature);
        let parts = |row: &Row| {
            let partials = row.partials.iter().map(|partial| partial.value);
            let outputs = [row.value, row.adjoint].into_iter().chain(partials);
            outputs.collect::<Vec<_>>()
        };
        let outputs: Vec<_> = rows.iter().flat_map(parts).collect();
        let (graph, outputs) = crate::passes::drop_dead(&graph, &outputs);
        let Code {
            statements,
            outputs,
        } = write(&graph, &outputs, &self.context(body));
        let facade = &self.options.facade;
        let mut outputs = outputs.into_iter();
        let mut next = || outputs.next().expect("an output for every number");
        let printed: Vec<_> = rows
            .iter()
            .map(|row| {
                let (name, expression) = (&row.name, &row.expression);
                let (value, adjoint) = (next(), next());
                let partials = row.partials.iter().map(|partial| {
                    let (by, text) = (Literal::usize_unsuffixed(partial.by), &partial.expression);
                    let value = next();
                    quote!((#by, #text, #value))
                });
                let partials: Vec<_> = partials.collect();
                quote! {
                    #facade::__private::TraceRow::new(
                        #name, #expression, #value, #adjoint, &[#(#partials),*],
                    )
                }
            })
            .collect();
        Made {
            suffix: "trace",
            doc: self.table(&rows),
            output: self.trace_type(),
            body: quote!(#statements #facade::__private::Trace::new([#(#printed),*])),
        }
    }

    /// The trace as a table for the documentation.
    fn table(&self, rows: &[Row]) -> String {
        let name = &self.signature.name;
        let mut text = format!(
            "The evaluation trace of [`{name}`], with the numbers and the derivative of the result \
             by every row.\n\n| var | value | partials |\n|---|---|---|\n"
        );
        for row in rows.iter().take(MOST_ROWS) {
            let partials = row.partials.iter().map(|partial| {
                let (own, by) = (&row.name, &rows[partial.by].name);
                format!("∂{own}/∂{by} = {}", escaped(&partial.expression))
            });
            let partials: Vec<_> = partials.collect();
            let (expression, partials) = (escaped(&row.expression), partials.join("<br>"));
            text.push_str(&format!("| {} | {expression} | {partials} |\n", row.name));
        }
        if rows.len() > MOST_ROWS {
            let more = rows.len() - MOST_ROWS;
            text.push_str(&format!("\n… and {more} more rows.\n"));
        }
        text
    }

    /// What the derivatives are by: `y, mu, sigma`.
    fn by(&self) -> String {
        let names = self.wrt.iter().map(|&index| {
            let text = &self.signature.floats[index].text;
            format!("`{text}`")
        });
        let names: Vec<_> = names.collect();
        match names.len() {
            0..=8 => names.join(", "),
            count => format!(
                "`{}`, …, {}, {count} floats",
                names[0].trim_matches('`'),
                names[count - 1]
            ),
        }
    }

    fn context<'a>(&'a self, body: &'a Body) -> Context<'a> {
        let floats = self.signature.floats.iter();
        Context {
            scalar: self.signature.scalar,
            facade: &self.options.facade,
            arguments: floats.map(|float| float.code.clone()).collect(),
            constants: &body.constants,
            callees: &body.callees,
        }
    }
}

/// Text in a cell of a table.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if matches!(letter, '|' | '*' | '_' | '[' | ']' | '<' | '`') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}
