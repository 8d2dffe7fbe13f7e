use unrolled::differentiate;

#[differentiate]
fn first(x: [[f64; 100]; 100]) -> f64 {
    x[0][0]
}

fn main() {}
