unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = { let d = x; x * x };
}

fn main() {}
