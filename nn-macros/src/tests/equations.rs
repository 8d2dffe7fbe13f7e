//! The printed equations of a few networks, as people will read them: in the rustdoc of a generated
//! type, and here.
//!
//! To accept a change, read it first, then copy it from the failure's `found`.

use super::support::network;
use crate::ir::print::print;
use crate::network::{PassKind, passes};

#[track_caller]
fn check(declaration: &str, expected: &str) {
    let passes = passes(&network(declaration), &[]);
    let found = print(&passes[PassKind::Gradient].graph);
    assert!(
        found.trim() == expected.trim(),
        "{declaration}\nfound:\n{found}\nexpected:{expected}"
    );
}

#[test]
fn the_lectures_network() {
    check(
        "2 -> tanh(50) -> 1",
        r"
H₁ = X W₁ + b₁               [n×50]
A₁ = tanh(H₁)                [n×50]
F = A₁ W₂ + b₂               [n×1]
G₂ = F − Y                   [n×1]
L = ½ (1ᵀ (G₂ ⊙ G₂))         [1×1]
∂L/∂b₂ = 1ᵀ G₂               [1×1]
∂L/∂A₁ = G₂ W₂ᵀ              [n×50]
∂L/∂W₂ = A₁ᵀ G₂              [50×1]
G₁ = (1 − A₁ ⊙ A₁) ⊙ ∂L/∂A₁  [n×50]
∂L/∂b₁ = 1ᵀ G₁               [1×50]
∂L/∂W₁ = Xᵀ G₁               [2×50]
",
    );
}

#[test]
fn scaled_at_both_ends() {
    check(
        "2 -> standardize -> tanh(5) -> 1 -> unstandardize",
        r"
X̃ = (X − mean(X)) / dev(X)   [n×2]
H₁ = X̃ W₁ + b₁               [n×5]
A₁ = tanh(H₁)                [n×5]
H₂ = A₁ W₂ + b₂              [n×1]
Ỹ = (Y − mean(Y)) / dev(Y)   [n×1]
G₂ = H₂ − Ỹ                  [n×1]
L = ½ (1ᵀ (G₂ ⊙ G₂))         [1×1]
∂L/∂b₂ = 1ᵀ G₂               [1×1]
∂L/∂A₁ = G₂ W₂ᵀ              [n×5]
∂L/∂W₂ = A₁ᵀ G₂              [5×1]
G₁ = (1 − A₁ ⊙ A₁) ⊙ ∂L/∂A₁  [n×5]
∂L/∂b₁ = 1ᵀ G₁               [1×5]
∂L/∂W₁ = X̃ᵀ G₁               [2×5]
",
    );
}

#[test]
fn a_batch_norm_alone() {
    check(
        "3 -> bn -> 1; loss = mse",
        r"
μ₁ = 1ᵀ X / n                           [1×3]
C₁ = X − μ₁                             [n×3]
σ²₁ = 1ᵀ (C₁ ⊙ C₁) / n                  [1×3]
μ̄′₁ = 0.9 μ̄₁ + 0.1 μ₁                   [1×3]
σ̄²′₁ = 0.9 σ̄²₁ + 0.1 (n / (n − 1) σ²₁)  [1×3]
s₁ = 1 / √(σ²₁ + 0.00001)               [1×3]
X̂₁ = C₁ ⊙ s₁                            [n×3]
Z₁ = γ₁ ⊙ X̂₁ + β₁                       [n×3]
F = Z₁ W₁ + b₁                          [n×1]
T₁ = F − Y                              [n×1]
L = 1ᵀ (T₁ ⊙ T₁)                        [1×1]
G₁ = 2 T₁                               [n×1]
∂L/∂b₁ = 2 (1ᵀ T₁)                      [1×1]
∂L/∂Z₁ = G₁ W₁ᵀ                         [n×3]
∂L/∂W₁ = Z₁ᵀ G₁                         [3×1]
∂L/∂β₁ = 1ᵀ ∂L/∂Z₁                      [1×3]
∂L/∂γ₁ = 1ᵀ (X̂₁ ⊙ ∂L/∂Z₁)               [1×3]
",
    );
}

#[test]
fn classes_behind_dropout() {
    check(
        "4 -> relu(8) -> dropout(0.5) -> 3; loss = cross_entropy",
        r"
H₁ = X W₁ + b₁                [n×8]
A₁ = relu(H₁)                 [n×8]
M₁ = mask(keep 0.5)           [n×8]
D₁ = A₁ ⊙ M₁                  [n×8]
F = D₁ W₂ + b₂                [n×3]
T₁ = F − max(F)               [n×3]
T₂ = exp(T₁)                  [n×3]
T₃ = T₂ 1                     [n×1]
L = 1ᵀ (Y ⊙ (ln(T₃) − T₁)) 1  [1×1]
G₂ = T₂ ⊙ (Y 1 / T₃) − Y      [n×3]
∂L/∂b₂ = 1ᵀ G₂                [1×3]
∂L/∂D₁ = G₂ W₂ᵀ               [n×8]
∂L/∂W₂ = D₁ᵀ G₂               [8×3]
∂L/∂A₁ = M₁ ⊙ ∂L/∂D₁          [n×8]
G₁ = [0 < A₁ ? ∂L/∂A₁ : 0]    [n×8]
∂L/∂b₁ = 1ᵀ G₁                [1×8]
∂L/∂W₁ = Xᵀ G₁                [4×8]
",
    );
}

#[test]
fn a_residual_block_with_spread() {
    check(
        "2 -> silu(5) -> skip(tanh(7) -> 5) -> 2; loss = gaussian_nll",
        r"
H₁ = X W₁ + b₁                                                  [n×5]
T₁ = σ(H₁)                                                      [n×5]
A₁ = H₁ ⊙ T₁                                                    [n×5]
H₂ = A₁ W₂ + b₂                                                 [n×7]
A₂ = tanh(H₂)                                                   [n×7]
H₃ = A₂ W₃ + b₃                                                 [n×5]
R₁ = A₁ + H₃                                                    [n×5]
F = R₁ W₄ + b₄                                                  [n×2]
T₂ = F[:, 1..2]                                                 [n×1]
T₃ = Y − F[:, 0..1]                                             [n×1]
T₄ = exp(−T₂)                                                   [n×1]
T₅ = T₃ ⊙ T₄                                                    [n×1]
L = 1ᵀ (½ (T₅ ⊙ T₅) + T₂ + 0.918939)                            [1×1]
G₄ = place(1 − T₄ ⊙ (T₃ ⊙ T₅), at 1) + place(−(T₄ ⊙ T₅), at 0)  [n×2]
∂L/∂b₄ = 1ᵀ G₄                                                  [1×2]
∂L/∂R₁ = G₄ W₄ᵀ                                                 [n×5]
∂L/∂W₄ = R₁ᵀ G₄                                                 [5×2]
∂L/∂b₃ = 1ᵀ ∂L/∂R₁                                              [1×5]
∂L/∂A₂ = ∂L/∂R₁ W₃ᵀ                                             [n×7]
∂L/∂W₃ = A₂ᵀ ∂L/∂R₁                                             [7×5]
G₂ = (1 − A₂ ⊙ A₂) ⊙ ∂L/∂A₂                                     [n×7]
∂L/∂b₂ = 1ᵀ G₂                                                  [1×7]
∂L/∂W₂ = A₁ᵀ G₂                                                 [5×7]
∂L/∂A₁ = ∂L/∂R₁ + G₂ W₂ᵀ                                        [n×5]
G₁ = T₁ ⊙ ∂L/∂A₁ + T₁ ⊙ (1 − T₁) ⊙ (H₁ ⊙ ∂L/∂A₁)                [n×5]
∂L/∂b₁ = 1ᵀ G₁                                                  [1×5]
∂L/∂W₁ = Xᵀ G₁                                                  [2×5]
",
    );
}

#[test]
fn kinks_and_statistics() {
    check(
        "2 -> 6 -> bn -> leaky_relu -> sigmoid(1); loss = huber(delta = 2)",
        r"
H₁ = X W₁ + b₁                                [n×6]
μ₁ = 1ᵀ H₁ / n                                [1×6]
C₁ = H₁ − μ₁                                  [n×6]
σ²₁ = 1ᵀ (C₁ ⊙ C₁) / n                        [1×6]
μ̄′₁ = 0.9 μ̄₁ + 0.1 μ₁                         [1×6]
σ̄²′₁ = 0.9 σ̄²₁ + 0.1 (n / (n − 1) σ²₁)        [1×6]
T₁ = √(σ²₁ + 0.00001)                         [1×6]
s₁ = 1 / T₁                                   [1×6]
X̂₁ = C₁ ⊙ s₁                                  [n×6]
Z₁ = γ₁ ⊙ X̂₁ + β₁                             [n×6]
A₁ = [0 < Z₁ ? Z₁ : 0.01 Z₁]                  [n×6]
H₂ = A₁ W₂ + b₂                               [n×1]
F = σ(H₂)                                     [n×1]
T₂ = F − Y                                    [n×1]
T₃ = abs(T₂)                                  [n×1]
L = 1ᵀ [T₃ ≤ 2 ? ½ T₃ ⊙ T₃ : 2 (T₃ − 1)]      [1×1]
∂L/∂F = sign(T₂) ⊙ [T₃ ≤ 2 ? T₃ : 2]          [n×1]
G₂ = F ⊙ (1 − F) ⊙ ∂L/∂F                      [n×1]
∂L/∂b₂ = 1ᵀ G₂                                [1×1]
∂L/∂A₁ = G₂ W₂ᵀ                               [n×6]
∂L/∂W₂ = A₁ᵀ G₂                               [6×1]
∂L/∂Z₁ = [0 < Z₁ ? ∂L/∂A₁ : 0.01 ∂L/∂A₁]      [n×6]
∂L/∂β₁ = 1ᵀ ∂L/∂Z₁                            [1×6]
∂L/∂γ₁ = 1ᵀ (X̂₁ ⊙ ∂L/∂Z₁)                     [1×6]
∂L/∂X̂₁ = γ₁ ⊙ ∂L/∂Z₁                          [n×6]
∂L/∂s₁ = 1ᵀ (C₁ ⊙ ∂L/∂X̂₁)                     [1×6]
T₄ = 1 / n                                    [1×1]
T₅ = C₁ ⊙ (T₄ (½ / T₁ ⊙ (s₁ / T₁ ⊙ ∂L/∂s₁)))  [n×6]
∂L/∂C₁ = s₁ ⊙ ∂L/∂X̂₁ − T₅ − T₅                [n×6]
G₁ = ∂L/∂C₁ − T₄ (γ₁ ⊙ ∂L/∂β₁ / T₁)           [n×6]
∂L/∂b₁ = 1ᵀ G₁                                [1×6]
∂L/∂W₁ = Xᵀ G₁                                [2×6]
",
    );
}
