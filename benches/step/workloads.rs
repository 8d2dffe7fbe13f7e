//! What is measured, and what it is to reach.

use crate::contestants::{
    Baseline, BaselineBatch, Data, Ours, OursBatch, OursRow, Prediction, Training,
};
use crate::networks::{Twin, W1, W1d, W2, W3, W4, W5, W6, w1d_masks};
use unrolled::simd::Isa;

/// One training workload.
pub struct Workload {
    /// Its name.
    pub name: &'static str,
    /// FLOP of a step: of the products alone, a multiply-add counting as two.
    pub flop: usize,
    /// What is to be reached.
    pub goals: Goals,
    /// The generated network.
    pub ours: Box<dyn Training>,
    /// The dynamic one.
    pub baseline: Box<dyn Training>,
}

/// What a training workload is to reach. The shares are of the FMA peak of the same set.
#[derive(Debug, Clone, Copy)]
pub struct Goals {
    /// With AVX-512: what must be reached, and what is aimed at.
    pub avx512: [Option<f64>; 2],
    /// With AVX2: what must be reached.
    pub avx2: Option<f64>,
    /// How many times as fast as the baseline.
    pub speedup: f64,
}

impl Goals {
    fn new(must: f64, aim: f64, avx2: f64, speedup: f64) -> Self {
        Self {
            avx512: [Some(must), Some(aim)],
            avx2: Some(avx2),
            speedup,
        }
    }

    fn speedup(speedup: f64) -> Self {
        Self {
            avx512: [None, None],
            avx2: None,
            speedup,
        }
    }
}

/// One prediction workload.
pub struct Inference {
    /// The network's name.
    pub name: &'static str,
    /// Rows predicted at once.
    pub batch: usize,
    /// How many times as fast as the baseline it must be, if anything is said.
    pub speedup: Option<f64>,
    /// The generated network.
    pub ours: Box<dyn Prediction>,
    /// The dynamic one.
    pub baseline: Box<dyn Prediction>,
}

/// Everything that is measured.
pub struct Suite {
    /// Training.
    pub workloads: Vec<Workload>,
    /// Prediction.
    pub inferences: Vec<Inference>,
}

impl Suite {
    /// All networks at their starts.
    pub fn new(isa: Isa) -> Self {
        // 550 µs of one core whose peak is 236 GFLOP/s.
        let w5f = Goals {
            avx512: [Some(39.68e6 / 550e-6 / 236e9), None],
            ..Goals::speedup(12.0)
        };
        Self {
            workloads: vec![
                training::<W1>(isa, "W1", 32, Goals::new(0.11, 0.15, 0.19, 15.0)),
                training::<W1d>(isa, "W1d", 32, Goals::speedup(9.0)),
                training::<W2>(isa, "W2", 256, Goals::new(0.60, 0.71, 0.70, 8.0)),
                training::<W3>(isa, "W3", 64, Goals::new(0.62, 0.70, 0.74, 2.0)),
                training::<W4>(isa, "W4", 128, Goals::new(0.68, 0.76, 0.80, 6.0)),
                training::<W5>(isa, "W5", 200, Goals::new(0.40, 0.48, 0.56, 13.0)),
                training::<W5>(isa, "W5f", 10_000, w5f),
                training::<W6>(isa, "W6", 256, Goals::new(0.64, 0.74, 0.68, 1.7)),
            ],
            inferences: vec![
                inference::<W1>(isa, "W1", 1, Some(25.0)),
                inference::<W3>(isa, "W3", 1, Some(8.0)),
                inference::<W4>(isa, "W4", 1, Some(12.0)),
                inference::<W1>(isa, "W1", 1024, None),
                inference::<W3>(isa, "W3", 1024, None),
                inference::<W4>(isa, "W4", 1024, None),
            ],
        }
    }

    /// Drops all but the named networks; no names keep all.
    ///
    /// # Errors
    /// A name that no network has.
    pub fn keep(&mut self, names: &[String]) -> Result<(), String> {
        let known: Vec<_> = self.workloads.iter().map(|w| w.name).collect();
        if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
            let known = known.join(", ");
            return Err(format!(
                "no network is called `{unknown}`; choose from {known}"
            ));
        }
        let kept = |name: &str| names.is_empty() || names.iter().any(|kept| kept == name);
        self.workloads.retain(|workload| kept(workload.name));
        self.inferences.retain(|inference| kept(inference.name));
        Ok(())
    }

    /// Lets the baseline's dropout use the masks that the generated code draws.
    pub fn share_masks(&mut self, isa: Isa) {
        let dropped = self.workloads.iter_mut().filter(|w| w.name == "W1d");
        dropped.for_each(|workload| {
            let data = Data::new::<W1d>(32);
            let mut network = W1d::dynamic();
            network.set_masks(w1d_masks(isa));
            workload.baseline = Box::new(Baseline::new(network, &data));
        });
    }
}

fn training<N: Twin>(isa: Isa, name: &'static str, rows: usize, goals: Goals) -> Workload {
    let data = Data::new::<N>(rows);
    let flop = N::TRAINING_FLOP * rows;
    assert_eq!(flop, N::training_flop(rows), "{name}: FLOP by two ways");
    Workload {
        name,
        flop,
        goals,
        ours: Box::new(Ours::<N>::new(isa, &data)),
        baseline: Box::new(Baseline::new(N::dynamic(), &data)),
    }
}

fn inference<N: Twin>(
    isa: Isa,
    name: &'static str,
    batch: usize,
    speedup: Option<f64>,
) -> Inference {
    let data = Data::new::<N>(batch);
    Inference {
        name,
        batch,
        speedup,
        // `forward` takes the best set and no other.
        ours: match batch == 1 && isa == Isa::best() {
            true => Box::new(OursRow::<N>::new(&data)),
            false => Box::new(OursBatch::<N>::new(isa, &data)),
        },
        baseline: Box::new(BaselineBatch::new(N::dynamic(), &data)),
    }
}
