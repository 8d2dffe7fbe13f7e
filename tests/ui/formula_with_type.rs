unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = { let d: f64 = 2 * x; d };
}

fn main() {}
