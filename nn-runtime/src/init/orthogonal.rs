//! Random orthogonal matrices by Gram and Schmidt's method, each vector orthogonalized twice.
//!
//! The k = min(rows, columns) vectors of length n = max(rows, columns) start as normal numbers; each
//! is freed from its predecessors and normalized. That is the QR decomposition with a positive
//! diagonal in R, the sign convention under which Q is uniformly (Haar) distributed (Mezzadri 2007);
//! Householder's method would need the signs fixed afterwards. One round loses orthogonality where
//! a vector is nearly dependent on the earlier ones, as the last ones of a square matrix are; after
//! a second it holds to rounding ("twice is enough", Kahan and Parlett). The work is 4 n k²/2
//! multiplications, in inner products over eight partial sums that the compiler can vectorize.

use super::random::Stream;

/// A matrix, row-major, with orthonormal columns if rows ≥ columns, and orthonormal rows if not.
pub(super) fn random(stream: &mut Stream, rows: usize, columns: usize) -> Vec<f64> {
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut vectors = vec![0.0; count * length];
    for k in 0..count {
        let (earlier, rest) = vectors.split_at_mut(k * length);
        let vector = &mut rest[..length];
        // Linearly dependent draws have probability zero, but dividing by their norm would give NaN.
        while !draw_orthonormal(stream, earlier, vector) {}
    }
    if rows < columns {
        vectors
    } else {
        transposed(&vectors, count, length)
    }
}

/// Draws `vector` orthogonal to the rows of `earlier`. False if nearly nothing was left of it.
fn draw_orthonormal(stream: &mut Stream, earlier: &[f64], vector: &mut [f64]) -> bool {
    vector.fill_with(|| stream.normal());
    for _ in 0..2 {
        for q in earlier.chunks_exact(vector.len()) {
            let along = dot(q, vector);
            for (v, q) in vector.iter_mut().zip(q) {
                *v -= along * q;
            }
        }
    }
    let norm = dot(vector, vector).sqrt();
    if norm < 1e-8 {
        return false;
    }
    for v in vector {
        *v /= norm;
    }
    true
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let ((xs, x), (ys, y)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    for (x, y) in xs.iter().zip(ys) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f64>() + x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>()
}

fn transposed(matrix: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    let column = |j: usize| (0..rows).map(move |i| matrix[i * columns + j]);
    (0..columns).flat_map(column).collect()
}
