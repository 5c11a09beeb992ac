//! The face in the evidence: checks C20 to C28.
//!
//! Each reason is written out; a new one stops this file from compiling.

use ::face::compare::FalseMatchRate;
use ::face::examination::{ComparisonReason, Examination, PortraitReason, QualityReason};
use ::face::liveness::finding::{BindingReason, Finding, FreshnessReason, IadReason, PadReason};
use emrtd::passive_authentication::PassiveAuthentication;
use jiff::civil::Date;
use verdict::{
    AbortedReason, Check, CheckResult, ChipKey, EvidenceBuilder, FailedReason, NotSupportedReason,
    RecordError, UndeterminedReason,
};

use crate::portrait::portrait_age;

/// Most comparisons of one process.
pub const MOST_TRIES: u32 = 3;

/// The false match rate that a document asks for: a stricter one where nothing shows that its chip is no copy.
pub const fn false_match_rate(chip: ChipKey) -> FalseMatchRate {
    match chip {
        ChipKey::None => FalseMatchRate::OneIn100000,
        ChipKey::ChipAuthentication | ChipKey::Mapping | ChipKey::ActiveAuthentication => {
            FalseMatchRate::OneIn10000
        }
    }
}

/// Records what was found about the face, which was compared at `rate` after `tries_before` other captures of this process.
///
/// # Errors
/// A check has a result already.
pub fn record_face(
    evidence: &mut EvidenceBuilder,
    document: &PassiveAuthentication<'_>,
    found: &Examination,
    rate: FalseMatchRate,
    tries_before: u8,
    today: Date,
) -> Result<(), RecordError> {
    let one_in = match rate {
        FalseMatchRate::OneIn10000 => 10_000,
        FalseMatchRate::OneIn100000 => 100_000,
    };
    // `1 - (1 - FMR)^k` is at most `k * FMR`: the quotient is on the safe side.
    evidence.assure_face(one_in, one_in / MOST_TRIES);
    let age = portrait_age(document, today);
    [
        (Check::PortraitDecode, portrait(found.portrait), 0),
        (Check::PortraitAge, age, 0),
        (Check::FaceQuality, quality(found.quality), tries_before),
        (Check::FaceMatch, comparison(found.comparison), tries_before),
        (Check::Pad, pad(found.pad), tries_before),
        (Check::Iad, iad(found.iad), tries_before),
        (Check::ChallengeFresh, freshness(found.freshness), tries_before),
        (Check::SessionBinding, binding(found.binding), 0),
        // No sound method is to be had from the registries; see docs/face.md.
        (Check::Morph, CheckResult::NotSupported(NotSupportedReason::NotBuilt), 0),
    ]
    .into_iter()
    .try_for_each(|(check, result, retries)| evidence.record(check, result, retries))
}

/// The five values, with the reason for each in the words of the evidence.
fn result<R>(
    finding: Finding<R>,
    failed: impl FnOnce(R) -> FailedReason,
    undetermined: impl FnOnce(R) -> UndeterminedReason,
) -> CheckResult {
    match finding {
        Finding::Successful => CheckResult::Successful,
        Finding::Failed(reason) => CheckResult::Failed(failed(reason)),
        Finding::Undetermined(reason) => CheckResult::Undetermined(undetermined(reason)),
        Finding::NotSupported(_) => CheckResult::NotSupported(NotSupportedReason::NotOffered),
        Finding::Aborted(_) => CheckResult::Aborted(AbortedReason::SessionEnded),
    }
}

fn portrait(finding: Finding<PortraitReason>) -> CheckResult {
    let failed = |reason| match reason {
        PortraitReason::Undecodable | PortraitReason::NotOneFace | PortraitReason::TooPoor => {
            FailedReason::Unreadable
        }
    };
    result(finding, failed, |_| UndeterminedReason::DataMissing)
}

fn quality(finding: Finding<QualityReason>) -> CheckResult {
    let failed = |reason| match reason {
        QualityReason::NoFace | QualityReason::Low | QualityReason::NoCapture => FailedReason::QualityLow,
    };
    result(finding, failed, |_| UndeterminedReason::DataMissing)
}

fn comparison(finding: Finding<ComparisonReason>) -> CheckResult {
    let undetermined = |reason| match reason {
        ComparisonReason::GreyBand => UndeterminedReason::GreyBand,
        ComparisonReason::NoMatch
        | ComparisonReason::NoPortrait
        | ComparisonReason::NotMadeAfterAlarm
        | ComparisonReason::NoFramePassed => UndeterminedReason::DataMissing,
    };
    result(finding, |_| FailedReason::NoMatch, undetermined)
}

fn pad(finding: Finding<PadReason>) -> CheckResult {
    let failed = |reason: PadReason| {
        if reason.is_strong() { FailedReason::AttackStrong } else { FailedReason::AttackSuspected }
    };
    result(finding, failed, |_| UndeterminedReason::DataMissing)
}

fn iad(finding: Finding<IadReason>) -> CheckResult {
    let failed = |reason| match reason {
        IadReason::Injected | IadReason::Suspicious | IadReason::ObservationsMissing => {
            FailedReason::Injected
        }
    };
    result(finding, failed, |_| UndeterminedReason::DataMissing)
}

fn freshness(finding: Finding<FreshnessReason>) -> CheckResult {
    result(finding, |_| FailedReason::Stale, |_| UndeterminedReason::DataMissing)
}

fn binding(finding: Finding<BindingReason>) -> CheckResult {
    result(finding, |_| FailedReason::BindingBroken, |_| UndeterminedReason::DataMissing)
}
