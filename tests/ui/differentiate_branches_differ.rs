use unrolled::differentiate;

#[differentiate]
fn pair(x: f64) -> f64 {
    let pair = if x > 0.0 { [x, x] } else { x };
    pair[0]
}

fn main() {}
