use unrolled::differentiate;

struct Model;

impl Model {
    #[differentiate]
    fn square(&self, x: f64) -> f64 {
        x * x
    }
}

fn main() {}
