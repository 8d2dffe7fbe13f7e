use unrolled::differentiate;

#[differentiate]
fn rounded(x: f64) -> f64 {
    x.floor()
}

fn main() {}
