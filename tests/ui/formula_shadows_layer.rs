unrolled::network! {
    struct Net = 2 -> bn(3) -> 1;
    let bn(x) = 1 + x;
}

fn main() {}
