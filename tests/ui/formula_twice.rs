unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = x * x;
    let own(x) = 2 * x;
}

fn main() {}
