//! EF.CardSecurity: signed like EF.SOD, and with all that EF.CardAccess says (Doc 9303-11 §9.2.11; R-052).
//!
//! It holds the key of PACE with Chip Authentication Mapping and is needed for that only.

use crate::Finding;
use crate::lds::{File, LdsError};
use crate::passive_authentication::{
    RevocationProblem, SignatureProblem, SignedFile, SignerPathProblem, Trust, ValidityProblem,
};
use crate::security_infos::{self, SecurityInfos};
use crate::session::{FileOutcome, Files};

/// Why EF.CardSecurity is not successful.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CardSecurityProblem {
    /// It was not asked for, or does not exist.
    #[error("the document has no EF.CardSecurity, or it is not needed")]
    NotUsed,
    /// The signature.
    #[error("signature: {0}")]
    Signature(SignatureProblem),
    /// The path of its signer.
    #[error("path: {0}")]
    Path(SignerPathProblem),
    /// The validity of signer or authority.
    #[error("validity: {0}")]
    Validity(ValidityProblem),
    /// The revocation of signer or authority.
    #[error("revocation: {0}")]
    Revocation(RevocationProblem),
    /// The SecurityInfos in it, or in EF.CardAccess, are broken.
    #[error(transparent)]
    Malformed(#[from] LdsError),
    /// EF.CardAccess says what EF.CardSecurity does not.
    #[error("EF.CardAccess has entries that EF.CardSecurity lacks")]
    LessThanCardAccess,
}

/// What came of EF.CardSecurity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardSecurity {
    /// The check.
    pub finding: Finding<CardSecurityProblem>,
    /// What it says, if the issuer vouches for it.
    pub authentic: Option<SecurityInfos>,
}

/// Checks EF.CardSecurity, if it was read.
pub fn card_security(read: &Files, trust: &Trust<'_>) -> CardSecurity {
    let unused = |finding| CardSecurity { finding, authentic: None };
    let bytes = match read.get(&File::CardSecurity) {
        None | Some(FileOutcome::Absent) => {
            return unused(Finding::NotSupported(CardSecurityProblem::NotUsed));
        }
        Some(FileOutcome::Unreadable(_)) => {
            return unused(Finding::Undetermined(CardSecurityProblem::Signature(
                SignatureProblem::Unreadable,
            )));
        }
        Some(FileOutcome::Read { bytes, .. }) => bytes.as_unverified().as_bytes(),
    };
    let signed = SignedFile::of_card_security(bytes, trust);
    let finding = signature(&signed);
    if !finding.is_successful() {
        return unused(finding);
    }
    let infos = match security_infos::card_security(bytes) {
        Ok(infos) => infos.into_unverified(),
        Err(error) => return unused(Finding::Failed(error.into())),
    };
    let card_access = read.get(&File::CardAccess).and_then(FileOutcome::unverified);
    match card_access.map(security_infos::card_access).transpose() {
        Ok(Some(offered)) if offered.as_unverified().missing_in(&infos).next().is_some() => {
            unused(Finding::Failed(CardSecurityProblem::LessThanCardAccess))
        }
        Ok(_) => CardSecurity { finding: Finding::Successful, authentic: Some(infos) },
        Err(error) => unused(Finding::Failed(error.into())),
    }
}

/// The four findings about the signature as one: the first that is not successful. That nobody knows of a revocation
/// does not count here: what that means for a state is decided once, on the finding about the signer of EF.SOD.
fn signature(signed: &SignedFile) -> Finding<CardSecurityProblem> {
    if !signed.signature.is_successful() {
        return signed.signature.clone().map(CardSecurityProblem::Signature);
    }
    if !signed.path.is_successful() {
        return signed.path.clone().map(CardSecurityProblem::Path);
    }
    if !signed.validity.is_successful() {
        return signed.validity.clone().map(CardSecurityProblem::Validity);
    }
    if matches!(signed.revocation, Finding::Failed(_)) {
        return signed.revocation.clone().map(CardSecurityProblem::Revocation);
    }
    Finding::Successful
}
