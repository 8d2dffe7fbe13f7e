use unrolled::differentiate;

#[differentiate]
fn square(x: f64) {
    x * x;
}

fn main() {}
