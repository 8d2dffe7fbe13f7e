fn main() {
    let net = unrolled::network!(2);
    let _ = net.forward(&[[0.0; 2]]);
}
