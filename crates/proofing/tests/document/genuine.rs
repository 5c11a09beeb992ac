//! Genuine documents of every built-in kind: what is found, what the document leads to, and that it can be told again.

use emrtd::Finding;
use emrtd::chip_proof::{ChipMechanism, ChipProblem};
use emrtd::passive_authentication::EndState;
use verdict::{Check, CheckResult, ChipKey, Evidence, Level, NotSupportedReason, Outcome, Step};

use crate::support::{Specimen, examine, judge, now};

/// Every built-in kind, what proves the chip, and where the document leads.
const KINDS: [(&str, Option<ChipMechanism>, Outcome); 19] = [
    ("aa-ecdsa", Some(ChipMechanism::ActiveAuthentication), Outcome::Accept(Level::Substantial)),
    ("aa-rsa", Some(ChipMechanism::ActiveAuthentication), Outcome::Accept(Level::Substantial)),
    ("bac-only", None, Outcome::CitizenService),
    ("be-id-card", Some(ChipMechanism::ActiveAuthentication), Outcome::Accept(Level::Substantial)),
    ("de-id-card", Some(ChipMechanism::ChipAuthentication), Outcome::Accept(Level::Substantial)),
    ("de-passport", Some(ChipMechanism::ChipAuthenticationMapping), Outcome::Accept(Level::Substantial)),
    ("dk-passport", Some(ChipMechanism::ChipAuthentication), Outcome::Accept(Level::Substantial)),
    ("face-39794", Some(ChipMechanism::ChipAuthenticationMapping), Outcome::Accept(Level::Substantial)),
    ("fr-passport", Some(ChipMechanism::ChipAuthentication), Outcome::Accept(Level::Substantial)),
    ("nl-passport", Some(ChipMechanism::ChipAuthentication), Outcome::Accept(Level::Substantial)),
    ("open", None, Outcome::CitizenService),
    ("pace-cam", Some(ChipMechanism::ChipAuthenticationMapping), Outcome::Accept(Level::Substantial)),
    ("pace-dh", Some(ChipMechanism::ChipAuthentication), Outcome::Accept(Level::Substantial)),
    ("pace-gm-ca", Some(ChipMechanism::ChipAuthentication), Outcome::Accept(Level::Substantial)),
    ("pace-im", Some(ChipMechanism::ChipAuthentication), Outcome::Accept(Level::Substantial)),
    ("short-only", Some(ChipMechanism::ChipAuthentication), Outcome::Accept(Level::Substantial)),
    ("td2-card", Some(ChipMechanism::ChipAuthentication), Outcome::Accept(Level::Substantial)),
    ("tr-id-card", Some(ChipMechanism::ChipAuthentication), Outcome::Accept(Level::Substantial)),
    ("us-passport", None, Outcome::CitizenService),
];

#[test]
fn every_built_in_kind_of_document_is_found_genuine_and_leads_where_its_chip_can() {
    assert!(emrtd_sim::issue::builtin_profiles().eq(KINDS.map(|(name, ..)| name)));
    for (name, mechanism, outcome) in KINDS {
        let specimen = Specimen::issue(name);
        let reading = specimen.read();
        let found = specimen.examine(&reading);
        assert_eq!(found.files.passive_authentication.end_state(), EndState::Valid, "{name}");
        assert_eq!(found.chip.mechanism, mechanism, "{name}: {:?}", found.chip.finding);
        if mechanism.is_none() {
            assert_eq!(found.chip.finding, Finding::NotSupported(ChipProblem::Cloneable), "{name}");
        }
        let (evidence, verdict) = specimen.judge(&reading);
        assert_eq!(verdict.outcome, outcome, "{name}: {:?}", verdict.reasons);
        let key = match mechanism {
            None => ChipKey::None,
            Some(ChipMechanism::ChipAuthentication) => ChipKey::ChipAuthentication,
            Some(ChipMechanism::ChipAuthenticationMapping) => ChipKey::Mapping,
            Some(ChipMechanism::ActiveAuthentication) => ChipKey::ActiveAuthentication,
        };
        assert_eq!(evidence.header().assurance.chip_key, key, "{name}");
    }
}

#[test]
fn a_reader_that_cannot_carry_the_signature_leads_to_another_phone() {
    let mut specimen = Specimen::issue("aa-rsa");
    specimen.extended_length = None;
    let reading = specimen.read();
    let found = specimen.examine(&reading);
    assert_eq!(found.chip.finding, Finding::Undetermined(ChipProblem::ReaderLimit));
    assert_eq!(specimen.judge(&reading).1.outcome, Outcome::Retry(Step::OtherPhone));
}

#[test]
fn evidence_has_every_check_of_the_document_and_survives_its_encoding() {
    let specimen = Specimen::issue("pace-cam");
    let reading = specimen.read();
    let (evidence, verdict) = specimen.judge(&reading);
    for check in Check::ALL {
        let result = evidence.entry(check).result;
        // The other parts of the process are not built.
        let unmade = CheckResult::NotSupported(NotSupportedReason::NotBuilt);
        assert_eq!(result == unmade, !check.is_of_document(), "{}: {result:?}", check.id());
    }
    let again = Evidence::from_cbor(&evidence.to_cbor().unwrap()).unwrap();
    assert_eq!(again, evidence);
    assert_eq!(verdict::document_verdict(&again, &crate::support::policy(), now()), verdict);
}

#[test]
fn the_same_files_give_the_same_findings_whenever_and_by_whomever_they_are_examined() {
    let specimen = Specimen::issue("pace-gm-ca");
    let reading = specimen.read();
    let first = format!("{:?}", specimen.examine(&reading));
    for _ in 0..3 {
        assert_eq!(format!("{:?}", specimen.examine(&reading)), first);
    }
    // A second session with other ephemeral keys differs in its transcript and in nothing else.
    let mut other = Specimen::issue("pace-gm-ca");
    other.terminal_seed = 99;
    let second = other.read();
    assert!(reading.same_evidence(&second));
    assert_ne!(reading.transcript_hash, second.transcript_hash);
    assert_eq!(format!("{:?}", specimen.examine(&second)), first);
}

#[test]
fn without_the_authority_the_document_is_undecided_and_nothing_in_it_is_vouched_for() {
    let specimen = Specimen::issue("pace-cam");
    let reading = specimen.read();
    let nobody = pki::Anchors::new("empty");
    let found = examine(&reading, &specimen.lines(), &nobody, now());
    assert_eq!(found.files.passive_authentication.end_state(), EndState::CscaMissing);
    assert!(found.files.passive_authentication.authentic(emrtd::lds::File::Dg1).is_none());
    assert_eq!(found.chip.finding, Finding::Undetermined(ChipProblem::NothingVouchedFor));
    let (_, verdict) = judge(&reading, &specimen.lines(), &nobody, now());
    assert_eq!(verdict.outcome, Outcome::CitizenService);
}
