//! The numbers as a table for people and as JSON for programs.

use crate::measure::{Peak, median};
use crate::workloads::{Goals, Suite};
use std::fmt::{self, Display, Formatter};
use unrolled::simd::Isa;

/// All that was measured.
pub struct Report {
    isa: Isa,
    /// FLOP a second.
    peak: f64,
    training: Vec<Training>,
    inference: Vec<Inference>,
}

/// Times are seconds a step.
struct Training {
    name: &'static str,
    flop: f64,
    goals: Goals,
    ours: f64,
    baseline: f64,
}

/// Times are seconds a batch.
struct Inference {
    name: &'static str,
    batch: usize,
    goal: Option<f64>,
    ours: f64,
    baseline: f64,
}

impl Report {
    /// From the times of the suite in its order: peak, ours and baseline of every training
    /// workload, then ours and baseline of every prediction.
    pub fn new(isa: Isa, suite: &Suite, times: &[f64]) -> Self {
        let (training, inference) = times.split_at(3 * suite.workloads.len());
        let (training, _) = training.as_chunks::<3>();
        let (inference, _) = inference.as_chunks::<2>();
        Self {
            isa,
            peak: Peak::flop(isa) / median(training.iter().map(|[peak, ..]| *peak).collect()),
            training: suite
                .workloads
                .iter()
                .zip(training)
                .map(|(workload, &[_, ours, baseline])| Training {
                    name: workload.name,
                    flop: workload.flop as f64,
                    goals: workload.goals,
                    ours,
                    baseline,
                })
                .collect(),
            inference: suite
                .inferences
                .iter()
                .zip(inference)
                .map(|(workload, &[ours, baseline])| Inference {
                    name: workload.name,
                    batch: workload.batch,
                    goal: workload.speedup,
                    ours,
                    baseline,
                })
                .collect(),
        }
    }

    /// The same numbers as JSON.
    pub fn json(&self) -> String {
        let workloads = self.training.iter().map(|t| {
            format!(
                r#"{{"name":"{}","flop":{},"ours_us":{:.4},"baseline_us":{:.4},"speedup":{:.3},"share_of_peak":{:.4}}}"#,
                t.name,
                t.flop,
                t.ours * 1e6,
                t.baseline * 1e6,
                t.baseline / t.ours,
                self.share(t),
            )
        });
        let inference = self.inference.iter().map(|i| {
            format!(
                r#"{{"name":"{}","batch":{},"ours_ns":{:.2},"baseline_ns":{:.2}}}"#,
                i.name,
                i.batch,
                i.ours * 1e9,
                i.baseline * 1e9,
            )
        });
        format!(
            "{{\"fma_peak_gflops\":{:.2},\"isa\":\"{}\",\"workloads\":[\n{}\n],\"inference\":[\n{}\n]}}\n",
            self.peak / 1e9,
            self.isa.name(),
            workloads.collect::<Vec<_>>().join(",\n"),
            inference.collect::<Vec<_>>().join(",\n"),
        )
    }

    fn share(&self, training: &Training) -> f64 {
        training.flop / training.ours / self.peak
    }

    /// What must be reached and what is aimed at with this set.
    fn shares(&self, goals: &Goals) -> [Option<f64>; 2] {
        match self.isa.name() {
            "avx512" => goals.avx512,
            "avx2" => [goals.avx2, None],
            _ => [None, None],
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (isa, peak) = (self.isa.name(), self.peak / 1e9);
        writeln!(f, "{isa}, FMA peak {peak:.1} GFLOP/s, one core, f32\n")?;
        writeln!(
            f,
            "training  {:>10} {:>10} {:>8} {:>7} {:>15} {:>15} {:>11} {:>8} {:>13}",
            "kFLOP", "ours µs", "GFLOP/s", "share", "must", "aim", "baseline µs", "speedup", "must",
        )?;
        for t in &self.training {
            let (share, speedup) = (self.share(t), t.baseline / t.ours);
            let [must, aim] = self.shares(&t.goals).map(|goal| verdict(share, goal));
            writeln!(
                f,
                "{:<9} {:>10.1} {:>10} {:>8.1} {:>7.3} {must:>15} {aim:>15} {:>11} {:>8.1} {:>13}",
                t.name,
                t.flop / 1e3,
                digits(t.ours * 1e6),
                t.flop / t.ours / 1e9,
                share,
                digits(t.baseline * 1e6),
                speedup,
                verdict(speedup, Some(t.goals.speedup)),
            )?;
        }
        self.remarks(f)?;
        writeln!(
            f,
            "\ninference {:>10} {:>10} {:>11} {:>8} {:>13}",
            "batch", "ours ns", "baseline ns", "speedup", "must",
        )?;
        for i in &self.inference {
            let speedup = i.baseline / i.ours;
            writeln!(
                f,
                "{:<9} {:>10} {:>10} {:>11} {speedup:>8.1} {:>13}",
                i.name,
                i.batch,
                digits(i.ours * 1e9),
                digits(i.baseline * 1e9),
                verdict(speedup, i.goal),
            )?;
        }
        Ok(())
    }
}

impl Report {
    /// What dropout and batch normalization cost on top of the same network without; and whether
    /// the peak can be right.
    fn remarks(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ours = |name| {
            self.training
                .iter()
                .find(|t| t.name == name)
                .map(|t| t.ours)
        };
        if let (Some(plain), Some(dropped)) = (ours("W1"), ours("W1d")) {
            let ratio = dropped / plain;
            let verdict = if ratio <= 2.5 { "met" } else { "missed" };
            writeln!(
                f,
                "\nW1d takes {ratio:.2} times W1 (at most 2.5: {verdict})"
            )?;
        }
        if self.training.iter().any(|t| self.share(t) > 1.0) {
            writeln!(
                f,
                "\na share above 1: the peak was measured too low, repeat"
            )?;
        }
        Ok(())
    }
}

/// `0.60 met` or `0.60 missed`; empty without a goal.
fn verdict(reached: f64, goal: Option<f64>) -> String {
    goal.map_or_else(String::new, |goal| {
        let verdict = if reached >= goal { "met" } else { "missed" };
        format!("{} {verdict}", digits(goal))
    })
}

/// Four digits or so, never fewer than the whole part has.
fn digits(value: f64) -> String {
    let decimals = match value {
        1000.0.. => 0,
        100.0.. => 1,
        10.0.. => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}
