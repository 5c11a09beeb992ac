//! Chips of issued documents: every built-in profile is played, opened and read whole.

use emrtd::cipher::Cipher;
use emrtd::oid;
use emrtd_sim::chip::{Access, Chip, ChipConfig, ChipConfigError, EMRTD_APPLICATION, Quirk};
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::issue::profile::{DocumentProfile, PaceMapping};
use emrtd_sim::issue::{Issuance, IssuingState, builtin_profile, builtin_profiles};
use emrtd_sim::people::Holder;
use emrtd_sim::pki::KeySpec;
use groups::{Group, Kind};
use jiff::civil::date;
use proptest::prelude::*;
use sha1::{Digest, Sha1};

use crate::support::{chip, config, rng};
use crate::terminal::{Terminal, select_application, select_file};

/// A document of the profile, with keys of a length that is quick to make.
fn issue(mut profile: DocumentProfile) -> SpecimenDocument {
    for key in [&mut profile.csca.key, &mut profile.document_signer.key] {
        if let KeySpec::Rsa { bits } = key {
            *bits = 2048;
        }
    }
    profile.portrait.bytes = 3_000;
    let today = date(2026, 11, 22);
    let state = IssuingState::establish(&profile, today, &mut rng(11)).unwrap();
    let holder = Holder::generate(today, &mut rng(12));
    Issuance::new(&profile, &state, &holder, today).issue(&mut rng(13)).unwrap()
}

/// Opens the chip as its profile offers. False if only Integrated Mapping does: this terminal does not know it, the
/// inspection system does.
fn open(terminal: &mut Terminal, document: &SpecimenDocument) -> bool {
    let access = &document.profile.access;
    let generic = access.pace.iter().find(|offer| offer.mapping != PaceMapping::Im);
    if let Some(offer) = generic {
        let group = Group::from_parameter_id(offer.parameter_id).unwrap();
        let cipher = Cipher::from(offer.cipher);
        let family = match (offer.mapping, group.kind()) {
            (PaceMapping::Cam, _) => oid::ID_PACE.child(6),
            (_, Kind::Dh) => oid::ID_PACE_DH_GM,
            (_, Kind::Ecdh) => oid::ID_PACE_ECDH_GM,
        };
        let arc = Cipher::ALL.iter().position(|other| *other == cipher).unwrap() + 1;
        let protocol = family.child(u8::try_from(arc).unwrap());
        assert_eq!(terminal.choose_pace(&protocol, 1, Some(offer.parameter_id)), 0x9000);
        let password = Sha1::digest(&document.access.mrz_information);
        terminal.pace_generic(group, cipher, &protocol, &password).unwrap();
        assert_eq!(terminal.chip.access(), Access::Pace);
        assert_eq!(terminal.status(&select_application()), 0x9000);
    } else if access.bac {
        terminal.basic_access(&document.access.mrz_information).unwrap();
    } else if access.is_open() {
        assert_eq!(terminal.status(&select_application()), 0x9000);
    } else {
        return false;
    }
    true
}

#[test]
fn every_built_in_profile_is_played_and_read_as_issued() {
    let mut opened = 0;
    for name in builtin_profiles() {
        let document = issue(builtin_profile(name).unwrap().unwrap());
        let config = ChipConfig::try_from(&document).unwrap();
        let mut terminal = Terminal::new(Chip::new(config, Box::new(rng(14))).unwrap());
        if !open(&mut terminal, &document) {
            continue;
        }
        opened += 1;
        for (file, content) in &document.files {
            if file.in_master_file() || [0x0103, 0x0104].contains(&file.file_id()) {
                continue;
            }
            assert_eq!(terminal.status(&select_file(file.file_id())), 0x9000, "{name} {file:?}");
            assert_eq!(terminal.read_to_end(200), content.0, "{name} {file:?}");
        }
    }
    assert!(opened >= 15, "only {opened}");
}

#[test]
fn a_profile_that_names_an_unknown_quirk_is_refused() {
    let mut document = issue(builtin_profile("bac-only").unwrap().unwrap());
    document.profile.quirks = vec!["short-answers".to_owned(), "no-le-in-select".to_owned()];
    let config = ChipConfig::try_from(&document).unwrap();
    assert_eq!(config.behaviour.quirks, [Quirk::ShortAnswers, Quirk::NoLeInSelect].into());
    document.profile.quirks.push("talks-backwards".to_owned());
    let error = ChipConfig::try_from(&document).unwrap_err();
    assert!(matches!(error, ChipConfigError::UnknownQuirk(name) if name == "talks-backwards"));
}

#[test]
fn a_chip_without_extended_length_is_made_of_such_a_profile() {
    let document = issue(builtin_profile("short-only").unwrap().unwrap());
    let config = ChipConfig::try_from(&document).unwrap();
    assert!(!config.behaviour.extended_length);
    assert!(config.behaviour.longest_answer <= 256);
}

/// Commands that a chip knows, with any parameters and data.
fn known_command() -> impl Strategy<Value = Vec<u8>> {
    let instruction = prop::sample::select(vec![0x22u8, 0x82, 0x84, 0x86, 0x88, 0xA4, 0xB0, 0xB1, 0xC0]);
    let parameters =
        prop::sample::select(vec![[0, 0], [0x41, 0xA4], [0x41, 0xA6], [0xC1, 0xA4], [4, 0x0C], [2, 0x0C]]);
    let class = prop::sample::select(vec![0x00u8, 0x0C, 0x10, 0x1C]);
    let data = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        Just(EMRTD_APPLICATION.to_vec()),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|value| emrtd::tlv::write(0x7C, &value)),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(|value| emrtd::tlv::write(0x54, &value)),
    ];
    (class, instruction, parameters, data, any::<Option<u8>>()).prop_map(
        |(class, ins, [p1, p2], data, le)| {
            let mut apdu = vec![class, ins, p1, p2];
            if let Ok(length @ 1..) = u8::try_from(data.len()) {
                apdu.push(length);
                apdu.extend(data);
            }
            apdu.extend(le);
            apdu
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_conversation_is_answered_with_a_status_word_and_opens_nothing(
        apdus in prop::collection::vec(
            prop_oneof![3 => known_command(), 1 => prop::collection::vec(any::<u8>(), 0..300)],
            1..40,
        ),
    ) {
        let mut chip = chip(config());
        for apdu in apdus {
            let answer = chip.transmit(&apdu);
            prop_assert!((2..=65_538).contains(&answer.len()));
        }
        prop_assert_eq!(chip.access(), Access::Closed);
        prop_assert!(!chip.in_secure_messaging());
    }
}
