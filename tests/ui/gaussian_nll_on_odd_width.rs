unrolled::network! {
    struct Net = 2 -> tanh(50) -> 3; loss = gaussian_nll;
}

fn main() {}
