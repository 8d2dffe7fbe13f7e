use unrolled::differentiate;
#[differentiate]
fn differences(x: [f64; 3]) -> f64 {
    let mut sum = 0.0;
    for i in 0..3 {
        sum += x[i + 1] - x[i];
    }
    sum
}
fn main() {}
