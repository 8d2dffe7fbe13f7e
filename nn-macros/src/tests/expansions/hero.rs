/**
# Layers

| layer | width | parameters |
|---|---|---|
| inputs | 2 | 0 |
| `tanh(50)` | 50 | 150 |
| `dropout(keep = 0.8)` | 50 | 0 |
| `bn` | 50 | 100 |
| `1` | 1 | 51 |

301 parameters of type `f64`. A sample costs 700 FLOP in the products of a training step and 300 in those of a prediction; a training step keeps 1208 bytes of it.

# Equations of a training step

```text
H₁ = X W₁ + b₁                                [n×50]
A₁ = tanh(H₁)                                 [n×50]
M₁ = mask(keep 0.8)                           [n×50]
D₁ = A₁ ⊙ M₁                                  [n×50]
μ₁ = 1ᵀ D₁ / n                                [1×50]
C₁ = D₁ − μ₁                                  [n×50]
σ²₁ = 1ᵀ (C₁ ⊙ C₁) / n                        [1×50]
μ̄′₁ = 0.9 μ̄₁ + 0.1 μ₁                         [1×50]
σ̄²′₁ = 0.9 σ̄²₁ + 0.1 (n / (n − 1) σ²₁)        [1×50]
T₁ = √(σ²₁ + 0.00001)                         [1×50]
s₁ = 1 / T₁                                   [1×50]
X̂₁ = C₁ ⊙ s₁                                  [n×50]
Z₁ = γ₁ ⊙ X̂₁ + β₁                             [n×50]
F = Z₁ W₂ + b₂                                [n×1]
G₂ = F − Y                                    [n×1]
L = ½ (1ᵀ (G₂ ⊙ G₂))                          [1×1]
∂L/∂b₂ = 1ᵀ G₂                                [1×1]
∂L/∂Z₁ = G₂ W₂ᵀ                               [n×50]
∂L/∂W₂ = Z₁ᵀ G₂                               [50×1]
∂L/∂β₁ = 1ᵀ ∂L/∂Z₁                            [1×50]
∂L/∂γ₁ = 1ᵀ (X̂₁ ⊙ ∂L/∂Z₁)                     [1×50]
∂L/∂X̂₁ = γ₁ ⊙ ∂L/∂Z₁                          [n×50]
∂L/∂s₁ = 1ᵀ (C₁ ⊙ ∂L/∂X̂₁)                     [1×50]
T₂ = 1 / n                                    [1×1]
T₃ = C₁ ⊙ (T₂ (½ / T₁ ⊙ (s₁ / T₁ ⊙ ∂L/∂s₁)))  [n×50]
∂L/∂C₁ = s₁ ⊙ ∂L/∂X̂₁ − T₃ − T₃                [n×50]
∂L/∂D₁ = ∂L/∂C₁ − T₂ (γ₁ ⊙ ∂L/∂β₁ / T₁)       [n×50]
∂L/∂A₁ = M₁ ⊙ ∂L/∂D₁                          [n×50]
G₁ = (1 − A₁ ⊙ A₁) ⊙ ∂L/∂A₁                   [n×50]
∂L/∂b₁ = 1ᵀ G₁                                [1×50]
∂L/∂W₁ = Xᵀ G₁                                [2×50]
```
*/
#[derive(unrolled::__private::Clone, unrolled::__private::Debug)]
pub struct Hero {
    parameters: unrolled::__private::Aligned<unrolled::__private::f64>,
    statistics: unrolled::__private::Aligned<unrolled::__private::f64>,
}
#[allow(dead_code, unused_imports, clippy::all, clippy::pedantic, clippy::nursery)]
const _: () = {
    use unrolled::__private::{self as rt, bool, f32, f64, str, usize};
    #[automatically_derived]
    impl rt::Network for Hero {
        type Scalar = f64;
        type Input = [f64; 2];
        type Output = [f64; 1];
        type Target = [f64; 1];
        const NAME: &'static str = "Hero";
        const LOSS: &'static str = "sum_squares";
        const PARAMETERS: usize = 301;
        const STATISTICS: usize = 100;
        const TRAINING_DIFFERS: bool = true;
        const LEAST_BATCH: usize = 2;
        const WORKSPACE_BYTES: usize = 57728;
        const WORKSPACE_BYTES_PER_ROW: usize = 808;
        const TRAINING_FLOP: usize = 700;
        const PREDICTION_FLOP: usize = 300;
        const TENSORS: &'static [rt::Tensor] = &[
            rt::Tensor {
                name: "w1",
                role: rt::Role::Weight(rt::Gain::Glorot),
                rows: 2,
                columns: 50,
                offset: 0,
            },
            rt::Tensor {
                name: "b1",
                role: rt::Role::Bias,
                rows: 1,
                columns: 50,
                offset: 100,
            },
            rt::Tensor {
                name: "gamma1",
                role: rt::Role::Scale,
                rows: 1,
                columns: 50,
                offset: 150,
            },
            rt::Tensor {
                name: "beta1",
                role: rt::Role::Shift,
                rows: 1,
                columns: 50,
                offset: 200,
            },
            rt::Tensor {
                name: "w2",
                role: rt::Role::Weight(rt::Gain::Glorot),
                rows: 50,
                columns: 1,
                offset: 250,
            },
            rt::Tensor {
                name: "b2",
                role: rt::Role::Bias,
                rows: 1,
                columns: 1,
                offset: 300,
            },
        ];
        const STATISTIC_TENSORS: &'static [rt::Tensor] = &[
            rt::Tensor {
                name: "mean1",
                role: rt::Role::Mean,
                rows: 1,
                columns: 50,
                offset: 0,
            },
            rt::Tensor {
                name: "variance1",
                role: rt::Role::Variance,
                rows: 1,
                columns: 50,
                offset: 50,
            },
        ];
        const LAYERS: &'static [rt::Layer] = &[
            rt::Layer {
                name: "tanh(50)",
                width: 50,
                parameters: 150,
            },
            rt::Layer {
                name: "dropout(keep = 0.8)",
                width: 50,
                parameters: 0,
            },
            rt::Layer {
                name: "bn",
                width: 50,
                parameters: 100,
            },
            rt::Layer {
                name: "1",
                width: 1,
                parameters: 51,
            },
        ];
        const EQUATIONS: &'static str = "H₁ = X W₁ + b₁                                [n×50]\nA₁ = tanh(H₁)                                 [n×50]\nM₁ = mask(keep 0.8)                           [n×50]\nD₁ = A₁ ⊙ M₁                                  [n×50]\nμ₁ = 1ᵀ D₁ / n                                [1×50]\nC₁ = D₁ − μ₁                                  [n×50]\nσ²₁ = 1ᵀ (C₁ ⊙ C₁) / n                        [1×50]\nμ\u{304}′₁ = 0.9 μ\u{304}₁ + 0.1 μ₁                         [1×50]\nσ\u{304}²′₁ = 0.9 σ\u{304}²₁ + 0.1 (n / (n − 1) σ²₁)        [1×50]\nT₁ = √(σ²₁ + 0.00001)                         [1×50]\ns₁ = 1 / T₁                                   [1×50]\nX\u{302}₁ = C₁ ⊙ s₁                                  [n×50]\nZ₁ = γ₁ ⊙ X\u{302}₁ + β₁                             [n×50]\nF = Z₁ W₂ + b₂                                [n×1]\nG₂ = F − Y                                    [n×1]\nL = ½ (1ᵀ (G₂ ⊙ G₂))                          [1×1]\n∂L/∂b₂ = 1ᵀ G₂                                [1×1]\n∂L/∂Z₁ = G₂ W₂ᵀ                               [n×50]\n∂L/∂W₂ = Z₁ᵀ G₂                               [50×1]\n∂L/∂β₁ = 1ᵀ ∂L/∂Z₁                            [1×50]\n∂L/∂γ₁ = 1ᵀ (X\u{302}₁ ⊙ ∂L/∂Z₁)                     [1×50]\n∂L/∂X\u{302}₁ = γ₁ ⊙ ∂L/∂Z₁                          [n×50]\n∂L/∂s₁ = 1ᵀ (C₁ ⊙ ∂L/∂X\u{302}₁)                     [1×50]\nT₂ = 1 / n                                    [1×1]\nT₃ = C₁ ⊙ (T₂ (½ / T₁ ⊙ (s₁ / T₁ ⊙ ∂L/∂s₁)))  [n×50]\n∂L/∂C₁ = s₁ ⊙ ∂L/∂X\u{302}₁ − T₃ − T₃                [n×50]\n∂L/∂D₁ = ∂L/∂C₁ − T₂ (γ₁ ⊙ ∂L/∂β₁ / T₁)       [n×50]\n∂L/∂A₁ = M₁ ⊙ ∂L/∂D₁                          [n×50]\nG₁ = (1 − A₁ ⊙ A₁) ⊙ ∂L/∂A₁                   [n×50]\n∂L/∂b₁ = 1ᵀ G₁                                [1×50]\n∂L/∂W₁ = Xᵀ G₁                                [2×50]\n";
        const PHASES: &'static [rt::Phase] = &[
            rt::Phase {
                is_over_rows: true,
                sums: &[
                    rt::Shared::Workspace {
                        start: 0,
                        length: 50,
                    },
                ],
                reads: &[],
            },
            rt::Phase {
                is_over_rows: true,
                sums: &[
                    rt::Shared::Workspace {
                        start: 128,
                        length: 50,
                    },
                ],
                reads: &[
                    rt::Shared::Workspace {
                        start: 0,
                        length: 50,
                    },
                ],
            },
            rt::Phase {
                is_over_rows: true,
                sums: &[
                    rt::Shared::Workspace {
                        start: 400,
                        length: 1,
                    },
                    rt::Shared::Gradient {
                        start: 300,
                        length: 1,
                    },
                    rt::Shared::Gradient {
                        start: 250,
                        length: 50,
                    },
                    rt::Shared::Gradient {
                        start: 200,
                        length: 50,
                    },
                    rt::Shared::Gradient {
                        start: 150,
                        length: 50,
                    },
                    rt::Shared::Workspace {
                        start: 416,
                        length: 50,
                    },
                ],
                reads: &[
                    rt::Shared::Workspace {
                        start: 128,
                        length: 50,
                    },
                ],
            },
            rt::Phase {
                is_over_rows: true,
                sums: &[
                    rt::Shared::Gradient {
                        start: 100,
                        length: 50,
                    },
                    rt::Shared::Gradient {
                        start: 0,
                        length: 100,
                    },
                ],
                reads: &[
                    rt::Shared::Workspace {
                        start: 400,
                        length: 1,
                    },
                    rt::Shared::Gradient {
                        start: 200,
                        length: 50,
                    },
                    rt::Shared::Workspace {
                        start: 416,
                        length: 50,
                    },
                ],
            },
        ];
        fn zeros() -> Self {
            let mut statistics = rt::Aligned::<Self::Scalar>::zeros(Self::STATISTICS);
            statistics[50..100].fill(1.0);
            Self {
                parameters: rt::Aligned::zeros(Self::PARAMETERS),
                statistics,
            }
        }
        fn parameters(&self) -> &[Self::Scalar] {
            &self.parameters
        }
        fn parameters_mut(&mut self) -> &mut [Self::Scalar] {
            &mut self.parameters
        }
        fn statistics(&self) -> &[Self::Scalar] {
            &self.statistics
        }
        fn statistics_mut(&mut self) -> &mut [Self::Scalar] {
            &mut self.statistics
        }
        fn gradient(
            &mut self,
            isa: rt::Isa,
            inputs: &[Self::Input],
            targets: &[Self::Target],
            draw: rt::Draw,
            workspace: &mut rt::Workspace<Self::Scalar>,
            gradient: &mut [Self::Scalar],
        ) -> rt::Result<Self::Scalar, rt::Error> {
            rt::check_gradient::<Self>(inputs.len(), targets.len(), gradient.len())?;
            rt::Ok(
                isa
                    .run(HeroGradient::<128> {
                        inputs,
                        targets,
                        draw,
                        parameters: &self.parameters,
                        statistics: &mut self.statistics,
                        part: rt::Part::whole::<Self>(inputs.len()),
                        workspace: workspace.scratch(7216 + 101 * inputs.len()),
                        gradient,
                    }),
            )
        }
        fn run_block(
            &self,
            isa: rt::Isa,
            part: rt::Part,
            block: rt::Block<'_, Self>,
        ) -> Self::Scalar {
            let rt::Block { inputs, targets, draw, statistics, workspace, gradient } = block;
            isa.run(HeroGradient::<128> {
                inputs,
                targets,
                draw,
                parameters: &self.parameters,
                statistics,
                part,
                workspace: workspace.scratch(7216 + 101 * inputs.len()),
                gradient,
            })
        }
        fn loss(
            &self,
            isa: rt::Isa,
            inputs: &[Self::Input],
            targets: &[Self::Target],
            workspace: &mut rt::Workspace<Self::Scalar>,
        ) -> rt::Result<Self::Scalar, rt::Error> {
            rt::check_pairs(inputs.len(), targets.len())?;
            rt::Ok(
                isa
                    .run(HeroLoss::<128> {
                        inputs,
                        targets,
                        parameters: &self.parameters,
                        statistics: &self.statistics,
                        workspace: workspace.scratch(6624 + 0 * inputs.len()),
                    }),
            )
        }
        fn predict_into(
            &self,
            isa: rt::Isa,
            inputs: &[Self::Input],
            outputs: &mut [Self::Output],
            workspace: &mut rt::Workspace<Self::Scalar>,
        ) -> rt::Result<(), rt::Error> {
            rt::check_outputs(inputs.len(), outputs.len())?;
            isa.run(HeroPrediction::<128> {
                inputs,
                parameters: &self.parameters,
                statistics: &self.statistics,
                workspace: workspace.scratch(6464 + 0 * inputs.len()),
                outputs,
            });
            rt::Ok(())
        }
    }
    #[automatically_derived]
    impl Hero {
        /// A network with initial parameters: drawn by `init` from `seed`.
        pub fn init(init: rt::Init, seed: u64) -> Self {
            <Self as rt::Network>::init(init, seed)
        }
        /// The network's outputs for these rows: dropout is off, batch normalization uses its
        /// running statistics. The compiler checks the widths.
        pub fn forward<const N: usize>(&self, inputs: &[[f64; 2]; N]) -> [[f64; 1]; N] {
            let mut outputs = [[0.0; 1]; N];
            if N == 1 {
                rt::Isa::current()
                    .run(HeroPrediction::<1> {
                        inputs: inputs,
                        parameters: &self.parameters,
                        statistics: &self.statistics,
                        workspace: &mut rt::OnLine([0.0; 128]).0,
                        outputs: &mut outputs,
                    });
                return outputs;
            }
            let _ = <Self as rt::Network>::predict_into(
                self,
                rt::Isa::current(),
                inputs,
                &mut outputs,
                &mut rt::Workspace::new(),
            );
            outputs
        }
        /// The network's outputs for these rows, an ndarray view or a slice of arrays.
        ///
        /// # Errors
        /// Rows of the wrong width, NaN or infinite values.
        pub fn predict<Rows>(
            &self,
            inputs: &Rows,
        ) -> rt::Result<rt::Array2<f64>, rt::Error>
        where
            Rows: rt::Rows<<Self as rt::Network>::Input> + ?rt::Sized,
        {
            <Self as rt::Network>::predict(self, inputs)
        }
        /// The layers, widths and parameters, as a table.
        pub fn summary() -> rt::Summary {
            <Self as rt::Network>::summary()
        }
        /// The weights, 2 inputs x 50 outputs.
        pub fn w1(&self) -> &[[f64; 50]; 2] {
            rt::matrix::<f64, 2, 50>(&self.parameters[0..])
        }
        /// The weights, 2 inputs x 50 outputs, to change.
        pub fn w1_mut(&mut self) -> &mut [[f64; 50]; 2] {
            rt::matrix_mut::<f64, 2, 50>(&mut self.parameters[0..])
        }
        /// The biases, 50 in all.
        pub fn b1(&self) -> &[f64; 50] {
            &rt::matrix::<f64, 1, 50>(&self.parameters[100..])[0]
        }
        /// The biases, 50 in all, to change.
        pub fn b1_mut(&mut self) -> &mut [f64; 50] {
            &mut rt::matrix_mut::<f64, 1, 50>(&mut self.parameters[100..])[0]
        }
        /// Batch normalization's scales γ, 50 in all.
        pub fn gamma1(&self) -> &[f64; 50] {
            &rt::matrix::<f64, 1, 50>(&self.parameters[150..])[0]
        }
        /// Batch normalization's scales γ, 50 in all, to change.
        pub fn gamma1_mut(&mut self) -> &mut [f64; 50] {
            &mut rt::matrix_mut::<f64, 1, 50>(&mut self.parameters[150..])[0]
        }
        /// Batch normalization's shifts β, 50 in all.
        pub fn beta1(&self) -> &[f64; 50] {
            &rt::matrix::<f64, 1, 50>(&self.parameters[200..])[0]
        }
        /// Batch normalization's shifts β, 50 in all, to change.
        pub fn beta1_mut(&mut self) -> &mut [f64; 50] {
            &mut rt::matrix_mut::<f64, 1, 50>(&mut self.parameters[200..])[0]
        }
        /// The weights, 50 inputs x 1 outputs.
        pub fn w2(&self) -> &[[f64; 1]; 50] {
            rt::matrix::<f64, 50, 1>(&self.parameters[250..])
        }
        /// The weights, 50 inputs x 1 outputs, to change.
        pub fn w2_mut(&mut self) -> &mut [[f64; 1]; 50] {
            rt::matrix_mut::<f64, 50, 1>(&mut self.parameters[250..])
        }
        /// The biases, 1 in all.
        pub fn b2(&self) -> &[f64; 1] {
            &rt::matrix::<f64, 1, 1>(&self.parameters[300..])[0]
        }
        /// The biases, 1 in all, to change.
        pub fn b2_mut(&mut self) -> &mut [f64; 1] {
            &mut rt::matrix_mut::<f64, 1, 1>(&mut self.parameters[300..])[0]
        }
        /// The running means, 50 in all.
        pub fn mean1(&self) -> &[f64; 50] {
            &rt::matrix::<f64, 1, 50>(&self.statistics[0..])[0]
        }
        /// The running means, 50 in all, to change.
        pub fn mean1_mut(&mut self) -> &mut [f64; 50] {
            &mut rt::matrix_mut::<f64, 1, 50>(&mut self.statistics[0..])[0]
        }
        /// The running variances, 50 in all.
        pub fn variance1(&self) -> &[f64; 50] {
            &rt::matrix::<f64, 1, 50>(&self.statistics[50..])[0]
        }
        /// The running variances, 50 in all, to change.
        pub fn variance1_mut(&mut self) -> &mut [f64; 50] {
            &mut rt::matrix_mut::<f64, 1, 50>(&mut self.statistics[50..])[0]
        }
    }
    #[automatically_derived]
    impl rt::MonteCarlo for Hero {
        fn sample_into(
            &self,
            isa: rt::Isa,
            inputs: &[Self::Input],
            draw: rt::Draw,
            outputs: &mut [Self::Output],
            workspace: &mut rt::Workspace<Self::Scalar>,
        ) -> rt::Result<(), rt::Error> {
            rt::check_outputs(inputs.len(), outputs.len())?;
            isa.run(HeroSampling::<128> {
                inputs,
                draw,
                parameters: &self.parameters,
                statistics: &self.statistics,
                workspace: workspace.scratch(6528 + 0 * inputs.len()),
                outputs,
            });
            rt::Ok(())
        }
    }
    /// V₁₃ = 1ᵀ D₁
    #[inline(always)]
    fn compute_v13<S: rt::Simd>(
        a1: &[[f64; 50]],
        m1: &[[f64; 50]],
        v13: &mut [[f64; 50]; 1],
    ) {
        #[inline(always)]
        fn columns<S: rt::Simd, const W: usize>(
            first: usize,
            a1: &[[f64; 50]],
            m1: &[[f64; 50]],
            v13: &mut [[f64; 50]; 1],
        ) {
            let rows = m1.len();
            let a1 = &a1[..rows];
            let m1 = &m1[..rows];
            let mut v13_0 = *rt::columns::<f64, W>(&v13[0], first);
            for i in 0..rows {
                let a1 = rt::columns::<f64, W>(&a1[i], first);
                let m1 = rt::columns::<f64, W>(&m1[i], first);
                for j in 0..W {
                    let a1_ij = a1[j];
                    let m1_ij = m1[j];
                    let d1_ij = a1_ij * m1_ij;
                    v13_0[j] += d1_ij;
                }
            }
            *rt::columns_mut::<f64, W>(&mut v13[0], first) = v13_0;
        }
        columns::<S, 32>(0, &*a1, &*m1, &mut *v13);
        for block in 0..2 {
            columns::<S, 8>(32 + block * 8, &*a1, &*m1, &mut *v13);
        }
        columns::<S, 2>(48, &*a1, &*m1, &mut *v13);
    }
    /// μ₁ = 1ᵀ D₁ / n; μ̄′₁ = 0.9 μ̄₁ + 0.1 μ₁
    #[inline(always)]
    fn compute_mu1<S: rt::Simd>(
        v13: &[[f64; 50]; 1],
        mean1: &[[f64; 50]; 1],
        mu1: &mut [[f64; 50]; 1],
        next_mean1: &mut [[f64; 50]; 1],
        n: f64,
    ) {
        let next_mean1 = next_mean1.as_flattened_mut();
        let elements = next_mean1.len();
        let v13 = &v13.as_flattened()[..elements];
        let mean1 = &mean1.as_flattened()[..elements];
        let mu1 = &mut mu1.as_flattened_mut()[..elements];
        for i in 0..elements {
            let v13_ij = v13[i];
            let mean1_ij = mean1[i];
            let mu1_ij = v13_ij / n;
            let next_mean1_ij = (0.9f64 * mean1_ij) + (0.1f64 * mu1_ij);
            mu1[i] = mu1_ij;
            next_mean1[i] = next_mean1_ij;
        }
    }
    /// V₁₇ = 1ᵀ (C₁ ⊙ C₁)
    #[inline(always)]
    fn compute_v17<S: rt::Simd>(
        a1: &[[f64; 50]],
        m1: &[[f64; 50]],
        mu1: &[[f64; 50]; 1],
        v17: &mut [[f64; 50]; 1],
    ) {
        #[inline(always)]
        fn columns<S: rt::Simd, const W: usize>(
            first: usize,
            a1: &[[f64; 50]],
            m1: &[[f64; 50]],
            mu1: &[[f64; 50]; 1],
            v17: &mut [[f64; 50]; 1],
        ) {
            let rows = m1.len();
            let a1 = &a1[..rows];
            let m1 = &m1[..rows];
            let mu1 = rt::columns::<f64, W>(mu1.as_flattened(), first);
            let mut v17_0 = *rt::columns::<f64, W>(&v17[0], first);
            for i in 0..rows {
                let a1 = rt::columns::<f64, W>(&a1[i], first);
                let m1 = rt::columns::<f64, W>(&m1[i], first);
                for j in 0..W {
                    let a1_ij = a1[j];
                    let m1_ij = m1[j];
                    let mu1_ij = mu1[j];
                    let d1_ij = a1_ij * m1_ij;
                    let c1_ij = d1_ij - mu1_ij;
                    v17_0[j] += (c1_ij * c1_ij);
                }
            }
            *rt::columns_mut::<f64, W>(&mut v17[0], first) = v17_0;
        }
        columns::<S, 32>(0, &*a1, &*m1, &*mu1, &mut *v17);
        for block in 0..2 {
            columns::<S, 8>(32 + block * 8, &*a1, &*m1, &*mu1, &mut *v17);
        }
        columns::<S, 2>(48, &*a1, &*m1, &*mu1, &mut *v17);
    }
    /// s₁ = 1 / T₁; σ²₁ = 1ᵀ (C₁ ⊙ C₁) / n; T₁ = √(σ²₁ + 0.00001)
    #[inline(always)]
    fn compute_s1<S: rt::Simd>(
        v17: &[[f64; 50]; 1],
        s1: &mut [[f64; 50]; 1],
        var1: &mut [[f64; 50]; 1],
        t1: &mut [[f64; 50]; 1],
        n: f64,
    ) {
        let t1 = t1.as_flattened_mut();
        let elements = t1.len();
        let v17 = &v17.as_flattened()[..elements];
        let s1 = &mut s1.as_flattened_mut()[..elements];
        let var1 = &mut var1.as_flattened_mut()[..elements];
        for i in 0..elements {
            let v17_ij = v17[i];
            let var1_ij = v17_ij / n;
            let t1_ij = rt::Real::sqrt((var1_ij + 0.00001f64));
            let s1_ij = 1f64 / t1_ij;
            s1[i] = s1_ij;
            var1[i] = var1_ij;
            t1[i] = t1_ij;
        }
    }
    /// V₂₁ = n / (n − 1)
    #[inline(always)]
    fn compute_v21<S: rt::Simd>(v21: &mut [[f64; 1]; 1], n: f64) {
        let v21 = v21.as_flattened_mut();
        let elements = v21.len();
        for i in 0..elements {
            let v21_ij = n / (n - 1f64);
            v21[i] = v21_ij;
        }
    }
    /// σ̄²′₁ = 0.9 σ̄²₁ + 0.1 (n / (n − 1) σ²₁)
    #[inline(always)]
    fn compute_next_variance1<S: rt::Simd>(
        variance1: &[[f64; 50]; 1],
        v21: &[[f64; 1]; 1],
        var1: &[[f64; 50]; 1],
        next_variance1: &mut [[f64; 50]; 1],
    ) {
        let next_variance1 = next_variance1.as_flattened_mut();
        let elements = next_variance1.len();
        let variance1 = &variance1.as_flattened()[..elements];
        let var1 = &var1.as_flattened()[..elements];
        for i in 0..elements {
            let variance1_ij = variance1[i];
            let v21_ij = v21[0][0];
            let var1_ij = var1[i];
            let next_variance1_ij = (0.9f64 * variance1_ij)
                + (0.1f64 * (v21_ij * var1_ij));
            next_variance1[i] = next_variance1_ij;
        }
    }
    /// Z₁ = γ₁ ⊙ X̂₁ + β₁
    #[inline(always)]
    fn compute_z1<S: rt::Simd>(
        gamma1: &[[f64; 50]; 1],
        a1: &[[f64; 50]],
        m1: &[[f64; 50]],
        mu1: &[[f64; 50]; 1],
        s1: &[[f64; 50]; 1],
        beta1: &[[f64; 50]; 1],
        z1: &mut [[f64; 50]],
    ) {
        let rows = z1.len();
        let a1 = &a1[..rows];
        let m1 = &m1[..rows];
        let z1 = &mut z1[..rows];
        for i in 0..rows {
            for j in 0..50 {
                let gamma1_ij = gamma1[0][j];
                let a1_ij = a1[i][j];
                let m1_ij = m1[i][j];
                let mu1_ij = mu1[0][j];
                let s1_ij = s1[0][j];
                let beta1_ij = beta1[0][j];
                let d1_ij = a1_ij * m1_ij;
                let c1_ij = d1_ij - mu1_ij;
                let xhat1_ij = c1_ij * s1_ij;
                let z1_ij = (gamma1_ij * xhat1_ij) + beta1_ij;
                z1[i][j] = z1_ij;
            }
        }
    }
    /// G₂ = F − Y; V₄₆ = 1ᵀ (G₂ ⊙ G₂); ∂L/∂b₂ = 1ᵀ G₂
    #[inline(always)]
    fn compute_g2<S: rt::Simd>(
        y: &[[f64; 1]],
        g2: &mut [[f64; 1]],
        v46: &mut [[f64; 1]; 1],
        db2: &mut [[f64; 1]; 1],
    ) {
        let rows = g2.len();
        let y = &y[..rows];
        let g2 = &mut g2[..rows];
        for i in 0..rows {
            for j in 0..1 {
                let f_ij = g2[i][0];
                let y_ij = y[i][0];
                let g2_ij = f_ij - y_ij;
                g2[i][0] = g2_ij;
                v46[0][j] += (g2_ij * g2_ij);
                db2[0][j] += g2_ij;
            }
        }
    }
    /// ∂L/∂W₂ = Z₁ᵀ G₂; ∂L/∂β₁ = 1ᵀ ∂L/∂Z₁; ∂L/∂γ₁ = 1ᵀ (X̂₁ ⊙ ∂L/∂Z₁); ∂L/∂s₁ = 1ᵀ (C₁ ⊙ ∂L/∂X̂₁)
    #[inline(always)]
    fn compute_dw2<S: rt::Simd>(
        z1: &[[f64; 50]],
        g2: &[[f64; 1]],
        w2: &[[f64; 1]; 50],
        a1: &[[f64; 50]],
        m1: &[[f64; 50]],
        mu1: &[[f64; 50]; 1],
        s1: &[[f64; 50]; 1],
        gamma1: &[[f64; 50]; 1],
        dw2: &mut [[f64; 1]; 50],
        dbeta1: &mut [[f64; 50]; 1],
        dgamma1: &mut [[f64; 50]; 1],
        ds1: &mut [[f64; 50]; 1],
    ) {
        #[inline(always)]
        fn columns<S: rt::Simd, const W: usize>(
            first: usize,
            z1: &[[f64; 50]],
            g2: &[[f64; 1]],
            w2: &[[f64; 1]; 50],
            a1: &[[f64; 50]],
            m1: &[[f64; 50]],
            mu1: &[[f64; 50]; 1],
            s1: &[[f64; 50]; 1],
            gamma1: &[[f64; 50]; 1],
            dw2: &mut [[f64; 1]; 50],
            dbeta1: &mut [[f64; 50]; 1],
            dgamma1: &mut [[f64; 50]; 1],
            ds1: &mut [[f64; 50]; 1],
        ) {
            let rows = m1.len();
            let z1 = &z1[..rows];
            let g2 = &g2[..rows];
            let a1 = &a1[..rows];
            let m1 = &m1[..rows];
            let w2 = rt::columns::<f64, W>(w2.as_flattened(), first);
            let mu1 = rt::columns::<f64, W>(mu1.as_flattened(), first);
            let s1 = rt::columns::<f64, W>(s1.as_flattened(), first);
            let gamma1 = rt::columns::<f64, W>(gamma1.as_flattened(), first);
            let mut dw2_0 = *rt::columns::<f64, W>(dw2.as_flattened(), first);
            let mut dbeta1_0 = *rt::columns::<f64, W>(&dbeta1[0], first);
            let mut dgamma1_0 = *rt::columns::<f64, W>(&dgamma1[0], first);
            let mut ds1_0 = *rt::columns::<f64, W>(&ds1[0], first);
            for i in 0..rows {
                let z1 = rt::columns::<f64, W>(&z1[i], first);
                let a1 = rt::columns::<f64, W>(&a1[i], first);
                let m1 = rt::columns::<f64, W>(&m1[i], first);
                for j in 0..W {
                    let z1_ij = z1[j];
                    let a1_ij = a1[j];
                    let m1_ij = m1[j];
                    let mu1_ij = mu1[j];
                    let s1_ij = s1[j];
                    let gamma1_ij = gamma1[j];
                    let dz1_ij = g2[i][0] * w2[j];
                    let d1_ij = a1_ij * m1_ij;
                    let c1_ij = d1_ij - mu1_ij;
                    let xhat1_ij = c1_ij * s1_ij;
                    let dxhat1_ij = gamma1_ij * dz1_ij;
                    dw2_0[j] = rt::Real::mul_add::<S>(g2[i][0], z1_ij, dw2_0[j]);
                    dbeta1_0[j] += dz1_ij;
                    dgamma1_0[j] += (xhat1_ij * dz1_ij);
                    ds1_0[j] += (c1_ij * dxhat1_ij);
                }
            }
            *rt::columns_mut::<f64, W>(dw2.as_flattened_mut(), first) = dw2_0;
            *rt::columns_mut::<f64, W>(&mut dbeta1[0], first) = dbeta1_0;
            *rt::columns_mut::<f64, W>(&mut dgamma1[0], first) = dgamma1_0;
            *rt::columns_mut::<f64, W>(&mut ds1[0], first) = ds1_0;
        }
        for block in 0..6 {
            columns::<
                S,
                8,
            >(
                block * 8,
                &*z1,
                &*g2,
                &*w2,
                &*a1,
                &*m1,
                &*mu1,
                &*s1,
                &*gamma1,
                &mut *dw2,
                &mut *dbeta1,
                &mut *dgamma1,
                &mut *ds1,
            );
        }
        columns::<
            S,
            2,
        >(
            48,
            &*z1,
            &*g2,
            &*w2,
            &*a1,
            &*m1,
            &*mu1,
            &*s1,
            &*gamma1,
            &mut *dw2,
            &mut *dbeta1,
            &mut *dgamma1,
            &mut *ds1,
        );
    }
    /// T₂ = 1 / n
    #[inline(always)]
    fn compute_t2<S: rt::Simd>(t2: &mut [[f64; 1]; 1], n: f64) {
        let t2 = t2.as_flattened_mut();
        let elements = t2.len();
        for i in 0..elements {
            let t2_ij = 1f64 / n;
            t2[i] = t2_ij;
        }
    }
    /// V₆₃ = T₂ (½ / T₁ ⊙ (s₁ / T₁ ⊙ ∂L/∂s₁)); V₆₉ = T₂ (γ₁ ⊙ ∂L/∂β₁ / T₁)
    #[inline(always)]
    fn compute_v63<S: rt::Simd>(
        t2: &[[f64; 1]; 1],
        t1: &[[f64; 50]; 1],
        s1: &[[f64; 50]; 1],
        ds1: &[[f64; 50]; 1],
        gamma1: &[[f64; 50]; 1],
        dbeta1: &[[f64; 50]; 1],
        v63: &mut [[f64; 50]; 1],
        v69: &mut [[f64; 50]; 1],
    ) {
        let v69 = v69.as_flattened_mut();
        let elements = v69.len();
        let t1 = &t1.as_flattened()[..elements];
        let s1 = &s1.as_flattened()[..elements];
        let ds1 = &ds1.as_flattened()[..elements];
        let gamma1 = &gamma1.as_flattened()[..elements];
        let dbeta1 = &dbeta1.as_flattened()[..elements];
        let v63 = &mut v63.as_flattened_mut()[..elements];
        for i in 0..elements {
            let t2_ij = t2[0][0];
            let t1_ij = t1[i];
            let s1_ij = s1[i];
            let ds1_ij = ds1[i];
            let gamma1_ij = gamma1[i];
            let dbeta1_ij = dbeta1[i];
            let v63_ij = t2_ij * ((0.5f64 / t1_ij) * ((s1_ij / t1_ij) * ds1_ij));
            let v69_ij = t2_ij * ((gamma1_ij * dbeta1_ij) / t1_ij);
            v63[i] = v63_ij;
            v69[i] = v69_ij;
        }
    }
    /// L = ½ (1ᵀ (G₂ ⊙ G₂)), and likewise L = ½ (1ᵀ (T₁ ⊙ T₁))
    #[inline(always)]
    fn compute_loss<S: rt::Simd>(v46: &[[f64; 1]; 1], loss: &mut [[f64; 1]; 1]) {
        let loss = loss.as_flattened_mut();
        let elements = loss.len();
        let v46 = &v46.as_flattened()[..elements];
        for i in 0..elements {
            let v46_ij = v46[i];
            let loss_ij = 0.5f64 * v46_ij;
            loss[i] = loss_ij;
        }
    }
    /// ∂L/∂b₁ = 1ᵀ G₁; ∂L/∂W₁ = Xᵀ G₁
    #[inline(always)]
    fn compute_db1<S: rt::Simd>(
        a1: &[[f64; 50]],
        m1: &[[f64; 50]],
        s1: &[[f64; 50]; 1],
        gamma1: &[[f64; 50]; 1],
        g2: &[[f64; 1]],
        w2: &[[f64; 1]; 50],
        mu1: &[[f64; 50]; 1],
        v63: &[[f64; 50]; 1],
        v69: &[[f64; 50]; 1],
        x: &[[f64; 2]],
        db1: &mut [[f64; 50]; 1],
        dw1: &mut [[f64; 50]; 2],
    ) {
        #[inline(always)]
        fn columns<S: rt::Simd, const W: usize>(
            first: usize,
            a1: &[[f64; 50]],
            m1: &[[f64; 50]],
            s1: &[[f64; 50]; 1],
            gamma1: &[[f64; 50]; 1],
            g2: &[[f64; 1]],
            w2: &[[f64; 1]; 50],
            mu1: &[[f64; 50]; 1],
            v63: &[[f64; 50]; 1],
            v69: &[[f64; 50]; 1],
            x: &[[f64; 2]],
            db1: &mut [[f64; 50]; 1],
            dw1: &mut [[f64; 50]; 2],
        ) {
            let rows = x.len();
            let a1 = &a1[..rows];
            let m1 = &m1[..rows];
            let g2 = &g2[..rows];
            let x = &x[..rows];
            let s1 = rt::columns::<f64, W>(s1.as_flattened(), first);
            let gamma1 = rt::columns::<f64, W>(gamma1.as_flattened(), first);
            let w2 = rt::columns::<f64, W>(w2.as_flattened(), first);
            let mu1 = rt::columns::<f64, W>(mu1.as_flattened(), first);
            let v63 = rt::columns::<f64, W>(v63.as_flattened(), first);
            let v69 = rt::columns::<f64, W>(v69.as_flattened(), first);
            let mut db1_0 = *rt::columns::<f64, W>(&db1[0], first);
            let mut dw1_0 = *rt::columns::<f64, W>(&dw1[0], first);
            let mut dw1_1 = *rt::columns::<f64, W>(&dw1[1], first);
            for i in 0..rows {
                let a1 = rt::columns::<f64, W>(&a1[i], first);
                let m1 = rt::columns::<f64, W>(&m1[i], first);
                for j in 0..W {
                    let a1_ij = a1[j];
                    let m1_ij = m1[j];
                    let s1_ij = s1[j];
                    let gamma1_ij = gamma1[j];
                    let mu1_ij = mu1[j];
                    let v63_ij = v63[j];
                    let v69_ij = v69[j];
                    let dz1_ij = g2[i][0] * w2[j];
                    let dxhat1_ij = gamma1_ij * dz1_ij;
                    let d1_ij = a1_ij * m1_ij;
                    let c1_ij = d1_ij - mu1_ij;
                    let t3_ij = c1_ij * v63_ij;
                    let dc1_ij = ((s1_ij * dxhat1_ij) - t3_ij) - t3_ij;
                    let dd1_ij = dc1_ij - v69_ij;
                    let da1_ij = m1_ij * dd1_ij;
                    let g1_ij = (1f64 - (a1_ij * a1_ij)) * da1_ij;
                    db1_0[j] += g1_ij;
                    dw1_0[j] = rt::Real::mul_add::<S>(x[i][0], g1_ij, dw1_0[j]);
                    dw1_1[j] = rt::Real::mul_add::<S>(x[i][1], g1_ij, dw1_1[j]);
                }
            }
            *rt::columns_mut::<f64, W>(&mut db1[0], first) = db1_0;
            *rt::columns_mut::<f64, W>(&mut dw1[0], first) = dw1_0;
            *rt::columns_mut::<f64, W>(&mut dw1[1], first) = dw1_1;
        }
        for block in 0..6 {
            columns::<
                S,
                8,
            >(
                block * 8,
                &*a1,
                &*m1,
                &*s1,
                &*gamma1,
                &*g2,
                &*w2,
                &*mu1,
                &*v63,
                &*v69,
                &*x,
                &mut *db1,
                &mut *dw1,
            );
        }
        columns::<
            S,
            2,
        >(
            48,
            &*a1,
            &*m1,
            &*s1,
            &*gamma1,
            &*g2,
            &*w2,
            &*mu1,
            &*v63,
            &*v69,
            &*x,
            &mut *db1,
            &mut *dw1,
        );
    }
    /// s₁ = 1 / √(σ̄²₁ + 0.00001)
    #[inline(always)]
    fn compute_s1_2<S: rt::Simd>(variance1: &[[f64; 50]; 1], s1: &mut [[f64; 50]; 1]) {
        let s1 = s1.as_flattened_mut();
        let elements = s1.len();
        let variance1 = &variance1.as_flattened()[..elements];
        for i in 0..elements {
            let variance1_ij = variance1[i];
            let s1_ij = 1f64 / (rt::Real::sqrt((variance1_ij + 0.00001f64)));
            s1[i] = s1_ij;
        }
    }
    /// Z₁ = γ₁ ⊙ X̂₁ + β₁
    #[inline(always)]
    fn compute_z1_2<S: rt::Simd>(
        gamma1: &[[f64; 50]; 1],
        mean1: &[[f64; 50]; 1],
        s1: &[[f64; 50]; 1],
        beta1: &[[f64; 50]; 1],
        z1: &mut [[f64; 50]],
    ) {
        let rows = z1.len();
        let z1 = &mut z1[..rows];
        for i in 0..rows {
            for j in 0..50 {
                let gamma1_ij = gamma1[0][j];
                let h1_ij = z1[i][j];
                let mean1_ij = mean1[0][j];
                let s1_ij = s1[0][j];
                let beta1_ij = beta1[0][j];
                let a1_ij = rt::Real::tanh::<S>(h1_ij);
                let c1_ij = a1_ij - mean1_ij;
                let xhat1_ij = c1_ij * s1_ij;
                let z1_ij = (gamma1_ij * xhat1_ij) + beta1_ij;
                z1[i][j] = z1_ij;
            }
        }
    }
    /// V₂₇ = 1ᵀ (T₁ ⊙ T₁)
    #[inline(always)]
    fn compute_v27<S: rt::Simd>(
        f: &[[f64; 1]],
        y: &[[f64; 1]],
        v27: &mut [[f64; 1]; 1],
    ) {
        let rows = y.len();
        let f = &f[..rows];
        let y = &y[..rows];
        for i in 0..rows {
            for j in 0..1 {
                let f_ij = f[i][0];
                let y_ij = y[i][0];
                let t1_ij = f_ij - y_ij;
                v27[0][j] += (t1_ij * t1_ij);
            }
        }
    }
    /// Z₁ = γ₁ ⊙ X̂₁ + β₁
    #[inline(always)]
    fn compute_z1_3<S: rt::Simd>(
        gamma1: &[[f64; 50]; 1],
        m1: &[[f64; 50]; 1],
        mean1: &[[f64; 50]; 1],
        s1: &[[f64; 50]; 1],
        beta1: &[[f64; 50]; 1],
        z1: &mut [[f64; 50]],
    ) {
        let rows = z1.len();
        let z1 = &mut z1[..rows];
        for i in 0..rows {
            for j in 0..50 {
                let gamma1_ij = gamma1[0][j];
                let h1_ij = z1[i][j];
                let m1_ij = m1[0][j];
                let mean1_ij = mean1[0][j];
                let s1_ij = s1[0][j];
                let beta1_ij = beta1[0][j];
                let a1_ij = rt::Real::tanh::<S>(h1_ij);
                let d1_ij = a1_ij * m1_ij;
                let c1_ij = d1_ij - mean1_ij;
                let xhat1_ij = c1_ij * s1_ij;
                let z1_ij = (gamma1_ij * xhat1_ij) + beta1_ij;
                z1[i][j] = z1_ij;
            }
        }
    }
    struct HeroGradient<'a, const TILE: usize> {
        inputs: &'a [[f64; 2]],
        targets: &'a [[f64; 1]],
        draw: rt::Draw,
        parameters: &'a [f64],
        statistics: &'a mut [f64],
        part: rt::Part,
        workspace: &'a mut [f64],
        gradient: &'a mut [f64],
    }
    impl<const TILE: usize> rt::Program for HeroGradient<'_, TILE> {
        type Output = f64;
        #[inline(always)]
        fn run<S: rt::Simd>(self, simd: S) -> f64 {
            let Self {
                inputs,
                targets,
                draw,
                parameters,
                statistics,
                part,
                workspace,
                gradient,
            } = self;
            let n = inputs.len();
            let count = part.batch_rows as f64;
            let w1 = rt::matrix::<f64, 2, 50>(&parameters[0..]);
            let b1 = rt::matrix::<f64, 1, 50>(&parameters[100..]);
            let gamma1 = rt::matrix::<f64, 1, 50>(&parameters[150..]);
            let beta1 = rt::matrix::<f64, 1, 50>(&parameters[200..]);
            let mean1 = rt::matrix::<f64, 1, 50>(&statistics[0..]);
            let variance1 = rt::matrix::<f64, 1, 50>(&statistics[50..]);
            let w2 = rt::matrix::<f64, 50, 1>(&parameters[250..]);
            let b2 = rt::matrix::<f64, 1, 1>(&parameters[300..]);
            let (dw1, gradient) = rt::split_matrix::<f64, 2, 50>(gradient);
            let (db1, gradient) = rt::split_matrix::<f64, 1, 50>(gradient);
            let (dgamma1, gradient) = rt::split_matrix::<f64, 1, 50>(gradient);
            let (dbeta1, gradient) = rt::split_matrix::<f64, 1, 50>(gradient);
            let (dw2, gradient) = rt::split_matrix::<f64, 50, 1>(gradient);
            let (db2, gradient) = rt::split_matrix::<f64, 1, 1>(gradient);
            let _ = gradient;
            let (buffer, workspace) = rt::split(workspace, 64);
            let v13 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let mu1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let v17 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let var1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 16);
            let v21 = rt::matrix_mut::<f64, 1, 1>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let t1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let s1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 16);
            let v46 = rt::matrix_mut::<f64, 1, 1>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let ds1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 16);
            let t2 = rt::matrix_mut::<f64, 1, 1>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let v63 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let v69 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 16);
            let loss = rt::matrix_mut::<f64, 1, 1>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let next_mean1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let next_variance1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (tile0, workspace) = rt::split(workspace, rt::lines(TILE * 50));
            let (batch0, workspace) = rt::split(workspace, rt::lines(n * 50));
            let (batch1, workspace) = rt::split(workspace, rt::lines(n * 50));
            let (batch2, workspace) = rt::split(workspace, rt::lines(n * 1));
            let _ = workspace;
            if part.phases.contains(&0) {
                v13.as_flattened_mut().fill(0.0);
                let mut start = 0;
                while start < n {
                    let end = rt::min(start + TILE, n);
                    let x = &inputs[start..end];
                    let h1 = rt::rows::<f64, 50>(&mut *batch0, start, end);
                    rt::product(simd, rt::Start::Row(&b1[0]), &x[..], &*w1, &mut h1[..]);
                    let a1 = h1;
                    rt::activate(simd, rt::Activation::Tanh, &mut a1[..]);
                    let m1 = rt::rows::<f64, 50>(&mut *batch1, start, end);
                    rt::fill_mask(
                        simd,
                        draw,
                        1u32,
                        0.8f64,
                        part.first_row + start,
                        &mut *m1,
                    );
                    compute_v13::<S>(&*a1, &*m1, &mut *v13);
                    start = end;
                }
            }
            if part.phases.contains(&1) {
                compute_mu1::<S>(&*v13, &*mean1, &mut *mu1, &mut *next_mean1, count);
                v17.as_flattened_mut().fill(0.0);
                let mut start = 0;
                while start < n {
                    let end = rt::min(start + TILE, n);
                    let a1 = rt::rows::<f64, 50>(&mut *batch0, start, end);
                    let m1 = rt::rows::<f64, 50>(&mut *batch1, start, end);
                    compute_v17::<S>(&*a1, &*m1, &*mu1, &mut *v17);
                    start = end;
                }
            }
            if part.phases.contains(&2) {
                compute_s1::<S>(&*v17, &mut *s1, &mut *var1, &mut *t1, count);
                compute_v21::<S>(&mut *v21, count);
                compute_next_variance1::<
                    S,
                >(&*variance1, &*v21, &*var1, &mut *next_variance1);
                v46.as_flattened_mut().fill(0.0);
                db2.as_flattened_mut().fill(0.0);
                dw2.as_flattened_mut().fill(0.0);
                dbeta1.as_flattened_mut().fill(0.0);
                dgamma1.as_flattened_mut().fill(0.0);
                ds1.as_flattened_mut().fill(0.0);
                let mut start = 0;
                while start < n {
                    let end = rt::min(start + TILE, n);
                    let a1 = rt::rows::<f64, 50>(&mut *batch0, start, end);
                    let m1 = rt::rows::<f64, 50>(&mut *batch1, start, end);
                    let z1 = rt::rows::<f64, 50>(&mut *tile0, 0, end - start);
                    compute_z1::<
                        S,
                    >(&*gamma1, &*a1, &*m1, &*mu1, &*s1, &*beta1, &mut *z1);
                    let f = rt::rows::<f64, 1>(&mut *batch2, start, end);
                    rt::product(simd, rt::Start::Row(&b2[0]), &z1[..], &*w2, &mut f[..]);
                    let y = &targets[start..end];
                    let g2 = f;
                    compute_g2::<S>(&*y, &mut *g2, &mut *v46, &mut *db2);
                    compute_dw2::<
                        S,
                    >(
                        &*z1,
                        &*g2,
                        &*w2,
                        &*a1,
                        &*m1,
                        &*mu1,
                        &*s1,
                        &*gamma1,
                        &mut *dw2,
                        &mut *dbeta1,
                        &mut *dgamma1,
                        &mut *ds1,
                    );
                    start = end;
                }
            }
            if part.phases.contains(&3) {
                compute_t2::<S>(&mut *t2, count);
                compute_v63::<
                    S,
                >(&*t2, &*t1, &*s1, &*ds1, &*gamma1, &*dbeta1, &mut *v63, &mut *v69);
                compute_loss::<S>(&*v46, &mut *loss);
                db1.as_flattened_mut().fill(0.0);
                dw1.as_flattened_mut().fill(0.0);
                let mut start = 0;
                while start < n {
                    let end = rt::min(start + TILE, n);
                    let a1 = rt::rows::<f64, 50>(&mut *batch0, start, end);
                    let m1 = rt::rows::<f64, 50>(&mut *batch1, start, end);
                    let g2 = rt::rows::<f64, 1>(&mut *batch2, start, end);
                    let x = &inputs[start..end];
                    compute_db1::<
                        S,
                    >(
                        &*a1,
                        &*m1,
                        &*s1,
                        &*gamma1,
                        &*g2,
                        &*w2,
                        &*mu1,
                        &*v63,
                        &*v69,
                        &*x,
                        &mut *db1,
                        &mut *dw1,
                    );
                    start = end;
                }
                statistics[0..50].copy_from_slice(&next_mean1[0]);
                statistics[50..100].copy_from_slice(&next_variance1[0]);
            }
            loss[0][0]
        }
    }
    struct HeroPrediction<'a, const TILE: usize> {
        inputs: &'a [[f64; 2]],
        parameters: &'a [f64],
        statistics: &'a [f64],
        workspace: &'a mut [f64],
        outputs: &'a mut [[f64; 1]],
    }
    impl<const TILE: usize> rt::Program for HeroPrediction<'_, TILE> {
        type Output = ();
        #[inline(always)]
        fn run<S: rt::Simd>(self, simd: S) -> () {
            let Self { inputs, parameters, statistics, workspace, outputs } = self;
            let n = inputs.len();
            let w1 = rt::matrix::<f64, 2, 50>(&parameters[0..]);
            let b1 = rt::matrix::<f64, 1, 50>(&parameters[100..]);
            let gamma1 = rt::matrix::<f64, 1, 50>(&parameters[150..]);
            let beta1 = rt::matrix::<f64, 1, 50>(&parameters[200..]);
            let mean1 = rt::matrix::<f64, 1, 50>(&statistics[0..]);
            let variance1 = rt::matrix::<f64, 1, 50>(&statistics[50..]);
            let w2 = rt::matrix::<f64, 50, 1>(&parameters[250..]);
            let b2 = rt::matrix::<f64, 1, 1>(&parameters[300..]);
            let (buffer, workspace) = rt::split(workspace, 64);
            let s1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (tile0, workspace) = rt::split(workspace, rt::lines(TILE * 50));
            let _ = workspace;
            compute_s1_2::<S>(&*variance1, &mut *s1);
            let mut start = 0;
            while start < n {
                let end = rt::min(start + TILE, n);
                let x = &inputs[start..end];
                let h1 = rt::rows::<f64, 50>(&mut *tile0, 0, end - start);
                rt::product(simd, rt::Start::Row(&b1[0]), &x[..], &*w1, &mut h1[..]);
                let z1 = h1;
                compute_z1_2::<S>(&*gamma1, &*mean1, &*s1, &*beta1, &mut *z1);
                let f = &mut outputs[start..end];
                rt::product(simd, rt::Start::Row(&b2[0]), &z1[..], &*w2, &mut f[..]);
                start = end;
            }
        }
    }
    struct HeroLoss<'a, const TILE: usize> {
        inputs: &'a [[f64; 2]],
        targets: &'a [[f64; 1]],
        parameters: &'a [f64],
        statistics: &'a [f64],
        workspace: &'a mut [f64],
    }
    impl<const TILE: usize> rt::Program for HeroLoss<'_, TILE> {
        type Output = f64;
        #[inline(always)]
        fn run<S: rt::Simd>(self, simd: S) -> f64 {
            let Self { inputs, targets, parameters, statistics, workspace } = self;
            let n = inputs.len();
            let w1 = rt::matrix::<f64, 2, 50>(&parameters[0..]);
            let b1 = rt::matrix::<f64, 1, 50>(&parameters[100..]);
            let gamma1 = rt::matrix::<f64, 1, 50>(&parameters[150..]);
            let beta1 = rt::matrix::<f64, 1, 50>(&parameters[200..]);
            let mean1 = rt::matrix::<f64, 1, 50>(&statistics[0..]);
            let variance1 = rt::matrix::<f64, 1, 50>(&statistics[50..]);
            let w2 = rt::matrix::<f64, 50, 1>(&parameters[250..]);
            let b2 = rt::matrix::<f64, 1, 1>(&parameters[300..]);
            let (buffer, workspace) = rt::split(workspace, 64);
            let s1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 16);
            let v27 = rt::matrix_mut::<f64, 1, 1>(buffer);
            let (buffer, workspace) = rt::split(workspace, 16);
            let loss = rt::matrix_mut::<f64, 1, 1>(buffer);
            let (tile0, workspace) = rt::split(workspace, rt::lines(TILE * 50));
            let (tile1, workspace) = rt::split(workspace, rt::lines(TILE * 1));
            let _ = workspace;
            compute_s1_2::<S>(&*variance1, &mut *s1);
            v27.as_flattened_mut().fill(0.0);
            let mut start = 0;
            while start < n {
                let end = rt::min(start + TILE, n);
                let x = &inputs[start..end];
                let h1 = rt::rows::<f64, 50>(&mut *tile0, 0, end - start);
                rt::product(simd, rt::Start::Row(&b1[0]), &x[..], &*w1, &mut h1[..]);
                let z1 = h1;
                compute_z1_2::<S>(&*gamma1, &*mean1, &*s1, &*beta1, &mut *z1);
                let f = rt::rows::<f64, 1>(&mut *tile1, 0, end - start);
                rt::product(simd, rt::Start::Row(&b2[0]), &z1[..], &*w2, &mut f[..]);
                let y = &targets[start..end];
                compute_v27::<S>(&*f, &*y, &mut *v27);
                start = end;
            }
            compute_loss::<S>(&*v27, &mut *loss);
            loss[0][0]
        }
    }
    struct HeroSampling<'a, const TILE: usize> {
        inputs: &'a [[f64; 2]],
        draw: rt::Draw,
        parameters: &'a [f64],
        statistics: &'a [f64],
        workspace: &'a mut [f64],
        outputs: &'a mut [[f64; 1]],
    }
    impl<const TILE: usize> rt::Program for HeroSampling<'_, TILE> {
        type Output = ();
        #[inline(always)]
        fn run<S: rt::Simd>(self, simd: S) -> () {
            let Self { inputs, draw, parameters, statistics, workspace, outputs } = self;
            let n = inputs.len();
            let w1 = rt::matrix::<f64, 2, 50>(&parameters[0..]);
            let b1 = rt::matrix::<f64, 1, 50>(&parameters[100..]);
            let gamma1 = rt::matrix::<f64, 1, 50>(&parameters[150..]);
            let beta1 = rt::matrix::<f64, 1, 50>(&parameters[200..]);
            let mean1 = rt::matrix::<f64, 1, 50>(&statistics[0..]);
            let variance1 = rt::matrix::<f64, 1, 50>(&statistics[50..]);
            let w2 = rt::matrix::<f64, 50, 1>(&parameters[250..]);
            let b2 = rt::matrix::<f64, 1, 1>(&parameters[300..]);
            let (buffer, workspace) = rt::split(workspace, 64);
            let m1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (buffer, workspace) = rt::split(workspace, 64);
            let s1 = rt::matrix_mut::<f64, 1, 50>(buffer);
            let (tile0, workspace) = rt::split(workspace, rt::lines(TILE * 50));
            let _ = workspace;
            rt::fill_mask(simd, draw, 1u32, 0.8f64, 0, &mut *m1);
            compute_s1_2::<S>(&*variance1, &mut *s1);
            let mut start = 0;
            while start < n {
                let end = rt::min(start + TILE, n);
                let x = &inputs[start..end];
                let h1 = rt::rows::<f64, 50>(&mut *tile0, 0, end - start);
                rt::product(simd, rt::Start::Row(&b1[0]), &x[..], &*w1, &mut h1[..]);
                let z1 = h1;
                compute_z1_3::<S>(&*gamma1, &*m1, &*mean1, &*s1, &*beta1, &mut *z1);
                let f = &mut outputs[start..end];
                rt::product(simd, rt::Start::Row(&b2[0]), &z1[..], &*w2, &mut f[..]);
                start = end;
            }
        }
    }
};
