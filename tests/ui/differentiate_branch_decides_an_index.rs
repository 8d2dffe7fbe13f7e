use unrolled::differentiate;
#[differentiate]
fn chosen(x: [f64; 2]) -> f64 {
    let mut i = 0;
    if x[0] < x[1] {
        i = 1;
    }
    x[i]
}
fn main() {}
