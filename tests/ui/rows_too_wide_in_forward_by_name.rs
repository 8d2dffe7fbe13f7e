unrolled::network! { struct Net = 2 -> tanh(3) -> 1; }

fn main() {
    let net = Net::init(Default::default(), 1);
    let rows = [[0.1; 3]; 4];
    net.forward(&rows);
}
