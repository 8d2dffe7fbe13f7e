fn main() {
    let net = unrolled::network!(2 -> tahn(50) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
