fn main() {
    let net = unrolled::network!(1 <- tanh(50) -> 2);
    let _ = net.forward(&[[0.0; 2]]);
}
