//! The portrait of the chip: which picture the issuer vouches for (C20), and how old it is (C21; R-080).

use emrtd::lds::dg2::Dg2;
use emrtd::lds::dg12::Dg12;
use emrtd::lds::{File, LdsError};
use emrtd::passive_authentication::PassiveAuthentication;
use jiff::ToSpan as _;
use jiff::civil::Date;
use verdict::{CheckResult, FailedReason, UndeterminedReason};

/// How old a portrait may be, in years (R-080; BSI TR-03147).
const OLDEST: i64 = 10;

/// Why there is no portrait to compare with.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PortraitProblem {
    /// No EF.DG2 was read, or its issuer does not vouch for it.
    #[error("nobody vouches for a portrait")]
    NotVouchedFor,
    /// EF.DG2 cannot be parsed.
    #[error("EF.DG2: {0}")]
    Malformed(LdsError),
}

/// The image in EF.DG2 that the issuer vouches for, JPEG or JPEG 2000, undecoded. If there are several, the first.
pub fn portrait<'a>(authentication: &PassiveAuthentication<'a>) -> Result<&'a [u8], PortraitProblem> {
    let file = authentication.authentic(File::Dg2).ok_or(PortraitProblem::NotVouchedFor)?.bytes();
    let group = Dg2::parse(file).map_err(PortraitProblem::Malformed)?;
    group.faces.first().and_then(|face| face.image.bytes(file)).ok_or(PortraitProblem::NotVouchedFor)
}

/// Whether the portrait is at most ten years old, told from the date of issue in EF.DG12. Most states do not write one;
/// then the age is undetermined: validity that ends later says nothing of when a picture was taken.
pub fn portrait_age(authentication: &PassiveAuthentication<'_>, today: Date) -> CheckResult {
    let Some(file) = authentication.authentic(File::Dg12) else {
        return CheckResult::Undetermined(UndeterminedReason::DataMissing);
    };
    let issued = Dg12::parse(file.bytes()).ok().and_then(|details| details.issue_date?.known());
    let usable_until = issued.and_then(|date| date.checked_add(OLDEST.years()).ok());
    match (issued, usable_until) {
        (Some(issued), Some(until)) if issued <= today => {
            if today <= until {
                CheckResult::Successful
            } else {
                CheckResult::Failed(FailedReason::TooOld)
            }
        }
        _ => CheckResult::Undetermined(UndeterminedReason::DataMissing),
    }
}
