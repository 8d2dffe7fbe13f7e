//! Numbers that carry their slopes along, so that no test types a derivative in.

use std::ops::{Add, Div, Mul, Sub};

/// The most variables a test function has.
const N: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dual {
    pub(super) value: f64,
    pub(super) slopes: [f64; N],
}

impl Dual {
    /// The k-th of the variables.
    pub(super) fn variable(k: usize, value: f64) -> Self {
        let slopes = std::array::from_fn(|i| if i == k { 1.0 } else { 0.0 });
        Self { value, slopes }
    }

    /// f of this number, with f's value and slope there.
    fn chain(self, value: f64, slope: f64) -> Self {
        let slopes = self.slopes.map(|s| slope * s);
        Self { value, slopes }
    }

    pub(super) fn exp(self) -> Self {
        self.chain(self.value.exp(), self.value.exp())
    }
    pub(super) fn sqrt(self) -> Self {
        self.chain(self.value.sqrt(), 0.5 / self.value.sqrt())
    }
    pub(super) fn atan(self) -> Self {
        self.chain(self.value.atan(), 1.0 / (1.0 + self.value * self.value))
    }

    /// Slopes a·∂x + b·∂y.
    fn joined(x: Self, y: Self, value: f64, [a, b]: [f64; 2]) -> Self {
        let slopes = std::array::from_fn(|k| a * x.slopes[k] + b * y.slopes[k]);
        Self { value, slopes }
    }
}

impl From<f64> for Dual {
    fn from(value: f64) -> Self {
        let slopes = [0.0; N];
        Self { value, slopes }
    }
}

macro_rules! operator {
    ($Trait:ident $method:ident |$x:ident, $y:ident| $value:expr, [$dx:expr, $dy:expr]) => {
        impl<R: Into<Dual>> $Trait<R> for Dual {
            type Output = Dual;
            fn $method(self, other: R) -> Dual {
                let other = other.into();
                let ($x, $y) = (self.value, other.value);
                let _ = ($x, $y);
                Dual::joined(self, other, $value, [$dx, $dy])
            }
        }
        impl $Trait<Dual> for f64 {
            type Output = Dual;
            fn $method(self, other: Dual) -> Dual {
                Dual::from(self).$method(other)
            }
        }
    };
}

operator!(Add add |x, y| x + y, [1.0, 1.0]);
operator!(Sub sub |x, y| x - y, [1.0, -1.0]);
operator!(Mul mul |x, y| x * y, [y, x]);
operator!(Div div |x, y| x / y, [1.0 / y, -x / (y * y)]);
