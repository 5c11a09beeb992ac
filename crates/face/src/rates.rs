//! Error rates out of scores: ISO/IEC 19795-1 for comparison, ISO/IEC 30107-3 for presentation attack detection.
//!
//! Scores go in, figures come out; no face, no template and no name is seen here. All figures are observed ones, of the trials that were
//! made, with the interval of Clopper and Pearson. That interval takes trials for independent, which those of one person are not: it is
//! too narrow for all-pairs trials, and the number of people says more than the number of trials.

#![expect(clippy::cast_precision_loss, reason = "numbers of trials are far below 2^52")]

use statrs::function::beta::checked_beta_reg;
use statrs::function::erf::erfc_inv;

/// The confidence of all intervals.
pub const CONFIDENCE: f64 = 0.95;

/// Errors among trials.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proportion {
    /// Errors.
    pub errors: u64,
    /// Trials.
    pub trials: u64,
}

impl Proportion {
    /// The observed rate, 0 to 1; nothing without trials.
    pub fn rate(self) -> Option<f64> {
        (self.trials > 0).then(|| self.errors as f64 / self.trials as f64)
    }

    /// The interval of Clopper and Pearson at [`CONFIDENCE`]; all of 0 to 1 without trials.
    pub fn interval(self) -> (f64, f64) {
        let (k, n) = (self.errors as f64, self.trials as f64);
        let tail = (1.0 - CONFIDENCE) / 2.0;
        let lower = if self.errors == 0 { 0.0 } else { beta_quantile(tail, k, n - k + 1.0) };
        let upper = if self.errors >= self.trials { 1.0 } else { beta_quantile(1.0 - tail, k + 1.0, n - k) };
        (lower, upper)
    }

    /// The rule of 30: with 90 % confidence the true rate is within 30 % of the observed one only from 30 errors on.
    pub fn is_sound(self) -> bool {
        self.errors >= 30
    }
}

/// The value below which a beta distribution has the given probability, by halving: 60 steps are as exact as the numbers.
fn beta_quantile(probability: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if checked_beta_reg(a, b, middle).unwrap_or(1.0) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The scores of comparison trials. More alike is higher.
#[derive(Clone, Debug)]
pub struct Trials {
    mated: Vec<f32>,
    non_mated: Vec<f32>,
}

/// A score is not a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a score is not a number")]
pub struct NotANumber;

impl Trials {
    /// Trials of the same person (mated) and of different ones (non-mated).
    ///
    /// # Errors
    /// A score is not a number.
    pub fn new(mut mated: Vec<f32>, mut non_mated: Vec<f32>) -> Result<Self, NotANumber> {
        if mated.iter().chain(&non_mated).any(|score| score.is_nan()) {
            return Err(NotANumber);
        }
        mated.sort_unstable_by(f32::total_cmp);
        non_mated.sort_unstable_by(f32::total_cmp);
        Ok(Self { mated, non_mated })
    }

    /// Scores of mated trials, rising.
    pub fn mated(&self) -> &[f32] {
        &self.mated
    }

    /// Scores of non-mated trials, rising.
    pub fn non_mated(&self) -> &[f32] {
        &self.non_mated
    }

    /// False non-match rate: mated trials below the threshold.
    pub fn fnmr(&self, threshold: f32) -> Proportion {
        let errors = self.mated.partition_point(|score| *score < threshold);
        Proportion { errors: errors as u64, trials: self.mated.len() as u64 }
    }

    /// False match rate: non-mated trials at the threshold or above.
    pub fn fmr(&self, threshold: f32) -> Proportion {
        let below = self.non_mated.partition_point(|score| *score < threshold);
        Proportion { errors: (self.non_mated.len() - below) as u64, trials: self.non_mated.len() as u64 }
    }

    /// The lowest threshold at which the observed false match rate is at most `rate`; nothing if there are too few trials to see
    /// such a rate at all.
    pub fn threshold_at(&self, rate: f64) -> Option<f32> {
        let allowed = (rate * self.non_mated.len() as f64).floor();
        if allowed < 1.0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a length")]
        let allowed = allowed as usize;
        let first_refused = self.non_mated.len().checked_sub(allowed + 1)?;
        self.non_mated.get(first_refused).map(|score| score.next_up())
    }

    /// The equal error rate: the mean of both rates where they are closest; nothing without trials of both kinds.
    pub fn equal_error_rate(&self) -> Option<f64> {
        let rates = |threshold: f32| Some((self.fmr(threshold).rate()?, self.fnmr(threshold).rate()?));
        let closest = self
            .mated
            .iter()
            .filter_map(|threshold| rates(*threshold))
            .min_by(|a, b| (a.0 - a.1).abs().total_cmp(&(b.0 - b.1).abs()))?;
        Some(f64::midpoint(closest.0, closest.1))
    }

    /// Points of the detection error trade-off: false match rate and false non-match rate, at most `most` of them, falling FMR.
    pub fn trade_off(&self, most: usize) -> Vec<(f64, f64)> {
        let mut thresholds: Vec<f32> = self.mated.clone();
        // The far tail of the non-mated trials decides at low rates.
        thresholds.extend(self.non_mated.iter().rev().take(20_000));
        thresholds.sort_unstable_by(f32::total_cmp);
        thresholds.dedup();
        let step = thresholds.len().div_ceil(most.max(1)).max(1);
        thresholds
            .into_iter()
            .step_by(step)
            .filter_map(|threshold| Some((self.fmr(threshold).rate()?, self.fnmr(threshold).rate()?)))
            .collect()
    }
}

/// The false accept rate of a transaction with up to `tries` independent tries.
pub fn of_transaction(fmr: f64, tries: u32) -> f64 {
    1.0 - (1.0 - fmr).powf(f64::from(tries))
}

/// The normal deviate of a rate between 0 and 1: the scale of a detection error trade-off (ISO/IEC 19795-1).
pub fn normal_deviate(rate: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * rate)
}

/// The accuracy of one fold at the threshold that is best for all others, as in the protocol of LFW: mean and standard error over the folds.
/// Each pair is its score and whether it is mated. Nothing if there are fewer than two folds or an empty one.
pub fn cross_validated_accuracy(folds: &[Vec<(f32, bool)>]) -> Option<(f64, f64)> {
    if folds.len() < 2 || folds.iter().any(Vec::is_empty) {
        return None;
    }
    let accuracies: Vec<f64> = (0..folds.len())
        .map(|tested| {
            let others = folds.iter().enumerate().filter(|(fold, _)| *fold != tested);
            let threshold = best_threshold(others.flat_map(|(_, pairs)| pairs.iter().copied()).collect());
            let right = folds[tested].iter().filter(|(score, mated)| (*score >= threshold) == *mated).count();
            right as f64 / folds[tested].len() as f64
        })
        .collect();
    let count = accuracies.len() as f64;
    let mean = accuracies.iter().sum::<f64>() / count;
    let variance = accuracies.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    Some((mean, (variance / count).sqrt()))
}

/// The threshold with the fewest errors, half-way between two scores.
fn best_threshold(mut pairs: Vec<(f32, bool)>) -> f32 {
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // Below all: every non-mated pair is an error. Each step up makes one pair refused.
    let mut errors = pairs.iter().filter(|(_, mated)| !mated).count();
    let mut best = (errors, f32::NEG_INFINITY);
    for (index, (_, mated)) in pairs.iter().enumerate() {
        errors = if *mated { errors + 1 } else { errors - 1 };
        let next = pairs.get(index + 1).map_or(f32::INFINITY, |pair| pair.0);
        if errors < best.0 && next > pairs[index].0 {
            best = (errors, if next.is_finite() { f32::midpoint(pairs[index].0, next) } else { next });
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 5e-4
    }

    #[test]
    fn intervals_are_those_of_published_tables() {
        // Clopper and Pearson at 95 %.
        for (errors, trials, low, high) in [
            (0, 10, 0.0, 0.3085),
            (1, 10, 0.0025, 0.4450),
            (5, 10, 0.1871, 0.8129),
            (10, 10, 0.6915, 1.0),
            (30, 1000, 0.0203, 0.0426),
        ] {
            let (lower, upper) = Proportion { errors, trials }.interval();
            assert!(close(lower, low) && close(upper, high), "{errors}/{trials}: {lower} {upper}");
        }
        // The rule of three.
        let upper = Proportion { errors: 0, trials: 10_000 }.interval().1;
        assert!(upper < 3.7e-4 && upper > 3.0e-4);
        assert_eq!(Proportion { errors: 0, trials: 0 }.interval(), (0.0, 1.0));
        assert_eq!(Proportion { errors: 0, trials: 0 }.rate(), None);
    }

    fn known() -> Trials {
        let non_mated = (0..1_000_u16).map(|score| f32::from(score) / 1_000.0).collect();
        Trials::new(vec![0.5, 0.9, 0.95, 0.985], non_mated).unwrap()
    }

    #[test]
    fn the_score_at_a_threshold_is_accepted() {
        let trials = known();
        assert_eq!(trials.fnmr(0.9), Proportion { errors: 1, trials: 4 });
        assert_eq!(trials.fnmr(0.9_f32.next_up()), Proportion { errors: 2, trials: 4 });
        assert_eq!(trials.fmr(0.999), Proportion { errors: 1, trials: 1_000 });
        assert_eq!(trials.fmr(1.0).errors, 0);
    }

    #[test]
    fn the_threshold_at_a_rate_keeps_it_and_the_next_lower_one_does_not() {
        let trials = known();
        for rate in [0.001, 0.01, 0.5] {
            let threshold = trials.threshold_at(rate).unwrap();
            assert!(trials.fmr(threshold).rate().unwrap() <= rate);
            assert!(trials.fmr(threshold.next_down()).rate().unwrap() > rate, "{rate}");
        }
        assert_eq!(trials.threshold_at(0.0001), None, "a thousand trials do not show one in ten thousand");
    }

    #[test]
    fn equal_error_rate_and_trade_off_are_those_of_known_scores() {
        let trials = Trials::new(vec![0.2, 0.6, 0.7, 0.8], vec![0.1, 0.2, 0.3, 0.65]).unwrap();
        assert_eq!(trials.equal_error_rate(), Some(0.25));
        let curve = trials.trade_off(100);
        assert!(curve.windows(2).all(|pair| pair[0].0 >= pair[1].0 && pair[0].1 <= pair[1].1));
        assert_eq!(Trials::new(vec![], vec![0.1]).unwrap().equal_error_rate(), None);
        assert!(Trials::new(vec![f32::NAN], vec![]).is_err());
    }

    #[test]
    fn deviates_are_those_of_the_normal_distribution() {
        assert!(normal_deviate(0.5).abs() < 1e-9);
        assert!(close(normal_deviate(0.975), 1.95996) && close(normal_deviate(0.001), -3.09023));
    }

    #[test]
    fn tries_add_up() {
        assert!((of_transaction(1e-4, 3) - 2.9997e-4).abs() < 1e-8);
        assert!((of_transaction(0.5, 2) - 0.75).abs() < 1e-12);
    }

    #[test]
    fn a_fold_is_judged_at_the_threshold_of_the_others() {
        let good = vec![(0.1, false), (0.2, false), (0.8, true), (0.9, true)];
        let folds =
            vec![good.clone(), good.clone(), vec![(0.85, false), (0.15, false), (0.9, true), (0.95, true)]];
        let (mean, error) = cross_validated_accuracy(&folds).unwrap();
        assert!((mean - 11.0 / 12.0).abs() < 1e-9, "{mean}");
        assert!((error - 1.0 / 12.0).abs() < 1e-9, "{error}");
        assert_eq!(cross_validated_accuracy(&folds[..1]), None);
    }
}
