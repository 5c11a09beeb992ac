//! Chips that mean ill: each ends in a typed error or in a reading that is right, never in a wrong one.

use emrtd::access::pace::PaceError;
use emrtd::active_authentication::ActiveAuthenticationError;
use emrtd::active_authentication::Challenge;
use emrtd::apdu::StatusWord;
use emrtd::lds::File;
use emrtd::secure_messaging::SecureMessagingError;
use emrtd::session::{
    ActiveAuthentication, ActiveAuthenticationPolicy, Blame, Bound, ChipAuthentication, DriveError,
    FileError, FileOutcome, Protection, ReadError, Reading, Step, read,
};
use emrtd_sim::chip::{Hostile, PaceKey};
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};

use crate::support::{ReadResult, chip, issue, options, power_on, profile, read_chip, refusal, rng, single};

const PROFILES: [&str; 6] = ["bac-only", "pace-gm-ca", "pace-cam", "pace-im", "aa-rsa", "aa-ecdsa"];

fn against(document: &SpecimenDocument, hostile: Hostile) -> ReadResult {
    let mut config = chip(document);
    config.behaviour.hostile = Some(hostile);
    read_chip(config, options(document))
}

fn passport() -> SpecimenDocument {
    issue(&profile("pace-gm-ca"))
}

/// What came under secure messaging is what was issued, byte for byte.
fn assert_nothing_false(document: &SpecimenDocument, hostile: Hostile, reading: &Reading) {
    for (file, outcome) in &reading.files {
        let FileOutcome::Read { bytes, protection } = outcome else { continue };
        if *protection == Protection::None || matches!(hostile, Hostile::TamperedFile { .. }) {
            continue;
        }
        let issued = document.files.iter().find(|(name, _)| name.name() == file.to_string()).unwrap().1;
        assert!(bytes.as_unverified().as_bytes() == issued.0, "{}: {file} is false", hostile.name());
    }
}

#[test]
fn no_hostile_chip_yields_a_false_reading_or_an_endless_one() {
    for name in PROFILES {
        let document = issue(&profile(name));
        for hostile in Hostile::ALL {
            for wanted in [options(&document), single(options(&document))] {
                let mut config = chip(&document);
                config.behaviour.hostile = Some(hostile);
                let mut transport = power_on(config);
                let most = wanted.limits.commands_per_tap * wanted.limits.taps;
                match read(wanted, rng(6), &mut transport, |_| {}) {
                    Ok(reading) => assert_nothing_false(&document, hostile, &reading),
                    Err(DriveError::Transport(_)) => {
                        let gone = matches!(hostile, Hostile::RemovedForGood { .. });
                        assert!(gone, "{name}, {}", hostile.name());
                    }
                    Err(DriveError::Read(error)) => {
                        assert_ne!(error.blame(), Blame::OurBug, "{name}, {}: {error}", hostile.name());
                        assert_ne!(error.blame(), Blame::Caller, "{name}, {}: {error}", hostile.name());
                    }
                }
                assert!(transport.chip().commands() as usize <= most, "{name}, {}", hostile.name());
            }
        }
    }
}

#[test]
fn answers_that_are_none_end_the_read() {
    for hostile in [Hostile::OneByteAnswers { from: 6 }, Hostile::EmptyAnswers { from: 6 }] {
        let error = refusal(against(&passport(), hostile));
        assert_eq!(error, ReadError::NoAnswer { step: Step::PaceConfirm });
        assert_eq!(error.blame(), Blame::ChipMisbehaved);
    }
}

#[test]
fn an_endless_answer_is_given_up() {
    let error = refusal(against(&passport(), Hostile::EndlessMoreData { from: 9 }));
    assert_eq!(error, ReadError::Limit(Bound::AnswerBytes(65_538)));
}

#[test]
fn tampering_under_secure_messaging_ends_the_session() {
    let broken = |hostile| match refusal(against(&passport(), hostile)) {
        ReadError::SecureMessaging { error, .. } => error,
        other => panic!("{}: {other}", hostile.name()),
    };
    assert_eq!(broken(Hostile::WrongMac { answer: 3 }), SecureMessagingError::Mac);
    assert_eq!(broken(Hostile::TamperedCryptogram { answer: 3 }), SecureMessagingError::Mac);
    assert_eq!(broken(Hostile::ReplayedProtectedAnswer { answer: 3 }), SecureMessagingError::Mac);
    assert_eq!(broken(Hostile::BareStatus { answer: 3 }), SecureMessagingError::Unprotected(StatusWord::OK));
    assert!(matches!(
        broken(Hostile::ContradictingStatus { answer: 3 }),
        SecureMessagingError::Status { .. } | SecureMessagingError::Mac
    ));
    assert!(matches!(
        broken(Hostile::PlainAnswer { answer: 3 }),
        SecureMessagingError::Tlv(_) | SecureMessagingError::Object(_)
    ));
}

#[test]
fn a_tampered_answer_at_any_place_is_noticed() {
    let document = passport();
    let protected = read_chip(chip(&document), options(&document)).unwrap().metrics.commands;
    for answer in 0..u32::try_from(protected).unwrap() {
        match against(&document, Hostile::TamperedCryptogram { answer }) {
            Err(DriveError::Read(
                ReadError::SecureMessaging { error: SecureMessagingError::Mac, .. }
                | ReadError::ChipAuthenticationUnconfirmed { .. },
            )) => {}
            // Some answers carry no cryptogram, and the last numbers are never reached.
            Ok(reading) => assert_nothing_false(&document, Hostile::TamperedCryptogram { answer }, &reading),
            other => panic!("answer {answer}: {other:?}"),
        }
    }
}

#[test]
fn public_keys_of_the_chip_are_validated() {
    let pace = |hostile| match refusal(against(&passport(), hostile)) {
        ReadError::Pace { step, error } => (step, error),
        other => panic!("{}: {other}", hostile.name()),
    };
    for (key, step) in [(PaceKey::Mapping, Step::PaceMap), (PaceKey::Agreement, Step::PaceAgree)] {
        assert_eq!(pace(Hostile::MirroredKey { key }), (step, PaceError::MirroredKey));
        for hostile in [Hostile::InvalidKey { key }, Hostile::IdentityKey { key }] {
            let (at, error) = pace(hostile);
            assert!(at == step && matches!(error, PaceError::PublicKey(_)), "{}: {error}", hostile.name());
        }
    }
}

#[test]
fn a_chip_that_does_not_know_the_printed_code_is_no_document_of_its_holder() {
    let error = refusal(against(&passport(), Hostile::WrongToken));
    assert!(matches!(error, ReadError::WrongKey { .. }), "{error}");
    let document = issue(&profile("bac-only"));
    for hostile in [Hostile::WrongBasicAccessMac, Hostile::WrongChallenge] {
        let error = refusal(against(&document, hostile));
        assert!(matches!(error, ReadError::Bac(_)), "{}: {error}", hostile.name());
    }
}

#[test]
fn a_clone_without_the_key_of_chip_authentication_is_found_out() {
    let error = refusal(against(&passport(), Hostile::CloneWithOtherKeys));
    assert!(matches!(error, ReadError::ChipAuthenticationUnconfirmed { .. }), "{error}");
    let error = refusal(against(&passport(), Hostile::OldKeysAfterChipAuthentication));
    assert!(matches!(error, ReadError::ChipAuthenticationUnconfirmed { .. }), "{error}");
    let reading = against(&passport(), Hostile::CloneWithoutKeys).unwrap();
    assert!(matches!(reading.chip_authentication, ChipAuthentication::Refused { .. }));
    // The old session goes on, and says so.
    let FileOutcome::Read { protection, .. } = reading.files[&File::Dg2] else {
        panic!("EF.DG2 was not read")
    };
    assert_eq!(protection, Protection::Access);
}

#[test]
fn a_clone_of_a_chip_with_mapping_is_found_out() {
    let document = issue(&profile("pace-cam"));
    let reading = against(&document, Hostile::CloneWithOtherKeys).unwrap();
    assert_eq!(reading.chip_authentication, ChipAuthentication::MappingMismatch);
}

#[test]
fn a_clone_of_a_chip_with_active_authentication_is_found_out() {
    for name in ["aa-rsa", "aa-ecdsa"] {
        let document = issue(&profile(name));
        let mut wanted = options(&document);
        wanted.extended_length = Some(2_048);
        wanted.active_authentication = ActiveAuthenticationPolicy::Always(Challenge(*b"12345678"));
        let honest = read_chip(chip(&document), wanted.clone()).unwrap();
        assert!(matches!(honest.active_authentication, ActiveAuthentication::Signed(_)), "{name}");
        let mut config = chip(&document);
        config.behaviour.hostile = Some(Hostile::CloneWithOtherKeys);
        let reading = read_chip(config, wanted.clone()).unwrap();
        let ActiveAuthentication::Wrong(error) = reading.active_authentication else { panic!("{name}") };
        assert!(!matches!(error, ActiveAuthenticationError::NoDigest), "{name}");
        let mut config = chip(&document);
        config.behaviour.hostile = Some(Hostile::CloneWithoutKeys);
        let reading = read_chip(config, wanted).unwrap();
        assert_eq!(
            reading.active_authentication,
            ActiveAuthentication::Refused(StatusWord::REFERENCE_NOT_FOUND)
        );
    }
}

#[test]
fn lengths_that_lie_make_a_file_unreadable_and_nothing_else() {
    let reading = against(&passport(), Hostile::HugeLengths).unwrap();
    for file in [File::Sod, File::Dg1, File::Dg2, File::Dg14] {
        let FileOutcome::Unreadable(error) = &reading.files[&file] else { panic!("{file} was read") };
        assert!(
            matches!(error, FileError::Huge { limit: 65_535, .. } | FileError::Header(_)),
            "{file}: {error}"
        );
    }
    let reading = against(&passport(), Hostile::LongerData).unwrap();
    assert!(matches!(reading.files[&File::Dg2], FileOutcome::Unreadable(FileError::TooLong { .. })));
    // Without EF.CardAccess there is no telling how to open the chip.
    let error = refusal(against(&passport(), Hostile::NoData));
    assert_eq!(error, ReadError::CardAccess(FileError::Empty { offset: 0 }));
    let reading = against(&issue(&profile("bac-only")), Hostile::NoData).unwrap();
    assert!(matches!(reading.files[&File::Sod], FileOutcome::Unreadable(FileError::Empty { .. })));
}

#[test]
fn shorter_answers_than_asked_for_are_read_to_the_end_one_at_a_time() {
    let document = passport();
    let reading = against(&document, Hostile::ShorterData).unwrap();
    crate::support::assert_read_as_issued(&document, &reading);
    assert!(reading.metrics.fell_back);
}

#[test]
fn a_file_changed_on_the_chip_is_returned_as_it_is_for_passive_authentication_to_refuse() {
    let document = passport();
    let hostile = Hostile::TamperedFile { file: ElementaryFile::DataGroup(1) };
    let reading = against(&document, hostile).unwrap();
    let issued = document.file(ElementaryFile::DataGroup(1)).unwrap();
    let read = reading.file(File::Dg1).unwrap();
    assert!(read != issued && read.len() == issued.len());
}
