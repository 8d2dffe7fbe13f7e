//! Memory is asked for once: what a counting allocator sees of training and prediction.
//!
//! The counter counts the calls to the allocator made by the measuring thread, and their bytes.

mod support;

use allocation_counter::{AllocationInfo, measure};
use std::hint::black_box;
use support::{DRAW, Given};
use unrolled::full_batch::{BatchLoss, FullBatch, Lbfgs, LevenbergMarquardt, Method, Scg};
use unrolled::math::Real;
use unrolled::network;
use unrolled::network::{Network, Row};
use unrolled::optim::{
    Adam, Clip, DiagonalLevenbergMarquardt, Optimizer, Penalty, Schedule, Sgd, Step, Survey,
};
use unrolled::simd::Isa;
use unrolled::train::{Order, Trainer};
use unrolled::workspace::Workspace;

network! { struct Small<f32> = 2 -> tanh(50) -> 1; }
network! { struct Hero<f32> = 2 -> tanh(50) -> dropout(0.8) -> bn -> 1; }
network! {
    struct Residual<f64> = 5 -> bn -> gelu(17) -> skip(elu(9) -> dropout(0.5) -> bn -> 17) -> 3;
    loss = cross_entropy;
}
network! { struct Wide<f32> = 64 -> relu(512) -> relu(512) -> 10; loss = cross_entropy; }
network! { struct Deviations<f64> = 3 -> sin(300) -> dropout(0.9) -> 4; loss = gaussian_nll; }

const BATCH: usize = 70;
const SHORT: usize = 13;

#[track_caller]
fn assert_none(what: &str, info: AllocationInfo) {
    let (count, bytes) = (info.count_total, info.bytes_total);
    assert_eq!(count, 0, "{what} allocated {count} times, {bytes} bytes");
}

#[test]
fn the_counter_counts() {
    let info = measure(|| drop(black_box(vec![0_u8; 100])));
    assert_eq!((info.count_total, info.bytes_total), (1, 100));
}

/// After a first step and a first prediction neither allocates again, nor on a short batch.
#[track_caller]
fn check_steps<N: Network>(optimizer: impl Optimizer<N::Scalar>) {
    let Given {
        mut network,
        inputs,
        targets,
    } = Given::<N>::random(BATCH, 1);
    let mut outputs = [N::Output::ZERO; BATCH];
    let mut gradient = vec![N::Scalar::ZERO; N::PARAMETERS];
    let mut workspace = Workspace::new();
    let mut state = optimizer.prepare(N::TENSORS).expect("valid settings");
    let schedule = Schedule::cosine(10, 0.1).warm_up(3);
    let annealing = schedule.start().expect("valid settings");
    for isa in Isa::available() {
        let mut step = |rows: usize| {
            let (inputs, targets) = (&inputs[..rows], &targets[..rows]);
            network.gradient(isa, inputs, targets, DRAW, &mut workspace, &mut gradient)?;
            let parameters = network.parameters_mut();
            Penalty::l2(0.01).apply(isa, N::TENSORS, rows, parameters, &mut gradient)?;
            let scale = 1.0 / rows as f64;
            Clip::Norm(0.1).apply(isa, scale, &mut gradient);
            let rate = optimizer.rate() * annealing.factor(7, 2);
            let step = Step { isa, rate, scale };
            optimizer.step(&mut state, step, parameters, &gradient)?;
            network.predict_into(isa, inputs, &mut outputs[..rows], &mut workspace)?;
            network.loss(isa, inputs, targets, &mut workspace)
        };
        step(BATCH).expect("a step");
        for rows in [BATCH, SHORT, 2] {
            let mut result = None;
            let info = measure(|| result = Some(step(rows)));
            assert_none(&format!("{} on {rows} rows, {}", N::NAME, isa.name()), info);
            assert!(matches!(result, Some(Ok(_))), "{result:?}");
        }
    }
}

#[test]
fn steps() {
    check_steps::<Small>(Adam::default());
    check_steps::<Hero>(Adam::default());
    check_steps::<Residual>(Sgd::default());
    check_steps::<Wide>(Sgd::default().momentum(0.9));
    check_steps::<Deviations>(Adam::default());
}

/// A hundred times as many samples need not one more call.
#[test]
fn samples_allocate_nothing() {
    Isa::detect().expect("an instruction set"); // asks the environment once, and remembers
    let given = Given::<Hero>::random(BATCH, 1);
    let allocations = |samples| {
        let mut result = None;
        let info = measure(|| result = Some(given.network.predict_mc(&given.inputs, samples, 7)));
        assert!(matches!(result, Some(Ok(_))), "{result:?}");
        info.count_total
    };
    assert_eq!(allocations(1), allocations(100));
}

/// One row through a small network stays on the stack; a wide one asks for its workspace.
#[test]
fn forward_of_one_row() {
    Isa::best(); // asks the processor once, and remembers
    let (small, hero) = (Small::init(Default::default(), 1), Hero::zeros());
    assert_none(
        "small",
        measure(|| _ = black_box(small.forward(&[[0.1, 0.2]]))),
    );
    assert_none(
        "hero",
        measure(|| _ = black_box(hero.forward(&[[0.1, 0.2]]))),
    );
    let residual = Residual::zeros();
    assert_none(
        "residual",
        measure(|| _ = black_box(residual.forward(&[[0.1; 5]]))),
    );
    let wide = Wide::zeros();
    let info = measure(|| _ = black_box(wide.forward(&[[0.1; 64]])));
    assert!(info.count_total <= 1, "{info:?}");
}

/// A longer workspace is asked for in one piece, of the documented size.
#[track_caller]
fn check_workspace<N: Network>() {
    // What it takes to start on a cache line.
    const SLACK: usize = 64;
    for rows in [2, 63, 64, 65, 1000] {
        let mut given = Given::<N>::random(rows, 1);
        let mut gradient = vec![N::Scalar::ZERO; N::PARAMETERS];
        let mut workspace = Workspace::new();
        let info = measure(|| {
            let (inputs, targets) = (&given.inputs, &given.targets);
            let isa = Isa::best();
            given
                .network
                .gradient(isa, inputs, targets, DRAW, &mut workspace, &mut gradient)
                .expect("a gradient");
        });
        let documented = N::WORKSPACE_BYTES + rows * N::WORKSPACE_BYTES_PER_ROW + SLACK;
        let found = (info.count_total, info.bytes_total);
        assert_eq!(found, (1, documented as u64), "{} on {rows} rows", N::NAME);
    }
}

#[test]
fn workspaces() {
    check_workspace::<Small>();
    check_workspace::<Hero>();
    check_workspace::<Residual>();
    check_workspace::<Wide>();
    check_workspace::<Deviations>();
    // Only batch statistics need whole batches.
    assert_eq!(Small::WORKSPACE_BYTES_PER_ROW, 0);
    assert_ne!(Hero::WORKSPACE_BYTES_PER_ROW, 0);
}

/// Ten epochs over the same rows, in batches of this size: the calls to the allocator.
fn allocations_of_fit<N: Network>(optimizer: impl Survey<N>, batch_size: usize) -> u64 {
    let given = Given::<N>::random(400, 1);
    let (mut network, mut result) = (given.network, None);
    let info = measure(|| {
        let trainer = Trainer::new(optimizer)
            .epochs(10)
            .batch_size(batch_size)
            .order(Order::Emphasizing { weight: 0.5 })
            .validation(&given.inputs, &given.targets)
            .penalty(Penalty::l2(1e-3))
            .clip(Clip::Norm(1.0));
        result = Some(trainer.fit(&mut network, &given.inputs, &given.targets));
    });
    let history = result.expect("measured").expect("a run");
    assert_eq!(history.steps, 10 * 400_u64.div_ceil(batch_size as u64));
    info.count_total
}

/// Fifty or a hundred times as many steps need not one more call.
#[track_caller]
fn check_fit<N: Network>(optimizer: impl Survey<N>) {
    Isa::detect().expect("an instruction set"); // asks the environment once, and remembers
    let few = allocations_of_fit::<N>(optimizer.clone(), 200);
    for batch_size in [80, 9, 8, 4] {
        let many = allocations_of_fit::<N>(optimizer.clone(), batch_size);
        assert_eq!(many, few, "{} in batches of {batch_size}", N::NAME);
    }
}

#[test]
fn fits() {
    check_fit::<Small>(Adam::default());
    check_fit::<Hero>(Adam::default());
    check_fit::<Residual>(Adam::default());
    check_fit::<Deviations>(Adam::default());
    check_fit::<Curved>(DiagonalLevenbergMarquardt::default());
}

network! {
    struct Curved<f64> = 2 -> tanh(5) -> 2;
    derive(HessianVectorProduct, Jacobian, DiagonalCurvature);
}

/// Twelve cycles of a full-batch method need not one more call than two.
#[track_caller]
fn check_cycles<M>(method: M)
where
    M: Copy + for<'d> Method<BatchLoss<'d, Curved>>,
{
    Isa::detect().expect("an instruction set"); // asks the environment once, and remembers
    let allocations = |cycles| {
        let given = Given::<Curved>::random(BATCH, 1);
        let (mut network, mut result) = (given.network, None);
        let info = measure(|| {
            let run = FullBatch::new(method).alpha(0.1).cycles(cycles);
            result = Some(run.fit(&mut network, &given.inputs, &given.targets));
        });
        let history = result.expect("measured").expect("a run");
        assert_eq!(history.cycles.len(), cycles, "{}", history.stopped);
        info.count_total
    };
    assert_eq!(allocations(12), allocations(2));
}

#[test]
fn cycles_of_full_batch_methods() {
    check_cycles(Scg::default().tolerances(0.0, 0.0));
    check_cycles(Scg::default().tolerances(0.0, 0.0).exact());
    check_cycles(Lbfgs::default().tolerances(0.0, 0.0));
    check_cycles(LevenbergMarquardt::default().tolerances(0.0, 0.0));
}
