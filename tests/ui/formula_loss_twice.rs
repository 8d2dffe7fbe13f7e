unrolled::network! {
    struct Net = 2 -> tanh(3) -> 2;
    loss = mse; loss(f, y) = powi(f - y, 2);
}

fn main() {}
