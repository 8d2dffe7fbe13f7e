unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = x as f64;
}

fn main() {}
