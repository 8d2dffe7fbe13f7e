unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = clamp(x, 1, -1);
}

fn main() {}
