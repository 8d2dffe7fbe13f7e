use unrolled::differentiate;
const N: usize = 3;
#[differentiate]
fn sum(x: f64) -> f64 {
    let mut sum = 0.0;
    for _ in 0..N {
        sum += x;
    }
    sum
}
fn main() {}
