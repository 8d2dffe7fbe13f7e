unrolled::network! {
    struct Net = 2 -> tanh(50) -> 1; loss = huber(beta = 2);
}

fn main() {}
