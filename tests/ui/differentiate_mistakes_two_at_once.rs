use unrolled::differentiate;

#[differentiate(wrt(sigm))]
fn scaled(x: f64, sigma: f64) -> f64 {
    let y = x.tahn();
    y * sigma
}

fn main() {}
