fn main() {
    let net = unrolled::network!();
    let _ = net.forward(&[[0.0; 2]]);
}
