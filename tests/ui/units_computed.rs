fn main() {
    let net = unrolled::network!(2 -> tanh(5 * 10) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
