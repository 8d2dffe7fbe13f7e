//! The facade under another name, and its own taken.

#![deny(warnings)]

extern crate unrolled as other;

mod unrolled {}

other::network! { struct Net = 2 -> tanh(3) -> bn -> 1; }

#[other::differentiate(crate = other)]
fn bend(x: f64) -> f64 {
    other::math::functions::softplus(x) * x
}

fn main() {
    let _ = (bend_gradient(1.0), bend_hessian(1.0), bend_trace(1.0));
    let _ = Net::init(Default::default(), 1).forward(&[[0.1, 0.2]]);
    let _ = other::network!(2 -> tanh(3) -> 1).forward(&[[0.1, 0.2]]);
}
