//! Times on a machine that is busy with other things, too.
//!
//! Three things make a time repeatable there. Contestants take turns in short blocks, so that a
//! slow spell meets all of them; the reported time is the median over the rounds, which an outlier
//! does not move; and the time that the thread stood ready but waited for a processor, which Linux
//! counts exactly, is taken off. What remains of the noise is what neighbours do to clock rate,
//! caches and memory.

use std::hint::black_box;
use std::time::{Duration, Instant};
use unrolled::simd::{Isa, Program, Simd, Vector};

/// The least time of a block.
const BLOCK: Duration = Duration::from_millis(100);

/// What is timed.
pub trait Contestant {
    /// Back to the start, so that every block does the same work on the same numbers.
    fn restart(&mut self) {}
    /// Does the work so many times.
    fn run(&mut self, times: usize);
}

/// Round by round, in seconds a run, the times of contestants that take turns.
pub fn rounds(contestants: &mut [&mut dyn Contestant], rounds: usize) -> Vec<Vec<f64>> {
    let counts: Vec<usize> = contestants.iter_mut().map(|c| calibrate(*c)).collect();
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for _ in 0..rounds {
        for ((contestant, &count), times) in contestants.iter_mut().zip(&counts).zip(&mut times) {
            times.push(block(*contestant, count).as_secs_f64() / count as f64);
        }
    }
    times
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
/// There are more independent chains than the latency of the instruction times the number that
/// start in a cycle (4 x 2), and with the common factor they fit into 16 registers. A set without a
/// fused instruction multiplies and adds.
pub struct Peak {
    isa: Isa,
}

impl Peak {
    /// The peak of this set.
    pub fn new(isa: Isa) -> Self {
        Self { isa }
    }

    /// FLOP of one run; a multiply-add counts as two.
    pub fn flop(isa: Isa) -> f64 {
        2.0 * isa.run(Chains) as f64
    }
}

impl Contestant for Peak {
    fn run(&mut self, times: usize) {
        for _ in 0..times {
            black_box(self.isa.run(Chains));
        }
    }
}

struct Chains;

impl Chains {
    const COUNT: usize = 12;
    const LENGTH: usize = 1000;
}

impl Program for Chains {
    /// How many multiply-adds there were.
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> usize {
        // x ← x/2 + 1/2 tends to 1: no overflow, no denormal number.
        let half = S::F32::splat(simd, black_box(0.5));
        let mut chains = [half; Self::COUNT];
        for _ in 0..Self::LENGTH {
            for x in &mut chains {
                *x = x.mul_add(half, half);
            }
        }
        black_box(chains);
        Self::COUNT * Self::LENGTH * S::F32::LANES
    }
}
