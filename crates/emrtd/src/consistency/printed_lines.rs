//! The printed lines against DG1 (BSI TR-03135-1 §5.7.2; ).
//!
//! A key made of number, birth date and expiry opens the chip whatever else the page says: names, state and sex are
//! proven by this comparison only.

use mrz::{Field, Mrz};

use crate::Finding;
use crate::passive_authentication::PassiveAuthentication;

/// What is known of the printed lines.
#[derive(Clone, Copy, Debug)]
pub enum PrintedLines<'a> {
    /// They were read optically.
    Scanned(&'a Mrz),
    /// Number, birth date and expiry were typed: nothing optical can be compared.
    Typed,
}

/// Why the printed lines are not what DG1 says.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PrintedLinesProblem {
    /// Nothing was read optically.
    #[error("the lines were typed, not scanned")]
    Typed,
    /// The issuer does not vouch for a DG1 that can be read.
    #[error("there is no DG1 that the issuer vouches for")]
    NothingToCompare,
    /// The layouts differ.
    #[error("the printed lines have another layout than DG1")]
    Layout,
    /// Fields differ.
    #[error("the printed lines differ from DG1 in: {}", fields(.0))]
    Fields(Vec<Field>),
    /// Everything is the same, but the birth date has unknown parts.
    #[error("the date of birth has unknown parts")]
    BirthDateIncomplete,
}

fn fields(differing: &[Field]) -> String {
    differing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Compares the printed lines with DG1, field by field.
pub fn printed_lines(
    lines: PrintedLines<'_>,
    authentication: &PassiveAuthentication<'_>,
) -> Finding<PrintedLinesProblem> {
    let PrintedLines::Scanned(printed) = lines else {
        return Finding::NotSupported(PrintedLinesProblem::Typed);
    };
    let Some(Ok(zone)) = authentication.machine_readable_zone() else {
        return Finding::Undetermined(PrintedLinesProblem::NothingToCompare);
    };
    let Some(differing) = printed.differing_fields(zone) else {
        return Finding::Failed(PrintedLinesProblem::Layout);
    };
    let is_optional = |field: &Field| matches!(field, Field::OptionalData | Field::SecondOptionalData);
    if !differing.iter().all(is_optional) {
        Finding::Failed(PrintedLinesProblem::Fields(differing))
    } else if !differing.is_empty() {
        Finding::Undetermined(PrintedLinesProblem::Fields(differing))
    } else if zone.birth_date().is_complete() {
        Finding::Successful
    } else {
        Finding::Undetermined(PrintedLinesProblem::BirthDateIncomplete)
    }
}
