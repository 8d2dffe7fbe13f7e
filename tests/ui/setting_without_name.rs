unrolled::network! {
    struct Net = 2 -> tanh(50) -> 1; 0.5;
}

fn main() {}
