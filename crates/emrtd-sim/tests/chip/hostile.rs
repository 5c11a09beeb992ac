//! Every hostile profile does what its name says.

use std::time::Duration;

use emrtd::apdu::{Command, StatusWord};
use emrtd::cipher::Cipher;
use emrtd::oid;
use emrtd::tlv;
use emrtd_sim::chip::{AccessConfig, Behaviour, Chip, ChipConfig, Hostile, PaceKey};
use emrtd_sim::document::ElementaryFile;
use emrtd_sim::issue::profile::SessionCipher;
use groups::{Element, ElementError, Group, Kind};

use crate::support::{CAN, EF_COM, MRZ_INFORMATION, behaving, chip, config, files, gm};
use crate::terminal::{Terminal, Wrong, general_authenticate, read, select_application, select_file};

const SELECT_CARD_ACCESS: [u8; 7] = [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x1C];
const READ: [u8; 5] = [0x00, 0xB0, 0x00, 0x00, 0x04];

fn hostile(hostile: Hostile) -> Chip {
    behaving(Behaviour::with_hostile(hostile))
}

fn opened(profile: Hostile) -> Terminal {
    let mut terminal = Terminal::new(hostile(profile));
    terminal.basic_access(MRZ_INFORMATION).unwrap();
    terminal
}

/// The first two commands are answered rightly, and the answers to four more are returned.
fn after_two(profile: Hostile) -> [Vec<u8>; 4] {
    let mut chip = hostile(profile);
    assert_eq!(chip.transmit(&SELECT_CARD_ACCESS), [0x90, 0x00]);
    assert_eq!(chip.transmit(&READ).len(), 6);
    [(); 4].map(|()| chip.transmit(&READ))
}

#[test]
fn every_profile_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<_> = Hostile::ALL.iter().map(|hostile| hostile.name()).collect();
    assert_eq!(names.len(), Hostile::ALL.len());
}

#[test]
fn no_profile_makes_the_chip_itself_fail() {
    // Whatever the profile, the chip answers anything without a panic.
    for profile in Hostile::ALL {
        let mut chip = hostile(profile);
        for round in 0..3u8 {
            chip.power_on();
            for length in 0..40 {
                let apdu: Vec<u8> = (0..length).map(|index: u8| index.wrapping_mul(7) ^ round).collect();
                chip.transmit(&apdu);
            }
            let mut terminal = Terminal::new(chip);
            let _ = terminal.try_send(&select_application());
            chip = terminal.chip;
        }
    }
}

#[test]
fn a_chip_removed_once_comes_back_and_one_removed_for_good_does_not() {
    for (profile, returns) in
        [(Hostile::RemovedAt { command: 1 }, true), (Hostile::RemovedForGood { command: 1 }, false)]
    {
        let mut chip = hostile(profile);
        assert_eq!(chip.exchange(&SELECT_CARD_ACCESS), Some(vec![0x90, 0x00]));
        assert_eq!(chip.exchange(&READ), None);
        assert_eq!(chip.exchange(&READ), None, "gone until powered on");
        chip.power_on();
        assert_eq!(chip.is_present(), returns);
        assert_eq!(chip.exchange(&READ).is_some(), returns);
    }
}

#[test]
fn storms_begin_where_they_say_and_never_end() {
    for answer in after_two(Hostile::ErrorStorm { from: 2 }) {
        assert_eq!(answer, [0x6F, 0x00]);
    }
    for answer in after_two(Hostile::EndlessMoreData { from: 2 }) {
        assert_eq!((answer.len(), &answer[255..]), (257, &[0x61, 0xFF][..]));
    }
    let lengths = after_two(Hostile::EndlessWrongLength { from: 2 });
    assert!(lengths.iter().all(|answer| answer.len() == 2 && answer[0] == 0x6C && answer[1] != 0));
    assert!(lengths.windows(2).all(|pair| pair[0] != pair[1]), "another length each time");
    for answer in after_two(Hostile::OversizedAnswers { from: 2 }) {
        assert_eq!(answer.len(), 70_002);
    }
    for answer in after_two(Hostile::OneByteAnswers { from: 2 }) {
        assert_eq!(answer, [0x90]);
    }
    for answer in after_two(Hostile::EmptyAnswers { from: 2 }) {
        assert!(answer.is_empty());
    }
    let random = after_two(Hostile::RandomAnswers { from: 2 });
    assert_ne!(random[0], random[1]);
}

#[test]
fn replayed_answers_repeat_the_last_right_one() {
    let mut chip = hostile(Hostile::ReplayedAnswers { from: 2 });
    chip.transmit(&SELECT_CARD_ACCESS);
    let last = chip.transmit(&READ);
    for _ in 0..3 {
        assert_eq!(chip.transmit(&SELECT_CARD_ACCESS), last);
    }
}

#[test]
fn slow_answers_are_right_and_take_a_minute() {
    let mut chip = hostile(Hostile::SlowAnswers { from: 1 });
    assert_eq!(chip.transmit(&SELECT_CARD_ACCESS), [0x90, 0x00]);
    assert_eq!(chip.take_elapsed(), Duration::ZERO);
    assert_eq!(chip.transmit(&READ).len(), 6);
    assert_eq!(chip.take_elapsed(), Duration::from_mins(1));
}

/// Selects EF.COM under secure messaging (answer 0), reads (answer 1) and reads again (answer 2).
fn second_protected_answer(profile: Hostile) -> Result<Vec<u8>, Wrong> {
    let mut terminal = opened(profile);
    assert_eq!(terminal.status(&select_file(0x011E)), 0x9000);
    terminal.try_send(&read(0, 22)).map(|answer| answer.data)
}

#[test]
fn the_chosen_protected_answer_is_spoilt_as_its_name_says() {
    let checksum = Err(Wrong::Protection("checksum"));
    assert_eq!(second_protected_answer(Hostile::WrongMac { answer: 1 }), checksum);
    assert_eq!(second_protected_answer(Hostile::TamperedCryptogram { answer: 1 }), checksum);
    assert_eq!(second_protected_answer(Hostile::ReplayedProtectedAnswer { answer: 1 }), checksum);
    assert_eq!(
        second_protected_answer(Hostile::ContradictingStatus { answer: 1 }),
        Err(Wrong::Protection("status"))
    );
    assert_eq!(
        second_protected_answer(Hostile::BareStatus { answer: 1 }),
        Err(Wrong::Unprotected(StatusWord::OK))
    );
    assert!(second_protected_answer(Hostile::PlainAnswer { answer: 1 }).is_err());
    for later in [Hostile::WrongMac { answer: 2 }, Hostile::PlainAnswer { answer: 2 }] {
        assert_eq!(second_protected_answer(later), Ok(EF_COM.to_vec()), "not yet");
    }
}

#[test]
fn an_answer_may_lack_an_object_or_be_badly_encrypted_under_a_right_mac() {
    let structure = Err(Wrong::Protection("structure"));
    assert_eq!(second_protected_answer(Hostile::MissingMac { answer: 1 }), structure);
    assert_eq!(second_protected_answer(Hostile::MissingStatus { answer: 1 }), structure);
    assert_eq!(second_protected_answer(Hostile::MissingCryptogram { answer: 1 }), Ok(Vec::new()));
    let padding = Err(Wrong::Protection("padding"));
    assert_eq!(second_protected_answer(Hostile::WrongCryptogram { answer: 1 }), padding);
    for later in [Hostile::MissingCryptogram { answer: 2 }, Hostile::WrongCryptogram { answer: 2 }] {
        assert_eq!(second_protected_answer(later), Ok(EF_COM.to_vec()), "not yet");
    }
}

#[test]
fn a_plain_answer_is_the_data_and_9000() {
    let mut terminal = opened(Hostile::PlainAnswer { answer: 1 });
    terminal.send(&select_file(0x011E));
    let command = terminal.keys.as_mut().unwrap().protect(&read(0, 22)).encode().unwrap();
    assert_eq!(terminal.chip.transmit(&command), [&EF_COM[..], &[0x90, 0x00]].concat());
}

#[test]
fn a_tampered_file_differs_in_its_last_byte() {
    let mut terminal = opened(Hostile::TamperedFile { file: ElementaryFile::DataGroup(1) });
    terminal.send(&select_file(0x0101));
    let read_back = terminal.read_to_end(200);
    let issued = &files()[&ElementaryFile::DataGroup(1)];
    let (last, rest) = read_back.split_last().unwrap();
    assert_eq!(rest, &issued[..issued.len() - 1]);
    assert_eq!(last ^ 1, issued[issued.len() - 1]);
    terminal.send(&select_file(0x011E));
    assert_eq!(terminal.read_to_end(200), EF_COM);
}

#[test]
fn huge_lengths_are_claimed_in_the_application_only() {
    let mut terminal = opened(Hostile::HugeLengths);
    for id in [0x011E, 0x011D, 0x0101, 0x0102] {
        terminal.send(&select_file(id));
        let head = terminal.send(&read(0, 6)).data;
        assert_eq!(head[1..], [0x84, 0xFF, 0xFF, 0xFF, 0xFF], "{id:04X}");
    }
    let mut chip = hostile(Hostile::HugeLengths);
    chip.transmit(&SELECT_CARD_ACCESS);
    assert_eq!(chip.transmit(&READ)[..2], [0x31, 20]);
}

#[test]
fn reads_give_less_nothing_or_more_than_asked_for() {
    for (profile, bytes) in [(Hostile::ShorterData, 5), (Hostile::NoData, 0), (Hostile::LongerData, 26)] {
        let mut terminal = opened(profile);
        terminal.send(&select_file(0x0102));
        let answer = terminal.send(&read(0, 10));
        assert_eq!((answer.data.len(), answer.sw.0), (bytes, 0x9000), "{profile:?}");
    }
}

#[test]
fn bac_may_return_another_challenge_or_a_wrong_mac() {
    for (profile, fault) in [(Hostile::WrongChallenge, 1), (Hostile::WrongBasicAccessMac, 0)] {
        let refused = Terminal::new(hostile(profile)).basic_access(MRZ_INFORMATION);
        assert_eq!(refused, Err(StatusWord(fault)), "{profile:?}");
    }
}

fn pace_in(group: Group, profile: Hostile) -> (Terminal, oid::Oid) {
    let access =
        AccessConfig { pace: vec![gm(group.parameter_id(), SessionCipher::Aes128)], ..config().access };
    let behaviour = Behaviour::with_hostile(profile);
    let mut terminal = Terminal::new(chip(ChipConfig { access, behaviour, ..config() }));
    let family = if group.kind() == Kind::Dh { oid::ID_PACE_DH_GM } else { oid::ID_PACE_ECDH_GM };
    let protocol = family.child(2);
    assert_eq!(terminal.choose_pace(&protocol, 2, None), 0x9000);
    (terminal, protocol)
}

#[test]
fn a_wrong_token_is_told_by_its_value_alone() {
    let (mut terminal, protocol) = pace_in(Group::P256, Hostile::WrongToken);
    let refused = terminal.pace_generic(Group::P256, Cipher::Aes128, &protocol, CAN.as_bytes());
    assert_eq!(refused, Err(StatusWord(0x86)));
}

/// The public value that the chip shows for `key`, and what the terminal showed before.
fn shown(group: Group, profile: Hostile, key: PaceKey) -> (Vec<u8>, Vec<u8>) {
    let (mut terminal, _) = pace_in(group, profile);
    let own = group.generator().encode();
    let mut step = |content: &[u8]| terminal.send(&general_authenticate(true, content)).data;
    step(&[]);
    let mut answer = step(&tlv::write(0x81, &own));
    let mut tag = 0x82;
    if key == PaceKey::Agreement {
        answer = step(&tlv::write(0x83, &own));
        tag = 0x84;
    }
    let object = tlv::single(&answer, 0x7C).unwrap();
    (tlv::single(object.value, tag).unwrap().value.to_vec(), own)
}

#[test]
fn public_keys_are_mirrored_invalid_or_neutral() {
    for key in [PaceKey::Mapping, PaceKey::Agreement] {
        for group in [Group::P256, Group::Modp1024Prime160, Group::Modp2048Prime256] {
            let (value, own) = shown(group, Hostile::MirroredKey { key }, key);
            assert_eq!(value, own, "{group} {key:?}");

            let (value, _) = shown(group, Hostile::InvalidKey { key }, key);
            let error = Element::decode(group, &value).unwrap_err();
            let (value, _) = shown(group, Hostile::IdentityKey { key }, key);
            let neutral = Element::decode(group, &value).unwrap_err();
            match group.kind() {
                Kind::Ecdh => {
                    assert_eq!(error, ElementError::NotOnCurve { group });
                    assert_eq!(neutral, ElementError::Infinity { group });
                }
                Kind::Dh => {
                    assert_eq!(error, ElementError::ValueRange { group }, "p-1 has order 2");
                    assert_eq!(neutral, ElementError::ValueRange { group });
                }
            }
        }
    }
}

#[test]
fn only_the_chosen_key_is_falsified() {
    let profile = Hostile::InvalidKey { key: PaceKey::Agreement };
    let (value, _) = shown(Group::P256, profile, PaceKey::Mapping);
    assert!(Element::decode(Group::P256, &value).is_ok());
}

#[test]
fn spoilt_answers_count_from_the_start_of_secure_messaging() {
    let mut terminal = Terminal::new(hostile(Hostile::WrongMac { answer: 0 }));
    for _ in 0..5 {
        assert_eq!(terminal.status(&Command::new(0, 0xA4, 0x00, 0x0C)), 0x9000);
    }
    terminal.basic_access(MRZ_INFORMATION).unwrap();
    assert_eq!(terminal.try_send(&select_file(0x011E)), Err(Wrong::Protection("checksum")));
}
