use unrolled::differentiate;

#[differentiate]
fn two() -> f64 {
    2.0
}

fn main() {}
