use unrolled::differentiate;

#[differentiate]
fn square(x: f64) -> f64 {
    println!("{x}");
    x * x
}

fn main() {}
