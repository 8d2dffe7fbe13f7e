use unrolled::network::{Draw, Network};
use unrolled::{simd::Isa, workspace::Workspace};

unrolled::network! { struct Net = 2 -> tanh(3) -> 2; }

fn main() {
    let (mut net, mut work) = (Net::zeros(), Workspace::new());
    let mut gradient = vec![0.0; Net::PARAMETERS];
    let _ = net.gradient(Isa::best(), &[[0.1; 2]], &[[0.3]], Draw::default(), &mut work, &mut gradient);
}
