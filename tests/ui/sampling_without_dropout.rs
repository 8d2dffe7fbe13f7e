use unrolled::prelude::*;

fn main() {
    let net = unrolled::network!(2 -> tanh(3) -> 1);
    let _ = net.predict_mc(&[[0.0, 1.0]], 100, 7);
}
