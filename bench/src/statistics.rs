//! Middle and spread of a few dozen measurements.

use serde::Serialize;

/// The middle of measurements and how far they lie apart.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Spread {
    /// Half are below.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl Spread {
    /// Of at least one measurement; of none, it is not a number.
    pub fn of(measurements: &[f64]) -> Spread {
        Spread {
            median: percentile(measurements, 50),
            min: percentile(measurements, 0),
            max: percentile(measurements, 100),
        }
    }
}

/// Half and nearly all of the runs lie below these.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Percentiles {
    /// The 50th percentile.
    pub p50: f64,
    /// The 95th percentile.
    pub p95: f64,
}

impl Percentiles {
    /// Of at least one measurement; of none, it is not a number.
    pub fn of(measurements: &[f64]) -> Percentiles {
        Percentiles { p50: percentile(measurements, 50), p95: percentile(measurements, 95) }
    }
}

/// The least measurement that at least `percent` of a hundred do not exceed (nearest rank).
fn percentile(measurements: &[f64], percent: usize) -> f64 {
    let mut sorted = measurements.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let twenty: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        let found = Percentiles::of(&twenty);
        assert!((found.p50 - 10.0).abs() < 1e-9 && (found.p95 - 19.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_spread_holds_both_ends() {
        let spread = Spread::of(&[3.0, 1.0, 2.0]);
        assert_eq!(spread, Spread { median: 2.0, min: 1.0, max: 3.0 });
    }
}
