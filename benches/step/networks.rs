//! The networks that are measured, each declared twice: for the macro and for the baseline.
//!
//! That both mean the same is checked, not believed: see `check`.

use baseline::{Loss, Masks, Spec, batch_norm, dense, dropout, relu, tanh};
use unrolled::mask;
use unrolled::network;
use unrolled::network::{Draw, Network};
use unrolled::simd::{Isa, Program, Simd};

/// A generated network that the baseline can build, too.
pub trait Twin: Network<Scalar = f32> {
    /// The layers as the baseline lists them, and its loss.
    fn layers() -> (Vec<Spec>, Loss);

    /// The outputs for one row, by the generated `forward`.
    fn forward_row(&self, input: &[Self::Input; 1]) -> [Self::Output; 1];

    /// The dynamic network.
    fn dynamic() -> baseline::Network<f32> {
        let (layers, loss) = Self::layers();
        baseline::Network::new(Self::INPUTS, layers, loss).expect("the layers fit together")
    }

    /// FLOP of a training step's products by the closed form: 2nkp forward for every affine layer,
    /// as much again for each of the two backward products, of which the first layer needs one.
    fn training_flop(rows: usize) -> usize {
        let (mut flop, mut width, mut products) = (0, Self::INPUTS, 2);
        for layer in Self::layers().0 {
            if let Spec::Dense(units) = layer {
                flop += products * 2 * rows * width * units;
                (width, products) = (units, 3);
            }
        }
        flop
    }
}

/// Declares each network and its twin: what the macro reads, then what the baseline reads.
macro_rules! twins {
    ($($name:ident { $($declaration:tt)* } [$($layers:expr),*] $loss:ident;)*) => {$(
        network! { pub struct $name<f32> = $($declaration)* }

        impl Twin for $name {
            fn layers() -> (Vec<Spec>, Loss) {
                ([$(&$layers[..]),*].concat(), Loss::$loss)
            }
            #[inline(always)]
            fn forward_row(&self, input: &[Self::Input; 1]) -> [Self::Output; 1] {
                self.forward(input)
            }
        }
    )*};
}

/// An affine layer and its activation.
fn layer(units: usize, activation: Spec) -> [Spec; 2] {
    [dense(units), activation]
}

twins! {
    W1 { 2 -> tanh(50) -> 1; loss = mse; }
        [layer(50, tanh()), [dense(1)]] Mse;
    W1d { 2 -> tanh(50) -> dropout(keep = 0.8) -> bn -> 1; loss = mse; }
        [layer(50, tanh()), [dropout(0.8), batch_norm(), dense(1)]] Mse;
    W2 { 2 -> tanh(50) -> tanh(50) -> tanh(50) -> tanh(50) -> 1; loss = mse; }
        [layer(50, tanh()), layer(50, tanh()), layer(50, tanh()), layer(50, tanh()), [dense(1)]] Mse;
    W3 { 784 -> relu(128) -> relu(64) -> 10; loss = cross_entropy; }
        [layer(128, relu()), layer(64, relu()), [dense(10)]] CrossEntropy;
    W4 { 64 -> tanh(64) -> tanh(64) -> 64; loss = mse; }
        [layer(64, tanh()), layer(64, tanh()), [dense(64)]] Mse;
    W5 { 4 -> tanh(32) -> tanh(16) -> 4; loss = sum_squares; }
        [layer(32, tanh()), layer(16, tanh()), [dense(4)]] SumSquares;
    W6 { 512 -> relu(512) -> relu(512) -> 10; loss = cross_entropy; }
        [layer(512, relu()), layer(512, relu()), [dense(10)]] CrossEntropy;
}

/// The masks that the generated [`W1d`] draws under the default seed, step after step, for the
/// baseline: with the same masks both must reach the same parameters.
pub fn w1d_masks(isa: Isa) -> Masks<f32> {
    let mut draw = Draw::default();
    Box::new(move |_, keep, _, mask| {
        isa.run(Fill { draw, keep, mask });
        draw.step += 1;
    })
}

struct Fill<'a> {
    draw: Draw,
    keep: f64,
    mask: &'a mut [f32],
}

impl Program for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (rows, _) = self.mask.as_chunks_mut::<50>();
        // Generated code numbers its dropout layers from 1.
        mask::fill(simd, self.draw, 1, self.keep, 0, rows);
    }
}
