use unrolled::differentiate;

#[differentiate]
fn squashed(x: f64) -> f64 {
    sigmod(x)
}

fn main() {}
