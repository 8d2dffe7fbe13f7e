fn main() {
    let net = unrolled::network!(2 -> 1 -> unstandardize; loss = binary_cross_entropy);
    let _ = net.forward(&[[0.0; 2]]);
}
