fn main() {
    let net = unrolled::network!(2 -> tanh);
    let _ = net.forward(&[[0.0; 2]]);
}
