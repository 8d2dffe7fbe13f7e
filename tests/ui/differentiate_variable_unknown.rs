use unrolled::differentiate;

#[differentiate]
fn square(sigma: f64) -> f64 {
    sigma * sgima
}

fn main() {}
