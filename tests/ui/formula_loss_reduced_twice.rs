unrolled::network! {
    struct Net = 2 -> tanh(3) -> 2;
    loss(f, y) = mean(sum(powi(f - y, 2)));
}

fn main() {}
