use unrolled::differentiate;

#[differentiate]
fn power(x: f64) -> f64 {
    x.powf()
}

fn main() {}
