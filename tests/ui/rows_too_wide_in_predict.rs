unrolled::network! { struct Net = 2 -> tanh(3) -> 1; }

fn main() {
    let net = Net::init(Default::default(), 1);
    net.predict(&[[0.1, 0.2, 0.3]]).unwrap();
}
