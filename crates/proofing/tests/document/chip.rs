//! What counts as proof of the chip, with the outcomes of its protocols put in by hand: whoever relays the chip, or a later
//! version of the reader, may bring any of them.

use emrtd::Finding;
use emrtd::HashAlgorithm::{Sha1, Sha256};
use emrtd::active_authentication::{ActiveAuthenticationError, Signature};
use emrtd::apdu::StatusWord;
use emrtd::chip_proof::{ChipMechanism, ChipProblem};
use emrtd::lds::File;
use emrtd::session::{AccessMethod, ActiveAuthentication, ChipAuthentication, FileOutcome, Reading, Step};
use groups::{Group, Secret};

use crate::support::{Specimen, rng};

const REFUSED: StatusWord = StatusWord(0x6A80);

/// A document with keys for both mechanisms, and what was read of it.
fn both() -> (Specimen, Reading) {
    let specimen = Specimen::issue("nl-passport");
    let reading = specimen.read();
    assert_eq!(specimen.examine(&reading).chip.mechanism, Some(ChipMechanism::ChipAuthentication));
    (specimen, reading)
}

fn proof(specimen: &Specimen, reading: &Reading) -> Result<ChipMechanism, Finding<ChipProblem>> {
    let found = specimen.examine(reading).chip;
    found.mechanism.ok_or(found.finding)
}

fn signed() -> ActiveAuthentication {
    ActiveAuthentication::Signed(Signature::Ecdsa { group: Group::P256, digest: Sha256 })
}

#[test]
fn a_mechanism_that_failed_is_not_healed_by_another_that_did_not() {
    let (specimen, mut reading) = both();
    for (failed, problem) in [
        (ActiveAuthentication::Refused(REFUSED), ChipProblem::ActiveAuthenticationRefused(REFUSED)),
        (
            ActiveAuthentication::Wrong(ActiveAuthenticationError::Exponent),
            ChipProblem::WrongSignature(ActiveAuthenticationError::Exponent),
        ),
    ] {
        reading.active_authentication = failed;
        assert_eq!(proof(&specimen, &reading), Err(Finding::Failed(problem)));
    }
    reading.active_authentication = signed();
    for (failed, problem) in [
        (
            ChipAuthentication::Refused { step: Step::ChipAuthenticationAgree, sw: REFUSED },
            ChipProblem::ChipAuthenticationRefused(REFUSED),
        ),
        (ChipAuthentication::MappingMismatch, ChipProblem::MappingMismatch),
    ] {
        reading.chip_authentication = failed;
        assert_eq!(proof(&specimen, &reading), Err(Finding::Failed(problem)));
    }
}

#[test]
fn what_failed_stays_failed_when_nobody_vouches_for_the_document() {
    let (mut specimen, mut reading) = both();
    specimen.anchors = pki::Anchors::new("empty");
    assert_eq!(proof(&specimen, &reading), Err(Finding::Undetermined(ChipProblem::NothingVouchedFor)));
    reading.active_authentication = ActiveAuthentication::Refused(REFUSED);
    let refused = ChipProblem::ActiveAuthenticationRefused(REFUSED);
    assert_eq!(proof(&specimen, &reading), Err(Finding::Failed(refused)));
    reading.active_authentication = ActiveAuthentication::NotRun;
    reading.chip_authentication = ChipAuthentication::MappingMismatch;
    assert_eq!(proof(&specimen, &reading), Err(Finding::Failed(ChipProblem::MappingMismatch)));
    reading.chip_authentication =
        ChipAuthentication::Refused { step: Step::ChipAuthenticationAgree, sw: REFUSED };
    let refused = ChipProblem::ChipAuthenticationRefused(REFUSED);
    assert_eq!(proof(&specimen, &reading), Err(Finding::Failed(refused)));
}

#[test]
fn a_key_other_than_the_signed_one_proves_nothing() {
    let (specimen, mut reading) = both();
    let other = Specimen::issue("pace-gm-ca");
    reading.chip_authentication = other.read().chip_authentication;
    assert!(matches!(reading.chip_authentication, ChipAuthentication::Confirmed(_)));
    assert_eq!(proof(&specimen, &reading), Err(Finding::Undetermined(ChipProblem::KeyNotVouchedFor)));
}

#[test]
fn a_mapping_counts_for_the_signed_key_and_after_such_a_pace_only() {
    let specimen = Specimen::issue("pace-cam");
    let genuine = specimen.read();
    assert_eq!(proof(&specimen, &genuine), Ok(ChipMechanism::ChipAuthenticationMapping));
    let key_not_vouched_for = Err(Finding::Undetermined(ChipProblem::KeyNotVouchedFor));
    let mut other_key = genuine.clone();
    let key = Secret::random(Group::BrainpoolP256r1, &mut rng(9)).public();
    other_key.chip_authentication = ChipAuthentication::ConfirmedByMapping { key };
    assert_eq!(proof(&specimen, &other_key), key_not_vouched_for);
    let mut other_access = genuine;
    other_access.access = Specimen::issue("pace-gm-ca").read().access;
    assert_eq!(proof(&specimen, &other_access), key_not_vouched_for);
    other_access.access = AccessMethod::Bac;
    assert_eq!(proof(&specimen, &other_access), key_not_vouched_for);
}

#[test]
fn a_mapping_with_another_key_leaves_active_authentication_to_prove_the_chip() {
    let (specimen, mut reading) = both();
    let key = Secret::random(Group::BrainpoolP256r1, &mut rng(9)).public();
    reading.chip_authentication = ChipAuthentication::ConfirmedByMapping { key };
    assert_eq!(proof(&specimen, &reading), Err(Finding::Undetermined(ChipProblem::KeyNotVouchedFor)));
    reading.active_authentication = signed();
    assert_eq!(proof(&specimen, &reading), Ok(ChipMechanism::ActiveAuthentication));
}

#[test]
fn a_mechanism_that_the_document_offers_and_nobody_ran_is_not_one_that_it_lacks() {
    let not_run = Err(Finding::Undetermined(ChipProblem::NotRun));
    // DG14 offers Chip Authentication.
    let specimen = Specimen::issue("pace-gm-ca");
    let mut reading = specimen.read();
    reading.chip_authentication = ChipAuthentication::NotOffered;
    assert_eq!(proof(&specimen, &reading), not_run);
    // EF.SOD lists DG15.
    let specimen = Specimen::issue("aa-ecdsa");
    let mut reading = specimen.read();
    for unrun in [ActiveAuthentication::NotOffered, ActiveAuthentication::NotRun] {
        reading.active_authentication = unrun;
        assert_eq!(proof(&specimen, &reading), not_run);
    }
    reading.files.insert(File::Dg15, FileOutcome::Absent);
    assert_eq!(proof(&specimen, &reading), Err(Finding::Failed(ChipProblem::Stripped(File::Dg15))));
}

#[test]
fn a_short_rsa_key_or_an_old_hash_of_active_authentication_is_weak() {
    let specimen = Specimen::issue("aa-rsa");
    let mut reading = specimen.read();
    let ecdsa = |digest| Signature::Ecdsa { group: Group::P256, digest };
    for (signature, weak) in [
        (Signature::Rsa { bits: 2047, digest: Sha256 }, true),
        (Signature::Rsa { bits: 2048, digest: Sha256 }, false),
        (Signature::Rsa { bits: 4096, digest: Sha1 }, true),
        (ecdsa(Sha1), true),
        (ecdsa(Sha256), false),
    ] {
        reading.active_authentication = ActiveAuthentication::Signed(signature);
        assert_eq!(specimen.examine(&reading).chip.weak, weak, "{signature:?}");
    }
    // What does not prove the chip does not make the proof weak.
    let (specimen, mut reading) = both();
    reading.active_authentication = ActiveAuthentication::Signed(ecdsa(Sha1));
    assert!(!specimen.examine(&reading).chip.weak);
}
