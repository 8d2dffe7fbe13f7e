unrolled::network! { pub struct Net = 2 -> tanh(50) -> 0; }

fn main() {
    let mut net = Net::init(Default::default(), 1);
    let y: [[f32; 3]; 1] = net.forward(&[[0.5, 0.5]]);
    println!("{y:?} {} {}", Net::PARAMETERS, net.w2()[0][0]);
    net.parameters_mut().fill(0.0);
    unrolled::train::Trainer::new(unrolled::optim::Adam::default())
        .fit(&mut net, &[[0.5; 2]], &[[0.5; 3]])
        .unwrap();
}
