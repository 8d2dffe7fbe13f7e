unrolled::network! {
    struct Net = 2 -> tanh(50) -> 1; loss = "mse";
}

fn main() {}
