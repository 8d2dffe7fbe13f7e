fn main() {
    let net = unrolled::network!(2 -> 1 -> bn -> unstandardize);
    let _ = net.forward(&[[0.0; 2]]);
}
