use unrolled::differentiate;

#[differentiate(order)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {}
