unrolled::network! {
    struct Net = 2 -> tanh(50) -> 1; los = mse;
}

fn main() {}
