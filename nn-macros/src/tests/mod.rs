//! Tests that span the stages.

mod declarations;
mod derivatives;
mod equations;
mod expansion;
mod generated;
mod random_tokens;
mod support;
