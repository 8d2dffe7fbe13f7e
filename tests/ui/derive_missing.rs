use unrolled::HessianVectorProduct;
use unrolled::network;

network! { struct Sine = 1 -> tanh(10) -> 1; }

fn curvature<N: HessianVectorProduct>(_: &N) {}

fn main() {
    curvature(&Sine::init(Default::default(), 1));
}
