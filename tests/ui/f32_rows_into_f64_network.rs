unrolled::network! { struct Net<f64> = 2 -> tanh(3) -> 1; }

fn main() {
    let net = Net::init(Default::default(), 1);
    let rows = [[0.1_f32, 0.2]];
    net.forward(&rows);
}
