unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = exp(x, 2);
}

fn main() {}
