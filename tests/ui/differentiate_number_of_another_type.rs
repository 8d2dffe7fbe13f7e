use unrolled::differentiate;

#[differentiate]
fn double(x: f64) -> f64 {
    2f32 * x
}

fn main() {}
