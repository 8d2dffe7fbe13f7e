unrolled::network! {
    struct Net = 2 -> silu(3) -> 1;
    let silu(x) = x * sigmoid(x);
}

fn main() {}
