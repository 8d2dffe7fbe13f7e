use super::*;

#[test]
fn moments_are_those_of_two_passes() {
    // A large mean over a small deviation: the naive Σx² − (Σx)²/n loses all digits here.
    let values: Vec<f64> = (0..1000).map(|i| 1e9 + f64::from(i % 7)).collect();
    let moments: Moments = values.iter().copied().collect();
    let mean = values.iter().sum::<f64>() / 1000.0;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1000.0;
    assert_eq!(moments.count(), 1000);
    // The mean has rounding errors of 1e9 · 2⁻⁵³ ≈ 1e-7 a step at most; the deviation follows it.
    assert!((moments.mean() - mean).abs() < 1e-6);
    assert!((moments.deviation() - variance.sqrt()).abs() < 1e-6);
    assert_eq!(Moments::default().deviation(), 0.0);
}

#[test]
fn bins_hold_their_lower_bound() {
    let mut histogram = Histogram::new(-1.0, 1.0, 4).unwrap();
    for value in [-1.0, -0.5, -0.1, 0.0, 0.5, 0.99, 1.0, -1.1, 7.0, f64::NAN] {
        histogram.push(value);
    }
    assert_eq!(histogram.counts(), [1, 2, 1, 3]);
    assert_eq!(histogram.outside(), [1, 1]);
    assert_eq!(histogram.total(), 9);
    let area: f64 = histogram.density().iter().map(|(_, bar)| 0.5 * bar).sum();
    assert!((area - 7.0 / 9.0).abs() < 1e-15);
}

#[track_caller]
fn refused(low: f64, high: f64, bins: usize, expected: &str) {
    let error = Histogram::new(low, high, bins).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn histograms_refused() {
    refused(0.0, 1.0, 0, "number of bins is 0, but must be at least 1");
    let sentence = "histogram's upper bound is 0, but must be finite and above the lower one";
    refused(1.0, 0.0, 3, sentence);
    refused(0.0, 0.0, 3, sentence);
}
