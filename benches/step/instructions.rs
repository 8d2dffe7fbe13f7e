//! How many instructions a training step takes: a number without noise, for automatic checks.
//!
//! The program runs itself under valgrind's callgrind, which knows no AVX-512, so what is counted is
//! the AVX2 path. Two runs that differ in the number of steps alone are subtracted: what a step costs
//! remains. The counts are kept in `benches/record/instructions.json`; they depend on the compiler,
//! which `rust-toolchain.toml` pins.

use crate::workloads::Suite;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// The networks that are counted.
const COUNTED: [&str; 6] = ["W1", "W1d", "W2", "W3", "W4", "W5"];

/// By how much a count may differ from the recorded one.
const TOLERANCE: f64 = 0.03;

/// Steps of the two runs.
const STEPS: [u64; 2] = [4, 24];

/// What callgrind runs: so many steps of one network.
///
/// # Errors
/// A name that no network has.
pub fn steps(mut suite: Suite, name: &str, count: usize) -> Result<(), Box<dyn Error>> {
    suite.keep(&[name.to_owned()])?;
    for workload in &mut suite.workloads {
        workload.ours.run(count);
    }
    Ok(())
}

/// Counts, and compares with the record or renews it. Without valgrind it says so and does nothing.
///
/// # Errors
/// Counts out of tolerance, all of them in one message; a file that cannot be read or written.
pub fn check(record: bool) -> Result<(), Box<dyn Error>> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("instructions are not counted: there is no valgrind here");
        return Ok(());
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/record/instructions.json");
    let mut counts = serde_json::Map::new();
    for name in COUNTED {
        let [few, many] = [counted(name, STEPS[0])?, counted(name, STEPS[1])?];
        counts.insert(
            name.to_owned(),
            ((many - few) / (STEPS[1] - STEPS[0])).into(),
        );
    }
    if record {
        let text = serde_json::to_string_pretty(&counts)?;
        return std::fs::write(&path, text + "\n")
            .map_err(|error| format!("{}: {error}", path.display()).into());
    }
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let recorded: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text)?;
    compare(&counts, &recorded)
}

/// Prints the counts beside the recorded ones.
fn compare(
    counts: &serde_json::Map<String, serde_json::Value>,
    recorded: &serde_json::Map<String, serde_json::Value>,
) -> Result<(), Box<dyn Error>> {
    let mut strays = String::new();
    println!("instructions a step  now        recorded   change");
    for (name, count) in counts {
        let number = |value: Option<&serde_json::Value>| value.and_then(serde_json::Value::as_f64);
        let now = number(Some(count)).unwrap_or(f64::NAN);
        let Some(before) = number(recorded.get(name)) else {
            return Err(format!("{name} has no recorded count; record it with --record").into());
        };
        let change = now / before - 1.0;
        println!(
            "{name:<19}  {now:<9}  {before:<9}  {:+.2} %",
            100.0 * change
        );
        if change.abs() > TOLERANCE {
            write!(strays, " {name} {:+.1} %", 100.0 * change)?;
        }
    }
    if strays.is_empty() {
        return Ok(());
    }
    let most = 100.0 * TOLERANCE;
    Err(format!(
        "instructions a step are more than {most} % from the record:{strays}; \
         if that is meant, renew it with --record"
    )
    .into())
}

/// The instructions of a whole run.
fn counted(name: &str, steps: u64) -> Result<u64, Box<dyn Error>> {
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["--isa", "avx2", "--steps", &format!("{name}={steps}")])
        .output()?;
    let report = String::from_utf8_lossy(&run.stderr);
    let collected = report
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    match collected {
        Some((_, number)) if run.status.success() => Ok(number.trim().parse()?),
        _ => Err(format!("{name} did not run under valgrind:\n{report}").into()),
    }
}
