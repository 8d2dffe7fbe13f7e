use unrolled::differentiate;

#[differentiate]
fn chosen(x: [f64; 3], i: f64) -> f64 {
    x[i as usize]
}

fn main() {}
