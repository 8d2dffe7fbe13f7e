//! The modular implementation: forward and backward, layer by layer, and gradient descent on top.
//!
//! `cargo run --release --example modular`

use unrolled::prelude::*;

network! {
    struct Modular<f64> = 1 -> 12 -> tanh -> bn -> dropout(0.9) -> 1;
    derive(Layers);
}

fn main() -> Result<(), Error> {
    for (layer, number) in Modular::LAYER_EQUATIONS.iter().zip(1..) {
        println!(
            "layer {number}, {}\n{}\n{}",
            layer.name, layer.forward, layer.backward
        );
    }
    let x: Vec<[f64; 1]> = (0..100).map(|i| [0.06 * f64::from(i) - 3.0]).collect();
    let y: Vec<[f64; 1]> = x.iter().map(|[x]| [x.sin()]).collect();
    let mut net = Modular::init(Init::default(), 1);
    let (mut first, mut last) = (None, 0.0);
    for step in 0..400 {
        let draw = Draw { seed: 1, step }; // decides the dropout mask
        let (loss, gradient) = modular(&net, &x, &y, draw)?;
        if step == 0 {
            // The network's own pass fuses all layers and must give the same.
            let (isa, mut workspace) = (Isa::detect()?, Workspace::new());
            let mut fused = vec![0.0; Modular::PARAMETERS];
            net.clone()
                .gradient(isa, &x, &y, draw, &mut workspace, &mut fused)?;
            let off = gradient.iter().zip(&fused).map(|(a, b)| (a - b).abs());
            let off = off.fold(0.0, f64::max);
            println!("largest difference to the fused gradient: {off:.1e}");
            assert!(off < 1e-10, "the same sums in another order");
        }
        for (parameter, slope) in net.parameters_mut().iter_mut().zip(&gradient) {
            *parameter -= 0.1 * slope / x.len() as f64;
        }
        (first, last) = (first.or(Some(loss)), loss);
    }
    let first = first.unwrap_or(last);
    println!("loss {first:.3} at first, {last:.3} after 400 steps");
    assert!(last < 0.3 * first, "gradient descent lowers the loss");
    Ok(())
}

/// L and ∂L/∂θ, one layer after the other.
fn modular(
    net: &Modular,
    x: &[[f64; 1]],
    y: &[[f64; 1]],
    draw: Draw,
) -> Result<(f64, Vec<f64>), Error> {
    let h1 = net.layer1().forward(x)?;
    let a1 = net.layer2().forward(&h1)?;
    let z1 = net.layer3().forward(&a1)?;
    let d1 = net.layer4().draw(draw).forward(&z1)?;
    let f = net.layer5().forward(&d1)?;

    let g2: Vec<[f64; 1]> = f.iter().zip(y).map(|([f], [y])| [f - y]).collect();
    let loss = 0.5 * g2.iter().map(|[g]| g * g).sum::<f64>();

    let (dd1, (dw2, db2)) = net.layer5().backward(&d1, &g2)?;
    let (dz1, ()) = net.layer4().draw(draw).backward(&z1, &dd1)?;
    let (da1, (dgamma1, dbeta1)) = net.layer3().backward(&a1, &dz1)?;
    let (g1, ()) = net.layer2().backward(&h1, &da1)?;
    let (_, (dw1, db1)) = net.layer1().backward(x, &g1)?;
    let (w1, w2) = (dw1.as_flattened(), dw2.as_flattened());
    Ok((
        loss,
        [w1, &db1[..], &dgamma1[..], &dbeta1[..], w2, &db2[..]].concat(),
    ))
}
