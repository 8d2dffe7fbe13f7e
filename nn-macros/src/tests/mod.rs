//! Tests that span the stages.

mod derivatives;
mod equations;
mod expansion;
mod generated;
mod support;
