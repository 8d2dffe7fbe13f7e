fn main() {
    let net = unrolled::network!(2 -> tanh(50) -> bn(affine = 1) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
