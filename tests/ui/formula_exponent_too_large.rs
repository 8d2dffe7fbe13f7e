unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = powi(x, 2147483648);
}

fn main() {}
