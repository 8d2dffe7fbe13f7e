unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = x / 0;
}

fn main() {}
