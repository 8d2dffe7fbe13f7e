//! The typed errors. Every message is one sentence with the numbers, then the fix.

/// What can be wrong with data, settings or a training run.
///
/// After any of these the network and the optimizer are as they were before the call.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to work on.
    #[error("there are no rows in the {what}; give at least one")]
    Empty {
        /// Which argument: "inputs", "targets", "validation inputs", ….
        what: &'static str,
    },
    /// A row of a view is wider or narrower than the network.
    #[error("the {what} have {found} columns, but {expected} are needed")]
    Width {
        /// Which argument.
        what: &'static str,
        /// Columns found.
        found: usize,
        /// Columns expected.
        expected: usize,
    },
    /// Two arguments that belong together have different numbers of rows.
    #[error(
        "the {left} have {left_rows} rows, but the {right} have {right_rows}; they must pair up one to one"
    )]
    RowCount {
        /// The first argument.
        left: &'static str,
        /// Its rows.
        left_rows: usize,
        /// The second argument.
        right: &'static str,
        /// Its rows.
        right_rows: usize,
    },
    /// A value is NaN or infinite.
    #[error("the {what} hold {value} at row {row}, column {column}; remove or impute it first")]
    NotFinite {
        /// Which argument.
        what: &'static str,
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// `NaN`, `inf` or `-inf`.
        value: f64,
    },
    /// A class label is not below the number of classes.
    #[error(
        "label {label} at row {row} is not below the number of classes, {classes}; labels count from 0"
    )]
    Label {
        /// Row, from 0.
        row: usize,
        /// The label found.
        label: usize,
        /// How many classes the network has.
        classes: usize,
    },
    /// A row number points past the end.
    #[error("row number {index} is not below the number of rows, {rows}; row numbers count from 0")]
    Index {
        /// The row number found.
        index: usize,
        /// How many rows there are.
        rows: usize,
    },
    /// A batch is too small for a batch statistic.
    #[error(
        "a batch of {rows} row under batch normalization has no variance; use at least {least} rows"
    )]
    BatchTooSmall {
        /// Rows in the batch.
        rows: usize,
        /// The least that works.
        least: usize,
    },
    /// A slice handed in has the wrong length.
    #[error("the {what} has length {found}, but {expected} is needed")]
    Length {
        /// Which argument.
        what: &'static str,
        /// Length found.
        found: usize,
        /// Length expected.
        expected: usize,
    },
    /// A setting is outside its range.
    #[error("{name} is {value}, but must be {range}")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// The value found.
        value: f64,
        /// The range it must be in, in words.
        range: &'static str,
    },
    /// An instruction set was asked for that is unknown or that this processor lacks.
    #[error("instruction set `{asked}` is not available here; choose one of {available}")]
    Isa {
        /// The name asked for.
        asked: String,
        /// The names available, separated by commas.
        available: String,
    },
    /// A full-batch method was to fit a network whose training loss is no function of the parameters
    /// alone.
    #[error(
        "{network} has dropout or batch normalization, so its training loss is not one fixed function, which full-batch methods minimize; leave these layers out, or use a Trainer"
    )]
    TrainingDiffers {
        /// The network's declared name.
        network: &'static str,
    },
    /// Levenberg's and Marquardt's method was to fit a loss that is not known to be a sum of squares.
    #[error(
        "the loss {loss} is not known to be a sum of squares, which Levenberg-Marquardt needs; declare sum_squares or mse, or use Scg or Lbfgs"
    )]
    NotSumOfSquares {
        /// The declared loss.
        loss: &'static str,
    },
    /// The operating system gives no threads.
    #[error("{threads} threads cannot be started: {reason}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// The operating system's reason.
        reason: String,
    },
    /// An observer could not write.
    #[error("{what}: {reason}")]
    Output {
        /// What was being written.
        what: String,
        /// The operating system's reason.
        reason: String,
    },
}
