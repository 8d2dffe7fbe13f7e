fn main() {
    let net = unrolled::network!(tanh(50) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
