//! Graph in, graph out: one transformation a file.

mod dead;
mod shared;
mod simplify;

pub use dead::drop_dead;
pub use shared::name_shared;
pub use simplify::simplify;
