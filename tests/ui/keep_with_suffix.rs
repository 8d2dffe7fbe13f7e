fn main() {
    let net = unrolled::network!(2 -> tanh(50) -> dropout(0.5f64) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
