use unrolled::differentiate;
#[differentiate]
fn halved(x: f64) -> f64 {
    let mut y = x;
    for _ in 0..9 {
        if y < 1.0 {
            break;
        }
    }
    y
}
fn main() {}
