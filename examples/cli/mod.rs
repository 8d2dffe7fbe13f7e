//! The command line that the examples share, and how they fail.
//!
//! | argument | meaning |
//! |---|---|
//! | `--quick`, or the environment variable `UNROLLED_QUICK=1` | less work and a lower bar: seconds at most, for automatic checks |
//! | `--data PATH` | where the data are, in examples that read some |
//! | `--out FOLDER` | where pictures go, in examples that draw some |
//! | `--at-most NUMBER` | the error beyond which the example fails, in examples that take data |
//! | `--help` | how to use this example |

#![allow(dead_code, reason = "not every example has every option")]

use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;
use std::process::exit;

/// How much work an example does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// All that its documentation promises.
    Full,
    /// Little, for automatic checks.
    Quick,
}

/// What was asked for on the command line.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) effort: Effort,
    pub(crate) data: Option<PathBuf>,
    pub(crate) out: Option<PathBuf>,
    pub(crate) at_most: Option<f64>,
}

impl Arguments {
    /// Reads the command line. `usage` is what `--help` prints, and an option that it does not name
    /// is refused.
    pub(crate) fn read(usage: &str) -> Result<Self, Failure> {
        let quick = std::env::var_os("UNROLLED_QUICK").is_some_and(|value| value == "1");
        let mut arguments = Self {
            effort: if quick { Effort::Quick } else { Effort::Full },
            data: None,
            out: None,
            at_most: None,
        };
        let mut words = std::env::args_os().skip(1);
        while let Some(word) = words.next() {
            let option = word.to_string_lossy().into_owned();
            let mut value = || {
                words
                    .next()
                    .ok_or_else(|| Failure::new(format!("{option} needs a value\n\n{usage}")))
            };
            match option.as_str() {
                "--help" | "-h" => {
                    println!("{usage}");
                    exit(0);
                }
                "--quick" => arguments.effort = Effort::Quick,
                _ if !usage.contains(&format!("[{option} ")) => {
                    return Err(Failure::new(format!(
                        "unknown argument {option}\n\n{usage}"
                    )));
                }
                "--data" => arguments.data = Some(value()?.into()),
                "--out" => arguments.out = Some(value()?.into()),
                "--at-most" => arguments.at_most = Some(number(&option, &value()?)?),
                _ => unreachable!("a usage names no other option"),
            }
        }
        Ok(arguments)
    }
}

/// What an example of the course is asked for: how much work, and where its pictures go.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) effort: Effort,
    pub(crate) out: PathBuf,
    pub(crate) data: Option<PathBuf>,
}

impl Course {
    /// Reads the command line of the example `name`, which does what the sentence `what` says.
    pub(crate) fn read(name: &str, what: &str) -> Result<Self, Failure> {
        Self::with(name, what, "", "")
    }

    /// Likewise for an example that reads data: `data` says what it needs.
    pub(crate) fn with_data(name: &str, what: &str, data: &str) -> Result<Self, Failure> {
        let line = format!("\n  --data PATH   {data}");
        Self::with(name, what, "[--data PATH] ", &line)
    }

    fn with(name: &str, what: &str, option: &str, line: &str) -> Result<Self, Failure> {
        let usage = format!(
            "{what}\n\n\
             cargo run --release --example {name} -- {option}[--out FOLDER] [--quick]\n{line}\n  \
             --out FOLDER  where pictures go; out/{name} if not given\n  \
             --quick       less work and a lower bar, for automatic checks"
        );
        let Arguments {
            effort, data, out, ..
        } = Arguments::read(&usage)?;
        let out = out.unwrap_or_else(|| PathBuf::from("out").join(name));
        Ok(Self { effort, out, data })
    }

    /// The first of the two at full effort, the second in quick mode.
    pub(crate) fn effort<T>(&self, full: T, quick: T) -> T {
        match self.effort {
            Effort::Full => full,
            Effort::Quick => quick,
        }
    }
}

fn number(option: &str, value: &OsStr) -> Result<f64, Failure> {
    let number = value.to_str().and_then(|value| value.parse().ok());
    number.ok_or_else(|| {
        Failure::new(format!(
            "{option} needs a number, but got {}",
            value.display()
        ))
    })
}

/// Any error, as `main` should print it: the sentence, not the fields.
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}
