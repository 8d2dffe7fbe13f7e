use unrolled::prelude::*;

network! { struct Net<f64> = 2 -> tanh(3) -> 1; }

fn main() {
    let mut net = Net::init(Init::default(), 1);
    let (x, t) = ([[0.1, 0.2]], [[0.3]]);
    Trainer::new(DiagonalLevenbergMarquardt::default()).fit(&mut net, &x, &t).unwrap();
}
