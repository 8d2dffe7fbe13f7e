fn main() {
    let net = unrolled::network!(2 -> tanh(50) -> 1 -> dropout(0.8));
    let _ = net.forward(&[[0.0; 2]]);
}
