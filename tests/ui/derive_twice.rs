use unrolled::network;

network! {
    struct Sine = 1 -> tanh(10) -> 1;
    derive(HessianVectorProduct);
    loss = mse;
    derive(Jacobian);
}

fn main() {}
