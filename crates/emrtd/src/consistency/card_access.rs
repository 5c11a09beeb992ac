//! EF.CardAccess against the signed copy in DG14 (TR-03110-1 §2.4, Doc 9303-11 §4.2; R-051).
//!
//! EF.CardAccess is read before anything is secured. Who stands between chip and reader can change it, leave out the
//! strong offers, or say that it does not exist, so that the chip is opened by Basic Access Control. DG14 tells.

use crate::Finding;
use crate::lds::{File, LdsError, Unverified, dg14};
use crate::passive_authentication::PassiveAuthentication;
use crate::security_infos;
use crate::session::{FileOutcome, Files};

/// Why EF.CardAccess and DG14 do not agree.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CardAccessProblem {
    /// The issuer does not vouch for a DG14, so that there is nothing to compare with.
    #[error("there is no DG14 that the issuer vouches for")]
    NothingToCompare,
    /// Neither EF.CardAccess nor DG14 speak of PACE.
    #[error("the document does not offer PACE")]
    NoPace,
    /// EF.CardAccess could not be read.
    #[error("EF.CardAccess could not be read")]
    Unreadable,
    /// EF.CardAccess or DG14 is broken.
    #[error(transparent)]
    Malformed(#[from] LdsError),
    /// The chip was said to have no EF.CardAccess, and DG14 offers PACE.
    #[error("DG14 offers PACE, and EF.CardAccess was said not to exist")]
    PaceHidden,
    /// EF.CardAccess says what DG14 does not.
    #[error("EF.CardAccess has entries that DG14 lacks")]
    NotSigned,
    /// DG14 offers ways of PACE that EF.CardAccess does not.
    #[error("EF.CardAccess lacks offers of PACE that DG14 has")]
    OffersLess,
}

/// Compares EF.CardAccess with DG14.
pub fn card_access(read: &Files, authentication: &PassiveAuthentication<'_>) -> Finding<CardAccessProblem> {
    let file = match read.get(&File::CardAccess) {
        Some(FileOutcome::Unreadable(_)) => return Finding::Undetermined(CardAccessProblem::Unreadable),
        Some(FileOutcome::Absent) | None => None,
        Some(FileOutcome::Read { bytes, .. }) => Some(bytes.as_unverified().as_bytes()),
    };
    let offered = match file.map(security_infos::card_access).transpose() {
        Ok(offered) => offered,
        Err(error) => return Finding::Failed(error.into()),
    };
    let Some(dg14) = authentication.authentic(File::Dg14) else {
        // Without a DG14 in the signed list the document cannot sign an offer of PACE.
        let unsigned = authentication.signed.signature.is_successful() && !authentication.lists(File::Dg14);
        return if unsigned && offered.is_none() {
            Finding::NotSupported(CardAccessProblem::NoPace)
        } else {
            Finding::Undetermined(CardAccessProblem::NothingToCompare)
        };
    };
    let signed = match dg14::parse(dg14.bytes()) {
        Ok(signed) => signed.into_unverified(),
        Err(error) => return Finding::Undetermined(error.into()),
    };
    let Some(offered) = offered.as_ref().map(Unverified::as_unverified) else {
        return if signed.pace_entries().next().is_some() {
            Finding::Failed(CardAccessProblem::PaceHidden)
        } else {
            Finding::NotSupported(CardAccessProblem::NoPace)
        };
    };
    if offered.missing_in(&signed).next().is_some() {
        return Finding::Failed(CardAccessProblem::NotSigned);
    }
    let missing =
        |entry: &&security_infos::Entry| !offered.entries().iter().any(|found| found.raw() == entry.raw());
    if signed.pace_entries().any(|entry| missing(&entry)) {
        Finding::Failed(CardAccessProblem::OffersLess)
    } else {
        Finding::Successful
    }
}
