fn main() {
    let net = unrolled::network!(2 -> skip -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
