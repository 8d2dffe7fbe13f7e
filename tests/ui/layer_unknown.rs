fn main() {
    let net = unrolled::network!(2 -> convolution(50) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
