unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = { while x > 0 { x } x };
}

fn main() {}
