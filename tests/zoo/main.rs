//! A zoo of networks, every one of them held against differences of its own loss.
//!
//! The networks are the cross products of all activations with the forms a layer can take, of all
//! activations with all losses, and of all losses with all forms; and a few more that combine what
//! those keep apart. Each is declared twice, in `f64` and in `f32`:
//!
//! * the `f64` gradient equals the four-point central difference of the returned loss,
//! * every parameter tensor's gradient is non-zero, except those listed in [`check`] which theory
//!   says are zero, so that no comparison is one of nothing with nothing,
//! * the `f32` gradient equals the `f64` one at the same parameters,
//!
//! all three on every instruction set of the processor. The same draw gives the same dropout masks,
//! so the loss is a function of the parameters also under dropout.
//!
//! Measured: the worst distances are 3e-10 from the differences and 1.4e-6 between the scalar types;
//! compiling the 360 networks in both types takes a debug build 200 s of processor time and 6 GB.

mod check;
#[path = "../support/mod.rs"]
mod support;

/// Declarations, each with a name and a test.
macro_rules! networks {
    ($($name:ident: { $($declaration:tt)* })*) => {$(
        mod $name {
            unrolled::network! { pub struct Double<f64> = $($declaration)*; }
            unrolled::network! { pub struct Single<f32> = $($declaration)*; }

            #[test]
            fn gradient() {
                crate::check::check::<Double, Single>(module_path!());
            }
        }
    )*};
}

/// The forms in which an activation appears.
macro_rules! forms {
    ($module:ident: $activation:ident, $loss:ident) => {
        mod $module {
            networks! {
                plain: { 2 -> $activation(3) -> 4; loss = $loss }
                dropout: { 2 -> $activation(3) -> dropout(0.7) -> 4; loss = $loss }
                bn_after: { 2 -> $activation(3) -> bn -> 4; loss = $loss }
                bn_before: { 2 -> 3 -> bn -> $activation -> 4; loss = $loss }
                skip: { 2 -> 3 -> skip($activation(2) -> 3) -> 4; loss = $loss }
                output: { 2 -> 3 -> $activation(4); loss = $loss }
                depth_2: { 2 -> $activation(3) -> $activation(2) -> 4; loss = $loss }
                depth_3: { 2 -> $activation(3) -> $activation(2) -> $activation(3) -> 4; loss = $loss }
                depth_4: {
                    2 -> $activation(3) -> $activation(2) -> $activation(4) -> $activation(3) -> 4;
                    loss = $loss
                }
            }
        }
    };
}

/// Every activation in every form, under the default loss.
macro_rules! activations_by_form {
    ($($activation:ident)*) => {
        mod activations_by_form {
            $(forms! { $activation: $activation, sum_squares })*
        }
    };
}

/// Every loss but the default in every form, with this activation.
macro_rules! losses_by_form {
    ($module:ident: $activation:ident; $($loss:ident)*) => {
        mod $module {
            $(forms! { $loss: $activation, $loss })*
        }
    };
}

/// Every activation under every loss.
macro_rules! activations_by_loss {
    ($($activation:ident)*) => {
        mod activations_by_loss {$(
            mod $activation {
                networks! {
                    mse: { 3 -> $activation(4) -> 2; loss = mse }
                    mae: { 3 -> $activation(4) -> 2; loss = mae }
                    huber: { 3 -> $activation(4) -> 2; loss = huber }
                    cross_entropy: { 3 -> $activation(4) -> 2; loss = cross_entropy }
                    binary_cross_entropy: { 3 -> $activation(4) -> 2; loss = binary_cross_entropy }
                    gaussian_nll: { 3 -> $activation(4) -> 2; loss = gaussian_nll }
                }
            }
        )*}
    };
}

/// Every activation in layers so wide that sums over the rows go by blocks of columns, two of them or
/// four and a rest.
macro_rules! wide_layers {
    ($($activation:ident)*) => {
        mod wide_layers {$(
            mod $activation {
                networks! {
                    plain: { 2 -> $activation(31) -> 1 }
                    normalized: { 3 -> $activation(47) -> dropout(0.7) -> bn -> 1 }
                }
            }
        )*}
    };
}

activations_by_form! {
    tanh sigmoid relu leaky_relu elu selu gelu gelu_tanh silu softplus softsign sin lecun_tanh identity
}
activations_by_loss! {
    tanh sigmoid relu leaky_relu elu selu gelu gelu_tanh silu softplus softsign sin lecun_tanh identity
}
wide_layers! {
    tanh sigmoid relu leaky_relu elu selu gelu gelu_tanh silu softplus softsign sin lecun_tanh identity
}
losses_by_form! { tanh_losses: tanh; mse mae huber cross_entropy binary_cross_entropy gaussian_nll }
losses_by_form! { silu_losses: silu; mse mae huber cross_entropy binary_cross_entropy gaussian_nll }

mod combined {
    networks! {
        linear: { 3 -> 2 }
        hero: { 2 -> tanh(7) -> dropout(0.8) -> bn -> 1 }
        noisy_inputs: { 4 -> dropout(drop = 0.2) -> tanh(5) -> dropout(0.6) -> tanh(3) -> dropout(0.9) -> 2 }
        normalized_inputs: { 3 -> bn -> elu(4) -> 2 }
        normalized_often: {
            2 -> 4 -> bn -> tanh -> 3 -> bn(eps = 0.01, momentum = 0.3) -> sin -> dropout(0.7) -> bn -> 2
        }
        normalized_twice: { 2 -> tanh(3) -> bn -> 4 -> bn -> gelu -> 2 }
        nested_skips: { 2 -> 3 -> skip(tanh(4) -> skip(silu) -> 3) -> skip(skip(softplus(3))) -> 1 }
        skip_with_everything: { 3 -> skip(bn -> gelu(5) -> dropout(0.6) -> 3) -> [3] -> bn -> 2; loss = mse }
        skip_at_the_end: { 2 -> tanh(3) -> skip(sin(3)) ; loss = cross_entropy }
        slopes: { 3 -> leaky_relu(4, slope = 0.3) -> elu(3, alpha = 0.5) -> 2; loss = huber(delta = 0.3) }
        activations_alone: { 3 -> tanh -> 4 -> sigmoid -> identity -> lecun_tanh -> 2 }
        wide: { 5 -> tanh(17) -> relu(9) -> 3; loss = cross_entropy }
        wide_outputs: { 3 -> 40; loss = gaussian_nll }
        wide_skip: { 2 -> tanh(19) -> skip(silu(18) -> 19) -> 1 }
    }
}
