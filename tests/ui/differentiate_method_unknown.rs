use unrolled::differentiate;

#[differentiate]
fn root(x: f64) -> f64 {
    x.sqr()
}

fn main() {}
