//! Every quirk does what its name says, and only that.

use emrtd::apdu::{Command, StatusWord};
use emrtd::oid;
use emrtd::tlv;
use emrtd_sim::chip::{Behaviour, ChipConfig, PaceFailure, PaceStep, Quirk, Timing};
use groups::Group;
use std::time::Duration;

use crate::support::{CAN, EF_COM, MRZ_INFORMATION, behaving, chip, config};
use crate::terminal::{
    Terminal, Wrong, general_authenticate, read, read_short, select_application, select_file,
};

fn with(quirk: Quirk) -> Terminal {
    Terminal::new(behaving(Behaviour::with_quirk(quirk)))
}

fn opened(quirk: Quirk) -> Terminal {
    let mut terminal = with(quirk);
    terminal.basic_access(MRZ_INFORMATION).unwrap();
    terminal
}

#[test]
fn every_quirk_leaves_a_patient_terminal_able_to_read_ef_com() {
    // PlainErrors and the like only show when something goes wrong.
    for quirk in Quirk::ALL {
        let mut terminal = opened(quirk);
        assert_eq!(terminal.status(&select_file(0x011E)), 0x9000, "{quirk:?}");
        assert_eq!(terminal.send(&read(0, 22)).data, EF_COM, "{quirk:?}");
    }
}

#[test]
fn no_le_in_select_refuses_it_in_select_and_mse() {
    let mut terminal = with(Quirk::NoLeInSelect);
    assert_eq!(terminal.status(&select_application().expecting(256)), 0x6700);
    assert_eq!(terminal.status(&select_application()), 0x9000);
    let mut data = tlv::write(0x80, oid::ID_PACE_ECDH_GM.child(2).as_bytes());
    tlv::write_into(&mut data, 0x83, &[2]);
    let selection = Command::new(0, 0x22, 0xC1, 0xA4).with_data(data);
    assert_eq!(terminal.status(&selection.clone().expecting(256)), 0x6700);
    assert_eq!(terminal.status(&selection), 0x9000);
    let mut usual = Terminal::new(chip(config()));
    assert_eq!(usual.status(&selection.expecting(256)), 0x9000);
}

#[test]
fn select_master_file_refused_is_6a87() {
    let mut terminal = with(Quirk::SelectMasterFileRefused);
    assert_eq!(terminal.status(&Command::new(0, 0xA4, 0, 0x0C)), 0x6A87);
    assert_eq!(terminal.status(&Command::new(0, 0xA4, 0, 0x0C).with_data([0x3F, 0])), 0x6A87);
    assert_eq!(terminal.status(&select_file(0x011C)), 0x9000, "it is selected anyway");
}

#[test]
fn card_access_hidden_is_6a82_while_pace_works() {
    let mut terminal = with(Quirk::CardAccessHidden);
    assert_eq!(terminal.status(&select_file(0x011C)), 0x6A82);
    assert_eq!(terminal.status(&read_short(0x1C, 4)), 0x6A82);
    terminal.pace();
}

#[test]
fn master_files_after_access_are_closed_before() {
    let mut terminal = with(Quirk::MasterFilesAfterAccess);
    assert_eq!(terminal.status(&select_file(0x2F00)), 0x6982);
    assert_eq!(terminal.status(&select_file(0x2F01)), 0x6982);
    assert_eq!(terminal.status(&select_file(0x011C)), 0x9000);
    terminal.pace();
    assert_eq!(terminal.status(&select_file(0x2F00)), 0x9000);
    assert_eq!(terminal.status(&select_file(0x2F01)), 0x9000);
}

#[test]
fn the_end_of_a_file_is_signalled_in_four_ways() {
    for (quirk, beyond, bytes, at_end) in [
        (None, 0x6282, 12, 0x6B00),
        (Some(Quirk::EndOfFileSilent), 0x9000, 12, 0x9000),
        (Some(Quirk::EndOfFileWrongOffset), 0x6B00, 0, 0x6B00),
        (Some(Quirk::EndOfFileExactLength), 0x6C0C, 0, 0x6B00),
    ] {
        let mut terminal = Terminal::new(behaving(quirk.map(Behaviour::with_quirk).unwrap_or_default()));
        terminal.basic_access(MRZ_INFORMATION).unwrap();
        terminal.send(&select_file(0x011E));
        let answer = terminal.send(&read(10, 100));
        assert_eq!((answer.sw.0, answer.data.len()), (beyond, bytes), "{quirk:?}");
        assert_eq!(terminal.status(&read(22, 1)), at_end, "{quirk:?}");
        assert_eq!(terminal.send(&read(10, 12)).data, EF_COM[10..], "{quirk:?}");
    }
}

#[test]
fn end_of_file_ends_secure_messaging_where_it_does() {
    let mut terminal = opened(Quirk::EndOfFileEndsSecureMessaging);
    terminal.send(&select_file(0x011E));
    assert_eq!(terminal.send(&read(0, 22)).data, EF_COM);
    assert_eq!(terminal.try_send(&read(10, 100)), Err(Wrong::Unprotected(StatusWord(0x6282))));
    assert!(!terminal.chip.in_secure_messaging());
}

#[test]
fn short_answers_give_128_bytes() {
    let mut terminal = opened(Quirk::ShortAnswers);
    terminal.send(&select_file(0x0102));
    let answer = terminal.send(&read(0, 231));
    assert_eq!((answer.data.len(), answer.sw.0), (128, 0x9000));
}

#[test]
fn a_long_le_is_refused_where_it_is() {
    let mut behaviour = Behaviour::with_quirk(Quirk::LongLeRefused);
    behaviour.longest_answer = 500;
    let mut terminal = Terminal::new(behaving(behaviour));
    terminal.basic_access(MRZ_INFORMATION).unwrap();
    terminal.send(&select_file(0x0102));
    assert_eq!(terminal.status(&read(0, 501)), 0x6700);
    assert_eq!(terminal.status(&read(0, 470)), 0x9000);
}

#[test]
fn plain_errors_end_secure_messaging() {
    let mut terminal = opened(Quirk::PlainErrors);
    assert_eq!(terminal.try_send(&select_file(0x0110)), Err(Wrong::Unprotected(StatusWord(0x6A82))));
    assert!(!terminal.chip.in_secure_messaging());
}

#[test]
fn chips_without_short_identifiers_or_odd_instruction_say_so() {
    assert_eq!(opened(Quirk::NoShortFileIdentifiers).status(&read_short(0x1E, 4)), 0x6A86);
    let odd = Command::new(0, 0xB1, 0, 0x1E).with_data([0x54, 0x01, 0x00]).expecting(10);
    assert_eq!(opened(Quirk::NoOddInstruction).status(&odd), 0x6D00);
}

#[test]
fn get_response_gives_a_plain_answer_in_parts_too() {
    let mut terminal = with(Quirk::GetResponse);
    terminal.pace();
    // A plain answer longer than its Le: the challenge is never, so take file control information.
    terminal.keys = None;
    let select = Command::new(0, 0xA4, 0x04, 0x00).with_data(emrtd_sim::chip::EMRTD_APPLICATION).expecting(5);
    let first = terminal.send(&select);
    assert_eq!((first.data.len(), first.sw.0), (5, 0x6106));
    let second = terminal.send(&Command::new(0, 0xC0, 0, 0).expecting(6));
    assert_eq!((second.data.len(), second.sw.0), (6, 0x9000));
    let whole = [first.data, second.data].concat();
    tlv::single(&whole, 0x6F).unwrap();
    assert_eq!(terminal.status(&Command::new(0, 0xC0, 0, 0).expecting(6)), 0x6D00, "nothing is left");
}

#[test]
fn pace_broken_fails_at_the_last_step_and_bac_goes_on() {
    let mut terminal = with(Quirk::PaceBroken);
    let protocol = oid::ID_PACE_ECDH_GM.child(2);
    assert_eq!(terminal.choose_pace(&protocol, 2, None), 0x9000);
    let refused =
        terminal.pace_generic(Group::P256, emrtd::cipher::Cipher::Aes128, &protocol, CAN.as_bytes());
    assert_eq!(refused, Err(StatusWord(0x6300)));
    assert!(!terminal.chip.in_secure_messaging());
    terminal.basic_access(MRZ_INFORMATION).unwrap();
}

#[test]
fn pace_fails_at_the_step_and_with_the_status_of_the_profile() {
    let protocol = oid::ID_PACE_ECDH_GM.child(2);
    for (step, status) in [
        (PaceStep::Selection, 0x6A80),
        (PaceStep::Nonce, 0x6982),
        (PaceStep::Mapping, 0x6A80),
        (PaceStep::Agreement, 0x6300),
        (PaceStep::MutualAuthentication, 0x6982),
    ] {
        let behaviour =
            Behaviour { pace_failure: Some(PaceFailure { step, status }), ..Behaviour::default() };
        let mut terminal = Terminal::new(behaving(behaviour));
        let selected = terminal.choose_pace(&protocol, 2, None);
        if step == PaceStep::Selection {
            assert_eq!(selected, status);
            continue;
        }
        let refused =
            terminal.pace_generic(Group::P256, emrtd::cipher::Cipher::Aes128, &protocol, CAN.as_bytes());
        assert_eq!(refused, Err(StatusWord(status)), "{step:?}");
        assert!(!terminal.chip.in_secure_messaging());
        assert_eq!(terminal.status(&general_authenticate(true, &[])), 0x6985);
    }
}

#[test]
fn the_time_of_commands_is_told_without_waiting() {
    let timing = Timing { command_micros: 1_000, byte_nanos: 1_000, private_key_micros: 50_000 };
    let mut terminal = Terminal::new(chip(ChipConfig {
        behaviour: Behaviour { timing, ..Behaviour::default() },
        ..config()
    }));
    terminal.send(&select_file(0x011C));
    // Seven bytes there, two back.
    assert_eq!(terminal.chip.take_elapsed(), Duration::from_micros(1_009));
    assert_eq!(terminal.chip.take_elapsed(), Duration::ZERO);
    terminal.pace();
    assert!(
        terminal.chip.take_elapsed() > Duration::from_millis(205),
        "two agreements of two operations each"
    );
}
