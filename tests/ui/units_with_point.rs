fn main() {
    let net = unrolled::network!(2 -> tanh(0.5) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
