//! Tests that span the stages.

mod derivatives;
mod equations;
mod generated;
mod support;
