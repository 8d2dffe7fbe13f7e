/**
# Layers

| layer | width | parameters |
|---|---|---|
| inputs | 2 | 0 |
| `tanh(50)` | 50 | 150 |
| `1` | 1 | 51 |

201 parameters of type `f32`. A sample costs 700 FLOP in the products of a training step and 300 in those of a prediction; a training step keeps 204 bytes of it.

# Equations of a training step

```text
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
```
*/
#[derive(unrolled::__private::Clone, unrolled::__private::Debug)]
pub struct Lecture {
    parameters: unrolled::__private::Aligned<unrolled::__private::f32>,
    statistics: unrolled::__private::Aligned<unrolled::__private::f32>,
}
#[allow(dead_code, unused_imports, clippy::all, clippy::pedantic, clippy::nursery)]
const _: () = {
    use unrolled::__private::{self as rt, bool, f32, f64, str, usize};
    #[automatically_derived]
    impl rt::Network for Lecture {
        type Scalar = f32;
        type Input = [f32; 2];
        type Output = [f32; 1];
        type Target = [f32; 1];
        const NAME: &'static str = "Lecture";
        const LOSS: &'static str = "sum_squares";
        const PARAMETERS: usize = 201;
        const STATISTICS: usize = 0;
        const TRAINING_DIFFERS: bool = false;
        const LEAST_BATCH: usize = 1;
        const WORKSPACE_BYTES: usize = 26240;
        const WORKSPACE_BYTES_PER_ROW: usize = 0;
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
                name: "w2",
                role: rt::Role::Weight(rt::Gain::Glorot),
                rows: 50,
                columns: 1,
                offset: 150,
            },
            rt::Tensor {
                name: "b2",
                role: rt::Role::Bias,
                rows: 1,
                columns: 1,
                offset: 200,
            },
        ];
        const STATISTIC_TENSORS: &'static [rt::Tensor] = &[];
        const LAYERS: &'static [rt::Layer] = &[
            rt::Layer {
                name: "tanh(50)",
                width: 50,
                parameters: 150,
            },
            rt::Layer {
                name: "1",
                width: 1,
                parameters: 51,
            },
        ];
        const EQUATIONS: &'static str = "H₁ = X W₁ + b₁               [n×50]\nA₁ = tanh(H₁)                [n×50]\nF = A₁ W₂ + b₂               [n×1]\nG₂ = F − Y                   [n×1]\nL = ½ (1ᵀ (G₂ ⊙ G₂))         [1×1]\n∂L/∂b₂ = 1ᵀ G₂               [1×1]\n∂L/∂A₁ = G₂ W₂ᵀ              [n×50]\n∂L/∂W₂ = A₁ᵀ G₂              [50×1]\nG₁ = (1 − A₁ ⊙ A₁) ⊙ ∂L/∂A₁  [n×50]\n∂L/∂b₁ = 1ᵀ G₁               [1×50]\n∂L/∂W₁ = Xᵀ G₁               [2×50]\n";
        const PHASES: &'static [rt::Phase] = &[
            rt::Phase {
                is_over_rows: true,
                sums: &[
                    rt::Shared::Workspace {
                        start: 0,
                        length: 1,
                    },
                    rt::Shared::Gradient {
                        start: 200,
                        length: 1,
                    },
                    rt::Shared::Gradient {
                        start: 150,
                        length: 50,
                    },
                    rt::Shared::Gradient {
                        start: 100,
                        length: 50,
                    },
                    rt::Shared::Gradient {
                        start: 0,
                        length: 100,
                    },
                ],
                reads: &[],
            },
            rt::Phase {
                is_over_rows: false,
                sums: &[],
                reads: &[
                    rt::Shared::Workspace {
                        start: 0,
                        length: 1,
                    },
                ],
            },
        ];
        fn zeros() -> Self {
            let statistics = rt::Aligned::zeros(Self::STATISTICS);
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
                    .run(LectureGradient::<128> {
                        inputs,
                        targets,
                        draw,
                        parameters: &self.parameters,
                        statistics: &mut self.statistics,
                        part: rt::Part::whole::<Self>(inputs.len()),
                        workspace: workspace.scratch(6560 + 0 * inputs.len()),
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
            isa.run(LectureGradient::<128> {
                inputs,
                targets,
                draw,
                parameters: &self.parameters,
                statistics,
                part,
                workspace: workspace.scratch(6560 + 0 * inputs.len()),
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
                    .run(LectureLoss::<128> {
                        inputs,
                        targets,
                        parameters: &self.parameters,
                        statistics: &self.statistics,
                        workspace: workspace.scratch(6560 + 0 * inputs.len()),
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
            isa.run(LecturePrediction::<128> {
                inputs,
                parameters: &self.parameters,
                statistics: &self.statistics,
                workspace: workspace.scratch(6400 + 0 * inputs.len()),
                outputs,
            });
            rt::Ok(())
        }
    }
    #[automatically_derived]
    impl Lecture {
        /// A network with initial parameters: drawn by `init` from `seed`.
        pub fn init(init: rt::Init, seed: u64) -> Self {
            <Self as rt::Network>::init(init, seed)
        }
        /// The network's outputs for these rows: dropout is off, batch normalization uses its
        /// running statistics. The compiler checks the widths.
        pub fn forward<const N: usize>(&self, inputs: &[[f32; 2]; N]) -> [[f32; 1]; N] {
            let mut outputs = [[0.0; 1]; N];
            if N == 1 {
                rt::Isa::current()
                    .run(LecturePrediction::<1> {
                        inputs: inputs,
                        parameters: &self.parameters,
                        statistics: &self.statistics,
                        workspace: &mut rt::OnLine([0.0; 64]).0,
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
        ) -> rt::Result<rt::Array2<f32>, rt::Error>
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
        pub fn w1(&self) -> &[[f32; 50]; 2] {
            rt::matrix::<f32, 2, 50>(&self.parameters[0..])
        }
        /// The weights, 2 inputs x 50 outputs, to change.
        pub fn w1_mut(&mut self) -> &mut [[f32; 50]; 2] {
            rt::matrix_mut::<f32, 2, 50>(&mut self.parameters[0..])
        }
        /// The biases, 50 in all.
        pub fn b1(&self) -> &[f32; 50] {
            &rt::matrix::<f32, 1, 50>(&self.parameters[100..])[0]
        }
        /// The biases, 50 in all, to change.
        pub fn b1_mut(&mut self) -> &mut [f32; 50] {
            &mut rt::matrix_mut::<f32, 1, 50>(&mut self.parameters[100..])[0]
        }
        /// The weights, 50 inputs x 1 outputs.
        pub fn w2(&self) -> &[[f32; 1]; 50] {
            rt::matrix::<f32, 50, 1>(&self.parameters[150..])
        }
        /// The weights, 50 inputs x 1 outputs, to change.
        pub fn w2_mut(&mut self) -> &mut [[f32; 1]; 50] {
            rt::matrix_mut::<f32, 50, 1>(&mut self.parameters[150..])
        }
        /// The biases, 1 in all.
        pub fn b2(&self) -> &[f32; 1] {
            &rt::matrix::<f32, 1, 1>(&self.parameters[200..])[0]
        }
        /// The biases, 1 in all, to change.
        pub fn b2_mut(&mut self) -> &mut [f32; 1] {
            &mut rt::matrix_mut::<f32, 1, 1>(&mut self.parameters[200..])[0]
        }
    }
    /// G₂ = F − Y; V₁₄ = 1ᵀ (G₂ ⊙ G₂); ∂L/∂b₂ = 1ᵀ G₂
    #[inline(always)]
    fn compute_g2<S: rt::Simd>(
        y: &[[f32; 1]],
        g2: &mut [[f32; 1]],
        v14: &mut [[f32; 1]; 1],
        db2: &mut [[f32; 1]; 1],
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
                v14[0][j] += (g2_ij * g2_ij);
                db2[0][j] += g2_ij;
            }
        }
    }
    /// ∂L/∂W₂ = A₁ᵀ G₂; ∂L/∂b₁ = 1ᵀ G₁; ∂L/∂W₁ = Xᵀ G₁
    #[inline(always)]
    fn compute_dw2<S: rt::Simd>(
        a1: &[[f32; 50]],
        g2: &[[f32; 1]],
        w2: &[[f32; 1]; 50],
        x: &[[f32; 2]],
        dw2: &mut [[f32; 1]; 50],
        db1: &mut [[f32; 50]; 1],
        dw1: &mut [[f32; 50]; 2],
    ) {
        #[inline(always)]
        fn columns<S: rt::Simd, const W: usize>(
            first: usize,
            a1: &[[f32; 50]],
            g2: &[[f32; 1]],
            w2: &[[f32; 1]; 50],
            x: &[[f32; 2]],
            dw2: &mut [[f32; 1]; 50],
            db1: &mut [[f32; 50]; 1],
            dw1: &mut [[f32; 50]; 2],
        ) {
            let rows = x.len();
            let a1 = &a1[..rows];
            let g2 = &g2[..rows];
            let x = &x[..rows];
            let w2 = rt::columns::<f32, W>(w2.as_flattened(), first);
            let mut dw2_0 = *rt::columns::<f32, W>(dw2.as_flattened(), first);
            let mut db1_0 = *rt::columns::<f32, W>(&db1[0], first);
            let mut dw1_0 = *rt::columns::<f32, W>(&dw1[0], first);
            let mut dw1_1 = *rt::columns::<f32, W>(&dw1[1], first);
            for i in 0..rows {
                let a1 = rt::columns::<f32, W>(&a1[i], first);
                for j in 0..W {
                    let a1_ij = a1[j];
                    let da1_ij = g2[i][0] * w2[j];
                    let g1_ij = (1f32 - (a1_ij * a1_ij)) * da1_ij;
                    dw2_0[j] = rt::Real::mul_add::<S>(g2[i][0], a1_ij, dw2_0[j]);
                    db1_0[j] += g1_ij;
                    dw1_0[j] = rt::Real::mul_add::<S>(x[i][0], g1_ij, dw1_0[j]);
                    dw1_1[j] = rt::Real::mul_add::<S>(x[i][1], g1_ij, dw1_1[j]);
                }
            }
            *rt::columns_mut::<f32, W>(dw2.as_flattened_mut(), first) = dw2_0;
            *rt::columns_mut::<f32, W>(&mut db1[0], first) = db1_0;
            *rt::columns_mut::<f32, W>(&mut dw1[0], first) = dw1_0;
            *rt::columns_mut::<f32, W>(&mut dw1[1], first) = dw1_1;
        }
        for block in 0..3 {
            columns::<
                S,
                16,
            >(block * 16, &*a1, &*g2, &*w2, &*x, &mut *dw2, &mut *db1, &mut *dw1);
        }
        columns::<S, 2>(48, &*a1, &*g2, &*w2, &*x, &mut *dw2, &mut *db1, &mut *dw1);
    }
    /// L = ½ (1ᵀ (G₂ ⊙ G₂)), and likewise L = ½ (1ᵀ (T₁ ⊙ T₁))
    #[inline(always)]
    fn compute_loss<S: rt::Simd>(v14: &[[f32; 1]; 1], loss: &mut [[f32; 1]; 1]) {
        let loss = loss.as_flattened_mut();
        let elements = loss.len();
        let v14 = &v14.as_flattened()[..elements];
        for i in 0..elements {
            let v14_ij = v14[i];
            let loss_ij = 0.5f32 * v14_ij;
            loss[i] = loss_ij;
        }
    }
    /// V₁₄ = 1ᵀ (T₁ ⊙ T₁)
    #[inline(always)]
    fn compute_v14<S: rt::Simd>(
        f: &[[f32; 1]],
        y: &[[f32; 1]],
        v14: &mut [[f32; 1]; 1],
    ) {
        let rows = y.len();
        let f = &f[..rows];
        let y = &y[..rows];
        for i in 0..rows {
            for j in 0..1 {
                let f_ij = f[i][0];
                let y_ij = y[i][0];
                let t1_ij = f_ij - y_ij;
                v14[0][j] += (t1_ij * t1_ij);
            }
        }
    }
    struct LectureGradient<'a, const TILE: usize> {
        inputs: &'a [[f32; 2]],
        targets: &'a [[f32; 1]],
        draw: rt::Draw,
        parameters: &'a [f32],
        statistics: &'a mut [f32],
        part: rt::Part,
        workspace: &'a mut [f32],
        gradient: &'a mut [f32],
    }
    impl<const TILE: usize> rt::Program for LectureGradient<'_, TILE> {
        type Output = f32;
        #[inline(always)]
        fn run<S: rt::Simd>(self, simd: S) -> f32 {
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
            let w1 = rt::matrix::<f32, 2, 50>(&parameters[0..]);
            let b1 = rt::matrix::<f32, 1, 50>(&parameters[100..]);
            let w2 = rt::matrix::<f32, 50, 1>(&parameters[150..]);
            let b2 = rt::matrix::<f32, 1, 1>(&parameters[200..]);
            let (dw1, gradient) = rt::split_matrix::<f32, 2, 50>(gradient);
            let (db1, gradient) = rt::split_matrix::<f32, 1, 50>(gradient);
            let (dw2, gradient) = rt::split_matrix::<f32, 50, 1>(gradient);
            let (db2, gradient) = rt::split_matrix::<f32, 1, 1>(gradient);
            let _ = gradient;
            let (buffer, workspace) = rt::split(workspace, 16);
            let v14 = rt::matrix_mut::<f32, 1, 1>(buffer);
            let (buffer, workspace) = rt::split(workspace, 16);
            let loss = rt::matrix_mut::<f32, 1, 1>(buffer);
            let (tile0, workspace) = rt::split(workspace, rt::lines(TILE * 50));
            let (tile1, workspace) = rt::split(workspace, rt::lines(TILE * 1));
            let _ = workspace;
            if part.phases.contains(&0) {
                v14.as_flattened_mut().fill(0.0);
                db2.as_flattened_mut().fill(0.0);
                dw2.as_flattened_mut().fill(0.0);
                db1.as_flattened_mut().fill(0.0);
                dw1.as_flattened_mut().fill(0.0);
                let mut start = 0;
                while start < n {
                    let end = rt::min(start + TILE, n);
                    let x = &inputs[start..end];
                    let h1 = rt::rows::<f32, 50>(&mut *tile0, 0, end - start);
                    rt::product(simd, rt::Start::Row(&b1[0]), &x[..], &*w1, &mut h1[..]);
                    let a1 = h1;
                    rt::activate(simd, rt::Activation::Tanh, &mut a1[..]);
                    let f = rt::rows::<f32, 1>(&mut *tile1, 0, end - start);
                    rt::product(simd, rt::Start::Row(&b2[0]), &a1[..], &*w2, &mut f[..]);
                    let y = &targets[start..end];
                    let g2 = f;
                    compute_g2::<S>(&*y, &mut *g2, &mut *v14, &mut *db2);
                    compute_dw2::<
                        S,
                    >(&*a1, &*g2, &*w2, &*x, &mut *dw2, &mut *db1, &mut *dw1);
                    start = end;
                }
            }
            if part.phases.contains(&1) {
                compute_loss::<S>(&*v14, &mut *loss);
            }
            loss[0][0]
        }
    }
    struct LecturePrediction<'a, const TILE: usize> {
        inputs: &'a [[f32; 2]],
        parameters: &'a [f32],
        statistics: &'a [f32],
        workspace: &'a mut [f32],
        outputs: &'a mut [[f32; 1]],
    }
    impl<const TILE: usize> rt::Program for LecturePrediction<'_, TILE> {
        type Output = ();
        #[inline(always)]
        fn run<S: rt::Simd>(self, simd: S) -> () {
            let Self { inputs, parameters, statistics, workspace, outputs } = self;
            let n = inputs.len();
            let w1 = rt::matrix::<f32, 2, 50>(&parameters[0..]);
            let b1 = rt::matrix::<f32, 1, 50>(&parameters[100..]);
            let w2 = rt::matrix::<f32, 50, 1>(&parameters[150..]);
            let b2 = rt::matrix::<f32, 1, 1>(&parameters[200..]);
            let (tile0, workspace) = rt::split(workspace, rt::lines(TILE * 50));
            let _ = workspace;
            let mut start = 0;
            while start < n {
                let end = rt::min(start + TILE, n);
                let x = &inputs[start..end];
                let h1 = rt::rows::<f32, 50>(&mut *tile0, 0, end - start);
                rt::product(simd, rt::Start::Row(&b1[0]), &x[..], &*w1, &mut h1[..]);
                let a1 = h1;
                rt::activate(simd, rt::Activation::Tanh, &mut a1[..]);
                let f = &mut outputs[start..end];
                rt::product(simd, rt::Start::Row(&b2[0]), &a1[..], &*w2, &mut f[..]);
                start = end;
            }
        }
    }
    struct LectureLoss<'a, const TILE: usize> {
        inputs: &'a [[f32; 2]],
        targets: &'a [[f32; 1]],
        parameters: &'a [f32],
        statistics: &'a [f32],
        workspace: &'a mut [f32],
    }
    impl<const TILE: usize> rt::Program for LectureLoss<'_, TILE> {
        type Output = f32;
        #[inline(always)]
        fn run<S: rt::Simd>(self, simd: S) -> f32 {
            let Self { inputs, targets, parameters, statistics, workspace } = self;
            let n = inputs.len();
            let w1 = rt::matrix::<f32, 2, 50>(&parameters[0..]);
            let b1 = rt::matrix::<f32, 1, 50>(&parameters[100..]);
            let w2 = rt::matrix::<f32, 50, 1>(&parameters[150..]);
            let b2 = rt::matrix::<f32, 1, 1>(&parameters[200..]);
            let (buffer, workspace) = rt::split(workspace, 16);
            let v14 = rt::matrix_mut::<f32, 1, 1>(buffer);
            let (buffer, workspace) = rt::split(workspace, 16);
            let loss = rt::matrix_mut::<f32, 1, 1>(buffer);
            let (tile0, workspace) = rt::split(workspace, rt::lines(TILE * 50));
            let (tile1, workspace) = rt::split(workspace, rt::lines(TILE * 1));
            let _ = workspace;
            v14.as_flattened_mut().fill(0.0);
            let mut start = 0;
            while start < n {
                let end = rt::min(start + TILE, n);
                let x = &inputs[start..end];
                let h1 = rt::rows::<f32, 50>(&mut *tile0, 0, end - start);
                rt::product(simd, rt::Start::Row(&b1[0]), &x[..], &*w1, &mut h1[..]);
                let a1 = h1;
                rt::activate(simd, rt::Activation::Tanh, &mut a1[..]);
                let f = rt::rows::<f32, 1>(&mut *tile1, 0, end - start);
                rt::product(simd, rt::Start::Row(&b2[0]), &a1[..], &*w2, &mut f[..]);
                let y = &targets[start..end];
                compute_v14::<S>(&*f, &*y, &mut *v14);
                start = end;
            }
            compute_loss::<S>(&*v14, &mut *loss);
            loss[0][0]
        }
    }
};
