//! Chips with peculiarities: all are read, to the same result, and what took effect is named.

use std::collections::BTreeSet;

use emrtd::access::Password;
use emrtd::active_authentication::Challenge;
use emrtd::apdu::StatusWord;
use emrtd::quirks::QuirkTable;
use emrtd::session::{
    AccessMethod, ActiveAuthentication, ActiveAuthenticationPolicy, Blame, Event, FileError, ReadError, Step,
};
use emrtd::transport::{Answers, Batch, Transport, play_each};
use emrtd_sim::chip::{Behaviour, Chip, Hostile, PaceFailure, PaceStep, Quirk};
use emrtd_sim::issue::profile::PaceMapping;
use emrtd_sim::transport::{InProcess, NoTag};
use groups::Group;

use crate::support::{
    Recorder, assert_read_as_issued, chip, issue, options, power_on, profile, read_chip, refusal, rng,
    single, steps_of,
};

/// Quirks that need nothing but a reader that copes.
const HARMLESS: [Quirk; 11] = [
    Quirk::NoShortFileIdentifiers,
    Quirk::NoLeInSelect,
    Quirk::SelectMasterFileRefused,
    Quirk::MasterFilesAfterAccess,
    Quirk::EndOfFileSilent,
    Quirk::EndOfFileWrongOffset,
    Quirk::EndOfFileExactLength,
    Quirk::EndOfFileEndsSecureMessaging,
    Quirk::ShortAnswers,
    Quirk::PlainErrors,
    Quirk::GetResponse,
];

#[test]
fn every_harmless_quirk_is_coped_with_batched_and_singly_alike() {
    for quirk in HARMLESS {
        for name in ["bac-only", "pace-gm-ca", "pace-cam", "aa-ecdsa"] {
            let document = issue(&profile(name));
            let mut config = chip(&document);
            config.behaviour.quirks.insert(quirk);
            let label = format!("{} on {name}", quirk.name());
            let closed = quirk == Quirk::MasterFilesAfterAccess;
            let batched = read_chip(config.clone(), options(&document));
            let batched = batched.unwrap_or_else(|error| panic!("{label}: {error}"));
            if !closed {
                assert_read_as_issued(&document, &batched);
            }
            let singly = read_chip(config, single(options(&document)));
            let singly = singly.unwrap_or_else(|error| panic!("{label}, singly: {error}"));
            let same = batched.access == singly.access
                && batched.files == singly.files
                && batched.chip_authentication == singly.chip_authentication
                && batched.active_authentication == singly.active_authentication;
            assert!(same, "{label}: {batched:#?}\n{singly:#?}");
        }
    }
}

#[test]
fn a_chip_that_errs_outside_secure_messaging_is_read_carefully_and_the_event_is_kept() {
    let document = issue(&profile("pace-gm-ca"));
    let mut config = chip(&document);
    config.behaviour.quirks.insert(Quirk::PlainErrors);
    let reading = read_chip(config, options(&document)).unwrap();
    assert_eq!(reading.events, [Event::SecureMessagingRestarted(StatusWord::NOT_FOUND)]);
    assert!(reading.metrics.fell_back);
}

#[test]
fn a_refused_selection_of_the_master_file_is_an_event() {
    let document = issue(&profile("pace-gm-ca"));
    let mut config = chip(&document);
    config.behaviour.quirks.insert(Quirk::SelectMasterFileRefused);
    let reading = read_chip(config, options(&document)).unwrap();
    assert_eq!(reading.events, [Event::MasterFileRefused(StatusWord(0x6A87))]);
}

#[test]
fn failing_pace_ends_the_read_without_any_basic_access_control() {
    let steps = [
        (PaceStep::Selection, Step::PaceSelect),
        (PaceStep::Nonce, Step::PaceNonce),
        (PaceStep::Mapping, Step::PaceMap),
        (PaceStep::Agreement, Step::PaceAgree),
    ];
    let document = issue(&profile("pace-gm-ca"));
    assert!(document.profile.access.bac);
    for (step, expected) in steps {
        for status in [0x6982, 0x6A80, 0x6A88, 0x6FFF] {
            let mut config = chip(&document);
            config.behaviour.pace_failure = Some(PaceFailure { step, status });
            let mut transport = Recorder::new(power_on(config));
            let result = emrtd::session::read(options(&document), rng(6), &mut transport, |_| {});
            assert_eq!(refusal(result), ReadError::PaceRefused { step: expected, sw: StatusWord(status) });
            assert!(!sends_bac(&transport), "BAC followed PACE that failed at {expected}");
        }
    }
}

/// Whether any command is GET CHALLENGE or EXTERNAL AUTHENTICATE.
fn sends_bac(transport: &Recorder<InProcess>) -> bool {
    let commands = transport.played.iter().flat_map(|(batch, _)| &batch.commands);
    commands.into_iter().any(|command| matches!(command.apdu.get(1), Some(0x84 | 0x82)))
}

#[test]
fn basic_access_control_follows_failed_pace_only_for_documents_on_the_list() {
    let table = QuirkTable::parse(
        "[[quirk]]\nid = \"broken-pace\"\nstates = [\"UTO\"]\nreason = \"test\"\nbac_after_failed_pace = true\n",
    )
    .unwrap();
    let document = issue(&profile("pace-gm-ca"));
    let mut config = chip(&document);
    config.behaviour.pace_failure = Some(PaceFailure { step: PaceStep::Selection, status: 0x6A80 });
    let mut wanted = options(&document);
    wanted.quirks = table.for_state(Some("UTO"));
    let reading = read_chip(config.clone(), wanted.clone()).unwrap();
    assert_eq!(reading.access, AccessMethod::Bac);
    let event = Event::PaceFailedBacUsed { step: Step::PaceSelect, sw: StatusWord::WRONG_DATA };
    assert_eq!(reading.events, [event]);
    assert_eq!(reading.quirks, BTreeSet::from(["broken-pace".to_owned()]));

    wanted.quirks = table.for_state(Some("DNK"));
    let error = refusal(read_chip(config, wanted));
    assert_eq!(error.blame(), Blame::ChipMisbehaved);
}

#[test]
fn a_wrong_code_is_told_apart_from_a_broken_chip() {
    for name in ["bac-only", "pace-gm-ca"] {
        let document = issue(&profile(name));
        let mut wanted = options(&document);
        wanted.passwords = vec![Password::from_mrz_information("L898902C<369080619406236")];
        for wanted in [wanted.clone(), single(wanted)] {
            let error = refusal(read_chip(chip(&document), wanted));
            assert_eq!(error, ReadError::WrongKey { passwords: "MRZ".to_owned() }, "{name}");
            assert_eq!(error.blame(), Blame::WrongKey);
        }
    }
}

#[test]
fn a_wrong_number_is_no_attack_and_the_other_secret_is_tried() {
    let document = issue(&profile("de-id-card"));
    let right = document.access.can.clone().unwrap();
    let wrong = if right == "123456" { "654321" } else { "123456" };
    let mut wanted = options(&document);
    wanted.passwords = vec![Password::from_can(wrong).unwrap(), Password::from_can(&right).unwrap()];
    let reading = read_chip(chip(&document), wanted.clone()).unwrap();
    assert_read_as_issued(&document, &reading);
    assert_eq!(reading.events, [Event::PasswordRefused(emrtd::access::PasswordKind::Can)]);
    let AccessMethod::Pace { password, .. } = reading.access else { panic!("not opened by PACE") };
    assert_eq!(password, emrtd::access::PasswordKind::Can);

    wanted.passwords = vec![Password::from_can(wrong).unwrap(); 5];
    let mut transport = Recorder::new(power_on(chip(&document)));
    let error = refusal(emrtd::session::read(wanted, rng(6), &mut transport, |_| {}));
    assert_eq!(error, ReadError::WrongKey { passwords: "CAN and CAN and CAN".to_owned() });
}

#[test]
fn a_closed_chip_without_a_secret_asks_for_one() {
    let document = issue(&profile("pace-gm-ca"));
    let mut wanted = options(&document);
    wanted.passwords.clear();
    assert_eq!(refusal(read_chip(chip(&document), wanted)), ReadError::NoPassword);
    let open = issue(&profile("open"));
    let mut wanted = options(&open);
    wanted.passwords.clear();
    let reading = read_chip(chip(&open), wanted).unwrap();
    assert_eq!(reading.access, AccessMethod::None);
    assert_read_as_issued(&open, &reading);
}

#[test]
fn a_signature_that_does_not_fit_into_a_short_answer_says_nothing_about_the_chip() {
    let document = issue(&profile("aa-rsa"));
    let mut wanted = options(&document);
    wanted.active_authentication = ActiveAuthenticationPolicy::Always(Challenge(*b"12345678"));
    let mut config = chip(&document);
    config.behaviour = Behaviour::short_only();
    let reading = read_chip(config.clone(), wanted.clone()).unwrap();
    assert_eq!(reading.active_authentication, ActiveAuthentication::ReaderLimit);
    assert_read_as_issued(&document, &reading);

    // The same chip with GET RESPONSE brings it over in parts.
    config.behaviour.quirks.insert(Quirk::GetResponse);
    let reading = read_chip(config, wanted).unwrap();
    assert!(matches!(reading.active_authentication, ActiveAuthentication::Signed(_)));
}

/// A challenge is used once, although the key that verifies the signature arrives later here.
#[test]
fn the_chip_signs_once_however_slowly_its_key_is_read() {
    let document = issue(&profile("aa-ecdsa"));
    let mut config = chip(&document);
    config.behaviour.quirks.insert(Quirk::ShortAnswers);
    let (batches, reading) = steps_of(config, options(&document));
    let signatures = batches.iter().flatten().filter(|step| **step == Step::ActiveAuthenticate).count();
    assert_eq!(signatures, 1);
    assert!(matches!(reading.active_authentication, ActiveAuthentication::Signed(_)));
}

#[test]
fn an_unforeseen_status_for_the_access_file_is_not_taken_for_its_absence() {
    let document = issue(&profile("bac-only"));
    let mut config = chip(&document);
    config.behaviour.hostile = Some(Hostile::ErrorStorm { from: 1 });
    let error = refusal(read_chip(config, options(&document)));
    assert_eq!(error, ReadError::CardAccess(FileError::Refused(StatusWord::UNKNOWN)));
}

/// A chip that announces extended length, as every other one, and refuses it.
#[test]
fn a_chip_on_the_list_is_never_sent_extended_length() {
    let mut chinese = profile("pace-gm-ca");
    chinese.issuing_state = "CHN".to_owned();
    chinese.country = "CN".to_owned();
    let document = issue(&chinese);
    let mut config = chip(&document);
    config.behaviour.extended_length = false;
    let mut wanted = options(&document);
    wanted.extended_length = Some(2_048);
    let reading = read_chip(config.clone(), wanted.clone()).unwrap();
    assert_read_as_issued(&document, &reading);
    assert_eq!(reading.quirks, BTreeSet::from(["cn-no-extended-length".to_owned()]));

    wanted.quirks = QuirkTable::builtin().unwrap().for_state(Some("UTO"));
    assert!(read_chip(config, wanted).is_err(), "without the quirk the chip breaks off");
}

/// Answers every command before access with one status word, as chips do whose master file is closed.
struct ClosedMasterFile {
    inner: InProcess,
    status: [u8; 2],
}

impl Transport for ClosedMasterFile {
    type Error = NoTag;

    fn play(&mut self, batch: &Batch) -> Result<Answers, NoTag> {
        play_each(batch, |apdu| {
            let in_master_file = matches!(apdu, [0, 0xB0, 0x9C, ..]);
            Ok(if in_master_file { Ok(self.status.to_vec()) } else { self.inner.transmit(apdu) })
        })
    }

    fn await_tag(&mut self) -> Result<(), NoTag> {
        self.inner.await_tag()
    }
}

#[test]
fn a_closed_master_file_means_no_pace_only_for_states_on_the_list() {
    for (state, country, status, row) in [
        ("USA", "US", [0x69, 0x82], "nz-us-master-file-closed"),
        ("NZL", "NZ", [0x69, 0x82], "nz-us-master-file-closed"),
        ("SGP", "SG", [0x6D, 0x00], "old-chip-without-master-file-reads"),
        ("JPN", "JP", [0x69, 0x85], "old-chip-without-master-file-reads"),
    ] {
        let mut old = profile("bac-only");
        old.issuing_state = state.to_owned();
        old.country = country.to_owned();
        let document = issue(&old);
        let mut closed = ClosedMasterFile { inner: power_on(chip(&document)), status };
        let reading = emrtd::session::read(options(&document), rng(6), &mut closed, |_| {}).unwrap();
        assert_read_as_issued(&document, &reading);
        assert_eq!(reading.quirks, BTreeSet::from([row.to_owned()]), "{state}");

        let mut unlisted = options(&document);
        unlisted.quirks = QuirkTable::builtin().unwrap().for_state(Some("DNK"));
        let mut closed = ClosedMasterFile { inner: power_on(chip(&document)), status };
        let error = refusal(emrtd::session::read(unlisted, rng(6), &mut closed, |_| {}));
        assert_eq!(error, ReadError::CardAccess(FileError::Refused(StatusWord(u16::from_be_bytes(status)))));
    }
}

#[test]
fn a_chip_that_errs_on_long_reads_is_asked_exactly() {
    let document = issue(&profile("de-id-card"));
    let mut config = chip(&document);
    config.behaviour.quirks.insert(Quirk::EndOfFileEndsSecureMessaging);
    let reading = read_chip(config, options(&document)).unwrap();
    assert_read_as_issued(&document, &reading);
    assert!(!reading.metrics.fell_back, "{:?}", reading.metrics);
    assert_eq!(reading.quirks, BTreeSet::from(["de-exact-length".to_owned()]));
}

/// A Diffie-Hellman value that begins with a zero byte is sent without it (Doc 9303-11 §9.4), and so it enters the token.
#[test]
fn diffie_hellman_values_that_begin_with_zeros_are_understood_by_both_sides() {
    let mut profile = profile("pace-dh");
    profile.access.pace.truncate(1);
    profile.access.pace[0].mapping = PaceMapping::Gm;
    profile.access.pace[0].parameter_id = 0;
    let document = issue(&profile);
    let first_is_zero = |seed: &u64| {
        let public = groups::Ephemeral::random(Group::Modp1024Prime160, &mut rng(*seed)).public();
        public.encode()[0] == 0
    };
    // Our mapping key is the first thing that the session draws.
    let ours: Vec<u64> = (0..4_000).filter(first_is_zero).take(3).collect();
    assert_eq!(ours.len(), 3);
    for seed in ours {
        let mut transport = power_on(chip(&document));
        let reading = emrtd::session::read(options(&document), rng(seed), &mut transport, |_| {}).unwrap();
        assert_read_as_issued(&document, &reading);
    }
    // And among so many chips some answer with a value of 127 bytes.
    let mut short_answers = 0;
    for seed in 1_000..1_150 {
        let mut chip = Chip::new(chip(&document), Box::new(rng(seed))).unwrap();
        chip.power_on();
        let mut transport = Recorder::new(InProcess::new(chip));
        let reading = emrtd::session::read(options(&document), rng(6), &mut transport, |_| {});
        assert!(reading.is_ok(), "chip seed {seed}: {reading:?}");
        let answers = transport.played.iter().flat_map(|(_, answers)| &answers.responses);
        short_answers +=
            answers.filter(|answer| matches!(answer[..], [0x7C, 0x81, 0x81, _, 0x7F, ..])).count();
    }
    assert!(short_answers > 0);
}
