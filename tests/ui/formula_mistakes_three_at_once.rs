unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = tnah(x) + y * exp(x, 1);
}

fn main() {}
