use unrolled::differentiate;

#[differentiate(wrt(sigm))]
fn square(x: f64, sigma: f64) -> f64 {
    x * x * sigma
}

fn main() {}
