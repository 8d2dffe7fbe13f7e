unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = { let f = |t| t * t; f(x) };
}

fn main() {}
