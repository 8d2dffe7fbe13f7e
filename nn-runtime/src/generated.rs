//! What generated code calls to check its arguments and to cut up memory.
//!
//! The sizes are constants of the plan that printed the call, so no check here fails for generated
//! code and the optimizer removes most of them.

use crate::data::rows::paired;
use crate::error::Error;
use crate::network::Network;

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

/// `yes` or `no`, both computed: a selection that vectorizes.
#[inline(always)]
pub fn select<T>(condition: bool, yes: T, no: T) -> T {
    if condition { yes } else { no }
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
    if inputs < N::LEAST_BATCH {
        return Err(Error::BatchTooSmall {
            rows: inputs,
            least: N::LEAST_BATCH,
        });
    }
    if gradient != N::PARAMETERS {
        return Err(Error::Length {
            what: "gradient",
            found: gradient,
            expected: N::PARAMETERS,
        });
    }
    Ok(())
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

/// Every input row needs an output row.
///
/// # Errors
/// Unequal numbers of rows.
pub fn check_outputs(inputs: usize, outputs: usize) -> Result<(), Error> {
    paired("inputs", inputs, "outputs", outputs)
}
