use unrolled::differentiate;

#[differentiate]
fn square(x: f64) -> f64 {
    fn double(x: f64) -> f64 { 2.0 * x }
    double(x)
}

fn main() {}
