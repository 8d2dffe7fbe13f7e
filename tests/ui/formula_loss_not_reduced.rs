unrolled::network! {
    struct Net = 2 -> tanh(3) -> 2;
    loss(f, y) = sum(powi(f - y, 2)) + abs(f);
}

fn main() {}
