fn main() {
    let net = unrolled::network!(2 -> leaky_relu(50, alpha = 0.1) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
