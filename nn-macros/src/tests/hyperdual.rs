//! Numbers that know more than their value: second derivatives, and how far rounding may have led.

use super::support::slope;
use crate::ir::interpret::Element;
use crate::ir::{Binary, Unary};

/// a + b ε₁ + c ε₂ + d ε₁ε₂ with ε₁² = ε₂² = 0: a number with a derivative in each of two
/// directions and the second derivative along both.
///
/// Beside each derivative stands its magnitude: the same sum over the paths through the expression
/// with every term's absolute value. It is what rounding errors are relative to.
#[derive(Clone, Copy, Debug)]
pub struct HyperDual {
    pub value: f64,
    pub first: [Part; 2],
    pub second: Part,
}

/// A sum and the sum of the terms' absolute values.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub sum: f64,
    pub magnitude: f64,
}

impl Part {
    pub const ZERO: Self = Self::new(0.0);

    pub const fn new(sum: f64) -> Self {
        Self {
            sum,
            magnitude: sum.abs(),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            magnitude: self.magnitude + other.magnitude,
        }
    }

    /// Zero stays zero, whatever the factor.
    fn times(self, factor: f64) -> Self {
        if self.magnitude == 0.0 {
            return Self::ZERO;
        }
        Self {
            sum: self.sum * factor,
            magnitude: self.magnitude * factor.abs(),
        }
    }

    fn by(self, other: Self) -> Self {
        Self {
            sum: self.sum * other.sum,
            magnitude: self.magnitude * other.magnitude,
        }
    }
}

/// f″(x), in a closed form.
fn curvature(function: Unary, x: f64) -> f64 {
    match function {
        Unary::Neg | Unary::Abs | Unary::Sign | Unary::Relu => 0.0,
        Unary::Sqrt => -0.25 / (x * x.sqrt()),
        Unary::Exp | Unary::ExpM1 => x.exp(),
        Unary::Ln => -1.0 / (x * x),
        Unary::Ln1p => -1.0 / (1.0 + x).powi(2),
        Unary::Tanh => -2.0 * x.tanh() * slope(Unary::Tanh, x),
        Unary::Sigmoid => -(0.5 * x).tanh() * slope(Unary::Sigmoid, x),
        Unary::Softplus => slope(Unary::Sigmoid, x),
        Unary::Sin => -x.sin(),
        Unary::Cos => -x.cos(),
        Unary::Tan => 2.0 * x.tan() * slope(Unary::Tan, x),
        Unary::Atan => -2.0 * x / (1.0 + x * x).powi(2),
        Unary::Sinh => x.sinh(),
        Unary::Cosh => x.cosh(),
        Unary::Erf | Unary::Erfc => -2.0 * x * slope(function, x),
    }
}

impl HyperDual {
    /// g of a function with these derivatives of first and second order.
    fn chain(self, value: f64, d: f64, dd: f64) -> Self {
        let [a, b] = self.first;
        Self {
            value,
            first: [a.times(d), b.times(d)],
            second: self.second.times(d).plus(a.by(b).times(dd)),
        }
    }

    fn plus(self, other: Self) -> Self {
        let first = |i: usize| self.first[i].plus(other.first[i]);
        Self {
            value: self.value + other.value,
            first: [first(0), first(1)],
            second: self.second.plus(other.second),
        }
    }

    fn times(self, other: Self) -> Self {
        let (a, b) = (self.value, other.value);
        let first = |i: usize| self.first[i].times(b).plus(other.first[i].times(a));
        let cross = |i: usize, j: usize| self.first[i].by(other.first[j]);
        let second = self.second.times(b).plus(other.second.times(a));
        Self {
            value: a * b,
            first: [first(0), first(1)],
            second: second.plus(cross(0, 1)).plus(cross(1, 0)),
        }
    }

    fn is_constant(self) -> bool {
        let parts = [self.first[0], self.first[1], self.second];
        parts.iter().all(|part| part.magnitude == 0.0)
    }
}

impl Element for HyperDual {
    fn from_f64(value: f64) -> Self {
        Self {
            value,
            first: [Part::ZERO; 2],
            second: Part::ZERO,
        }
    }

    fn value(self) -> f64 {
        self.value
    }

    fn unary(self, function: Unary) -> Self {
        let x = self.value;
        self.chain(
            function.value(x),
            slope(function, x),
            curvature(function, x),
        )
    }

    fn powi(self, n: i32) -> Self {
        let (x, m) = (self.value, f64::from(n));
        let dd = m * (m - 1.0) * x.powi(n - 2);
        self.chain(x.powi(n), m * x.powi(n - 1), dd)
    }

    fn binary(self, operation: Binary, other: Self) -> Self {
        match operation {
            Binary::Add => self.plus(other),
            Binary::Sub => self.plus(other.unary(Unary::Neg)),
            Binary::Mul => self.times(other),
            Binary::Div => {
                let b = other.value;
                let reciprocal = other.chain(1.0 / b, -1.0 / (b * b), 2.0 / (b * b * b));
                let value = self.value / b;
                Self {
                    value,
                    ..self.times(reciprocal)
                }
            }
            // aᵇ = exp(b ln a); with b fixed, the power rule serves negative a too.
            Binary::Pow => {
                let (a, b) = (self.value, other.value);
                let value = a.powf(b);
                if other.is_constant() {
                    let (d, dd) = (b * a.powf(b - 1.0), b * (b - 1.0) * a.powf(b - 2.0));
                    return self.chain(value, d, dd);
                }
                let exponent = self.unary(Unary::Ln).times(other);
                exponent.chain(value, value, value)
            }
        }
    }
}

/// A number and a bound on its rounding error, if every operation is off by at most 1 ulp: errors
/// are carried along to first order (running error analysis, Wilkinson).
#[derive(Clone, Copy, Debug)]
pub struct Bounded {
    pub value: f64,
    pub error: f64,
}

impl Bounded {
    fn new(value: f64, carried: f64) -> Self {
        Self {
            value,
            error: carried + f64::EPSILON * value.abs(),
        }
    }
}

/// An error carried on; none stays none, whatever the factor.
fn carry(error: f64, factor: f64) -> f64 {
    if error == 0.0 {
        0.0
    } else {
        error * factor.abs()
    }
}

impl Element for Bounded {
    fn from_f64(value: f64) -> Self {
        Self { value, error: 0.0 }
    }

    fn value(self) -> f64 {
        self.value
    }

    fn unary(self, function: Unary) -> Self {
        let carried = carry(self.error, slope(function, self.value));
        match function {
            Unary::Neg | Unary::Abs | Unary::Sign | Unary::Relu => Self {
                value: function.value(self.value),
                error: carried,
            },
            _ => Self::new(function.value(self.value), carried),
        }
    }

    fn powi(self, n: i32) -> Self {
        let m = f64::from(n);
        let value = self.value.powi(n);
        let carried = carry(self.error, m * self.value.powi(n - 1));
        // Repeated multiplication: |n| roundings.
        Self::new(value, carried + m.abs() * f64::EPSILON * value.abs())
    }

    fn binary(self, operation: Binary, other: Self) -> Self {
        let (a, b) = (self.value, other.value);
        let value = operation.value(a, b);
        let (by_a, by_b) = match operation {
            Binary::Add | Binary::Sub => (1.0, 1.0),
            Binary::Mul => (b, a),
            Binary::Div => (1.0 / b, value / b),
            Binary::Pow => (b * a.powf(b - 1.0), value * a.ln()),
        };
        Self::new(value, carry(self.error, by_a) + carry(other.error, by_b))
    }
}
