unrolled::network! {
    struct loop = 2 -> tanh(50) -> 1;
}

fn main() {}
