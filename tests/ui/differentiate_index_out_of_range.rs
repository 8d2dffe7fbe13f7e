use unrolled::differentiate;

#[differentiate]
fn last(x: [f64; 3]) -> f64 {
    x[3]
}

fn main() {}
