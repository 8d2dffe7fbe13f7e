use unrolled::differentiate;

const N: usize = 3;

#[differentiate]
fn first(x: [f64; N]) -> f64 {
    x[0]
}

fn main() {}
