use unrolled::differentiate;

#[differentiate]
fn sum(x: [f64; 3]) -> f64 {
    x.iter().sum()
}

fn main() {}
