//! What a network computes: its passes, each a planned graph.

mod layers;
mod pass;
mod passes;
mod signals;

pub use layers::drawn;
pub use pass::{Argument, Leaves, Output, Pass, PassKind, Passes};
pub use passes::passes;
pub use signals::{Signal, SignalKind, signals};
