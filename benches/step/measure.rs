//! Times on a machine that is busy with other things, too.
//!
//! Three things make a time repeatable there. Contestants take turns in short blocks, so that a
//! slow spell meets all of them; the reported time is the median over the rounds, which an outlier
//! does not move; and the time that the thread stood ready but waited for a processor, which Linux
//! counts exactly, is taken off. What remains of the noise is what neighbours do to clock rate,
//! caches and memory.

use std::hint::black_box;
use std::time::{Duration, Instant};
use unrolled::math::Real;
use unrolled::simd::{Isa, Program, Simd};

/// The least time of a block.
const BLOCK: Duration = Duration::from_millis(100);

/// What is timed.
pub trait Contestant {
    /// Back to the start, so that every block does the same work on the same numbers.
    fn restart(&mut self) {}
    /// Does the work so many times.
    fn run(&mut self, times: usize);
}

/// Medians over the rounds, in seconds a run, of contestants that take turns.
pub fn rounds(contestants: &mut [&mut dyn Contestant], rounds: usize) -> Vec<f64> {
    let counts: Vec<usize> = contestants.iter_mut().map(|c| calibrate(*c)).collect();
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for _ in 0..rounds {
        for ((contestant, &count), times) in contestants.iter_mut().zip(&counts).zip(&mut times) {
            times.push(block(*contestant, count).as_secs_f64() / count as f64);
        }
    }
    times.into_iter().map(median).collect()
}

/// How many runs fill a block.
fn calibrate(contestant: &mut dyn Contestant) -> usize {
    let mut count = 1;
    loop {
        let time = block(contestant, count);
        if time > BLOCK / 8 {
            // A twentieth more than needed: the sample ran cold.
            let blocks = 1.05 * BLOCK.as_secs_f64() / time.as_secs_f64();
            return (count as f64 * blocks).ceil() as usize;
        }
        count *= 2;
    }
}

/// The time of so many runs, after a few that bring the data into cache.
fn block(contestant: &mut dyn Contestant, count: usize) -> Duration {
    contestant.restart();
    contestant.run(count / 50 + 1);
    let (start, waited) = (Instant::now(), waiting());
    contestant.run(count);
    let (time, waited) = (start.elapsed(), waiting() - waited);
    time.saturating_sub(waited)
}

/// For how long this thread has stood ready in the queue of a processor: the second number of
/// Linux's `schedstat`, in nanoseconds. Zero where there is none.
fn waiting() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().nth(1).and_then(|n| n.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// The middle value; of an even number of values, the mean of the middle two.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    }
}

/// The processor's limit: multiply-adds whose operands are all in registers.
///
/// The chains are independent and longer than the latency of an instruction times the number that
/// start in a cycle, and few enough to stay in registers. Without a fused instruction a
/// multiplication and an addition take its place.
pub struct Peak {
    isa: Isa,
}

impl Peak {
    /// Multiply-adds of every lane in one run.
    const LENGTH: usize = 1000;
    /// Chains, each a vector wide.
    const CHAINS: usize = 10;

    /// The peak of this set.
    pub fn new(isa: Isa) -> Self {
        Self { isa }
    }

    /// FLOP of one run; a multiply-add counts as two.
    pub fn flop(isa: Isa) -> f64 {
        (2 * Self::LENGTH * Self::CHAINS * lanes(isa)) as f64
    }
}

/// `f32` lanes of a vector.
fn lanes(isa: Isa) -> usize {
    match isa.name() {
        "avx512" => 16,
        "avx2" => 8,
        _ => 4,
    }
}

impl Contestant for Peak {
    fn run(&mut self, times: usize) {
        for _ in 0..times {
            match lanes(self.isa) {
                16 => drop(black_box(self.isa.run(Chains::<16>))),
                8 => drop(black_box(self.isa.run(Chains::<8>))),
                _ => drop(black_box(self.isa.run(Chains::<4>))),
            }
        }
    }
}

struct Chains<const LANES: usize>;

impl<const LANES: usize> Program for Chains<LANES> {
    type Output = [[f32; LANES]; Peak::CHAINS];

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> Self::Output {
        // x ← x·a + b with its fixed point at 1: no overflow, no denormal number.
        let (a, b) = (black_box(0.5_f32), black_box(0.5_f32));
        let mut chains = [[0.0_f32; LANES]; Peak::CHAINS];
        for _ in 0..Peak::LENGTH {
            for chain in &mut chains {
                for x in chain {
                    *x = Real::mul_add::<S>(*x, a, b);
                }
            }
        }
        chains
    }
}
