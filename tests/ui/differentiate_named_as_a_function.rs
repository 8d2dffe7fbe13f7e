use unrolled::differentiate;

#[differentiate]
fn sigmoid(x: f64) -> f64 {
    x / (1.0 + x.abs())
}

fn main() {}
