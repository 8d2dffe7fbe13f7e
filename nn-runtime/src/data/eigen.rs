//! Eigenvalues and eigenvectors of a symmetric matrix.
//!
//! Jacobi's method (1846) in the cyclic form of Golub and Van Loan (section 8.5): rotations that
//! annihilate one element after the other until none is left. For up to some hundred columns nothing
//! is simpler, and it finds the small eigenvalues of a matrix that has ones on its diagonal as exactly
//! as any method does (Demmel and Veselić 1992).

/// Sweeps after which rotating ends in any case. Convergence is quadratic; ten are many.
const SWEEPS: usize = 50;

/// The eigenvalues of a symmetric p x p matrix, falling, and its eigenvectors, one a row, the largest number of
/// each positive.
pub(super) fn eigen(mut a: Vec<f64>, p: usize) -> (Vec<f64>, Vec<f64>) {
    let mut v = vec![0.0; p * p];
    for i in 0..p {
        v[i * p + i] = 1.0;
    }
    for _ in 0..SWEEPS {
        let mut rotated = false;
        for i in 0..p {
            for j in i + 1..p {
                rotated |= annihilate(&mut a, &mut v, p, i, j);
            }
        }
        if !rotated {
            break;
        }
    }
    let mut order: Vec<usize> = (0..p).collect();
    order.sort_by(|&i, &j| a[j * p + j].total_cmp(&a[i * p + i]));
    let values = order.iter().map(|&i| a[i * p + i].max(0.0)).collect();
    let vectors = order.iter().flat_map(|&i| {
        let vector = &v[i * p..][..p];
        let largest = vector
            .iter()
            .fold(0.0, |m: f64, &x| if x.abs() > m.abs() { x } else { m });
        vector
            .iter()
            .map(move |&x| if largest < 0.0 { -x } else { x })
    });
    (values, vectors.collect())
}

/// Turns rows and columns i and j of `a` so that aᵢⱼ becomes 0, and rows i and j of `v` along with
/// them; says whether aᵢⱼ was more than rounding noise.
fn annihilate(a: &mut [f64], v: &mut [f64], p: usize, i: usize, j: usize) -> bool {
    let (a_ii, a_jj, a_ij) = (a[i * p + i], a[j * p + j], a[i * p + j]);
    // Against the geometric mean of the diagonal, which keeps small eigenvalues exact (Demmel and
    // Veselić 1992); against the matrix's own size where the diagonal is 0 or has become negative.
    if a_ij.abs() <= f64::EPSILON * (a_ii * a_jj).max(f64::EPSILON).sqrt() {
        return false;
    }
    // The smaller of the two angles θ with cot 2θ = (aⱼⱼ − aᵢᵢ) / 2 aᵢⱼ.
    let cot = (a_jj - a_ii) / (2.0 * a_ij);
    let tan = cot.signum() / (cot.abs() + cot.hypot(1.0));
    let cos = tan.hypot(1.0).recip();
    let sin = tan * cos;
    for k in 0..p {
        rotate(a, (k * p + i, k * p + j), (cos, sin));
    }
    for k in 0..p {
        rotate(a, (i * p + k, j * p + k), (cos, sin));
        rotate(v, (i * p + k, j * p + k), (cos, sin));
    }
    (a[i * p + j], a[j * p + i]) = (0.0, 0.0);
    true
}

fn rotate(values: &mut [f64], (i, j): (usize, usize), (cos, sin): (f64, f64)) {
    let (x, y) = (values[i], values[j]);
    values[i] = cos * x - sin * y;
    values[j] = sin * x + cos * y;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (f, e) in found.iter().zip(expected) {
            // A handful of rotations of numbers near 1.
            assert!((f - e).abs() <= 1e-14, "{found:?} {expected:?}");
        }
    }

    #[test]
    fn a_path_of_three_nodes() {
        let (values, vectors) = eigen(vec![2.0, -1.0, 0.0, -1.0, 2.0, -1.0, 0.0, -1.0, 2.0], 3);
        let root = 2.0f64.sqrt();
        close(&values, &[2.0 + root, 2.0, 2.0 - root]);
        close(&vectors[..3], &[-0.5, root / 2.0, -0.5]);
        close(&vectors[6..], &[0.5, root / 2.0, 0.5]);
    }

    /// A v = λ v for an unremarkable matrix of rank 4, and the trace.
    #[test]
    fn of_low_rank() {
        const P: usize = 9;
        let factor = |i: usize, k: usize| ((3 * i + 5 * k + 1) as f64).sin();
        let element = |ij: usize| (0..4).map(|k| factor(ij / P, k) * factor(ij % P, k)).sum();
        let a: Vec<f64> = (0..P * P).map(element).collect();
        let (values, vectors) = eigen(a.clone(), P);
        assert!(values.is_sorted_by(|x, y| x >= y));
        close(&values[4..], &[0.0; 5]);
        close(
            &[values.iter().sum()],
            &[(0..P).map(|i| a[i * P + i]).sum::<f64>()],
        );
        for (value, v) in values.iter().zip(vectors.chunks(P)) {
            let product = |row: &[f64]| row.iter().zip(v).map(|(a, v)| a * v).sum();
            let products: Vec<f64> = a.chunks(P).map(product).collect();
            close(&products, &v.iter().map(|v| value * v).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_diagonal_stays() {
        let (values, vectors) = eigen(vec![1.0, 0.0, 0.0, 3.0], 2);
        assert_eq!(
            (values, vectors),
            (vec![3.0, 1.0], vec![0.0, 1.0, 1.0, 0.0])
        );
        assert_eq!(eigen(vec![0.0], 1), (vec![0.0], vec![1.0]));
    }
}
