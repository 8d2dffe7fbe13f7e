unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = if x == 0 { 1 } else { x };
}

fn main() {}
