unrolled::network! {
    struct Net = 2 -> even(3) -> 1;
    let even(x) = 1 + odd(x);
    let odd(x) = x * even(x);
}

fn main() {}
