unrolled::network! {
    struct Net = 2 -> leaky(3, slop = 0.1) -> 1;
    let leaky(x, slope = 0.01) = max(x, slope * x);
}

fn main() {}
