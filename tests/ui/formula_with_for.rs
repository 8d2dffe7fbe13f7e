unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = { for i in 0..3 { x } x };
}

fn main() {}
