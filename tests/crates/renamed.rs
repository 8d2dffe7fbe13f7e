//! The facade under another name, and its own taken.

#![deny(warnings)]

extern crate unrolled as other;

mod unrolled {}

other::network! { struct Net = 2 -> tanh(3) -> bn -> 1; }

fn main() {
    let _ = Net::init(Default::default(), 1).forward(&[[0.1, 0.2]]);
    let _ = other::network!(2 -> tanh(3) -> 1).forward(&[[0.1, 0.2]]);
}
