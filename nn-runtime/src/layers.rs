//! The layers of a network one by one: the modular implementation of forward and backward.
//!
//! ```text
//! network! {
//!     struct Sine<f64> = 1 -> 10 -> tanh -> 1;
//!     derive(Layers);
//! }
//! let h1 = net.layer1().forward(&x)?;                  // H₁ = X W₁ + b₁
//! let a1 = net.layer2().forward(&h1)?;                 // A₁ = tanh(H₁)
//! let f = net.layer3().forward(&a1)?;                  // F = A₁ W₂ + b₂
//! // with G₂ = ∂L/∂F:
//! let (da1, (dw2, db2)) = net.layer3().backward(&a1, &g2)?;
//! let (g1, ()) = net.layer2().backward(&h1, &da1)?;
//! let (_, (dw1, db1)) = net.layer1().backward(&x, &g1)?;
//! ```
//!
//! The network's own [`gradient`](Network::gradient) fuses all layers, tile by tile; this is for
//! learning and for trying things out. Each layer's equations are written by the same code as the
//! network's, and its backward pass is derived from them by the same rules, for that layer alone.
//!
//! * Layers count from 1 in the order in which they are written. `tanh(50)` is **two** layers, the
//!   affine one and the activation; `skip(…)` is one; an assertion `[50]` is none.
//! * Layers work as in **training**: dropout draws its mask, from [`LayerView::draw`], and batch
//!   normalization uses the batch's statistics. Running statistics are not moved.
//! * Derivatives by parameters are **summed** over the rows.

use crate::data::rows::paired;
use crate::error::Error;
use crate::graph::Graph;
use crate::network::{Draw, Network, Row};
use crate::simd::Isa;
use crate::workspace::Workspace;

/// A network whose layers can be called one by one: `net.layer1()`, `net.layer2()`, ….
#[diagnostic::on_unimplemented(note = "write `derive(Layers);` behind the network's layers")]
pub trait Layers: Network {
    /// The layers' equations, from first to last.
    const LAYER_EQUATIONS: &'static [LayerEquations];
}

/// What one layer computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerEquations {
    /// The layer as declared: `tanh`, `bn`, `50`.
    pub name: &'static str,
    /// Its forward equations, one a line.
    pub forward: &'static str,
    /// Its backward equations, one a line.
    pub backward: &'static str,
    /// Both as a graph.
    pub graph: Graph,
}

/// Layer K of a network, counted from 1. Generated code implements it; [`LayerView`] is how to call
/// it.
pub trait LayerAt<const K: usize>: Layers {
    /// A row that goes in.
    type In: Row<Scalar = Self::Scalar>;
    /// A row that comes out.
    type Out: Row<Scalar = Self::Scalar>;
    /// The derivatives by the layer's parameters, in their order: `()` without any, `(∂L/∂W, ∂L/∂b)`
    /// of an affine layer, `(∂L/∂γ, ∂L/∂β)` of batch normalization. Weights are
    /// `Vec<[Scalar; outputs]>` with a row per input, everything else is `Box<[Scalar; width]>`.
    type Gradients;
    /// How many parameters it has.
    const LAYER_PARAMETERS: usize;
    /// The smallest batch it works on: 2 under `bn`, else 1.
    const LAYER_LEAST_BATCH: usize;

    /// Forward, on arguments that fit.
    #[doc(hidden)]
    fn forward_into(
        &self,
        isa: Isa,
        inputs: &[Self::In],
        draw: Draw,
        workspace: &mut Workspace<Self::Scalar>,
        outputs: &mut [Self::Out],
    );

    /// Backward, on arguments that fit.
    #[doc(hidden)]
    #[allow(
        clippy::too_many_arguments,
        reason = "three of them are outputs or scratch"
    )]
    fn backward_into(
        &self,
        isa: Isa,
        inputs: &[Self::In],
        adjoints: &[Self::Out],
        draw: Draw,
        workspace: &mut Workspace<Self::Scalar>,
        slopes: &mut [Self::In],
        gradient: &mut [Self::Scalar],
    );

    /// The flat derivatives as matrices and rows.
    #[doc(hidden)]
    fn gradients(gradient: &[Self::Scalar]) -> Self::Gradients;
}

/// One layer of a network, to call.
#[derive(Debug, Clone, Copy)]
pub struct LayerView<'n, N, const K: usize> {
    network: &'n N,
    draw: Draw,
}

impl<'n, N: LayerAt<K>, const K: usize> LayerView<'n, N, K> {
    /// The layer of this network.
    #[doc(hidden)]
    pub fn new(network: &'n N) -> Self {
        let draw = Draw::default();
        Self { network, draw }
    }

    /// Says which random numbers dropout draws. Forward and backward must be told the same.
    /// Default: those of [`Draw::default`].
    pub fn draw(self, draw: Draw) -> Self {
        Self { draw, ..self }
    }

    /// The layer's equations.
    pub fn equations(&self) -> LayerEquations {
        N::LAYER_EQUATIONS[K - 1]
    }

    /// What the layer makes of these rows: a row for every row.
    ///
    /// # Errors
    /// No rows; under batch normalization, less than two; [`Error::Isa`] if `UNROLLED_ISA` names an
    /// instruction set that is not available.
    pub fn forward(&self, inputs: &[N::In]) -> Result<Vec<N::Out>, Error> {
        check::<N, K>(inputs)?;
        let mut outputs = vec![N::Out::ZERO; inputs.len()];
        let (isa, mut workspace) = (Isa::detect()?, Workspace::new());
        self.network
            .forward_into(isa, inputs, self.draw, &mut workspace, &mut outputs);
        Ok(outputs)
    }

    /// Passes derivatives through the layer: from the rows that went in, and ∂L by what came out,
    /// to ∂L by what went in, and ∂L by the layer's parameters, summed over the rows.
    ///
    /// # Errors
    /// Those of [`forward`](Self::forward); unequally many rows.
    pub fn backward(
        &self,
        inputs: &[N::In],
        adjoints: &[N::Out],
    ) -> Result<(Vec<N::In>, N::Gradients), Error> {
        check::<N, K>(inputs)?;
        paired("inputs", inputs.len(), "derivatives", adjoints.len())?;
        let mut slopes = vec![N::In::ZERO; inputs.len()];
        let mut gradient = vec![<N::Scalar as crate::math::Real>::ZERO; N::LAYER_PARAMETERS];
        let (isa, mut workspace) = (Isa::detect()?, Workspace::new());
        self.network.backward_into(
            isa,
            inputs,
            adjoints,
            self.draw,
            &mut workspace,
            &mut slopes,
            &mut gradient,
        );
        Ok((slopes, N::gradients(&gradient)))
    }
}

fn check<N: LayerAt<K>, const K: usize>(inputs: &[N::In]) -> Result<(), Error> {
    if inputs.is_empty() {
        return Err(Error::Empty { what: "inputs" });
    }
    if inputs.len() < N::LAYER_LEAST_BATCH {
        return Err(Error::BatchTooSmall {
            rows: inputs.len(),
            least: N::LAYER_LEAST_BATCH,
        });
    }
    Ok(())
}
