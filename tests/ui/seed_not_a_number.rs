fn main() {
    let net = unrolled::network!(2 -> tanh(50) -> 1; seed = random);
    let _ = net.forward(&[[0.0; 2]]);
}
