fn main() {
    let net = unrolled::network!(2 -> tanh(1048577) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
