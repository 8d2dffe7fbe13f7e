use unrolled::differentiate;

#[differentiate(order = 1)]
fn square(x: f64) -> f64 {
    x * x
}

#[differentiate]
fn fourth(x: f64) -> f64 {
    square(square(x))
}

fn main() {}
