//! What a formula of the user's costs, beside the built-in activation or loss that means the same.
//!
//! Some are spelled as the built-in one and expand to the same code; they show how exact the ratios
//! are. The others are spelled as people spell them, and what is measured is what the rewrites and
//! the planner make of that.

use crate::check;
use crate::contestants::{Data, Ours, Training};
use crate::measure::{self, Contestant, median};
use std::error::Error;
use std::f32::consts::SQRT_2;
use unrolled::network;
use unrolled::network::Network;
use unrolled::simd::Isa;

/// A built-in activation or loss, and a formula that means the same.
struct Pair {
    built_in: &'static str,
    formula: &'static str,
    /// How many times the built-in one's time the formula may take.
    most: f64,
    ours: [Box<dyn Training>; 2],
}

/// Rows of a batch, as in W1.
const ROWS: usize = 32;

/// How much slower an activation may be, and a loss.
const ACTIVATION: f64 = 1.10;
const LOSS: f64 = 1.03;

/// W1 with each activation and each formula for it; the same with each loss of four columns.
macro_rules! pairs {
    ($isa:ident; $(activation $activation:ident = $own:expr;)* $(loss $loss:ident = $own_loss:expr;)*) => {
        vec![
            $({
                network! { struct BuiltIn = 2 -> $activation(50) -> 1; loss = mse; }
                network! {
                    struct Own = 2 -> own(50) -> 1;
                    loss = mse;
                    let own(x) = $own;
                }
                let named = [stringify!($activation), stringify!($own)];
                pair::<BuiltIn, Own>($isa, named, ACTIVATION)
            },)*
            $({
                network! { struct BuiltIn = 2 -> tanh(50) -> 4; loss = $loss; }
                network! { struct Own = 2 -> tanh(50) -> 4; loss(f, y) = $own_loss; }
                let named = [stringify!($loss), stringify!($own_loss)];
                pair::<BuiltIn, Own>($isa, named, LOSS)
            },)*
        ]
    };
}

fn pairs(isa: Isa) -> Vec<Pair> {
    pairs! { isa;
        activation tanh = tanh(x);
        activation tanh = (exp(x) - exp(-x)) / (exp(x) + exp(-x));
        activation tanh = 2 * sigmoid(2 * x) - 1;
        activation tanh = 1 - 2 / (exp(2 * x) + 1);
        activation lecun_tanh = 1.7159 * tanh(2 * x / 3);
        activation sigmoid = 1 / (1 + exp(-x));
        activation silu = x * sigmoid(x);
        activation silu = x / (1 + exp(-x));
        activation gelu = 0.5 * x * (1 + erf(x / SQRT_2));
        activation gelu_tanh = 0.5 * x * (1 + tanh(0.7978845608 * (x + 0.044715 * powi(x, 3))));
        activation softplus = softplus(x);
        activation softplus = ln(1 + exp(x));
        loss sum_squares = 0.5 * powi(f - y, 2);
        loss sum_squares = 0.5 * sum((f - y) * (f - y));
        loss mse = mean(powi(f - y, 2));
    }
}

fn pair<BuiltIn, Own>(isa: Isa, [built_in, formula]: [&'static str; 2], most: f64) -> Pair
where
    BuiltIn: Network<Scalar = f32> + 'static,
    Own: Network<Scalar = f32> + 'static,
{
    let data = Data::new::<BuiltIn>(ROWS);
    Pair {
        built_in,
        formula,
        most,
        ours: [
            Box::new(Ours::<BuiltIn>::new(isa, &data)),
            Box::new(Ours::<Own>::new(isa, &data)),
        ],
    }
}

/// That the two of every pair compute the same.
///
/// # Errors
/// The first pair that differs.
pub fn check(isa: Isa) -> Result<(), Box<dyn Error>> {
    for pair in &mut pairs(isa) {
        let [built_in, own] = &mut pair.ours;
        check::training(pair.formula, own.as_mut(), built_in.as_mut())?;
    }
    Ok(())
}

/// Times all pairs, and prints the medians over the rounds: of the built-in one's time, and of the
/// ratio within a round.
pub fn measure(isa: Isa, rounds: usize) {
    let mut pairs = pairs(isa);
    let mut contestants: Vec<&mut dyn Contestant> = Vec::new();
    for [built_in, own] in pairs.iter_mut().map(|pair| &mut pair.ours) {
        contestants.push(built_in.as_mut());
        contestants.push(own.as_mut());
    }
    let times = measure::rounds(&mut contestants, rounds);
    println!("{}, {ROWS} rows, f32\n", isa.name());
    println!("built-in         µs  times        must  formula");
    let (times, _) = times.as_chunks::<2>();
    for (pair, [built_in, own]) in pairs.iter().zip(times) {
        let ratios = own
            .iter()
            .zip(built_in)
            .map(|(own, built_in)| own / built_in);
        let ratio = median(ratios.collect());
        let verdict = if ratio <= pair.most { "met" } else { "missed" };
        println!(
            "{:<12} {:>6.3}  {ratio:5.3}  {:.2} {verdict:>6}  {}",
            pair.built_in,
            1e6 * median(built_in.clone()),
            pair.most,
            pair.formula,
        );
    }
}
