use unrolled::differentiate;

#[differentiate]
fn power(x: f64, n: f64) -> f64 {
    x.powi(n)
}

fn main() {}
