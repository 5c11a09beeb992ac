//! The linter of policies: what the form of the file cannot rule out (R-431, R-433, catalogue §8.4).

use super::reaction::{Condition, End, Grant, Reaction};
use super::{Mode, Policy, Row};
use crate::check::Check;
use crate::evidence::{Activation, CertifiedLevel};
use crate::level::Level;

/// Something that makes a policy inconsistent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Finding {
    /// `failed` is tolerated, with or without a condition.
    #[error("{} tolerates failed at {}", .0.id(), .1.name())]
    FailedTolerated(Check, Level),
    /// A mandatory check is let pass on the strength of a check that the level does not demand.
    #[error("{} is mandatory at {} and is traded against {}, which is not", .check.id(), .level.name(), .against.id())]
    Traded {
        /// The mandatory check.
        check: Check,
        /// The level.
        level: Level,
        /// The check that is not mandatory.
        against: Check,
    },
    /// A check is let pass on the strength of itself.
    #[error("{} leans on itself at {}", .0.id(), .1.name())]
    LeansOnItself(Check, Level),
    /// A worse result meets a softer reaction.
    #[error("{} reacts to failed at {} more softly than to a better result", .0.id(), .1.name())]
    NotMonotone(Check, Level),
    /// A human is to decide what no human may decide.
    #[error("{} goes to review at {}, and no human may decide it", .0.id(), .1.name())]
    NotReviewable(Check, Level),
    /// A check is mandatory at a level and not at a higher one.
    #[error("{} is worth less at {} than below", .0.id(), .1.name())]
    ModeFalls(Check, Level),
    /// The policy ends before it begins.
    #[error("the policy ends before it begins")]
    NeverValid,
    /// No document is accepted.
    #[error("no document is accepted")]
    NoDocuments,
    /// Two rows of documents are the same.
    #[error("row {0} of the documents repeats an earlier one")]
    DocumentRepeated(usize),
    /// Set K asks for less than a compensation for a missing key must.
    #[error("set K does not compensate for a chip without a key")]
    SetKTooWeak,
    /// High asks for less than the catalogue.
    #[error("the conditions of level High are too weak")]
    HighTooWeak,
    /// A limit is out of range.
    #[error("a limit is out of range")]
    Limits,
}

pub(super) fn lint(policy: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    if policy.valid_until < policy.valid_from {
        findings.push(Finding::NeverValid);
    }
    documents(policy, &mut findings);
    if !set_k_is_strong(policy) {
        findings.push(Finding::SetKTooWeak);
    }
    let high = &policy.high;
    let channels = [Activation::RegisterLetter, Activation::DigitalPost, Activation::ExistingHigh];
    if high.face_match_one_in < 10_000
        || high.face_transaction_one_in < 3_333
        || !high.activation.iter().all(|activation| channels.contains(activation))
    {
        findings.push(Finding::HighTooWeak);
    }
    let limits = policy.limits;
    if !(1..=10).contains(&limits.register_answer_minutes)
        || !(1..=60).contains(&limits.evidence_minutes)
        || !(-12..=14).contains(&limits.day_offset_hours)
    {
        findings.push(Finding::Limits);
    }
    for (check, row) in policy.rows.iter() {
        for level in Level::ALL {
            cell(policy, check, row, level, &mut findings);
        }
    }
    findings
}

fn documents(policy: &Policy, findings: &mut Vec<Finding>) {
    if policy.documents.is_empty() {
        findings.push(Finding::NoDocuments);
    }
    for (index, row) in policy.documents.iter().enumerate() {
        let same = |earlier: &super::DocumentRow| {
            earlier.class == row.class
                && earlier.states == row.states
                && earlier.generations == row.generations
        };
        if policy.documents.iter().take(index).any(same) {
            findings.push(Finding::DocumentRepeated(index));
        }
    }
}

/// The catalogue's floor for set K; checks must also be mandatory at Substantial, so that no score stands in for the key.
fn set_k_is_strong(policy: &Policy) -> bool {
    let set = &policy.set_k;
    let needed = [Check::MrzOptical, Check::MrzVsDg1, Check::DocumentStatus, Check::PersonRegister];
    needed.iter().all(|check| set.checks.contains(check))
        && set.checks.iter().all(|&check| policy.mode(check, Level::Substantial) == Mode::Mandatory)
        && !set.checks.contains(&Check::ChipAuth)
        && set.certified == CertifiedLevel::High
        && set.face_match_one_in >= 100_000
        && set.activation == [Activation::RegisterLetter]
        && set.identities_per_year >= 1
        && set.limited_rights_hours >= 24
}

fn cell(policy: &Policy, check: Check, row: &Row, level: Level, findings: &mut Vec<Finding>) {
    let index = level.index();
    let weight = |mode: Mode| match mode {
        Mode::Unused => 0,
        Mode::Evaluatable => 1,
        Mode::Mandatory => 2,
    };
    if index.checked_sub(1).is_some_and(|below| weight(row.modes[below]) > weight(row.modes[index])) {
        findings.push(Finding::ModeFalls(check, level));
    }
    let failed: Vec<&Reaction> = row.failed.all().filter_map(|line| line[index].as_ref()).collect();
    let better: Vec<&Reaction> = row
        .undetermined
        .all()
        .chain(row.not_supported.all())
        .filter_map(|line| line[index].as_ref())
        .collect();

    // A cap that does not exclude the level is a toleration by another name.
    let tolerates = |reaction: &&Reaction| match reaction.grant() {
        Some(Grant::Tolerated) => true,
        Some(Grant::Cap(cap)) => cap >= level,
        None => false,
    };
    if failed.iter().any(tolerates) {
        findings.push(Finding::FailedTolerated(check, level));
    }
    if failed.iter().chain(&better).any(|r| !check.reviewable() && r.hardest() == Some(End::Review)) {
        findings.push(Finding::NotReviewable(check, level));
    }
    if failed.iter().any(|failed| better.iter().any(|better| is_softer(failed, better))) {
        findings.push(Finding::NotMonotone(check, level));
    }
    for reaction in failed.iter().chain(&better) {
        for condition in reaction.conditions() {
            let Condition::Successful(against) = *condition else { continue };
            if against == check {
                findings.push(Finding::LeansOnItself(check, level));
            } else if row.modes[index] == Mode::Mandatory && policy.mode(against, level) != Mode::Mandatory {
                findings.push(Finding::Traded { check, level, against });
            }
        }
    }
}

/// Whether the reaction to `failed` can be softer than the one to a better result, with every try used up: in its end, or, where
/// the process goes on, in the level that is left.
fn is_softer(failed: &Reaction, better: &Reaction) -> bool {
    let ceiling = |grant: Option<Grant>| match grant {
        Some(Grant::Tolerated) => Some(Level::High),
        Some(Grant::Cap(level)) => Some(level),
        None => None,
    };
    failed.mildest() < better.hardest() || ceiling(failed.grant()) > lowest(better)
}

/// The lowest ceiling that a reaction can leave; `None` only if it always ends the process.
fn lowest(reaction: &Reaction) -> Option<Level> {
    match reaction {
        Reaction::Tolerated => Some(Level::High),
        Reaction::Cap(level) => Some(*level),
        Reaction::Act(_) | Reaction::Conditional { .. } => None,
    }
}
