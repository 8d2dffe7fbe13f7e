unrolled::network! {
    struct Net = 2 -> tanh(50) -> 1; loss = huber(delta = -1);
}

fn main() {}
