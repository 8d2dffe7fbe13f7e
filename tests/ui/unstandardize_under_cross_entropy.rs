fn main() {
    let net = unrolled::network!(2 -> 3 -> unstandardize; loss = cross_entropy);
    let _ = net.forward(&[[0.0; 2]]);
}
