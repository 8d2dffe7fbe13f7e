use unrolled::network;
use unrolled::network::{Draw, Network};
network! {
    /// Fits.
    pub struct Sine<f64> = 1 -> tanh(50) -> dropout(keep = 0.8) -> bn -> 1;
    loss = sum_squares;
}
fn main() {
    let mut net = Sine::init(Default::default(), 1);
    println!("{}", Sine::EQUATIONS);
    let y = net.forward(&[[0.1], [0.2]]);
    println!("{y:?}");
    let mut ws = unrolled::workspace::Workspace::new();
    let mut g = vec![0.0; Sine::PARAMETERS];
    let l = net
        .gradient(
            unrolled::simd::Isa::best(),
            &[[0.1], [0.2], [0.5]],
            &[[1.0], [0.0], [2.0]],
            Draw::default(),
            &mut ws,
            &mut g,
        )
        .unwrap();
    println!("{l} {:?}", &g[..5]);
    let mut small = network!(2 -> tanh(3) -> 1);
    println!("{:?}", small.forward(&[[0.1, 0.2]]));
}
