fn main() {
    let net = unrolled::network!(2 -> standardize -> standardize -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
