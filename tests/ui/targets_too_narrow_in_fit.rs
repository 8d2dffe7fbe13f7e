use unrolled::{optim::Adam, train::Trainer};

unrolled::network! { struct Net = 2 -> tanh(3) -> 2; }

fn main() {
    let mut net = Net::init(Default::default(), 1);
    let (x, y) = ([[0.1, 0.2]; 8], [[0.3]; 8]);
    Trainer::new(Adam::default()).fit(&mut net, &x, &y).unwrap();
}
