use unrolled::differentiate;

#[differentiate]
fn power(x: f64) -> f64 {
    x.powi(3_000_000_000)
}

fn main() {}
