use unrolled::differentiate;

#[differentiate(ordr = 1)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {}
