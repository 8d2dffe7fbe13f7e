use unrolled::differentiate;

#[differentiate]
fn norm(x: Vec<f64>) -> f64 {
    x[0]
}

fn main() {}
