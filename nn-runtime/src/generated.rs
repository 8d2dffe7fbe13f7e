//! What generated code calls to check its arguments and to cut up memory.
//!
//! The sizes are constants of the plan that printed the call, so no check here fails for generated
//! code and the optimizer removes most of them.

use crate::data::rows::paired;
use crate::error::Error;
use crate::math::Real;
use crate::network::Network;
use crate::signals::Signals;

/// Scalars to which every buffer is rounded up, so that the next one starts on a cache line.
const LINE: usize = 16;

/// Scratch memory on the stack, starting on a cache line: vectors that straddle lines are stored and
/// read back at half the speed.
#[repr(align(64))]
#[derive(Debug)]
pub struct OnLine<T>(pub T);

/// `length` rounded up to whole cache lines.
#[inline(always)]
pub const fn lines(length: usize) -> usize {
    length.next_multiple_of(LINE)
}

/// The first `length` scalars of a workspace, and the rest.
#[inline(always)]
pub fn split<T>(workspace: &mut [T], length: usize) -> (&mut [T], &mut [T]) {
    workspace.split_at_mut(length)
}

/// The first K x N scalars as a matrix, row-major.
#[inline(always)]
pub fn matrix<T, const K: usize, const N: usize>(flat: &[T]) -> &[[T; N]; K] {
    let (rows, _) = flat.as_chunks::<N>();
    rows.first_chunk()
        .expect("the plan cuts no more than there is")
}

/// The first K x N scalars as a matrix to write, row-major.
#[inline(always)]
pub fn matrix_mut<T, const K: usize, const N: usize>(flat: &mut [T]) -> &mut [[T; N]; K] {
    let (rows, _) = flat.as_chunks_mut::<N>();
    rows.first_chunk_mut()
        .expect("the plan cuts no more than there is")
}

/// The first K x N scalars as a matrix to write, and the rest.
#[inline(always)]
pub fn split_matrix<T, const K: usize, const N: usize>(
    flat: &mut [T],
) -> (&mut [[T; N]; K], &mut [T]) {
    let (matrix, rest) = flat.split_at_mut(K * N);
    (matrix_mut(matrix), rest)
}

/// Rows `start..end` of a buffer that holds rows of N scalars.
#[inline(always)]
pub fn rows<T, const N: usize>(buffer: &mut [T], start: usize, end: usize) -> &mut [[T; N]] {
    &mut buffer.as_chunks_mut::<N>().0[start..end]
}

/// Columns `first..first + W` of a row.
#[inline(always)]
pub fn columns<T, const W: usize>(row: &[T], first: usize) -> &[T; W] {
    let columns = row[first..].first_chunk();
    columns.expect("the plan cuts no more than there is")
}

/// Columns `first..first + W` of a row, to write.
#[inline(always)]
pub fn columns_mut<T, const W: usize>(row: &mut [T], first: usize) -> &mut [T; W] {
    let columns = row[first..].first_chunk_mut();
    columns.expect("the plan cuts no more than there is")
}

/// Copies every row into the columns from `at` on.
#[inline(always)]
pub fn copy_columns<T: Copy, const N: usize, const W: usize>(
    from: &[[T; N]],
    at: usize,
    to: &mut [[T; W]],
) {
    for (from, to) in from.iter().zip(to) {
        to[at..at + N].copy_from_slice(from);
    }
}

/// Writes, for every row, the outer product of a row of K and a row of N, row-major, into the
/// columns from `at` on.
#[inline(always)]
pub fn copy_outer<T: Real, const K: usize, const N: usize, const W: usize>(
    left: &[[T; K]],
    right: &[[T; N]],
    at: usize,
    to: &mut [[T; W]],
) {
    for ((left, right), to) in left.iter().zip(right).zip(to) {
        let (products, _) = to[at..at + K * N].as_chunks_mut::<N>();
        for (&factor, products) in left.iter().zip(products) {
            for (product, &other) in products.iter_mut().zip(right) {
                *product = factor * other;
            }
        }
    }
}

/// The first `n` rows of N scalars as rows to write, and the rest.
#[inline(always)]
pub fn split_rows<T, const N: usize>(flat: &mut [T], n: usize) -> (&mut [[T; N]], &mut [T]) {
    let (rows, rest) = flat.split_at_mut(n * N);
    (rows.as_chunks_mut().0, rest)
}

/// A flat matrix as its rows.
pub fn to_rows<T: Real, const N: usize>(flat: &[T]) -> Vec<[T; N]> {
    flat.as_chunks().0.to_vec()
}

/// A flat row as a row on the heap, however wide it is.
pub fn to_row<T: Real, const N: usize>(flat: &[T]) -> Box<[T; N]> {
    let row = flat.to_vec().into_boxed_slice().try_into();
    row.expect("the plan cuts a row's length")
}

/// `yes` or `no`, both computed: a selection that vectorizes.
#[inline(always)]
pub fn select<T>(condition: bool, yes: T, no: T) -> T {
    core::hint::select_unpredictable(condition, yes, no)
}

/// `value`, to be stored where one of the two lies that it was selected from: the same but for the sign
/// of a zero.
///
/// Without the addition, LLVM 22 writes the elements by a masked store where they change, which takes
/// a processor of AMD longer than the rest of the loop (llvm/llvm-project#213195): a step of
/// 2 -> relu(50) -> 1 took 1.38 instead of 0.65 µs.
#[inline(always)]
pub fn stored<T: Real>(value: T) -> T {
    value + T::ZERO
}

/// What a training pass asks of its arguments.
///
/// # Errors
/// No rows, unequal numbers of rows, fewer rows than batch statistics need, a gradient that is not
/// as long as the parameters.
pub fn check_gradient<N: Network>(
    inputs: usize,
    targets: usize,
    gradient: usize,
) -> Result<(), Error> {
    check_pairs(inputs, targets)?;
    check_rows::<N>(inputs)?;
    check_parameters::<N>("gradient", gradient)
}

/// A training pass needs as many rows as batch statistics do.
fn check_rows<N: Network>(rows: usize) -> Result<(), Error> {
    if rows < N::LEAST_BATCH {
        return Err(Error::BatchTooSmall {
            rows,
            least: N::LEAST_BATCH,
        });
    }
    Ok(())
}

/// A slice over the parameters must be as long as they are.
///
/// # Errors
/// Another length.
pub fn check_parameters<N: Network>(what: &'static str, found: usize) -> Result<(), Error> {
    check_length(what, found, N::PARAMETERS)
}

fn check_length(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found != expected {
        return Err(Error::Length {
            what,
            found,
            expected,
        });
    }
    Ok(())
}

/// A Jacobian as one row per row of the batch.
///
/// # Errors
/// A slice that is not `rows` · W long.
pub fn jacobian_rows<T, const W: usize>(
    rows: usize,
    jacobian: &mut [T],
) -> Result<&mut [[T; W]], Error> {
    check_length("jacobian", jacobian.len(), rows.saturating_mul(W))?;
    Ok(jacobian.as_chunks_mut().0)
}

/// Inputs and targets must pair up, and there must be some.
///
/// # Errors
/// No rows, unequal numbers of rows.
pub fn check_pairs(inputs: usize, targets: usize) -> Result<(), Error> {
    paired("inputs", inputs, "targets", targets)?;
    if inputs == 0 {
        return Err(Error::Empty { what: "inputs" });
    }
    Ok(())
}

/// What a pass that tells signals asks of its arguments.
///
/// # Errors
/// No rows, unequal numbers of rows, fewer rows than batch statistics need, values of another length
/// than the rows' signals.
pub fn check_signals<N: Signals>(
    inputs: usize,
    targets: usize,
    values: usize,
) -> Result<(), Error> {
    check_pairs(inputs, targets)?;
    check_rows::<N>(inputs)?;
    check_length("slice of values", values, inputs * N::SIGNAL_WIDTH)
}

/// Every input row needs an output row.
///
/// # Errors
/// Unequal numbers of rows.
pub fn check_outputs(inputs: usize, outputs: usize) -> Result<(), Error> {
    paired("inputs", inputs, "outputs", outputs)
}
