unrolled::network! {
    struct Net = 2 -> tanh(3) -> 2;
    loss(a, b; y) = sum(a - y) + b;
}

fn main() {}
