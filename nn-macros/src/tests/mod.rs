//! Tests that span the stages.

mod compiled_formulas;
mod declarations;
mod derivatives;
mod differentiate;
mod equations;
mod expansion;
mod formulas;
mod generated;
mod golden;
mod hyperdual;
mod random_formulas;
mod random_tokens;
mod stable;
mod support;
