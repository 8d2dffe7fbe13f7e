use unrolled::differentiate;
#[differentiate]
fn sum(x: f64) -> f64 {
    let mut sum = x;
    for _ in 0..40 {
        for _ in 0..40 {
            sum *= x;
        }
    }
    sum
}
fn main() {}
