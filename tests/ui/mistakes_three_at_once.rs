unrolled::network! {
    struct Net = 2 -> tahn(50) -> dropout(2) -> 1;
    loss = msee;
}

fn main() {}
