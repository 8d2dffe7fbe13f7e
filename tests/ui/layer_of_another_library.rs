fn main() {
    let net = unrolled::network!(2 -> linear(50) -> softmax -> 1);
    let _ = net.forward(&[[0.0; 2]]);
}
