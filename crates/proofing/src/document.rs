//! The document in the evidence: checks C02 to C19, and what a policy must know of it.

use std::collections::BTreeSet;

use emrtd::chip_proof::ChipMechanism;
use emrtd::consistency::PrintedLines;
use emrtd::examination::{Examination, FileExamination};
use emrtd::session::Reading;
use jiff::civil::Date;
use mrz::{DocumentClass as ZoneClass, Mrz};
use pki::{DefectEffect, Weakness};
use verdict::{
    Assurance, Check, CheckResult, ChipKey, Document, DocumentClass, Evidence, EvidenceBuilder, Header,
    Level, Name, NameError, Names, NotSupportedReason, Provenance, RecordError, StateCode, Times,
    UndeterminedReason,
};

use crate::defects;
use crate::results::result_of;

/// What the evidence needs to know besides the findings.
#[derive(Clone, Copy, Debug)]
pub struct DocumentCase<'a> {
    /// The id of the case.
    pub transaction_id: [u8; 16],
    /// When the process began and when the last check ended.
    pub times: Times,
    /// The level that the process is to reach.
    pub requested: Level,
    /// The version of the trust store.
    pub trust_store_version: &'a str,
    /// The version of the policy for which the checks were made.
    pub policy_version: &'a Name,
}

/// Why evidence cannot be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EvidenceFault {
    /// A name cannot stand in evidence.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A check has two results, or one that it cannot have.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// Begins the evidence of a case with what was found about its document. The checks of other parts are still to be
/// recorded.
///
/// # Errors
/// [`EvidenceFault`]: a defect of ours, or the version of the trust store is no name.
pub fn document_evidence(
    case: &DocumentCase<'_>,
    reading: &Reading,
    lines: PrintedLines<'_>,
    examination: &Examination<'_>,
    today: Date,
) -> Result<EvidenceBuilder, EvidenceFault> {
    let zone = examination.files.passive_authentication.machine_readable_zone().and_then(Result::ok);
    let header = Header {
        transaction_id: case.transaction_id,
        transcript_hash: reading.transcript_hash,
        times: case.times,
        requested: case.requested,
        document: document(zone, lines, today),
        assurance: Assurance { chip_key: chip_key(examination.chip.mechanism), ..Assurance::UNKNOWN },
        provenance: Provenance {
            trust_store_version: Name::new(case.trust_store_version)?,
            policy_version: case.policy_version.clone(),
            components: Names::new([Name::new(concat!("emrtd-", env!("CARGO_PKG_VERSION")))?])?,
            quirks: Names::new(
                reading.quirks.iter().map(|id| Name::new(id)).collect::<Result<Vec<_>, _>>()?,
            )?,
            deviations: deviations(examination)?,
        },
    };
    let mut evidence = Evidence::builder(header);
    record(&mut evidence, lines, examination, zone.is_some())?;
    Ok(evidence)
}

fn record(
    evidence: &mut EvidenceBuilder,
    lines: PrintedLines<'_>,
    found: &Examination<'_>,
    zone_is_vouched_for: bool,
) -> Result<(), RecordError> {
    let vouched_for = if zone_is_vouched_for {
        CheckResult::Successful
    } else {
        CheckResult::Undetermined(UndeterminedReason::NotVouchedFor)
    };
    let optical = match lines {
        PrintedLines::Scanned(_) => CheckResult::Successful,
        PrintedLines::Typed => CheckResult::NotSupported(NotSupportedReason::TypedByHand),
    };
    let of_case = [
        // What the policy accepts, and whether the day has passed, is for the policy to add.
        (Check::DocumentAccepted, vouched_for),
        (Check::MrzOptical, optical),
        (Check::Expiry, vouched_for),
        (Check::AccessControl, result_of(&found.access)),
        (Check::ChipAuth, chip_result(found)),
        (Check::MrzVsDg1, result_of(&found.printed_lines)),
    ];
    let mut all = of_case.into_iter().chain(file_results(&found.files));
    all.try_for_each(|(check, result)| evidence.record(check, result, 0))
}

fn chip_result(found: &Examination<'_>) -> CheckResult {
    let known = found.files.passive_authentication.known_defects.as_ref();
    defects::of_chip(result_of(&found.chip.finding), &found.chip, known)
}

/// The results of the checks that need no chip, known defects taken into account. They can be made again by anyone who
/// has the files.
pub fn file_results(found: &FileExamination<'_>) -> [(Check, CheckResult); 12] {
    as_found(found).map(|(check, result)| (check, defects::of_files(check, result, found)))
}

/// The checks whose result a list of known defects has changed.
pub fn overruled(found: &Examination<'_>) -> Vec<Check> {
    let changed = as_found(&found.files).into_iter().zip(file_results(&found.files));
    let of_files = changed.filter(|(before, after)| before != after).map(|((check, _), _)| check);
    let chip = (chip_result(found) != result_of(&found.chip.finding)).then_some(Check::ChipAuth);
    of_files.chain(chip).collect()
}

fn as_found(found: &FileExamination<'_>) -> [(Check, CheckResult); 12] {
    let authentication = &found.passive_authentication;
    let signed = &authentication.signed;
    [
        (Check::EfComSod, result_of(&found.com)),
        (Check::SodSignature, result_of(&signed.signature)),
        (Check::DscPath, result_of(&signed.path)),
        (Check::CertValidity, result_of(&signed.validity)),
        (Check::Revocation, result_of(&signed.revocation)),
        (Check::DefectList, defects::result(authentication.known_defects.as_ref())),
        (Check::DgHashes, result_of(&authentication.hashes)),
        (Check::IssuingState, result_of(&authentication.issuing_state)),
        (Check::DocTypeList, result_of(&authentication.document_type)),
        (Check::CardAccessDg14, result_of(&found.card_access)),
        (Check::CardSecurity, result_of(&found.card_security.finding)),
        (Check::Dg1Internal, result_of(&found.personal_data)),
    ]
}

/// Of a document that nobody vouches for, the policy is told what the page says.
fn document(vouched_for: Option<&Mrz>, lines: PrintedLines<'_>, today: Date) -> Document {
    let printed = match lines {
        PrintedLines::Scanned(printed) => Some(printed),
        PrintedLines::Typed => None,
    };
    let zone = vouched_for.or(printed);
    let state = zone.and_then(|zone| StateCode::new(zone.issuing_state().as_str()).ok());
    Document {
        state: state.unwrap_or(StateCode::UNSPECIFIED),
        class: zone.map_or(DocumentClass::Other, |zone| class(zone.document_class())),
        generation: 0,
        valid_until: vouched_for.and_then(|zone| zone.expiry_date().resolve(today)),
    }
}

fn class(class: ZoneClass) -> DocumentClass {
    match class {
        ZoneClass::Passport(_) => DocumentClass::Passport,
        ZoneClass::EmergencyPassport => DocumentClass::EmergencyPassport,
        ZoneClass::SingleSheet => DocumentClass::SingleSheet,
        ZoneClass::IdentityCard => DocumentClass::IdentityCard,
        ZoneClass::CrewMemberCertificate => DocumentClass::CrewMemberCertificate,
        ZoneClass::Visa => DocumentClass::Visa,
    }
}

fn chip_key(mechanism: Option<ChipMechanism>) -> ChipKey {
    match mechanism {
        None => ChipKey::None,
        Some(ChipMechanism::ChipAuthentication) => ChipKey::ChipAuthentication,
        Some(ChipMechanism::ChipAuthenticationMapping) => ChipKey::Mapping,
        Some(ChipMechanism::ActiveAuthentication) => ChipKey::ActiveAuthentication,
    }
}

/// Departures that were tolerated, what is weak, and what lists of defects say, by name.
fn deviations(examination: &Examination<'_>) -> Result<Names, NameError> {
    let authentication = &examination.files.passive_authentication;
    let tolerated = authentication.tolerated().iter().map(|deviation| deviation.id());
    let weak = authentication.weaknesses().into_iter().map(|weakness| {
        match weakness {
            Weakness::Sha1 => "weak.sha-1",
            Weakness::RsaBelow2048 => "weak.rsa-below-2048",
            Weakness::EcBelow224 => "weak.ec-below-224",
        }
        .to_owned()
    });
    let chip = examination.chip.weak.then(|| "weak.active-authentication".to_owned());
    let known = authentication.known_defects.iter().flat_map(|known| &known.0);
    let known: BTreeSet<&str> = known.map(DefectEffect::id).collect();
    let known = known.into_iter().map(str::to_owned);
    let names = tolerated.chain(weak).chain(chip).chain(known).map(|name| Name::new(&name));
    Names::new(names.collect::<Result<Vec<_>, _>>()?)
}
