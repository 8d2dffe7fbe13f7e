fn main() {
    let net = unrolled::network!(2 -> 1 -> unstandardize -> unstandardize);
    let _ = net.forward(&[[0.0; 2]]);
}
