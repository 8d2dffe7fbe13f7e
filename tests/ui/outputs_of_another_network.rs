unrolled::network! { struct Encoder = 4 -> tanh(3) -> 2; }
unrolled::network! { struct Decoder = 3 -> tanh(3) -> 4; }

fn main() {
    let encoder = Encoder::init(Default::default(), 1);
    let decoder = Decoder::init(Default::default(), 1);
    let codes = encoder.forward(&[[0.0; 4]]);
    decoder.forward(&codes);
}
