unrolled::network! {
    struct Net<'a> = 2 -> tanh(50) -> 1;
}

fn main() { let _ = Net::init(Default::default(), 1); }
