use unrolled::differentiate;

#[differentiate]
fn factorial(x: f64) -> f64 {
    if x < 1.0 { 1.0 } else { x * self::factorial(x - 1.0) }
}

fn main() {}
