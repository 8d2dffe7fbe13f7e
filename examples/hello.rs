//! Hello, network: learns f(x, y) = sin(x) · y from 900 points on a grid, and is tested between them.
//!
//! `cargo run --release --example hello`

use unrolled::prelude::*;

fn main() -> Result<(), Error> {
    let mut net = network!(2 -> tanh(50) -> dropout(0.8) -> bn -> 1);
    println!("{}\n", Summary::from(&net));

    let (inputs, targets) = samples(0.0);
    let trainer = Trainer::new(Adam::new(0.003)).epochs(400);
    let history = trainer.fit(&mut net, &inputs, &targets)?;
    println!("Training {}.", history.stopped);

    let (inputs, targets) = samples(0.03);
    let error = rmse(&net.predict_rows(&inputs)?, &targets)?;
    println!("Root mean squared error {error:.3}, at most 0.1 expected.");
    assert!(error <= 0.1);
    Ok(())
}

/// x from −3 to 3 and y from −1 to 1, moved by `shift`, and f there.
fn samples(shift: f32) -> (Vec<[f32; 2]>, Vec<[f32; 1]>) {
    let place = |i, step| f32::from(i) * step - 14.5 * step + shift;
    let point = |i: u16| [place(i % 30, 0.2), place(i / 30, 0.0667)];
    (0..900)
        .map(point)
        .map(|[x, y]| ([x, y], [x.sin() * y]))
        .unzip()
}
