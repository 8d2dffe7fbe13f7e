unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = x^2 + 1;
}

fn main() {}
