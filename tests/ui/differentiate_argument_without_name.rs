use unrolled::differentiate;

#[differentiate]
fn square(_: f64, x: f64) -> f64 {
    x * x
}

fn main() {}
