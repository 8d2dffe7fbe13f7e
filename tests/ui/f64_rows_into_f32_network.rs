unrolled::network! { struct Net = 2 -> tanh(3) -> 1; }

fn main() {
    let net = Net::init(Default::default(), 1);
    let rows = vec![[0.1_f64, 0.2]];
    net.predict(&rows).unwrap();
}
