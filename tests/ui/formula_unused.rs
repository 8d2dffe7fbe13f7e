unrolled::network! {
    struct Net = 2 -> tanh(3) -> 1;
    let swish(x) = x * sigmoid(x);
}

fn main() {}
