unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = { let d = x; d += 1; d };
}

fn main() {}
