fn main() {
    let net = unrolled::network!(2 -> 1 -> skip(1 -> unstandardize));
    let _ = net.forward(&[[0.0; 2]]);
}
