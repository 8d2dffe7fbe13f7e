unrolled::network! {
    struct Net { 2 -> tanh(50) -> 1 }
}

fn main() { let _ = Net::init(Default::default(), 1); }
