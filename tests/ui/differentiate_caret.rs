use unrolled::differentiate;

#[differentiate]
fn square(x: f64) -> f64 {
    x ^ 2.0
}

fn main() {}
