fn main() {
    let net = unrolled::network!(2 -> tanh(18446744073709551615) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
