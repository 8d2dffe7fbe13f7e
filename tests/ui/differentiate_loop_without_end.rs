use unrolled::differentiate;
#[differentiate]
fn sum(x: f64) -> f64 {
    let mut sum = 0.0;
    for _ in 0.. {
        sum += x;
    }
    sum
}
fn main() {}
