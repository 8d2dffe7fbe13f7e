use unrolled::differentiate;

#[differentiate]
fn twice(x: f64) -> f64 {
    let double = |y| 2.0 * y;
    double(x)
}

fn main() {}
