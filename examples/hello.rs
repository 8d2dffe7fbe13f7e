//! Hello, network: learns f(x, y) = sin(x) · y from 900 points on a grid.
//!
//! `cargo run --release --example hello`

use unrolled::prelude::*;

fn main() -> Result<(), Error> {
    let f = |[x, y]: [f32; 2]| [x.sin() * y];
    let grid = |i: u16| {
        [
            f32::from(i % 30) / 5.0 - 2.9,
            f32::from(i / 30) / 15.0 - 0.97,
        ]
    };
    let inputs: Vec<_> = (0..900).map(grid).collect();
    let targets: Vec<_> = inputs.iter().map(|&point| f(point)).collect();

    let mut net = network!(2 -> tanh(50) -> dropout(0.8) -> bn -> 1);
    println!("{}\n", Summary::from(&net));
    let trainer = Trainer::new(Adam::new(0.01)).epochs(200);
    let history = trainer
        .schedule(Schedule::cosine(200, 0.0))
        .fit(&mut net, &inputs, &targets)?;
    println!("{}", history.stopped);

    let between: Vec<_> = inputs.iter().map(|[x, y]| [x + 0.1, y + 0.03]).collect();
    let truth: Vec<_> = between.iter().map(|&point| f(point)).collect();
    let error = rmse(&net.predict_rows(&between)?, &truth)?;
    println!(
        "root mean squared error between the grid's points: {error:.3}, at most 0.15 expected"
    );
    assert!(error <= 0.15);
    Ok(())
}
