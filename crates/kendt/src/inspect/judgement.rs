//! What was found about the document, check by check and in plain words, and what the document alone leads to.

use std::fmt::Display;

use anyhow::{Context as _, Result};
use emrtd::Finding;
use emrtd::chip_proof::{ChipMechanism, ChipProof};
use emrtd::consistency::PrintedLines;
use emrtd::examination::Examination;
use emrtd::passive_authentication::EndState;
use emrtd::session::Reading;
use jiff::Timestamp;
use mrz::Mrz;
use pki::DefectEffects;
use proofing::{DocumentCase, document_evidence, overruled};
use serde::Serialize;
use verdict::{
    Check, CheckResult, DocumentVerdict, Effect, Evidence, Level, Outcome, Reason, Times, document_verdict,
};

use super::trust::Basis;
use crate::context::Context;

/// The result of one check of the document.
#[derive(Serialize, Clone)]
pub(crate) struct CheckReport {
    /// `C02` to `C19`.
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// One of the five values.
    pub(crate) result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
    /// In plain words.
    pub(crate) explanation: String,
    /// What it led to, if it is not successful.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effect: Option<String>,
}

/// What the document alone leads to.
#[derive(Serialize, Clone)]
pub(crate) struct VerdictReport {
    /// `ACCEPT`, `RETRY`, `STEP_UP`, `CITIZEN_SERVICE`, `STOP`, `STOP_ALERT`, ….
    pub(crate) outcome: &'static str,
    /// The level up to which nothing about the document stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) level: Option<&'static str>,
    pub(crate) policy: String,
    pub(crate) trust_store: String,
    /// In plain words.
    pub(crate) meaning: String,
    pub(crate) what_to_do: &'static str,
}

/// Findings, evidence and verdict of one reading.
pub(crate) struct Judgement {
    pub(crate) evidence: Evidence,
    pub(crate) end_state: &'static str,
    pub(crate) checks: Vec<CheckReport>,
    pub(crate) verdict: VerdictReport,
}

impl Judgement {
    /// Examines a reading at `now`. `printed` are the lines as they were given, if all of them were.
    pub(crate) fn of(
        context: &Context,
        basis: &Basis,
        reading: &Reading,
        printed: Option<&Mrz>,
        started: Timestamp,
        now: Timestamp,
    ) -> Result<Judgement> {
        let lines = printed.map_or(PrintedLines::Typed, PrintedLines::Scanned);
        let examination = Examination::of(reading, lines, &basis.trust(now));
        let mut transaction_id = [0; 16];
        rand_core::Rng::fill_bytes(&mut context.random(), &mut transaction_id);
        let case = DocumentCase {
            transaction_id,
            times: Times::new(started.min(now), now).context("what began before it ended has a time")?,
            requested: Level::Substantial,
            trust_store_version: basis.anchors.version(),
            policy_version: basis.policy.version(),
        };
        let evidence = document_evidence(&case, reading, lines, &examination, context.today())?.finish();
        let verdict = document_verdict(&evidence, &basis.policy, now);
        let overruled = overruled(&examination);
        let explanation = |check| {
            let text = explanation(check, &examination);
            if overruled.contains(&check) {
                format!("decided by a list of known defects; found: {text}")
            } else {
                text
            }
        };
        Ok(Judgement {
            end_state: end_state(examination.files.passive_authentication.end_state()),
            checks: checks(&evidence, &verdict, explanation),
            verdict: VerdictReport::of(&verdict, basis.anchors.version()),
            evidence,
        })
    }
}

/// Every check of the document: what the evidence says, overruled by what the policy adds.
pub(crate) fn checks(
    evidence: &Evidence,
    verdict: &DocumentVerdict,
    explanation: impl Fn(Check) -> String,
) -> Vec<CheckReport> {
    let of_document = Check::ALL.into_iter().filter(|check| check.is_of_document());
    of_document
        .map(|check| {
            let recorded = evidence.entry(check).result;
            let mut led_to = verdict.reasons.iter().filter_map(|reason| match *reason {
                Reason::Check { check: about, result, effect, .. } if about == check => {
                    Some((result, effect))
                }
                _ => None,
            });
            // The policy's own observation comes after that of the evidence.
            let last = led_to.next_back();
            let result = last.map_or(recorded, |(result, _)| result);
            let text = if result == recorded { explanation(check) } else { policy_says(check, result) };
            CheckReport {
                id: check.id(),
                name: check.name(),
                result: result.kind().name(),
                reason: result.reason(),
                explanation: text,
                effect: last.map(|(_, effect)| effect_name(effect)),
            }
        })
        .collect()
}

fn policy_says(check: Check, result: CheckResult) -> String {
    match (check, result) {
        (Check::DocumentAccepted, _) => "the policy does not accept documents of this kind".to_owned(),
        (Check::Expiry, CheckResult::Failed(_)) => "the document has expired".to_owned(),
        (Check::Expiry, _) => "the day of expiry is not known for certain".to_owned(),
        _ => result.reason().unwrap_or_default().to_owned(),
    }
}

fn effect_name(effect: Effect) -> String {
    match effect {
        Effect::Unused => "unused".to_owned(),
        Effect::Tolerated => "tolerated".to_owned(),
        Effect::Cap(level) => format!("no higher level than {}", level.name()),
        Effect::Leads(outcome) => outcome.name().to_owned(),
    }
}

/// What a check found, in plain words.
fn explanation(check: Check, found: &Examination<'_>) -> String {
    let (files, authentication) = (&found.files, &found.files.passive_authentication);
    let signed = &authentication.signed;
    let name = |certificate: &pki::Certificate| {
        certificate.subject().common_name().unwrap_or_else(|| certificate.subject().to_string())
    };
    let country =
        |certificate: &pki::Certificate| certificate.country().unwrap_or_else(|| "no country".to_owned());
    let vouched_for = |good: &str| {
        if authentication.machine_readable_zone().is_some_and(|zone| zone.is_ok()) {
            good.to_owned()
        } else {
            "nobody vouches for what the chip says about it".to_owned()
        }
    };
    match check {
        Check::DocumentAccepted => vouched_for("the policy accepts documents of this kind"),
        Check::MrzOptical => match found.printed_lines {
            Finding::NotSupported(_) => {
                "the printed lines were not given, only what opens the chip".to_owned()
            }
            _ => "the printed lines were given in full".to_owned(),
        },
        Check::Expiry => vouched_for("the document has not expired"),
        Check::AccessControl => say(&found.access, "the chip asked for a key and got the right one"),
        Check::EfComSod => say(&files.com, "EF.COM lists what EF.SOD signs"),
        Check::SodSignature => {
            let by = signed.signer.as_deref().map(|signer| format!("\"{}\" signed EF.SOD", name(signer)));
            say(&signed.signature, &by.unwrap_or_default())
        }
        Check::DscPath => {
            let above = signed.authority.as_deref();
            let by = above
                .map(|above| format!("its authority \"{}\" of {} is trusted", name(above), country(above)));
            say(&signed.path, &by.unwrap_or_default())
        }
        Check::CertValidity => say(&signed.validity, "signer and authority are valid today"),
        Check::Revocation => say(&signed.revocation, "neither signer nor authority is revoked"),
        Check::DefectList => defects(authentication.known_defects.as_ref()),
        Check::DgHashes => say(&authentication.hashes, "every data group is what was signed"),
        Check::IssuingState => {
            say(&authentication.issuing_state, "the signer may sign for the issuing state")
        }
        Check::DocTypeList => {
            say(&authentication.document_type, "the signer may sign documents of this type")
        }
        Check::CardAccessDg14 => say(&files.card_access, "EF.CardAccess offers exactly what DG14 signs"),
        Check::CardSecurity => say(&files.card_security.finding, "EF.CardSecurity is signed like EF.SOD"),
        Check::ChipAuth => say(&found.chip.finding, mechanism(&found.chip)),
        Check::MrzVsDg1 => say(&found.printed_lines, "the printed lines are those of DG1"),
        Check::Dg1Internal => {
            say(&files.personal_data, "DG1 is sound and agrees with DG11 where that was read")
        }
        _ => String::new(),
    }
}

fn defects(known: Option<&DefectEffects>) -> String {
    match known {
        None => "the signer is not known, so nobody knows of defects of its documents".to_owned(),
        Some(known) if known.is_empty() => {
            "no list in the trust store names a defect of such documents".to_owned()
        }
        Some(DefectEffects(known)) => known.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    }
}

fn say(finding: &Finding<impl Display>, good: &str) -> String {
    finding.reason().map_or_else(|| good.to_owned(), ToString::to_string)
}

fn mechanism(proof: &ChipProof) -> &'static str {
    match proof.mechanism {
        Some(ChipMechanism::ChipAuthentication) => "the chip has the signed key (Chip Authentication)",
        Some(ChipMechanism::ChipAuthenticationMapping) => {
            "the chip has the signed key (Chip Authentication Mapping of PACE)"
        }
        Some(ChipMechanism::ActiveAuthentication) => "the chip has the signed key (Active Authentication)",
        None => "",
    }
}

const fn end_state(state: EndState) -> &'static str {
    match state {
        EndState::Valid => "valid",
        EndState::BadSignature => "bad-signature",
        EndState::HashMismatch => "hash-mismatch",
        EndState::CscaMissing => "csca-missing",
        EndState::Expired => "expired",
        EndState::Revoked => "revoked",
        EndState::RevocationUnknown => "revocation-unknown",
        EndState::Malformed => "malformed",
        EndState::Policy => "policy",
    }
}

impl VerdictReport {
    pub(crate) fn of(verdict: &DocumentVerdict, trust_store: &str) -> VerdictReport {
        let (meaning, what_to_do) = meaning(verdict);
        VerdictReport {
            outcome: verdict.outcome.name(),
            level: verdict.outcome.level().map(Level::name),
            policy: verdict.policy_version.to_string(),
            trust_store: trust_store.to_owned(),
            meaning,
            what_to_do,
        }
    }
}

fn leads(verdict: &DocumentVerdict, check: Check) -> bool {
    verdict.reasons.iter().any(|reason| {
        matches!(reason, Reason::Check { check: about, effect: Effect::Leads(_), .. } if *about == check)
    })
}

fn meaning(verdict: &DocumentVerdict) -> (String, &'static str) {
    match verdict.outcome {
        Outcome::Accept(level) => (
            format!("Nothing about the document stands in the way of level {}.", level.name()),
            "Whether it is its holder's, and whether it is reported lost, is not part of this inspection.",
        ),
        Outcome::Retry(_) | Outcome::StepUp(_) | Outcome::Pending => (
            "Not decided: a part has to be done again, or in another way.".to_owned(),
            "Do what the marked line says; another reader, or the printed lines in full, often help.",
        ),
        Outcome::Review => (
            "Not decided: a person has to look at the marked lines.".to_owned(),
            "Compare the document itself with what the chip says.",
        ),
        Outcome::CitizenService if leads(verdict, Check::DscPath) => (
            "Not decided: the trust store does not know the issuer's authority.".to_owned(),
            "Import a current master list (kendt trust import), or give the authority with --anchor.",
        ),
        Outcome::CitizenService if leads(verdict, Check::Revocation) => (
            "Not decided: nobody knows whether the signer is revoked.".to_owned(),
            "Import the state's revocation list (kendt trust import), or give it with --crl.",
        ),
        Outcome::CitizenService => (
            "Not decided from afar: the marked lines stand in the way.".to_owned(),
            "The document has to be looked at in person.",
        ),
        Outcome::Stop => {
            ("Refused: a rule forbids this.".to_owned(), "The document has to be looked at in person.")
        }
        Outcome::StopAlert => (
            "Refused: there is a strong sign of forgery or manipulation.".to_owned(),
            "Keep the marked lines; do not rely on anything that the chip said.",
        ),
    }
}
