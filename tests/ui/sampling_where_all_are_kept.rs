use unrolled::prelude::*;

unrolled::network! { struct Sure = 2 -> tanh(3) -> dropout(1) -> 1; }

fn main() {
    let _ = Sure::zeros().sample_mc(&[[0.0, 1.0]], 100, 7);
}
