//! The activations: value and slope, element by element.
//!
//! The slope is given both the input x and the output y and uses whichever is cheaper: tanh' is
//! 1 − y². Each function is a type of its own, so that its loops are compiled for it alone.

use std::marker::PhantomData;

use crate::Float;
use crate::dropout::Masks;
use crate::layer::{Layer, Rows};

/// σ(x) = 1 / (1 + e⁻ˣ).
pub(crate) fn sigmoid<T: Float>(x: T) -> T {
    T::one() / (T::one() + (-x).exp())
}

/// ln(1 + eˣ), without overflow.
pub(crate) fn softplus<T: Float>(x: T) -> T {
    x.max(T::zero()) + (-x.abs()).exp().ln_1p()
}

/// Φ(x), the normal distribution function.
fn normal<T: Float>(x: T) -> T {
    T::of(0.5) * (x * T::of(-std::f64::consts::FRAC_1_SQRT_2)).erfc()
}

/// φ(x), the normal density.
fn density<T: Float>(x: T) -> T {
    T::of(0.398_942_280_401_432_7) * (T::of(-0.5) * x * x).exp()
}

/// α and λ of Klambauer et al. (2017).
const SELU: (f64, f64) = (1.673_263_242_354_377_2, 1.050_700_987_355_480_5);
/// The amplitude of LeCun's tanh (1998); the frequency is 2/3.
const LECUN: f64 = 1.7159;

trait Function<T>: Send + 'static {
    fn value(x: T) -> T;
    fn slope(x: T, y: T) -> T;
}

struct Elementwise<F>(PhantomData<F>);

impl<T: Float, F: Function<T>> Layer<T> for Elementwise<F> {
    fn forward(&mut self, x: &[T], y: &mut [T], _masks: &mut Masks<T>) {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = F::value(x));
    }

    fn backward<'a>(&'a mut self, x: &[T], y: &[T], g: &'a mut [T]) -> &'a mut [T] {
        for ((g, &x), &y) in g.iter_mut().zip(x).zip(y) {
            *g *= F::slope(x, y);
        }
        g
    }

    fn infer(&mut self, rows: &mut Rows<T>) {
        rows.values_mut().iter_mut().for_each(|x| *x = F::value(*x));
    }
}

macro_rules! activations {
    ($($(#[$doc:meta])* $name:ident, |$x:ident| $value:expr, |$sx:ident, $sy:ident| $slope:expr;)*) => {
        /// An activation function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Activation {
            $($(#[$doc])* $name,)*
        }

        impl Activation {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub(crate) fn layer<T: Float>(self) -> Box<dyn Layer<T>> {
                match self {
                    $(Self::$name => {
                        struct F;
                        impl<T: Float> Function<T> for F {
                            fn value($x: T) -> T {
                                $value
                            }
                            fn slope($sx: T, $sy: T) -> T {
                                $slope
                            }
                        }
                        Box::new(Elementwise(PhantomData::<F>))
                    })*
                }
            }
        }
    };
}
activations! {
    /// tanh x
    Tanh, |x| x.tanh(), |_x, y| T::one() - y * y;
    /// 1 / (1 + e⁻ˣ)
    Sigmoid, |x| sigmoid(x), |_x, y| y * (T::one() - y);
    /// max(x, 0)
    Relu, |x| if x < T::zero() { T::zero() } else { x },
        |x, _y| if x > T::zero() { T::one() } else { T::zero() };
    /// x above 0, x/100 below
    LeakyRelu, |x| if x > T::zero() { x } else { T::of(0.01) * x },
        |x, _y| if x > T::zero() { T::one() } else { T::of(0.01) };
    /// x above 0, eˣ − 1 below
    Elu, |x| if x > T::zero() { x } else { x.exp_m1() },
        |x, y| if x > T::zero() { T::one() } else { y + T::one() };
    /// λ x above 0, λ α (eˣ − 1) below (Klambauer et al. 2017)
    Selu, |x| if x > T::zero() { T::of(SELU.1) * x } else { T::of(SELU.0 * SELU.1) * x.exp_m1() },
        |x, y| if x > T::zero() { T::of(SELU.1) } else { y + T::of(SELU.0 * SELU.1) };
    /// x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016)
    Gelu, |x| x * normal(x), |x, _y| normal(x) + x * density(x);
    /// x σ(x)
    Silu, |x| x * sigmoid(x), |x, y| sigmoid(x) * (T::one() + x - y);
    /// ln(1 + eˣ)
    Softplus, |x| softplus(x), |_x, y| -(-y).exp_m1();
    /// x / (1 + |x|)
    Softsign, |x| x / (T::one() + x.abs()), |_x, y| (T::one() - y.abs()).powi(2);
    /// sin x
    Sin, |x| x.sin(), |x, _y| x.cos();
    /// 1.7159 tanh(2x/3) (LeCun et al. 1998)
    LecunTanh, |x| T::of(LECUN) * (x * T::of(2.0 / 3.0)).tanh(),
        |_x, y| T::of(2.0 / 3.0 * LECUN) - T::of(2.0 / 3.0 / LECUN) * y * y;
    /// x
    Identity, |x| x, |_x, _y| T::one();
}
