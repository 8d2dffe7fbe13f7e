unrolled::network! {
    struct = 2 -> tanh(50) -> 1;
}

fn main() {}
