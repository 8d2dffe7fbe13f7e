unrolled::network! {
    struct Net = 2 -> tanh(3) -> 2;
    loss(f) = powi(f, 2);
}

fn main() {}
