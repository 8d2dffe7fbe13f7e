use unrolled::differentiate;

#[differentiate(wrt(x))]
fn scaled(x: f64, a: f64) -> f64 {
    a * x
}

#[differentiate]
fn twice(x: f64) -> f64 {
    scaled(x, 2.0)
}

fn main() {}
