unrolled::network! {
    struct Net = 2 -> tanh(3) -> 2;
    loss(f, y; a = 0.5) = a * powi(f - y, 2);
}

fn main() {}
