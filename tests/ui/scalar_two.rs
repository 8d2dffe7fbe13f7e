unrolled::network! {
    struct Net<f32, f64> = 2 -> tanh(50) -> 1;
}

fn main() { let _ = Net::init(Default::default(), 1); }
