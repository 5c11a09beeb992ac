//! Comparison of two templates, one to one, and what a score leads to.
//!
//! Two templates, one score: there is no gallery, no search, no way to write a template down (R-115, R-136, R-175). A template lives
//! as long as the variable that holds it.

#![expect(
    clippy::cast_possible_truncation,
    reason = "sizes of pictures are far below 2^24, and conversions of floating point numbers saturate"
)]

use zeroize::Zeroizing;

use crate::embed::to_unit_length;
use crate::models::Thresholds;

/// A face as a vector of unit length. It is zeroized when it is dropped; it cannot be printed, copied, stored or read.
///
/// ```compile_fail
/// fn store(template: face::compare::Template) -> face::compare::Template {
///     template.clone()
/// }
/// ```
pub struct Template {
    vector: Zeroizing<Vec<f32>>,
    model: [u8; 32],
}

impl Template {
    /// A template of a vector by the model of this hash; nothing if the vector has no direction.
    pub(crate) fn of(vector: &[f32], model: [u8; 32]) -> Option<Self> {
        let mut vector = Zeroizing::new(vector.to_vec());
        to_unit_length(&mut vector).then_some(Self { vector, model })
    }

    /// How alike this face and another are: the cosine of the angle between the two vectors.
    pub fn compare(&self, other: &Template) -> Result<Score, OtherModel> {
        if self.model != other.model || self.vector.len() != other.vector.len() {
            return Err(OtherModel);
        }
        let cosine = self
            .vector
            .iter()
            .zip(other.vector.iter())
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum::<f64>();
        Ok(Score(cosine.clamp(-1.0, 1.0) as f32))
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Template(<redacted>)")
    }
}

/// Two templates of different models: their angle means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the two templates are of different models")]
pub struct OtherModel;

/// A comparison score (ISO/IEC 2382-37 similarity score): -1 to 1, the higher, the more alike.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Score(f32);

impl Score {
    /// The number.
    pub fn value(self) -> f32 {
        self.0
    }

    /// What the score leads to.
    ///
    /// Below the threshold of `rate`, down to the one of FMR 1:1,000, lies the grey band: most of those are the right person on a bad
    /// picture, so a human may look at them, who is not bound to the false match rate of the machine. Lower scores are more often the
    /// wrong person, and no human is asked.
    pub fn decide(self, thresholds: &Thresholds, rate: FalseMatchRate) -> Decision {
        if self.0 >= rate.threshold(thresholds) {
            Decision::Match
        } else if self.0 >= thresholds.fmr_1e3 {
            Decision::Grey
        } else {
            Decision::NoMatch
        }
    }
}

/// At most how often a wrong person may match in one comparison (ISO/IEC 19795-1 FMR). With `k` tries the rate of a transaction is
/// `1 - (1 - FMR)^k`; how many there are is the caller's (R-117: at most three).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FalseMatchRate {
    /// 1:10,000, where the chip has proved that it is no copy (R-115).
    #[default]
    OneIn10000,
    /// 1:100,000, for documents without clone protection: a thief of the chip's data could choose whom to resemble.
    OneIn100000,
}

impl FalseMatchRate {
    /// The score from which on there is a match.
    pub fn threshold(self, thresholds: &Thresholds) -> f32 {
        match self {
            FalseMatchRate::OneIn10000 => thresholds.fmr_1e4,
            FalseMatchRate::OneIn100000 => thresholds.fmr_1e5,
        }
    }
}

/// What a score leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The same person, at the chosen false match rate.
    Match,
    /// Not sure: for a human, or another try.
    Grey,
    /// Not the same person, as far as the pictures tell.
    NoMatch,
}

#[cfg(test)]
mod tests {
    use super::*;

    const THRESHOLDS: Thresholds = Thresholds { fmr_1e3: 0.3, fmr_1e4: 0.4, fmr_1e5: 0.5 };

    fn template(vector: &[f32]) -> Template {
        Template::of(vector, [0; 32]).unwrap()
    }

    #[test]
    fn a_face_is_like_itself_and_the_order_does_not_matter() {
        let (a, b) = (template(&[3.0, 4.0, 0.0]), template(&[0.0, 5.0, 12.0]));
        assert!((a.compare(&a).unwrap().value() - 1.0).abs() < 1e-6);
        assert_eq!(a.compare(&b), b.compare(&a));
        assert!((a.compare(&b).unwrap().value() - 20.0 / 65.0).abs() < 1e-6);
        assert!((template(&[-3.0, -4.0, 0.0]).compare(&a).unwrap().value() + 1.0).abs() < 1e-6);
    }

    #[test]
    fn templates_of_different_models_are_not_compared() {
        let other = Template::of(&[1.0, 0.0], [1; 32]).unwrap();
        assert_eq!(template(&[1.0, 0.0]).compare(&other), Err(OtherModel));
        assert_eq!(template(&[1.0, 0.0]).compare(&template(&[1.0, 0.0, 0.0])), Err(OtherModel));
    }

    #[test]
    fn a_vector_without_direction_is_no_template() {
        for vector in [&[0.0, 0.0][..], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0], &[]] {
            assert!(Template::of(vector, [0; 32]).is_none(), "{vector:?}");
        }
    }

    #[test]
    fn the_score_at_a_threshold_matches_and_the_one_below_does_not() {
        let decide = |score, rate| Score(score).decide(&THRESHOLDS, rate);
        assert_eq!(decide(0.4, FalseMatchRate::OneIn10000), Decision::Match);
        assert_eq!(decide(0.399, FalseMatchRate::OneIn10000), Decision::Grey);
        assert_eq!(decide(0.4, FalseMatchRate::OneIn100000), Decision::Grey);
        assert_eq!(decide(0.5, FalseMatchRate::OneIn100000), Decision::Match);
        assert_eq!(decide(0.3, FalseMatchRate::default()), Decision::Grey);
        assert_eq!(decide(0.299, FalseMatchRate::default()), Decision::NoMatch);
        assert_eq!(decide(f32::NAN, FalseMatchRate::default()), Decision::NoMatch);
    }

    #[test]
    fn a_template_does_not_print_what_it_holds() {
        assert_eq!(format!("{:?}", template(&[3.0, 4.0])), "Template(<redacted>)");
    }
}
