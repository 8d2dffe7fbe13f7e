use unrolled::differentiate;

#[differentiate]
fn first<const N: usize>(x: [f64; N]) -> f64 {
    x[0]
}

fn main() {}
