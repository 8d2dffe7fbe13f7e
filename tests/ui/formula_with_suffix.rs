unrolled::network! {
    struct Net = 2 -> own(3) -> 1;
    let own(x) = 0.5f32 * x;
}

fn main() {}
