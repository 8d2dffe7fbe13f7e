unrolled::network! {
    struct Net = 2 -> tanh(3) -> 2;
    loss(mu, s, y) = powi((y - mu) / s, 2);
}

fn main() {}
