//! A finding of the inspection system as the result of a check in the evidence.
//!
//! Each problem has exactly one reason. There is no catch-all: a new problem stops this file from compiling.

use emrtd::Finding;
use emrtd::chip_proof::ChipProblem;
use emrtd::consistency::{
    CardAccessProblem, CardSecurityProblem, ComProblem, PersonalDataProblem, PrintedLinesProblem,
};
use emrtd::examination::AccessProblem;
use emrtd::passive_authentication::{
    DocumentTypeProblem, HashProblem, IssuingStateProblem, RevocationProblem, SignatureProblem,
    SignerPathProblem, ValidityProblem,
};
use pki::PathProblem;
use verdict::{AbortedReason, CheckResult, FailedReason, NotSupportedReason, UndeterminedReason};

/// Why a finding is not successful, in the words of the evidence: for each value the one that fits.
#[derive(Clone, Copy, Debug)]
pub struct ResultOf {
    failed: FailedReason,
    undetermined: UndeterminedReason,
    not_supported: NotSupportedReason,
}

impl ResultOf {
    /// The reason if the check failed; the other values lack data.
    const fn failed(reason: FailedReason) -> Self {
        Self {
            failed: reason,
            undetermined: UndeterminedReason::DataMissing,
            not_supported: NotSupportedReason::NotOffered,
        }
    }

    const fn undetermined(self, reason: UndeterminedReason) -> Self {
        Self { undetermined: reason, ..self }
    }

    const fn not_supported(self, reason: NotSupportedReason) -> Self {
        Self { not_supported: reason, ..self }
    }
}

/// Words for a problem.
pub trait Problem {
    /// The words.
    fn words(&self) -> ResultOf;
}

/// The result that a finding is in the evidence.
pub fn result_of<P: Problem>(finding: &Finding<P>) -> CheckResult {
    match finding {
        Finding::Successful => CheckResult::Successful,
        Finding::Failed(problem) => CheckResult::Failed(problem.words().failed),
        Finding::Undetermined(problem) => CheckResult::Undetermined(problem.words().undetermined),
        Finding::NotSupported(problem) => CheckResult::NotSupported(problem.words().not_supported),
        Finding::Aborted(_) => CheckResult::Aborted(AbortedReason::SessionEnded),
    }
}

impl Problem for AccessProblem {
    fn words(&self) -> ResultOf {
        let words = ResultOf::failed(FailedReason::AccessDenied);
        match self {
            AccessProblem::Open => words.not_supported(NotSupportedReason::OpenChip),
            AccessProblem::Downgraded => words.undetermined(UndeterminedReason::DowngradeListed),
        }
    }
}

impl Problem for ComProblem {
    fn words(&self) -> ResultOf {
        match self {
            ComProblem::NoSecurityObject
            | ComProblem::LeftOut
            | ComProblem::Absent
            | ComProblem::Unreadable
            | ComProblem::Broken(_)
            | ComProblem::Malformed(_)
            | ComProblem::ListsMore
            | ComProblem::ListsLess
            | ComProblem::Version => ResultOf::failed(FailedReason::Differs),
        }
    }
}

impl Problem for SignatureProblem {
    fn words(&self) -> ResultOf {
        match self {
            SignatureProblem::Absent
            | SignatureProblem::Unreadable
            | SignatureProblem::Malformed(_)
            | SignatureProblem::ContentType(_)
            | SignatureProblem::NoSignature
            | SignatureProblem::BrokenCertificate
            | SignatureProblem::UnknownSigner
            | SignatureProblem::Profile(_) => ResultOf::failed(FailedReason::Malformed),
            SignatureProblem::OtherCertificate
            | SignatureProblem::SignedContentType
            | SignatureProblem::MessageDigest
            | SignatureProblem::Wrong(_) => ResultOf::failed(FailedReason::BadSignature),
            SignatureProblem::Unsupported(_) => {
                ResultOf::failed(FailedReason::BadSignature).not_supported(NotSupportedReason::NotBuilt)
            }
        }
    }
}

impl Problem for SignerPathProblem {
    fn words(&self) -> ResultOf {
        match self {
            SignerPathProblem::NoSigner => ResultOf::failed(FailedReason::PathInvalid),
            SignerPathProblem::Path(PathProblem::NoAuthority) => {
                ResultOf::failed(FailedReason::PathInvalid).undetermined(UndeterminedReason::CscaMissing)
            }
            SignerPathProblem::Path(PathProblem::NotIssued(_)) => {
                ResultOf::failed(FailedReason::BadSignature)
            }
            SignerPathProblem::Path(PathProblem::OtherCountry { .. }) | SignerPathProblem::Profile(_) => {
                ResultOf::failed(FailedReason::PathInvalid)
            }
        }
    }
}

impl Problem for ValidityProblem {
    fn words(&self) -> ResultOf {
        match self {
            ValidityProblem::NoPath | ValidityProblem::Outside(_) => {
                ResultOf::failed(FailedReason::OutsideValidity)
            }
        }
    }
}

impl Problem for RevocationProblem {
    fn words(&self) -> ResultOf {
        match self {
            RevocationProblem::NoPath
            | RevocationProblem::Revoked(_)
            | RevocationProblem::NoList
            | RevocationProblem::Stale(_) => {
                ResultOf::failed(FailedReason::Revoked).undetermined(UndeterminedReason::RevocationUnknown)
            }
        }
    }
}

impl Problem for HashProblem {
    fn words(&self) -> ResultOf {
        match self {
            HashProblem::NoSecurityObject | HashProblem::NotRead(_) | HashProblem::NotIdentical(_) => {
                ResultOf::failed(FailedReason::HashMismatch)
            }
            HashProblem::Stripped(_) => ResultOf::failed(FailedReason::Stripped),
            HashProblem::Algorithm(_) => {
                ResultOf::failed(FailedReason::Malformed).not_supported(NotSupportedReason::NotBuilt)
            }
            HashProblem::Repeated | HashProblem::MandatoryNotListed | HashProblem::NonConformant(_) => {
                ResultOf::failed(FailedReason::Malformed)
            }
        }
    }
}

impl Problem for IssuingStateProblem {
    fn words(&self) -> ResultOf {
        let words = ResultOf::failed(FailedReason::Differs);
        match self {
            IssuingStateProblem::NothingToCompare => words.undetermined(UndeterminedReason::NotVouchedFor),
            IssuingStateProblem::NoCountry
            | IssuingStateProblem::Ambiguous { .. }
            | IssuingStateProblem::Differs { .. } => words.undetermined(UndeterminedReason::Ambiguous),
        }
    }
}

impl Problem for DocumentTypeProblem {
    fn words(&self) -> ResultOf {
        match self {
            DocumentTypeProblem::NothingToCompare
            | DocumentTypeProblem::NoList
            | DocumentTypeProblem::NotListed => {
                ResultOf::failed(FailedReason::TypeNotListed).undetermined(UndeterminedReason::NotVouchedFor)
            }
        }
    }
}

impl Problem for CardAccessProblem {
    fn words(&self) -> ResultOf {
        match self {
            CardAccessProblem::PaceHidden => ResultOf::failed(FailedReason::PaceHidden),
            CardAccessProblem::NothingToCompare => {
                ResultOf::failed(FailedReason::Differs).undetermined(UndeterminedReason::NotVouchedFor)
            }
            CardAccessProblem::NoPace
            | CardAccessProblem::Unreadable
            | CardAccessProblem::Malformed(_)
            | CardAccessProblem::NotSigned
            | CardAccessProblem::OffersLess => ResultOf::failed(FailedReason::Differs),
        }
    }
}

impl Problem for CardSecurityProblem {
    fn words(&self) -> ResultOf {
        match self {
            CardSecurityProblem::NotUsed | CardSecurityProblem::Malformed(_) => {
                ResultOf::failed(FailedReason::Malformed)
            }
            CardSecurityProblem::Signature(problem) => problem.words(),
            // The reasons of C08 to C10 belong to the signer of EF.SOD.
            CardSecurityProblem::Path(problem) => {
                ResultOf { undetermined: UndeterminedReason::NotVouchedFor, ..problem.words() }
            }
            CardSecurityProblem::Validity(_) | CardSecurityProblem::Revocation(_) => {
                ResultOf::failed(FailedReason::PathInvalid).undetermined(UndeterminedReason::NotVouchedFor)
            }
            CardSecurityProblem::LessThanCardAccess => ResultOf::failed(FailedReason::Differs),
        }
    }
}

impl Problem for ChipProblem {
    fn words(&self) -> ResultOf {
        let words = ResultOf::failed(FailedReason::NotAuthentic).not_supported(NotSupportedReason::Cloneable);
        match self {
            ChipProblem::Stripped(_) => ResultOf::failed(FailedReason::Stripped),
            ChipProblem::NothingVouchedFor | ChipProblem::KeyNotVouchedFor => {
                words.undetermined(UndeterminedReason::NotVouchedFor)
            }
            ChipProblem::ReaderLimit => words.undetermined(UndeterminedReason::ReaderLimit),
            ChipProblem::Cloneable
            | ChipProblem::ChipAuthenticationRefused(_)
            | ChipProblem::NotUnderNewKeys(_)
            | ChipProblem::MappingMismatch
            | ChipProblem::Unsupported(_)
            | ChipProblem::Malformed(_)
            | ChipProblem::ActiveAuthenticationRefused(_)
            | ChipProblem::WrongSignature(_)
            | ChipProblem::NotRun => words,
        }
    }
}

impl Problem for PrintedLinesProblem {
    fn words(&self) -> ResultOf {
        let words = ResultOf::failed(FailedReason::Differs).not_supported(NotSupportedReason::TypedByHand);
        match self {
            PrintedLinesProblem::NothingToCompare => words.undetermined(UndeterminedReason::NotVouchedFor),
            PrintedLinesProblem::Fields(_) => words.undetermined(UndeterminedReason::OptionalDataDiffers),
            PrintedLinesProblem::BirthDateIncomplete => {
                words.undetermined(UndeterminedReason::BirthDateIncomplete)
            }
            PrintedLinesProblem::Typed | PrintedLinesProblem::Layout => words,
        }
    }
}

impl Problem for PersonalDataProblem {
    fn words(&self) -> ResultOf {
        let words = ResultOf::failed(FailedReason::Unreadable);
        match self {
            PersonalDataProblem::NothingToCompare => words.undetermined(UndeterminedReason::NotVouchedFor),
            PersonalDataProblem::Dg1(_) => words,
            PersonalDataProblem::Dg11(_) => words.undetermined(UndeterminedReason::DataMissing),
            PersonalDataProblem::BirthDate
            | PersonalDataProblem::Names
            | PersonalDataProblem::PersonalNumber => words.undetermined(UndeterminedReason::DataDiffers),
        }
    }
}
