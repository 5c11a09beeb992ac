//! Small statistics over series of frames.

/// A count as a floating point number. Counts here are of frames, pixels and slots, far below 2^32.
pub(crate) fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

/// The arithmetic mean; zero of nothing.
pub(crate) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / count(values.len()) }
}

/// The standard deviation of the whole; zero of nothing.
pub(crate) fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: Vec<f64> = values.iter().map(|value| (value - mean).powi(2)).collect();
    self::mean(&squares).sqrt()
}

/// The upper median; nothing of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

/// Pearson's correlation; zero where one side does not vary.
pub(crate) fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    let scale = (aa * bb).sqrt();
    if scale > 0.0 { (ab / scale).clamp(-1.0, 1.0) } else { 0.0 }
}

/// Directions of disturbances, made orthonormal, to be taken out of series (Gram-Schmidt; Frisch-Waugh-Lovell).
pub(crate) struct Disturbances(Vec<Vec<f64>>);

impl Disturbances {
    /// Of series of one length. Series that the earlier ones explain are left out.
    pub(crate) fn new(series: &[Vec<f64>]) -> Self {
        let mut basis = Self(Vec::with_capacity(series.len()));
        for column in series {
            let before = norm(column);
            let rest = basis.without(column);
            let after = norm(&rest);
            if after > 1e-6 * before && after > 0.0 {
                basis.0.push(rest.iter().map(|value| value / after).collect());
            }
        }
        basis
    }

    /// A series with everything taken out that the disturbances explain.
    pub(crate) fn without(&self, series: &[f64]) -> Vec<f64> {
        let mut rest = series.to_vec();
        for direction in &self.0 {
            let along: f64 = direction.iter().zip(&rest).map(|(a, b)| a * b).sum();
            rest.iter_mut().zip(direction).for_each(|(value, part)| *value -= along * part);
        }
        rest
    }
}

fn norm(series: &[f64]) -> f64 {
    series.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// The slope of `y` over `x`, both without their mean; zero where `x` does not vary.
pub(crate) fn slope(x: &[f64], y: &[f64]) -> f64 {
    let square: f64 = x.iter().map(|value| value * value).sum();
    if square > 0.0 { x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>() / square } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disturbance_is_taken_out_and_nothing_else() {
        let time: Vec<f64> = (0..10).map(f64::from).collect();
        let wave: Vec<f64> = (0..10).map(|n| f64::from(n % 2)).collect();
        let disturbances = Disturbances::new(&[vec![1.0; 10], time.clone(), time.clone()]);
        let seen: Vec<f64> = time.iter().zip(&wave).map(|(t, w)| 5.0 + 3.0 * t + 0.25 * w).collect();
        let (rest, wanted) = (disturbances.without(&seen), disturbances.without(&wave));
        assert!((slope(&wanted, &rest) - 0.25).abs() < 1e-9);
        assert!(disturbances.without(&time).iter().all(|value| value.abs() < 1e-9));
    }

    #[test]
    fn correlation_of_a_series_that_does_not_vary_is_zero_and_not_undefined() {
        assert!(correlation(&[1.0, 1.0], &[1.0, 2.0]).abs() < f64::EPSILON);
        assert!((correlation(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]) - 1.0).abs() < 1e-12);
        assert_eq!(median(&[]), None);
    }
}
