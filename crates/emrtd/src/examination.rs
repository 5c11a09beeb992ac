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
use crate::session::{AccessMethod, Event, Files, Reading};

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

/// What the files of a document say, whoever read them: the checks that anyone can make again from them.
#[derive(Clone, Debug)]
pub struct FileExamination<'a> {
    /// EF.COM against EF.SOD (C06).
    pub com: Finding<ComProblem>,
    /// Whether an issuer signed it (C07 to C14).
    pub passive_authentication: PassiveAuthentication<'a>,
    /// EF.CardAccess against DG14 (C15).
    pub card_access: Finding<CardAccessProblem>,
    /// EF.CardSecurity (C16).
    pub card_security: CardSecurity,
    /// DG1 in itself and against DG11 (C19).
    pub personal_data: Finding<PersonalDataProblem>,
}

/// What was found about a document.
#[derive(Clone, Debug)]
pub struct Examination<'a> {
    /// How the chip was opened (C05).
    pub access: Finding<AccessProblem>,
    /// What its files say.
    pub files: FileExamination<'a>,
    /// Whether the chip is no copy (C17).
    pub chip: ChipProof,
    /// The printed lines against DG1 (C18).
    pub printed_lines: Finding<PrintedLinesProblem>,
}

impl<'a> FileExamination<'a> {
    /// Makes every check that needs no chip.
    pub fn of(files: &'a Files, trust: &Trust<'_>) -> Self {
        let passive_authentication = PassiveAuthentication::of(files, trust);
        Self {
            com: consistency::com(files, passive_authentication.security_object.as_ref()),
            card_access: consistency::card_access(files, &passive_authentication),
            card_security: consistency::card_security(files, trust),
            personal_data: consistency::personal_data(&passive_authentication),
            passive_authentication,
        }
    }
}

impl<'a> Examination<'a> {
    /// Makes every check. The same arguments give the same findings, at any time and by anyone.
    pub fn of(reading: &'a Reading, lines: PrintedLines<'_>, trust: &Trust<'_>) -> Self {
        let files = FileExamination::of(&reading.files, trust);
        let authentication = &files.passive_authentication;
        Self {
            access: access(reading),
            chip: ChipProof::of(reading, authentication, &files.card_security),
            printed_lines: consistency::printed_lines(lines, authentication),
            files,
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
