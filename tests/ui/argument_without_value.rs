fn main() {
    let net = unrolled::network!(2 -> leaky_relu(50, slope = ) -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
