fn main() {
    let net = unrolled::network!(2 -> unstandardize -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
