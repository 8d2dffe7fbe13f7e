use unrolled::differentiate;

#[differentiate]
fn sum(x: f64, n: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        sum += x;
    }
    sum
}

fn main() {}
