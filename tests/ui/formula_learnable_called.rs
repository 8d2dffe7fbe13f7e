unrolled::network! {
    struct Net = 2 -> twice(3) -> prelu -> 1;
    let prelu(x; a = 0.25) = max(x, a * x);
    let twice(x) = 2 * prelu(x);
}

fn main() {}
