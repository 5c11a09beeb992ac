//! Every check of a document that was read, each with its own finding (requirement catalogue C05 to C19).
//!
//! This brings [`crate::passive_authentication`], [`crate::chip_proof`] and [`crate::consistency`] together. It decides
//! nothing: what a finding means for an outcome is a matter of policy.

use crate::Finding;
use crate::chip_proof::ChipProof;
use crate::consistency::{
    self, CardAccessProblem, CardSecurity, ComProblem, PersonalDataProblem, PrintedLines, PrintedLinesProblem,
};
use crate::passive_authentication::{PassiveAuthentication, Trust};
use crate::session::{AccessMethod, Event, Reading};

/// Why the way into the chip is not successful.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AccessProblem {
    /// The chip asks for no key.
    #[error("the chip is open: it asks for no key")]
    Open,
    /// PACE was refused and Basic Access Control used instead, which a quirk allows for this model.
    #[error("PACE was refused, and Basic Access Control used instead")]
    Downgraded,
}

/// What was found about a document.
#[derive(Clone, Debug)]
pub struct Examination<'a> {
    /// How the chip was opened (C05).
    pub access: Finding<AccessProblem>,
    /// EF.COM against EF.SOD (C06).
    pub com: Finding<ComProblem>,
    /// Whether an issuer signed it (C07 to C10, C12 to C14).
    pub passive_authentication: PassiveAuthentication<'a>,
    /// EF.CardAccess against DG14 (C15).
    pub card_access: Finding<CardAccessProblem>,
    /// EF.CardSecurity (C16).
    pub card_security: CardSecurity,
    /// Whether the chip is no copy (C17).
    pub chip: ChipProof,
    /// The printed lines against DG1 (C18).
    pub printed_lines: Finding<PrintedLinesProblem>,
    /// DG1 in itself and against DG11 (C19).
    pub personal_data: Finding<PersonalDataProblem>,
}

impl<'a> Examination<'a> {
    /// Makes every check. The same arguments give the same findings, at any time and by anyone.
    pub fn of(reading: &'a Reading, lines: PrintedLines<'_>, trust: &Trust<'_>) -> Self {
        let passive_authentication = PassiveAuthentication::of(&reading.files, trust);
        let card_security = consistency::card_security(&reading.files, trust);
        Self {
            access: access(reading),
            com: consistency::com(&reading.files, passive_authentication.security_object.as_ref()),
            card_access: consistency::card_access(&reading.files, &passive_authentication),
            chip: ChipProof::of(reading, &passive_authentication, &card_security),
            printed_lines: consistency::printed_lines(lines, &passive_authentication),
            personal_data: consistency::personal_data(&passive_authentication),
            passive_authentication,
            card_security,
        }
    }
}

fn access(reading: &Reading) -> Finding<AccessProblem> {
    if reading.events.iter().any(|event| matches!(event, Event::PaceFailedBacUsed { .. })) {
        return Finding::Undetermined(AccessProblem::Downgraded);
    }
    match reading.access {
        AccessMethod::None => Finding::NotSupported(AccessProblem::Open),
        AccessMethod::Bac | AccessMethod::Pace { .. } => Finding::Successful,
    }
}
