fn main() {
    let net = unrolled::network!(2 -> skip(standardize -> 2) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
