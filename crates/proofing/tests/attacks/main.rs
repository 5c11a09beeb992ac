//! Attacks on a document and on the way to it, each with what is found and where it leads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds nothing fails")]

mod end_states;
#[path = "../conformance/judged.rs"]
#[expect(dead_code, reason = "the cases of the guideline use the rest of it")]
mod judged;
#[path = "../conformance/kit.rs"]
#[expect(dead_code, reason = "the cases of the guideline use the rest of it")]
mod kit;
mod known_defects;
#[path = "../conformance/tree.rs"]
#[expect(dead_code, reason = "the cases of the guideline use the rest of it")]
mod tree;

use std::sync::{Arc, Mutex};

use emrtd::session::{ReadError, read};
use emrtd::transport::{Answers, Batch, Ending, Transport};
use emrtd_sim::chip::{Chip, ChipConfig, Hostile, PaceFailure, PaceStep};
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::profile::{PaceMapping, PaceProfile, SessionCipher};
use emrtd_sim::pki::{Deviation, HashAlgorithm, Revocation, SignatureSpec};
use emrtd_sim::transport::InProcess;
use jiff::civil::date;
use judged::Judged;
use kit::{Draft, profile, rng};
use tree::Node;
use verdict::{Check, CheckResult, FailedReason, NotSupportedReason, Outcome, Step, UndeterminedReason};

#[track_caller]
fn found(judged: &Judged, check: Check, result: CheckResult) {
    assert_eq!(judged.result(check), result, "{}", check.id());
}

#[test]
fn a_clone_without_the_chips_key_is_an_alarm_with_either_mechanism() {
    for name in ["pace-gm-ca", "aa-ecdsa"] {
        let judged = Draft::new(name).hostile(Hostile::CloneWithoutKeys).judged();
        found(&judged, Check::SodSignature, CheckResult::Successful);
        found(&judged, Check::DgHashes, CheckResult::Successful);
        found(&judged, Check::ChipAuth, CheckResult::Failed(FailedReason::NotAuthentic));
        assert_eq!(judged.outcome, Outcome::StopAlert, "{name}");
    }
}

#[test]
fn a_clone_with_a_key_of_its_own_does_not_get_through_the_read_or_is_an_alarm() {
    let refused = Draft::new("pace-gm-ca").hostile(Hostile::CloneWithOtherKeys).refused();
    assert!(matches!(refused, ReadError::ChipAuthenticationUnconfirmed { .. }), "{refused}");
    for name in ["aa-ecdsa", "aa-rsa"] {
        let judged = Draft::new(name).hostile(Hostile::CloneWithOtherKeys).judged();
        found(&judged, Check::ChipAuth, CheckResult::Failed(FailedReason::NotAuthentic));
        assert_eq!(judged.outcome, Outcome::StopAlert, "{name}");
    }
}

/// The tag of a data group is taken out of EF.COM.
fn unlist(draft: &mut Draft, tag: u8) {
    let com = draft.file(ElementaryFile::Com);
    let mut tree = Node::parse(com);
    let tags: Vec<u8> = tree.at(&[2]).value().into_iter().filter(|listed| *listed != tag).collect();
    tree.at(&[2]).set(&tags);
    *com = tree.write();
}

#[test]
fn a_copy_that_leaves_out_what_would_give_it_away_is_an_alarm() {
    for (name, number, tag) in [("pace-gm-ca", 14, 0x6E), ("aa-rsa", 15, 0x6F)] {
        let mut draft = Draft::new(name);
        draft.chip.files.remove(&ElementaryFile::DataGroup(number));
        unlist(&mut draft, tag);
        let judged = draft.judged();
        found(&judged, Check::EfComSod, CheckResult::Failed(FailedReason::Differs));
        found(&judged, Check::DgHashes, CheckResult::Failed(FailedReason::Stripped));
        found(&judged, Check::ChipAuth, CheckResult::Failed(FailedReason::Stripped));
        assert_eq!(judged.outcome, Outcome::StopAlert, "{name}");
    }
}

#[test]
fn a_key_of_the_attackers_own_counts_for_nothing() {
    // DG14 exchanged for that of another document, together with that document's chip key: the protocol runs.
    let mut victim = Draft::new("pace-gm-ca");
    let mut other_profile = profile("pace-gm-ca");
    other_profile.issuing_state = "UTO".to_owned();
    other_profile.chip_authentication[0].parameter_id = 12;
    let mut attacker = Draft::of(&other_profile);
    *victim.file(ElementaryFile::DataGroup(14)) = attacker.file(ElementaryFile::DataGroup(14)).clone();
    victim.chip.chip_authentication = attacker.chip.chip_authentication.clone();
    let judged = victim.judged();
    found(&judged, Check::DgHashes, CheckResult::Failed(FailedReason::HashMismatch));
    found(&judged, Check::ChipAuth, CheckResult::Undetermined(UndeterminedReason::NotVouchedFor));
    assert_eq!(judged.outcome, Outcome::StopAlert);
}

#[test]
fn a_key_for_active_authentication_that_the_issuer_does_not_list_is_not_used() {
    let mut victim = Draft::new("bac-only");
    let mut attacker = Draft::new("aa-rsa");
    let dg15 = attacker.file(ElementaryFile::DataGroup(15)).clone();
    victim.chip.files.insert(ElementaryFile::DataGroup(15), dg15);
    victim.chip.active_authentication = attacker.chip.active_authentication.clone();
    let judged = victim.judged();
    found(&judged, Check::ChipAuth, CheckResult::NotSupported(NotSupportedReason::Cloneable));
    assert_eq!(judged.outcome, Outcome::CitizenService);
}

#[test]
fn a_pace_whose_strong_offers_were_taken_away_on_the_way_is_noticed() {
    let mut profile = profile("pace-gm-ca");
    let offer = |parameter_id, cipher| PaceProfile { mapping: PaceMapping::Gm, parameter_id, cipher };
    profile.access.pace = vec![offer(16, SessionCipher::Aes256), offer(8, SessionCipher::TripleDes)];
    let mut draft = Draft::of(&profile);
    let file = draft.file(ElementaryFile::CardAccess);
    let mut tree = Node::parse(file);
    tree.nodes().remove(0);
    *file = tree.write();
    let judged = draft.judged();
    found(&judged, Check::CardAccessDg14, CheckResult::Failed(FailedReason::Differs));
    assert_eq!(judged.outcome, Outcome::Retry(Step::OtherPhone));
}

#[test]
fn a_pace_that_fails_is_not_followed_by_basic_access_control() {
    let mut draft = Draft::new("pace-gm-ca");
    draft.chip.behaviour.pace_failure = Some(PaceFailure { step: PaceStep::Mapping, status: 0x6A80 });
    // The kit looks at the commands for a mutual authentication of Basic Access Control.
    let refused = draft.refused();
    assert!(matches!(refused, ReadError::PaceRefused { .. }), "{refused}");
}

#[test]
fn a_card_access_that_was_said_not_to_exist_is_noticed() {
    let mut draft = Draft::new("pace-gm-ca");
    draft.chip.files.remove(&ElementaryFile::CardAccess);
    let judged = draft.judged();
    found(&judged, Check::AccessControl, CheckResult::Successful);
    found(&judged, Check::CardAccessDg14, CheckResult::Failed(FailedReason::PaceHidden));
    assert_eq!(judged.outcome, Outcome::Retry(Step::OtherPhone));
}

#[test]
fn the_security_object_of_another_document_is_an_alarm() {
    let mut draft = Draft::new("pace-gm-ca");
    let mut other = profile("pace-gm-ca");
    other.nationality = Some("DNK".to_owned());
    let mut other = Draft::of(&other);
    *draft.file(ElementaryFile::Sod) = other.file(ElementaryFile::Sod).clone();
    let judged = draft.judged();
    found(&judged, Check::SodSignature, CheckResult::Successful);
    found(&judged, Check::DgHashes, CheckResult::Failed(FailedReason::HashMismatch));
    assert_eq!(judged.outcome, Outcome::StopAlert);
}

#[test]
fn a_portrait_of_somebody_else_is_an_alarm() {
    let mut draft = Draft::new("pace-cam");
    let mut other = profile("pace-cam");
    other.portrait.bytes = 12_000;
    let mut other = Draft::of(&other);
    let portrait = other.file(ElementaryFile::DataGroup(2)).clone();
    assert!(portrait != *draft.file(ElementaryFile::DataGroup(2)));
    *draft.file(ElementaryFile::DataGroup(2)) = portrait;
    let judged = draft.judged();
    found(&judged, Check::DgHashes, CheckResult::Failed(FailedReason::HashMismatch));
    found(&judged, Check::ChipAuth, CheckResult::Successful);
    assert_eq!(judged.outcome, Outcome::StopAlert);
}

#[test]
fn an_authority_of_the_attackers_own_decides_nothing_although_the_chip_brings_it_along() {
    for embedded in [false, true] {
        let mut draft = Draft::new("pace-gm-ca");
        let authority = Node::parse(&draft.state.csca.certificate().der);
        // The store knows the true authority, which has the same name and another key.
        let mut genuine = profile("pace-gm-ca");
        genuine.csca.key = emrtd_sim::pki::KeySpec::Ec {
            parameter_id: 12,
            encoding: emrtd_sim::pki::ParameterEncoding::Explicit,
        };
        draft.anchors = Draft::of(&genuine).anchors;
        if embedded {
            draft = draft.with_sod(false, |signed| signed.at(&[3]).nodes().push(authority));
        }
        let judged = draft.judged();
        found(&judged, Check::SodSignature, CheckResult::Successful);
        found(&judged, Check::DscPath, CheckResult::Undetermined(UndeterminedReason::CscaMissing));
        found(&judged, Check::ChipAuth, CheckResult::Undetermined(UndeterminedReason::NotVouchedFor));
        assert_eq!(judged.outcome, Outcome::CitizenService);
    }
}

#[test]
fn a_revoked_signer_is_an_alarm() {
    let mut draft = Draft::new("pace-cam");
    let serial = draft.signer().certificate.serial;
    draft.publish(&[Revocation { serial, revoked_at: date(2026, 11, 21).at(0, 0, 0, 0), reason: Some(1) }]);
    let judged = draft.judged();
    found(&judged, Check::DscPath, CheckResult::Successful);
    found(&judged, Check::Revocation, CheckResult::Failed(FailedReason::Revoked));
    assert_eq!(judged.outcome, Outcome::StopAlert);
}

#[test]
fn an_expired_signer_is_no_accusation_and_no_acceptance() {
    let draft = Draft::new("pace-cam").with_certificate(|body| {
        body.at(&[4, 0]).set(b"150101000000Z");
        body.at(&[4, 1]).set(b"251231235959Z");
    });
    let judged = draft.judged();
    found(&judged, Check::DscPath, CheckResult::Successful);
    found(&judged, Check::CertValidity, CheckResult::Failed(FailedReason::OutsideValidity));
    assert_eq!(judged.outcome, Outcome::CitizenService);
}

#[test]
fn a_signer_of_other_documents_may_not_sign_a_passport() {
    let mut profile = profile("pace-cam");
    profile.document_signer.deviations.push(Deviation::WrongDocumentTypeList);
    let judged = Draft::of(&profile).judged();
    found(&judged, Check::DocTypeList, CheckResult::Failed(FailedReason::TypeNotListed));
    assert_eq!(judged.outcome, Outcome::CitizenService);
}

#[test]
fn a_state_that_signs_for_another_is_an_alarm() {
    let mut profile = profile("pace-cam");
    profile.country = "SE".to_owned();
    let judged = Draft::of(&profile).judged();
    found(&judged, Check::DscPath, CheckResult::Successful);
    found(&judged, Check::IssuingState, CheckResult::Failed(FailedReason::Differs));
    assert_eq!(judged.outcome, Outcome::StopAlert);
}

/// Remembers every answer of a session.
struct Recorder {
    chip: InProcess,
    answers: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Transport for Recorder {
    type Error = <InProcess as Transport>::Error;

    fn play(&mut self, batch: &Batch) -> Result<Answers, Self::Error> {
        let answers = self.chip.play(batch)?;
        self.answers.lock().unwrap().extend(answers.responses.iter().cloned());
        Ok(answers)
    }

    fn await_tag(&mut self) -> Result<(), Self::Error> {
        self.chip.await_tag()
    }
}

/// Answers with what was remembered, whatever is asked.
struct Player(std::vec::IntoIter<Vec<u8>>);

impl Transport for Player {
    type Error = std::convert::Infallible;

    fn play(&mut self, batch: &Batch) -> Result<Answers, Self::Error> {
        let responses: Vec<Vec<u8>> = self.0.by_ref().take(batch.commands.len()).collect();
        let ending = if responses.len() == batch.commands.len() { Ending::Complete } else { Ending::TagLost };
        Ok(Answers { responses, ending })
    }

    fn await_tag(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

#[test]
fn a_session_that_was_recorded_cannot_be_played_again() {
    for name in ["pace-cam", "pace-gm-ca", "bac-only"] {
        let draft = Draft::new(name);
        let mut chip = Chip::new(ChipConfig::try_from(&draft.document).unwrap(), Box::new(rng(8))).unwrap();
        chip.power_on();
        let answers = Arc::new(Mutex::new(Vec::new()));
        let mut recorder = Recorder { chip: InProcess::new(chip), answers: Arc::clone(&answers) };
        assert!(read(draft.options.clone(), rng(9), &mut recorder, |_| {}).is_ok());
        let recorded = answers.lock().unwrap().clone();
        // The same ephemeral keys would make it succeed: that shows that nothing else keeps it from doing so.
        let mut same = Player(recorded.clone().into_iter());
        assert!(read(draft.options.clone(), rng(9), &mut same, |_| {}).is_ok(), "{name}");
        let mut again = Player(recorded.into_iter());
        assert!(read(draft.options.clone(), rng(10), &mut again, |_| {}).is_err(), "{name}");
    }
}

#[test]
fn a_signed_hash_of_the_wrong_length_is_malformed() {
    let judged = Draft::new("pace-gm-ca")
        .with_security_object(|object| {
            let hash = object.at(&[2, 0, 1]);
            let short = hash.value()[..31].to_vec();
            hash.set(&short);
        })
        .judged();
    found(&judged, Check::SodSignature, CheckResult::Successful);
    found(&judged, Check::DgHashes, CheckResult::Failed(FailedReason::Malformed));
    assert_eq!(judged.outcome, Outcome::StopAlert);
}

#[test]
fn of_several_signatures_all_must_be_right() {
    let doubled = |wrong: bool| {
        Draft::new("pace-gm-ca").with_signed_data(|signed_data| {
            let at = signed_data.nodes().len() - 1;
            let mut second = signed_data.at(&[at, 0]).clone();
            if wrong {
                let mut signature = second.at(&[5]).value();
                *signature.last_mut().unwrap() ^= 1;
                second.at(&[5]).set(&signature);
            }
            signed_data.at(&[at]).nodes().push(second);
        })
    };
    found(&doubled(false).judged(), Check::SodSignature, CheckResult::Successful);
    let judged = doubled(true).judged();
    found(&judged, Check::SodSignature, CheckResult::Failed(FailedReason::BadSignature));
    assert_eq!(judged.outcome, Outcome::StopAlert);
}

#[test]
fn an_old_hash_in_the_signature_alone_is_noted_as_weak() {
    let signed_with = |digest| {
        let mut profile = profile("pace-gm-ca");
        profile.sod.signature = SignatureSpec::Ecdsa { digest };
        Draft::of(&profile).judged()
    };
    assert!(!signed_with(HashAlgorithm::Sha256).notes("weak.sha-1"));
    assert!(signed_with(HashAlgorithm::Sha1).notes("weak.sha-1"));
}
