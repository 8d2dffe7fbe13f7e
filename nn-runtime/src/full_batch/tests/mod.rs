//! The methods on functions whose minima were published, on networks, and where something is wrong.

mod dual;
mod endings;
mod functions;
mod network;
mod published;
mod trouble;
