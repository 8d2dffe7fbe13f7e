unrolled::network! {
    struct Net = 2 -> prelu(3) -> 1;
    let prelu(x; a) = max(x, a * x);
}

fn main() {}
