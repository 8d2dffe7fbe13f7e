unrolled::network! {
    struct Net = 2 -> leaky(3) -> 1;
    let leaky(x, slope) = max(x, slope * x);
}

fn main() {}
