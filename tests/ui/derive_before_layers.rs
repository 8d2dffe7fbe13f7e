use unrolled::network;

network! {
    derive(HessianVectorProduct);
    struct Sine = 1 -> tanh(10) -> 1;
}

fn main() {}
