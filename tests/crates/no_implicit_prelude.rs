//! Without any name from the prelude.

#![no_implicit_prelude]
#![deny(warnings)]

::unrolled::network! {
    struct Net<f64> = 2 -> relu(5) -> dropout(0.8) -> bn -> skip(gelu(3) -> 5) -> 2;
    loss = cross_entropy;
}

#[::unrolled::differentiate]
fn bend(x: [f64; 2]) -> f64 {
    let mut sum = 0.0;
    for i in 0..2 {
        sum += if x[i] > 0.0 {
            x[i].exp()
        } else {
            ::unrolled::math::functions::erf(x[i])
        };
    }
    sum
}

fn main() {
    let _ = (
        bend([1.0, 2.0]),
        bend_gradient([1.0, 2.0]),
        bend_trace([1.0, 2.0]),
    );
    let net = Net::init(::std::default::Default::default(), 1);
    let _ = (net.forward(&[[0.1, 0.2]]), net.w1());
    let _ = ::unrolled::network!(2 -> tanh(3) -> 1; loss = huber).forward(&[[0.1, 0.2]]);
}
