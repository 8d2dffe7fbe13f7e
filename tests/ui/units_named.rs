fn main() {
    let net = unrolled::network!(2 -> tanh(units = 50) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
