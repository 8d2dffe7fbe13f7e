//! Cholesky's factorization, for the normal equations of Levenberg and Marquardt.

use super::vector::{add_scaled, dot};

/// Solves A x = b for a symmetric, positive definite A: overwrites the lower triangle of `a` (n x n,
/// row-major) with the factor L of A = L Lᵀ, and `b` with x. The upper triangle is not read.
///
/// `None` if A is not positive definite as far as the arithmetic can tell, or not finite; `a` and `b`
/// are then of no more use.
pub(super) fn solve(a: &mut [f64], b: &mut [f64]) -> Option<()> {
    let n = b.len();
    for i in 0..n {
        let (above, row) = a.split_at_mut(i * n);
        for (j, other) in above.chunks_exact(n).enumerate() {
            row[j] = (row[j] - dot(&row[..j], other)) / other[j];
        }
        let rest = row[i] - dot(&row[..i], &row[..i]);
        if !(rest > 0.0 && rest.is_finite()) {
            return None;
        }
        row[i] = rest.sqrt();
    }
    // L y = b, from the top.
    for i in 0..n {
        let row = &a[i * n..=i * n + i];
        b[i] = (b[i] - dot(&row[..i], b)) / row[i];
    }
    // Lᵀ x = y, from the bottom: as soon as an element is known, what it adds to those above goes.
    for i in (0..n).rev() {
        let row = &a[i * n..=i * n + i];
        b[i] /= row[i];
        let (above, here) = b.split_at_mut(i);
        add_scaled(above, -here[0], row);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A = M Mᵀ + I for an M of sines: its condition number is below 1000, so that 1e-11 leaves room
    /// over 1000 roundings.
    #[test]
    fn solves_what_it_multiplied() {
        for n in [1, 2, 3, 7, 20] {
            let m = |i: usize, j: usize| (1.3 * i as f64 + 0.7 * (j * j) as f64).sin();
            let mut a = vec![f64::NAN; n * n];
            for i in 0..n {
                for j in 0..=i {
                    let identity = if i == j { 1.0 } else { 0.0 };
                    a[i * n + j] = (0..n).map(|k| m(i, k) * m(j, k)).sum::<f64>() + identity;
                }
            }
            let x: Vec<f64> = (0..n).map(|i| (2.0 * i as f64 + 0.1).cos()).collect();
            let at = |i: usize, j: usize| a[i.max(j) * n + i.min(j)];
            let mut b: Vec<f64> = (0..n)
                .map(|i| (0..n).map(|j| at(i, j) * x[j]).sum())
                .collect();
            assert_eq!(solve(&mut a, &mut b), Some(()));
            for (found, expected) in b.iter().zip(&x) {
                assert!((found - expected).abs() < 1e-11, "{found} for {expected}");
            }
        }
    }

    #[test]
    fn refuses_what_is_not_positive_definite() {
        let refused = |a: [f64; 4]| solve(&mut a.clone(), &mut [1.0, 1.0]).is_none();
        assert!(!refused([4.0, f64::NAN, 2.0, 2.0]));
        assert!(refused([4.0, 0.0, 4.0, 2.0])); // indefinite
        assert!(refused([4.0, 0.0, 2.0, 1.0])); // singular
        assert!(refused([0.0, 0.0, 0.0, 1.0]));
        assert!(refused([f64::NAN, 0.0, 0.0, 1.0]));
        assert!(refused([1.0, 0.0, f64::NAN, 1.0]));
        assert!(refused([f64::INFINITY, 0.0, 0.0, 1.0]));
    }
}
