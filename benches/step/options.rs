//! The command line.

use std::error::Error;
use std::path::PathBuf;
use unrolled::simd::Isa;

/// What `--help` prints.
pub const USAGE: &str = "\
usage: cargo bench --bench step -- [--quick] [--json FILE] [--only NAMES] [--isa SET] [--rounds N]
       cargo bench --bench step -- --formulas [--isa SET] [--rounds N]
       cargo bench --bench step -- --instructions [--record]

  --quick       check the results against the dynamic baseline and measure nothing
  --json FILE   write the numbers to FILE as well
  --only NAMES  these networks alone, separated by commas: W1,W3
  --isa SET     use this instruction set: portable, avx2, avx512, neon (default: the best)
  --rounds N    report medians over N rounds (default 5)
  --formulas    compare formulas of the user's with the built-in activations and losses
  --instructions  count the instructions of a step under valgrind, with AVX2, and compare them with
                the recorded counts; --record renews the record";

/// What to do.
pub struct Options {
    /// The instruction set of the generated code.
    pub isa: Isa,
    /// The networks asked for; all if empty.
    pub only: Vec<String>,
    /// Times or results.
    pub mode: Mode,
}

/// Times or results.
pub enum Mode {
    /// Compare the results of both sides; no time matters.
    Check,
    /// Count instructions.
    Instructions {
        /// Renew the record instead of comparing with it.
        record: bool,
    },
    /// Take so many steps with a network: what is counted.
    Steps {
        /// Which network.
        name: String,
        /// How many.
        count: usize,
    },
    /// Compare times of formulas.
    Formulas {
        /// Over how many rounds medians are taken.
        rounds: usize,
    },
    /// Compare times.
    Measure {
        /// Over how many rounds medians are taken.
        rounds: usize,
        /// Where the numbers go besides the terminal.
        json: Option<PathBuf>,
    },
}

impl Options {
    /// The options that these arguments ask for; `None` for `--help`.
    ///
    /// # Errors
    /// Anything unknown, unfinished or contradictory, in one sentence.
    pub fn parse(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Option<Self>, Box<dyn Error>> {
        let (mut bench, mut quick, mut rounds) = (false, false, 5);
        let (mut isa, mut json, mut only) = (None, None, Vec::new());
        let mut formulas = false;
        let (mut instructions, mut record, mut steps) = (false, false, None);
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let missing = || format!("{argument} needs a value after it; see --help");
                arguments.next().ok_or_else(missing)
            };
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--bench" => bench = true,
                "--test" => bench = false,
                "--quick" => quick = true,
                "--json" => json = Some(PathBuf::from(value()?)),
                "--only" => only = value()?.split(',').map(str::to_owned).collect(),
                "--isa" => isa = Some(Isa::named(&value()?)?),
                "--rounds" => rounds = count(&value()?)?,
                "--formulas" => formulas = true,
                "--instructions" => instructions = true,
                "--record" => record = true,
                "--steps" => steps = Some(network_and_count(&value()?)?),
                unknown => return Err(format!("unknown argument `{unknown}`; see --help").into()),
            }
        }
        if quick && json.is_some() {
            return Err("--quick measures nothing that --json could write; drop one".into());
        }
        Ok(Some(Self {
            isa: isa.map_or_else(Isa::detect, Ok)?,
            only,
            mode: match steps {
                Some((name, count)) => Mode::Steps { name, count },
                None if formulas => Mode::Formulas { rounds },
                None if instructions => Mode::Instructions { record },
                None if bench && !quick || json.is_some() => Mode::Measure { rounds, json },
                None => Mode::Check,
            },
        }))
    }
}

/// A number of rounds.
fn count(value: &str) -> Result<usize, String> {
    match value.parse() {
        Ok(rounds @ 1..) => Ok(rounds),
        _ => Err(format!(
            "--rounds is `{value}`, but must be a whole number from 1"
        )),
    }
}

/// `W1=20`: a network and a number of steps.
fn network_and_count(value: &str) -> Result<(String, usize), String> {
    let parts = value.split_once('=');
    let parts = parts.and_then(|(name, count)| Some((name.to_owned(), count.parse().ok()?)));
    parts.ok_or_else(|| format!("--steps is `{value}`, but must be like W1=20"))
}
