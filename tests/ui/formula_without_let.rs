unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    own(x) = x * x;
}

fn main() {}
