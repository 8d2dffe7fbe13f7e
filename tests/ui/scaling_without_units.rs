fn main() {
    let net = unrolled::network!(2 -> standardize -> unstandardize);
    let _ = net.forward(&[[0.0; 2]]);
}
