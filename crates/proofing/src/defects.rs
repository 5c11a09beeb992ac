//! Known defects of documents in the evidence: C11, and what they change in other checks (BSI TR-03135-1 §5.8; R-053,
//!
//!
//! No entry of a list makes a check successful: one that explains a failure makes it undetermined, and what it would put
//! in the place of the document's own, such as another certificate of the signer, only explains failures.
//!
//! What it does not protect against: a list that calls failures expected takes the alarm from a forged document that
//! fails in the same way. It still is not accepted, except with a difference between EF.COM and EF.SOD.

use emrtd::Finding;
use emrtd::chip_proof::{ChipMechanism, ChipProof};
use emrtd::examination::FileExamination;
use emrtd::passive_authentication::{
    DataGroupHash, HashProblem, PassiveAuthentication, SignatureProblem, SignerPathProblem,
};
use pki::{Correction, DefectCheck, DefectEffect, DefectEffects, DefectOverride, PathProblem};
use verdict::{Check, CheckResult, FailedReason, NotSupportedReason, UndeterminedReason};

const LISTED: CheckResult = CheckResult::Undetermined(UndeterminedReason::DeviationListed);

/// The result of C11.
pub(crate) fn result(known: Option<&DefectEffects>) -> CheckResult {
    let Some(DefectEffects(effects)) = known else {
        return CheckResult::Undetermined(UndeterminedReason::DataMissing);
    };
    if effects.is_empty() {
        CheckResult::NotSupported(NotSupportedReason::NotOffered)
    } else if effects.iter().any(|effect| matches!(effect, DefectEffect::Fails(_))) {
        CheckResult::Failed(FailedReason::DefectForgery)
    } else if effects.iter().any(|effect| matches!(effect, DefectEffect::Caps(_))) {
        LISTED
    } else {
        CheckResult::Successful
    }
}

/// What is left of the result of a check on files.
pub(crate) fn of_files(check: Check, found: CheckResult, files: &FileExamination<'_>) -> CheckResult {
    let authentication = &files.passive_authentication;
    let Some(known) = &authentication.known_defects else { return found };
    let on = |of: DefectCheck, failed| overruled(found, known.on(of), failed);
    match check {
        Check::EfComSod => on(DefectCheck::ComAgainstSod, FailedReason::Differs),
        Check::SodSignature => {
            let named_otherwise =
                known.corrections().any(|right| matches!(right, Correction::SignerIdentifier(_)));
            match authentication.signed.signature {
                Finding::Failed(SignatureProblem::OtherCertificate) if named_otherwise => LISTED,
                _ => on(DefectCheck::SodSignature, FailedReason::BadSignature),
            }
        }
        Check::DscPath => of_path(found, authentication, known),
        Check::CertValidity => on(DefectCheck::Validity, FailedReason::OutsideValidity),
        // Who is on a revocation list stays revoked, whatever is expected of its certificate.
        Check::Revocation => match known.on(DefectCheck::Signer) {
            Some(DefectOverride::Failed) => CheckResult::Failed(FailedReason::Revoked),
            Some(DefectOverride::AtBestUndetermined | DefectOverride::Undetermined)
                if found == CheckResult::Successful =>
            {
                LISTED
            }
            _ => found,
        },
        Check::DgHashes => of_hashes(found, authentication, known),
        Check::IssuingState => {
            let explained =
                countries(known).any(|country| authentication.issuing_state_under(&country).is_successful());
            if matches!(found, CheckResult::Failed(_)) && explained { LISTED } else { found }
        }
        Check::CardSecurity => on(DefectCheck::CardSecurity, FailedReason::BadSignature),
        _ => found,
    }
}

/// What is left of the result of C17.
pub(crate) fn of_chip(found: CheckResult, chip: &ChipProof, known: Option<&DefectEffects>) -> CheckResult {
    let mechanism = chip.mechanism.or_else(|| chip.finding.reason()?.mechanism());
    let (Some(known), Some(mechanism)) = (known, mechanism) else { return found };
    let of = match mechanism {
        ChipMechanism::ChipAuthentication => DefectCheck::ChipAuthentication,
        ChipMechanism::ChipAuthenticationMapping => DefectCheck::PaceChipAuthenticationMapping,
        ChipMechanism::ActiveAuthentication => DefectCheck::ActiveAuthentication,
    };
    overruled(found, known.on(of), FailedReason::NotAuthentic)
}

fn overruled(found: CheckResult, known: Option<DefectOverride>, failed: FailedReason) -> CheckResult {
    match (known, found) {
        (Some(DefectOverride::Failed), _) => CheckResult::Failed(failed),
        (Some(DefectOverride::Undetermined), CheckResult::Successful | CheckResult::Failed(_))
        | (Some(DefectOverride::AtBestUndetermined), CheckResult::Successful)
        | (Some(DefectOverride::AtWorstUndetermined), CheckResult::Failed(_)) => LISTED,
        _ => found,
    }
}

fn of_path(
    found: CheckResult,
    authentication: &PassiveAuthentication<'_>,
    known: &DefectEffects,
) -> CheckResult {
    let explained = match &authentication.signed.path {
        Finding::Failed(SignerPathProblem::Profile(_)) => {
            matches!(known.on(DefectCheck::Profile), Some(DefectOverride::AtWorstUndetermined))
        }
        Finding::Failed(SignerPathProblem::Path(PathProblem::OtherCountry { .. })) => {
            countries(known).next().is_some()
        }
        _ => false,
    };
    let replaced = known.corrections().any(|right| matches!(right, Correction::SignerCertificate(_)));
    if explained || replaced && matches!(found, CheckResult::Failed(_)) {
        return LISTED;
    }
    overruled(found, known.on(DefectCheck::Signer), FailedReason::PathInvalid)
}

/// The failure of one data group does not explain that of another.
fn of_hashes(
    found: CheckResult,
    authentication: &PassiveAuthentication<'_>,
    known: &DefectEffects,
) -> CheckResult {
    let expected = |number| {
        matches!(known.on(DefectCheck::DataGroupHash(number)), Some(DefectOverride::AtWorstUndetermined))
    };
    let odd = authentication.data_groups.iter().filter(|(_, hash)| **hash == DataGroupHash::NotIdentical);
    let explained = odd.filter_map(|(file, _)| file.data_group()).all(expected);
    match &authentication.hashes {
        Finding::Failed(HashProblem::NotIdentical(_)) if explained => LISTED,
        _ => found,
    }
}

fn countries(known: &DefectEffects) -> impl Iterator<Item = String> {
    known.corrections().filter_map(|right| match right {
        Correction::IssuingCountry(country) => Some(country.to_ascii_uppercase()),
        _ => None,
    })
}
