unrolled::network! {
    struct Net = 2 -> exp(3) -> 1;
    let exp(x) = 1 + x;
}

fn main() {}
