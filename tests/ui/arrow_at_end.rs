fn main() {
    let net = unrolled::network!(2 -> tanh(50) -> );
    let _ = net.forward(&[[0.0; 2]]);
}
