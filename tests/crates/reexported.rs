//! The macro under another name, through another module.

#![deny(warnings)]

mod prelude {
    pub use unrolled::network as net;
}

prelude::net! { struct Net = 2 -> tanh(3) -> bn -> 1; }

fn main() {
    let _ = Net::init(Default::default(), 1).forward(&[[0.1, 0.2]]);
}
